"""The table's columns, one line each; the window, exports and tests all read them here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from itertools import repeat
from typing import Any, Final, NamedTuple

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.formatting.csv_export import Cell
from ticker_gui.market import display_values
from ticker_gui.market.subscription import waits_for
from ticker_gui.market.symbol_state import SymbolState

Value = Callable[[SymbolState, int], Any]
Format = Callable[[Any, SymbolState], str]

_PRICE: Final = "0.000001832"  # as wide as nine decimals, and as prices of hundreds of millions
_LONG_SYMBOL: Final = "BTC-26DEC25-100000-C"  # as long as most names get, and its middle tells it from others
_DRAWN: Final = "0.0000"  # of what is drawn and not written
PRICE_LENGTH: Final = len(_PRICE)
_LATE_AFTER_NS: Final = 2 * SECOND_NS
_AMOUNT: Final = "999,999"
_CHANGE_TOOLTIP: Final = "Last price against the previous close, or the open"


class CellKind(Enum):
    """How a column is shown."""

    TEXT = "words, on the left"
    NUMBER = "on the right"
    PRICE = "decimal points below each other"
    RANGE = "a mark between two ends"
    SPARKLINE = "a small chart"


class Column(NamedTuple):
    """One column.

    ``value(state, now_ns)`` returns the raw value, None if it is unknown; ``format(value, state)`` returns its text.
    ``width_sample`` is a text of typical width, which sets the column's default width. Values of ``is_signed`` columns
    are coloured by their sign. ``qualifier(state)`` returns a note for the cell's tool tip, or an empty text.
    """

    key: str
    title: str
    value: Value
    format: Format
    width_sample: str
    tooltip: str
    kind: CellKind = CellKind.NUMBER
    is_signed: bool = False
    qualifier: Callable[[SymbolState], str] | None = None


def _mid(state: SymbolState) -> float | None:
    return None if state.bid is None or state.ask is None else (state.bid + state.ask) / 2


def _spread(state: SymbolState) -> float | None:
    return None if state.bid is None or state.ask is None else state.ask - state.bid


def _spread_percent(state: SymbolState) -> float | None:
    spread, mid = _spread(state), _mid(state)
    return None if spread is None or not mid else 100.0 * spread / abs(mid)


def _day_range_percent(state: SymbolState) -> float | None:
    """Return where the last price is between the day's low, 0, and its high, 100."""
    last, low, high = state.last, state.day.low, state.day.high
    if last is None or low is None or high is None:
        return None
    return 100.0 * min(max(last - low, 0.0), high - low) / (high - low) if high > low else 50.0


def _text(value: str, state: SymbolState) -> str:
    return sanitize_text(value, SYMBOL_LENGTH)


def _price(value: float | None, state: SymbolState) -> str:
    return numbers.NONE if value is None else numbers.price(value, numbers.listed_decimals(value, state.price_decimals))


def _signed(value: float | None, state: SymbolState) -> str:
    if value is None:
        return numbers.NONE
    return numbers.signed_price(value, numbers.listed_decimals(value, state.price_decimals))


def _signed_percent(value: float | None, state: SymbolState) -> str:
    return numbers.signed_percent(value)


def _percent(value: float | None, state: SymbolState) -> str:
    return numbers.percent(value)


def _amount(value: float | None, state: SymbolState) -> str:
    return numbers.amount(value)


def _count(value: int | None, state: SymbolState) -> str:
    return numbers.count(value)


def _whole_percent(value: float | None, state: SymbolState) -> str:
    return numbers.NONE if value is None else f"{value:.0f}%"


def _empty(value: None, state: SymbolState) -> str:
    return ""


def _age(value: int | None, state: SymbolState) -> str:
    if state.held_price is not None:
        return "price held"
    if waiting := waits_for(state):
        return waiting
    if value is not None:
        return numbers.age(value)
    if state.is_last_stated:
        return numbers.NONE
    return "no data" if state.refusal is None else "refused"


def _range_qualifier(state: SymbolState) -> str:
    """Return since when a range was watched, where the provider tells none of the day."""
    if state.day.has_range or state.day.since_ns is None:
        return ""
    return f"as watched since {numbers.clock_time(state.day.since_ns)}; the provider tells none of the day"


def _vwap_qualifier(state: SymbolState) -> str:
    """Return since when trades were watched, as no provider tells this figure."""
    return "" if state.day.since_ns is None else f"of the trades since {numbers.clock_time(state.day.since_ns)}"


