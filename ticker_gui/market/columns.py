"""The table's columns, one line each; the window, exports and tests all read them here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ticker_gui.domain.text import SYMBOL_LENGTH, display_text
from ticker_gui.market import formats
from ticker_gui.market.symbol_state import SymbolState

Value = Callable[[SymbolState, int], Any]
Format = Callable[[Any, SymbolState], str]


_PRICE: Final = "0.00001832"  # about as wide as prices get
_CHANGE: Final = "Last price against the previous close, or the open"


class Column(NamedTuple):
    """One column.

    ``value(state, now_ns)`` is the bare value and ``format(value, state)`` its text; ``sample`` is a text as wide as
    usual ones. ``is_signed`` values have a direction to be coloured by; ``is_text`` ones stand on the left.
    ``note(state)`` is what has to be known besides.
    """

    key: str
    title: str
    value: Value
    format: Format
    sample: str
    about: str
    is_signed: bool = False
    is_text: bool = False
    note: Callable[[SymbolState], str] | None = None


def _word(value: str, state: SymbolState) -> str:
    return display_text(value, SYMBOL_LENGTH)


def _price(value: float | None, state: SymbolState) -> str:
    return formats.price(value, state.digits.known)


def _signed(value: float | None, state: SymbolState) -> str:
    return formats.signed_price(value, state.digits.known)


def _percent(value: float | None, state: SymbolState) -> str:
    return formats.signed_percent(value)


def _amount(value: float | None, state: SymbolState) -> str:
    return formats.amount(value)


def _since(state: SymbolState) -> str:
    """Return since when a range was watched, where the provider tells none of the day."""
    if state.day.has_range or state.day.since_ns is None:
        return ""
    return f"as watched since {formats.clock_time(state.day.since_ns)}; the provider tells none of the day"


def _age(value: int | None, state: SymbolState) -> str:
    if value is not None:
        return formats.age(value)
    return "no data" if state.refusal is None else "refused"


COLUMNS: Final = (
    Column("symbol", "Symbol", lambda s, now: s.symbol, _word, "BTC-USDT", "Symbol", is_text=True),
    Column("feed", "Feed", lambda s, now: s.feed, _word, "coinbase", "Feed it comes from", is_text=True),
    Column("last", "Last", lambda s, now: s.last, _price, _PRICE, "Price of the last trade"),
    Column("change", "Chg", lambda s, now: s.change, _signed, f"+{_PRICE}", _CHANGE, is_signed=True),
    Column("change_percent", "Chg %", lambda s, now: s.change_percent, _percent, "+00.00%", "In %", is_signed=True),
    Column("bid", "Bid", lambda s, now: s.bid, _price, _PRICE, "Best price bid"),
    Column("ask", "Ask", lambda s, now: s.ask, _price, _PRICE, "Best price asked"),
    Column("volume", "Volume", lambda s, now: s.day.volume, _amount, "000,000,000", "Volume of the day"),
    Column("high", "High", lambda s, now: s.day.high, _price, _PRICE, "High of the day", note=_since),
    Column("low", "Low", lambda s, now: s.day.low, _price, _PRICE, "Low of the day", note=_since),
    Column("age", "Age", lambda s, now: s.age_s(now), _age, "refused", "Time since the last message about it"),
)  # fmt: skip


class RowTexts:
    """The texts of one symbol's row, one for each of `COLUMNS`; made anew only where a value is another one."""

    __slots__ = ("_digits", "_state", "_texts", "_values")

    def __init__(self, state: SymbolState) -> None:
        self._state = state
        self._digits = -1
        self._values: list[Any] = []
        self._texts: list[str] = []

    def read(self, now_ns: int) -> list[str]:
        """Return the texts of this moment; the same list as before where nothing is another text."""
        state = self._state
        digits = state.price_digits
        values = [column.value(state, now_ns) for column in COLUMNS]
        if digits != self._digits or state.refusal is not None:
            texts = [column.format(value, state) for column, value in zip(COLUMNS, values, strict=True)]
        else:
            texts = [
                text if value == before else column.format(value, state)
                for column, value, before, text in zip(COLUMNS, values, self._values, self._texts, strict=True)
            ]
        self._digits, self._values = digits, values
        if texts != self._texts:
            self._texts = texts
        return self._texts
