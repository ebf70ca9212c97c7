"""Headings of columns in the main languages: of symbols, of sections, and of what contains no symbols."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ticker_gui.list_import.cell_content import Content, classify, clean
from ticker_gui.list_import.word_sets import word_set

MAX_HEADING_ROW: Final = 30
_MAX_LENGTH: Final = 200  # of a heading
_IN_PARENTHESES: Final = re.compile(r"\(.*?\)|\[.*?\]")
_NO_WORD: Final = re.compile(r"[\W_]+")

_SYMBOL: Final = word_set(
    "boersenkuerzel|börsenkürzel|chart symbol|epic|instrument symbol|isin symbol|kaupankäyntitunnus|kod walor|kortnamn",
    "kuerzel|kürzel|mnemo|mnemonique|mnémo|mnémonique|mã|mã ck|security symbol|sembol|simbolo|simbolos",
    "skrót|stock symbol|stock ticker|symbol|symbol code|symbol cusip|symbol isin|symbol ticker",
    "symbol waloru|symbole|symboles|symbols|symbool|símbolo|símbolos|ticker|ticker code|ticker kürzel",
    "ticker symbol|tickercode|tickers|tickersymbol|tidm|tikr|trading symbol|tunnus|wertpapierkürzel",
    "yahoo symbol|код|символ|символы|тикер|رمز|रमज|รหัส|コード|シンボル|ティッカー",
    "代码|代碼|股票代码|股票代號|股號|證券代號|证券代码|銘柄コード",
    "심볼|종목코드|코드|티커",
)
_WEAK: Final = word_set(
    "asset|base asset|base currency|code|codice|codigo|coin|contract|coppia|crypto|código|handelspaar",
    "instrument|instruments|market|pair|paire|par|security|stock|titolo|titre|trading pair|underlying|valeur",
    "valor|wertpapier",
)
_SECTION: Final = word_set(
    "abschnitt|sección|sectie|section|sektion|sezione|seção|раздел",
)
_OTHERS: Final = word_set(
    "account|account name|account number|action|amount|anzahl|art|asset class|bezeichnung|boerse|branche",
    "börse|comment|company|company name|country|currency|cusip|date|datum|depot|description|devise|divisa",
    "exchange|figi|gattung|handelsplatz|id|industry|isin|konto|kurs|land|last|libellé|moneda|naam|name",
    "namn|nazwa|nom|nombre|nome|notes|notiz|order id|preis|price|prodotto|product|producto|produit",
    "produkt|quantity|reference|sector|security type|sedol|status|stück|stück nom|time|typ|type|valoren",
    "valorennummer|valuta|waehrung|wkn|währung|aantal|antal|cantidad|cena|cours|ilość|koers|pris|prix|prezzo",
    "precio|quantità|quantité|quantidade|quote|volume|volumen|market value|wert|bid|ask|change|chg|address|broker",
    "buy sell|fee currency|identifier|operazione|protocollo|quote currency|segno|side|transaction id|transaction type",
    "way",
)


class Headings(NamedTuple):
    """The columns that a row of headings names. ``symbols`` are those that contain symbols for certain."""

    symbols: tuple[int, ...]
    section: int | None
    possible: frozenset[int]  # columns that may contain symbols by their headings
    others: frozenset[int]  # columns that contain none


def read_headings(row: Sequence[str]) -> Headings | None:
    """Return what the headings in a row name; None if it is not a row of headings."""
    titles = [_normalized(cell) for cell in row]
    symbols = tuple(number for number, title in enumerate(titles) if title in _SYMBOL)
    others = frozenset(number for number, title in enumerate(titles) if title in _OTHERS)
    possible = frozenset(number for number, title in enumerate(titles) if title in _WEAK)
    if not symbols and len(others) + len(possible) < 2:
        return None
    if any(classify(clean(cell)) in (Content.NUMBER, Content.DATE) for cell in row):
        return None
    section = next((number for number, title in enumerate(titles) if title in _SECTION), None)
    return Headings(symbols, section, possible, others)


def has_symbol_heading(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether one of the first rows has several headings, one of which names symbols."""
    headings = (read_headings(row) for row in rows[:MAX_HEADING_ROW] if len(row) > 1)
    return any(one is not None and one.symbols for one in headings)


@lru_cache(maxsize=1024)
def _normalized(cell: str) -> str:
    return _NO_WORD.sub(" ", _IN_PARENTHESES.sub(" ", clean(cell)[:_MAX_LENGTH])).strip().casefold()