def _age_qualifier(state: SymbolState) -> str:
    """Return what is to be known of the last message: that its price is held, or that it was late."""
    late_ns = state.latency_ns - state.watch.exchange_lag_ns
    late = f"the last trade arrived {numbers.age(late_ns // SECOND_NS)} late" if late_ns > _LATE_AFTER_NS else ""
    return describe_held_price(state) or late


def describe_held_price(state: SymbolState) -> str:
    """Return which price is held and why, or nothing."""
    if (held := state.held_price) is None:
        return ""
    last = "" if state.last is None else f"far from {numbers.exact(state.last)}, "
    return f"price {numbers.exact(held)} held: {last}waiting for confirmation"


def _last_qualifier(state: SymbolState) -> str:
    """Return what is special about the last price: that another one is held, or that no trade was observed."""
    if state.held_price is not None:
        return describe_held_price(state)
    if not state.is_last_stated:
        return ""
    time_ns = state.stated_ns
    when = "at an unknown time" if time_ns is None else f"at {numbers.clock_time(time_ns)}"
    return f"the last price that the provider states, traded {when}; no trade since this feed connected"


def _day_range_qualifier(state: SymbolState) -> str:
    low, high = _price(state.day.low, state), _price(state.day.high, state)
    return f"of the way from {low} to {high}{', ' if (since := _range_qualifier(state)) else ''}{since}"


COLUMNS: Final = (
    Column("symbol", "Symbol", lambda s, now: s.symbol, _text, _LONG_SYMBOL, "Symbol", CellKind.TEXT),
    Column("alias", "Alias", lambda s, now: s.alias, _text, "My favourite", "What you call it", CellKind.TEXT),
    Column("feed", "Feed", lambda s, now: s.feed, _text, "coinbase", "Feed it comes from", CellKind.TEXT),
    Column("last", "Last", lambda s, now: s.last, _price, f"▲ {_PRICE}", "Price of the last trade", CellKind.PRICE, qualifier=_last_qualifier),
    Column("last_size", "Last size", lambda s, now: s.last_size or None, _amount, _AMOUNT, "Size of the last trade"),
    Column("change", "Chg", lambda s, now: display_values.change(s), _signed, f"+{_PRICE}", _CHANGE_TOOLTIP, CellKind.PRICE, is_signed=True),
    Column("change_percent", "Chg %", lambda s, now: display_values.change_percent(s), _signed_percent, "+100.00%", f"{_CHANGE_TOOLTIP}, in per cent", is_signed=True),
    Column("line", "Trend", lambda s, now: None, _empty, "0.0000018320", "Last prices, all rows over the same time", CellKind.SPARKLINE),
    Column("bid", "Bid", lambda s, now: s.bid, _price, _PRICE, "Best bid", CellKind.PRICE),
    Column("bid_size", "Bid size", lambda s, now: s.bid_size, _amount, _AMOUNT, "What the best bid would take"),
    Column("ask", "Ask", lambda s, now: s.ask, _price, _PRICE, "Best offer", CellKind.PRICE),
    Column("ask_size", "Ask size", lambda s, now: s.ask_size, _amount, _AMOUNT, "What the best offer would give"),
    Column("spread", "Spread", lambda s, now: _spread(s), _price, _PRICE, "From the best bid to the best offer", CellKind.PRICE),
    Column("spread_percent", "Spread %", lambda s, now: _spread_percent(s), _percent, "10.000%", "The spread in per cent of the middle"),
    Column("mid", "Mid", lambda s, now: _mid(s), _price, _PRICE, "The middle between bid and offer", CellKind.PRICE),
    Column("volume", "Volume", lambda s, now: s.day.volume, _amount, "999.99 M", "Volume of the day"),
    Column("trades", "Trades", lambda s, now: s.trades, _count, "9,999,999", "Trades watched by this program"),
    Column("open", "Open", lambda s, now: s.day.open, _price, _PRICE, "Open of the day", CellKind.PRICE),
    Column("high", "High", lambda s, now: s.day.high, _price, _PRICE, "High of the day", CellKind.PRICE, qualifier=_range_qualifier),
    Column("low", "Low", lambda s, now: s.day.low, _price, _PRICE, "Low of the day", CellKind.PRICE, qualifier=_range_qualifier),
    Column("range", "Day range", lambda s, now: _day_range_percent(s), _whole_percent, _DRAWN, "Where the last price is between low and high", CellKind.RANGE, qualifier=_day_range_qualifier),
    Column("previous_close", "Prev close", lambda s, now: s.day.previous_close, _price, _PRICE, "Close of the day before", CellKind.PRICE),
    Column("vwap", "VWAP", lambda s, now: s.day.vwap, _price, _PRICE, "Average price of the day, weighted by volume", CellKind.PRICE, qualifier=_vwap_qualifier),
    Column("age", "Age", lambda s, now: display_values.last_age_s(s, now), _age, "no answer", "Time since the last message about it; before the first trade, since the trade of the last price", qualifier=_age_qualifier),
    Column("state", "State", lambda s, now: s.word(now), _text, "not connected", "How it stands with it", CellKind.TEXT),
)  # fmt: skip
_VALUES: Final = tuple(column.value for column in COLUMNS)
COLUMN_INDEX: Final = {column.key: index for index, column in enumerate(COLUMNS)}

