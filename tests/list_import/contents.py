"""Strategies for what tables contain: symbols, and everything that must not be taken for one."""

from __future__ import annotations

from datetime import date
from typing import Final

from hypothesis import strategies as st

from ticker_gui.list_import.cell_content import Content, classify

SYMBOLS: Final = st.one_of(
    st.from_regex(r"[A-Z]{1,5}", fullmatch=True),
    st.from_regex(r"[A-Z]{2,5}(-|/|_|)(USD|USDT|EUR)", fullmatch=True),
    st.from_regex(r"[A-Z]{2,4}\.[A-Z]{1,2}", fullmatch=True),
    st.from_regex(r"(NASDAQ|NYSE|BINANCE):[A-Z]{1,6}", fullmatch=True),
    st.from_regex(r"\^[A-Z]{3,5}", fullmatch=True),
).filter(lambda text: classify(text) is Content.SYMBOL)

_AMOUNTS: Final = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 2))
_FORMATS: Final = st.sampled_from(
    [
        "{:.2f}", "{:,.2f}", "{:+.2f}%", "${:,.2f}", "€ {:.2f}", "{:.2f} €", "{:.2f} EUR", "USD {:,.2f}", "({:.2f})", "{:.0f}",
        "CHF {:.2f}", "{:.1f}M", "{:.1f} Mio. €", "£{:.2f}", "¥{:.0f}", "{:.2f}K", "{:e}", "{:.0f} Stk.", "▲ {:.2f}", "{:.2f} %",
    ]
)  # fmt: skip


def _in_another_locale(text: str, separators: tuple[str, str]) -> str:
    thousands, point = separators
    return text.translate({ord(","): thousands, ord("."): point}) if "Mio." not in text and "Stk." not in text else text


NUMBERS: Final = st.builds(
    lambda value, form, separators: _in_another_locale(form.format(value), separators),
    _AMOUNTS,
    _FORMATS,
    st.sampled_from([(",", "."), (".", ","), ("\u00a0", ","), ("'", "."), (" ", ","), ("\u202f", ",")]),
)
DATES: Final = st.builds(
    lambda day, form: day.strftime(form),
    st.dates(date(1970, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        [
            "%Y-%m-%d",
            "%d.%m.%Y",
            "%m/%d/%Y",
            "%d/%m/%y",
            "%Y%m%d",
            "%d %b %Y",
            "%b %d, %Y",
            "%d-%b-%y",
            "%Y-%m-%dT10:00:00Z",
            "%b-%y",
        ]
    ),
)
NAMES: Final = st.builds(
    " ".join,
    st.lists(
        st.sampled_from(
            ["Apple", "Deutsche", "Société", "Générale", "Berkshire", "Münchener", "Nestlé", "iShares", "Volkswagen"]
        ),
        min_size=1,
        max_size=3,
    ),
).flatmap(
    lambda name: st.sampled_from([name, f"{name} Inc.", f"{name} AG", f"{name}, Inc.", f"{name} S.A.", f"{name} & Co."])
)
ISINS: Final = st.sampled_from(
    ["US0378331005", "DE0007164600", "IE00B4L5Y983", "FR0000120271", "GB0002634946", "CH0038863350"]
)
NOT_SYMBOLS: Final = st.one_of(
    NUMBERS, DATES, NAMES, ISINS, st.sampled_from(["", "–", "n/a", "USD", "€", "US$", "--", "#N/A"])
)
