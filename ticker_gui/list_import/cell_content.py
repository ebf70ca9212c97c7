"""What a cell of a table or a word of a text is: a symbol, a number, a date, a name or a code."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from ticker_gui.config.settings import parse_symbols
from ticker_gui.list_import.word_sets import word_set


class Content(Enum):
    """The kinds of content. CODE is an ISIN, a currency or an address: an identifier that no feed has as a symbol."""

    EMPTY = auto()
    SYMBOL = auto()
    NUMBER = auto()
    DATE = auto()
    NAME = auto()
    CODE = auto()


# Without codes that are also symbols of companies, such as ALL, AMD and TOP.
CURRENCIES: Final = word_set(
    "A$|AU$|AUD|BRL|C$|CA$|CAD|CHF|CNH|CNY|CZK|DKK|EUR|Fr|Fr.|Ft|GBP|GBX|GBp|GBp.|HK$|HKD|HUF|ILA|ILS|INR",
    "JPY|KRW|Kr|Kč|MXN|NOK|NT$|NZ$|NZD|PLN|R$|RUB|Rs|Rs.|S$|SEK|SGD|THB|TRY|TWD|US$|USD|ZAR|ZAc|kr|kr.|zł",
)
_PLACEHOLDERS: Final = word_set(
    "#n/a|+inf|+nan|-|--|---|-inf|-nan|.|...|?|inf|infinity|k.a.|n.a.|n/a|nan|nil|none|null|s/o|–|—|…|−",
)
_TOTALS: Final = word_set(
    "GESAMT|GESAMTSUMME|SUBTOTAL|SUM|SUMA|SUMME|TOTAAL|TOTAL|TOTALE|TOTALS|ИТОГО|合計",
)
_UNITS: Final = (
    r"k|m|mm|mn|mio|mln|mil|mill|million|millions|b|bn|bln|mrd|md|bio|billion|billions|t|tn|tsd|tys|trillion|thousand|"
    r"bp|bps|pct|x|pts?|st|stk|stck|stück|shares?|sh|pcs|units?|oz|s|sec|min|h|d|days?|ms|am|pm|[ap]\.m"
)
_CURRENCY: Final = "|".join(re.escape(code) for code in sorted(CURRENCIES, key=len, reverse=True))
_NUMBER: Final = re.compile(
    rf"(?:[^\w]|(?:{_CURRENCY}))*"
    r"\d(?:[\d.,:'’´`\s/_–-]*\d)?(?:e[+-]?\d+)?"
    rf"(?:[^\w.]*(?:{_UNITS}|{_CURRENCY})){{0,3}}[^\w]*",
    re.IGNORECASE,
)
_MONTH: Final = (
    r"jan|january|januar|jänner|janvier|janv|enero|ene|gennaio|gen|januari|janeiro|"
    r"feb|february|februar|février|févr|fév|fevr|febrero|febbraio|februari|fevereiro|fev|"
    r"mar|march|märz|mrz|mär|mars|marzo|maart|mrt|março|apr|april|avril|avr|abril|abr|aprile|"
    r"may|mai|mayo|maggio|mag|mei|maio|jun|june|juni|juin|junio|giugno|giu|junho|"
    r"jul|july|juli|juillet|juil|julio|luglio|lug|julho|aug|august|août|aout|agosto|ago|augustus|augusti|"
    r"sep|sept|september|septembre|septiembre|settembre|set|setembro|"
    r"oct|october|oktober|okt|octobre|octubre|ottobre|ott|outubro|out|"
    r"nov|november|novembre|noviembre|novembro|dec|december|dezember|dez|décembre|déc|diciembre|dic|dicembre|dezembro"
)
_DATE: Final = re.compile(
    rf"(?=\D*\d)[\W\d]*(?:{_MONTH})[\W\d]*|\d{{4}}-\d\d-\d\d[t ]\d\d.*|\d{{8}}t\d{{4,6}}z?|"
    r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?\s*(?:[ap]\.?m\.?)?\s*[a-z]{0,4}",
    re.IGNORECASE,
)
_EAST_ASIAN_DATE: Final = str.maketrans("年月日년월일时時分", "/////////")
_ISIN: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_ISIN_COUNTRIES: Final = word_set(
    "AT|AU|BE|BM|BR|CA|CH|CN|CY|CZ|DE|DK|ES|EU|FI|FR|GB|GG|GR|HK|HU|ID|IE|IL|IM|IN|IT|JE|JP|KR|KY|LI|LU",
    "MT|MX|MY|NL|NO|NZ|PH|PL|PT|RU|SE|SG|TH|TR|TW|US|VG|XS|ZA",
)
_OTHER_CODES: Final = re.compile(
    r".*://.*|www\..*|[\w.+-]+@[\w-]+\.[\w.]+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\$\$.*|"
    r".*\*\*.*",  # an account number of which a part is hidden
    re.IGNORECASE,
)
_CAPITALIZED: Final = re.compile(r"[A-Z][a-z]{2}")
_ASSIGNED: Final = re.compile(r".+=[+-]?[\d.,]*\d[\d.,]*%?")  # a symbol with its price: AAPL=232.50, but EURUSD=X
_FORMULA_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)  # as spreadsheets write a text that looks like a number
_BLANKS: Final = "\u00a0\u200b\u200e\u200f\u2060\ufeff \t\r\n"


def clean(cell: str) -> str:
    """Return a cell without white space, quotes, and the marks that spreadsheets and brokers add to texts."""
    text = cell.strip(_BLANKS)
    if (formula := _FORMULA_TEXT.fullmatch(text)) is not None:
        text = formula[1]
    text = text.removeprefix("'").strip('"' + _BLANKS)
    return text[:-2] if len(text) > 2 and text.endswith("**") else text  # a broker's mark of money market funds


@lru_cache(maxsize=8192)
def classify(text: str) -> Content:
    """Return what a cleaned text is. What could be a symbol but is also a number, a date or a code is not a symbol."""
    if not text or text.casefold() in _PLACEHOLDERS or not any(map(str.isalnum, text)):
        return Content.CODE if any(unicodedata.category(one) == "Sc" for one in text) else Content.EMPTY
    if len(text) > 256:
        return Content.NAME
    dated = text.translate(_EAST_ASIAN_DATE)
    if _DATE.fullmatch(dated):
        return Content.DATE
    if _NUMBER.fullmatch(dated):
        return Content.NUMBER
    if text in CURRENCIES or is_isin(text) or _OTHER_CODES.fullmatch(text):
        return Content.CODE
    if _ASSIGNED.fullmatch(text):
        return Content.NAME
    if text in _TOTALS or not text.isascii() or _CAPITALIZED.search(text) or parse_symbols(text) != ([text], []):
        return Content.NAME
    return Content.SYMBOL


def is_isin(text: str) -> bool:
    """Return whether a text is an ISIN: its check digit is right, or it has a known country and at least 7 digits."""
    if not _ISIN.fullmatch(text):
        return False
    is_typical = text[:2] in _ISIN_COUNTRIES and sum(map(str.isdigit, text)) >= 7
    return is_typical or _has_check_digit(text)


def _has_check_digit(isin: str) -> bool:
    """Return whether the digits of an ISIN, with letters as two digits, pass the check of Luhn."""
    digits = [int(digit) for one in isin for digit in str(int(one, 36))]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0