# What is shown before the user chooses: at their usual widths they leave room for a chart on a screen of 1366 pixels.
DEFAULT_COLUMNS: Final = (
    "symbol", "feed", "last", "change", "change_percent", "line", "bid", "ask", "volume", "age",
)  # fmt: skip


_QUOTES: Final = frozenset((Capability.QUOTES,))
_CHANGES: Final = frozenset((Capability.DAY_OPEN, Capability.PREVIOUS_CLOSE))
_RANGES: Final = frozenset((Capability.DAY_RANGE, Capability.TRADES))
_QUOTE_SIZES: Final = frozenset((Capability.QUOTE_SIZES,))
_TRADE_SIZES: Final = frozenset((Capability.TRADE_SIZES,))
# Columns that stay empty unless a feed delivers one of these; every other column always has something to show.
_SOURCES: Final = {
    "last_size": _TRADE_SIZES,
    "change": _CHANGES,
    "change_percent": _CHANGES,
    "bid": _QUOTES,
    "bid_size": _QUOTE_SIZES,
    "ask": _QUOTES,
    "ask_size": _QUOTE_SIZES,
    "spread": _QUOTES,
    "spread_percent": _QUOTES,
    "mid": _QUOTES,
    "volume": frozenset((Capability.DAY_VOLUME, Capability.TRADE_SIZES)),
    "open": frozenset((Capability.DAY_OPEN,)),
    "high": _RANGES,
    "low": _RANGES,
    "range": _RANGES,
    "previous_close": frozenset((Capability.PREVIOUS_CLOSE,)),
    "vwap": _TRADE_SIZES,
}


def columns_without_data(capabilities: frozenset[Capability]) -> frozenset[str]:
    """Return the keys of the columns that stay empty with these capabilities."""
    return frozenset(key for key, sources in _SOURCES.items() if not sources & capabilities)


def export_row(state: SymbolState, now_ns: int, keys: Iterable[str]) -> list[Cell]:
    """Return a row for other programs: figures as bare numbers, all else as it is shown."""
    row: list[Cell] = []
    for key in keys:
        column = COLUMNS[COLUMN_INDEX[key]]
        value = column.value(state, now_ns)
        if column.kind is CellKind.TEXT:
            value = column.format(value, state)
        row.append(numbers.without_noise(value) if isinstance(value, float) else value)
    return row


class RowTextCache:
    """The texts of one symbol's row, one for each of `COLUMNS`; made anew only where a value is another one.

    Columns that nobody asks for stay empty.
    """

    __slots__ = ("_columns", "_digits", "_had_age_text", "_state", "_texts", "_values")

    def __init__(self, state: SymbolState) -> None:
        self._state = state
        self._digits = -1
        self._had_age_text = False  # a refusal, a missing answer or a held price, in words instead of an age
        self._columns: tuple[int, ...] = ()
        self._values: list[Any] = []
        self._texts: list[str] = []

    def read(self, now_ns: int, columns: tuple[int, ...], style: numbers.NumberStyle = numbers.PLAIN) -> list[str]:
        """Return the texts of this moment; the same list as before where nothing is another text."""
        state = self._state
        digits = state.price_decimals
        values = [_VALUES[index](state, now_ns) for index in columns]
        texts = known = self._texts
        before: Iterable[Any] = self._values
        has_age_text = state.refusal is not None or state.held_price is not None or state.overdue is not None
        if columns is not self._columns or digits != self._digits or has_age_text or self._had_age_text:
            texts = [""] * len(COLUMNS)
            before = repeat(self)  # equal to no value
        for index, value, old in zip(columns, values, before):  # noqa: B905  # endless
            if value != old:
                column = COLUMNS[index]
                text = column.format(value, state)
                if style is not numbers.PLAIN and column.kind is not CellKind.TEXT:
                    text = style.write(text)
                if text != texts[index]:
                    if texts is known:
                        texts = known.copy()
                    texts[index] = text
        self._columns, self._digits, self._values, self._had_age_text = columns, digits, values, has_age_text
        if texts is not known and texts != known:
            self._texts = texts
        return self._texts
