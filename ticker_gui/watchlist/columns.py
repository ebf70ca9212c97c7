"""The watchlist's columns, declared in one table for the window, exports, filters and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from itertools import repeat
from typing import Any, Final, NamedTuple

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import no_data_words, numbers
from ticker_gui.formatting.csv_export import Cell
from ticker_gui.formatting.past_times import past_time
from ticker_gui.formatting.status_words import NO_DATA, REPLAY_WORD, SYMBOL_WORDS
from ticker_gui.market import display_values
from ticker_gui.market.subscription import overdue_status
from ticker_gui.market.symbol_state import SymbolState

Value = Callable[[SymbolState, int], Any]
Format = Callable[[Any, SymbolState], str]

_PRICE: Final = "0.000001832"  # as wide as nine decimals or a price of hundreds of millions
_SYMBOL: Final = "BTC-USD"  # the column gets the rest of the width
_DRAWN: Final = "0.0000"  # width of cells that are drawn
ALIGNED_DECIMALS: Final = 5  # with room behind aligned decimal points
MAX_NAME_LENGTH: Final = 80
_LATE_AFTER_NS: Final = 2 * SECOND_NS
_AMOUNT: Final = "999,999"
_LONG_AGE: Final = "quiet 12 min"  # as long as the words that may stand in place of an age
_REFERENCE: Final = "from the previous close, or from the open if it is unknown"

# The sources of columns.
_QUOTES: Final = frozenset((Capability.QUOTES,))
_QUOTE_SIZES: Final = frozenset((Capability.QUOTE_SIZES,))
_TRADE_SIZES: Final = frozenset((Capability.TRADE_SIZES,))
_CHANGES: Final = frozenset((Capability.DAY_OPEN, Capability.PREVIOUS_CLOSE))
_OPENS: Final = frozenset((Capability.DAY_OPEN,))
_CLOSES: Final = frozenset((Capability.PREVIOUS_CLOSE,))
_RANGES: Final = frozenset((Capability.DAY_RANGE, Capability.TRADES))
_VOLUMES: Final = frozenset((Capability.DAY_VOLUME, Capability.TRADE_SIZES))


class CellKind(Enum):
    """How the cells of a column are drawn."""

    TEXT = "left-aligned text"
    NUMBER = "right-aligned number"
    PRICE = "number aligned at its decimal point"
    RANGE = "marker between two ends"
    SPARKLINE = "sparkline"


class Column(NamedTuple):
    """Declaration of one column.

    ``value(state, now_ns)`` returns the raw value, None if it is unknown; ``format(value, state)`` returns its text.
    ``width_sample`` is a text of typical width, which sets the column's default width. The column stays empty unless a
    feed delivers one of ``sources``; None if every feed fills it. Values of ``is_signed`` columns are colored by their
    sign. ``qualifier(state)`` returns a note for the cell's tooltip, or an empty text.
    """

    key: str
    title: str
    value: Value
    format: Format
    width_sample: str
    tooltip: str
    sources: frozenset[Capability] | None
    kind: CellKind = CellKind.NUMBER
    is_signed: bool = False
    qualifier: Callable[[SymbolState], str] | None = None


def _text(value: str, state: SymbolState) -> str:
    return sanitize_text(value, SYMBOL_LENGTH)


def _name(value: str, state: SymbolState) -> str:
    return sanitize_text(value, MAX_NAME_LENGTH)


def _price(value: float | None, state: SymbolState) -> str:
    return numbers.NONE if value is None else numbers.price(value, numbers.column_decimals(value, state.price_decimals))


def _signed(value: float | None, state: SymbolState) -> str:
    if value is None:
        return numbers.NONE
    return numbers.signed_price(value, numbers.column_decimals(value, state.price_decimals))


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


def status_word(state: SymbolState, now_ns: int) -> str:
    """Return the word for the status of a symbol; nothing of a recording is live."""
    status = state.status(now_ns)
    is_replayed = status is SymbolStatus.LIVE and state.coverage.is_replay
    return REPLAY_WORD if is_replayed else SYMBOL_WORDS[status]


def _age(value: int | None, state: SymbolState) -> str:
    if state.remembered is not None:
        dated_ns = state.remembered.dated_ns
        return past_time(dated_ns, dated_ns + (value or 0) * SECOND_NS, is_short=True)
    if state.held_price is not None:
        return SYMBOL_WORDS[SymbolStatus.PRICE_HELD]
    if state.rejection is not None and not state.has_data and state.refusal is None:
        return SYMBOL_WORDS[SymbolStatus.REJECTED]
    if (overdue := overdue_status(state)) is not None:
        return SYMBOL_WORDS[overdue]
    if value is not None:
        return numbers.age(value)
    if state.is_last_from_provider:
        return numbers.NONE
    return NO_DATA if state.refusal is None else SYMBOL_WORDS[SymbolStatus.REFUSED]


def _range_qualifier(state: SymbolState) -> str:
    """Return since when the range was observed, if the provider sends no daily range."""
    if state.day.has_provider_range or state.day.since_ns is None:
        return ""
    return f"observed since {numbers.clock_time(state.day.since_ns)}; the provider sends no daily range"


def _vwap_qualifier(state: SymbolState) -> str:
    """Return since when trades were observed, because no provider sends a VWAP."""
    return "" if state.day.since_ns is None else f"of trades since {numbers.clock_time(state.day.since_ns)}"


def _age_qualifier(state: SymbolState) -> str:
    """Return whether the price of the last message is held, or by how much that message was late."""
    late_ns = state.latency_ns - state.coverage.exchange_lag_ns
    late = f"the last trade arrived {numbers.age(late_ns // SECOND_NS)} late" if late_ns > _LATE_AFTER_NS else ""
    return describe_held_price(state) or describe_rejection(state) or late


def describe_rejection(state: SymbolState) -> str:
    """Return why the data after the last message was rejected, or an empty text."""
    return "" if state.rejection is None else f"newer data was rejected: {state.rejection}"


def describe_held_price(state: SymbolState) -> str:
    """Return which price is held and why, or an empty text."""
    return no_data_words.describe_held_price(state.held_price, state.last)


def _last_qualifier(state: SymbolState) -> str:
    """Return whether a newer price is held, or whether the last price comes from the provider and not from a trade."""
    if state.held_price is not None:
        return describe_held_price(state)
    if not state.is_last_from_provider:
        return ""
    time_ns = state.provider_last_ns
    when = "at an unknown time" if time_ns is None else f"at {numbers.clock_time(time_ns)}"
    return f"last price reported by the provider, traded {when}; no trade since the feed connected"


def _day_range_qualifier(state: SymbolState) -> str:
    day = state.remembered or state.day
    low, high = _price(day.low, state), _price(day.high, state)
    return f"low {low}, high {high}{', ' if (since := _range_qualifier(state)) else ''}{since}"


COLUMNS: Final = (
    Column("symbol", "Symbol", lambda s, now: s.symbol, _text, _SYMBOL, "Symbol of the instrument", None, CellKind.TEXT),
    Column("alias", "Alias", lambda s, now: s.alias, _text, "My favorite", "Your own name for the symbol", None, CellKind.TEXT),
    Column("name", "Name", lambda s, now: s.name, _name, "Apple Incorporated", "Name of the instrument, from the provider's list of symbols", None, CellKind.TEXT),
    Column("feed", "Feed", lambda s, now: s.feed, _text, "127.0.0.1", "Feed that delivers the data", None, CellKind.TEXT),
    Column("last", "Last", lambda s, now: (s.remembered or s).last, _price, f"▲ {_PRICE}", "Price of the last trade", None, CellKind.PRICE, qualifier=_last_qualifier),
    Column("last_size", "Last size", lambda s, now: s.last_size or None, _amount, _AMOUNT, "Size of the last trade", _TRADE_SIZES),
    Column("change", "Chg", lambda s, now: display_values.change(s), _signed, f"▲ +{_PRICE}", f"Change {_REFERENCE}", _CHANGES, CellKind.PRICE, is_signed=True),
    Column("change_percent", "Chg %", lambda s, now: display_values.change_percent(s), _signed_percent, "▲ +100.00%", f"Change in percent {_REFERENCE}", _CHANGES, is_signed=True),
    Column("line", "Trend", lambda s, now: None, _empty, "0.0000018320", "Recent prices, over the same period in all rows", None, CellKind.SPARKLINE),
    Column("bid", "Bid", lambda s, now: (s.remembered or s).bid, _price, _PRICE, "Best bid price", _QUOTES, CellKind.PRICE),
    Column("bid_size", "Bid size", lambda s, now: s.bid_size, _amount, _AMOUNT, "Size at the best bid", _QUOTE_SIZES),
    Column("ask", "Ask", lambda s, now: (s.remembered or s).ask, _price, _PRICE, "Best ask price", _QUOTES, CellKind.PRICE),
    Column("ask_size", "Ask size", lambda s, now: s.ask_size, _amount, _AMOUNT, "Size at the best ask", _QUOTE_SIZES),
    Column("spread", "Spread", lambda s, now: display_values.spread(s), _price, _PRICE, "Difference between the best bid and the best ask", _QUOTES, CellKind.PRICE),
    Column("spread_percent", "Spread %", lambda s, now: display_values.spread_percent(s), _percent, "10.000%", "Spread as a percentage of the mid price", _QUOTES),
    Column("mid", "Mid", lambda s, now: display_values.mid(s), _price, _PRICE, "Midpoint between the best bid and the best ask", _QUOTES, CellKind.PRICE),
    Column("volume", "Volume", lambda s, now: (s.remembered or s.day).volume, _amount, "999.99 M", "Traded volume of the day", _VOLUMES),
    Column("trades", "Trades", lambda s, now: s.trades, _count, "9,999,999", "Number of trades received", None),
    Column("open", "Open", lambda s, now: (s.remembered or s.day).open, _price, _PRICE, "Opening price of the day", _OPENS, CellKind.PRICE),
    Column("high", "High", lambda s, now: (s.remembered or s.day).high, _price, _PRICE, "Highest price of the day", _RANGES, CellKind.PRICE, qualifier=_range_qualifier),
    Column("low", "Low", lambda s, now: (s.remembered or s.day).low, _price, _PRICE, "Lowest price of the day", _RANGES, CellKind.PRICE, qualifier=_range_qualifier),
    Column("range", "Day range", lambda s, now: display_values.day_range_percent(s), _whole_percent, _DRAWN, "Position of the last price between the day's low and high", _RANGES, CellKind.RANGE, qualifier=_day_range_qualifier),
    Column("previous_close", "Prev close", lambda s, now: (s.remembered or s.day).previous_close, _price, _PRICE, "Closing price of the previous day", _CLOSES, CellKind.PRICE),
    Column("vwap", "VWAP", lambda s, now: s.day.vwap, _price, _PRICE, "Volume-weighted average price of the day", _TRADE_SIZES, CellKind.PRICE, qualifier=_vwap_qualifier),
    Column("age", "Age", lambda s, now: display_values.last_age_s(s, now), _age, _LONG_AGE, "Time since the last update", None, qualifier=_age_qualifier),
    Column("state", "Status", status_word, _text, SYMBOL_WORDS[SymbolStatus.NOT_CONNECTED], "Status, such as live, quiet or unavailable", None, CellKind.TEXT),
)  # fmt: skip
_VALUES: Final = tuple(column.value for column in COLUMNS)
COLUMN_INDEX: Final = {column.key: index for index, column in enumerate(COLUMNS)}
_AGE: Final = COLUMN_INDEX["age"]

# At their default widths these leave about 60 % of the window for the chart.
DEFAULT_COLUMNS: Final = ("symbol", "feed", "last", "change_percent", "line", "range", "volume", "age")


def columns_without_data(capabilities: frozenset[Capability]) -> frozenset[str]:
    """Return the keys of the columns that stay empty with these capabilities."""
    return frozenset(column.key for column in COLUMNS if column.sources and not column.sources & capabilities)


def export_row(state: SymbolState, now_ns: int, keys: Iterable[str]) -> list[Cell]:
    """Return one row for export: numbers as raw values, everything else as displayed."""
    row: list[Cell] = []
    for key in keys:
        column = COLUMNS[COLUMN_INDEX[key]]
        value = column.value(state, now_ns)
        if column.kind is CellKind.TEXT:
            value = column.format(value, state)
        row.append(numbers.without_noise(value) if isinstance(value, float) else value)
    return row


class RowTextCache:
    """Cached texts of one symbol's row, one for each of `COLUMNS`; formatted again only when a value changes.

    Columns that are not requested stay empty.
    """

    __slots__ = ("_age_word", "_columns", "_digits", "_had_age_text", "_state", "_texts", "_values")

    def __init__(self, state: SymbolState) -> None:
        self._state = state
        self._digits = -1
        self._age_word = ""
        self._had_age_text = False  # a rejected symbol, a missing answer or a held price is shown instead of an age
        self._columns: tuple[int, ...] = ()
        self._values: list[Any] = []
        self._texts: list[str] = []

    def read(
        self, now_ns: int, columns: tuple[int, ...], style: numbers.NumberStyle = numbers.PLAIN, age_word: str = ""
    ) -> list[str]:
        """Return the current texts; it is the same list object as before if no text has changed.

        ``age_word`` stands in place of the age.
        """
        state = self._state
        digits = state.price_decimals
        values = [_VALUES[index](state, now_ns) for index in columns]
        texts = known = self._texts
        before: Iterable[Any] = self._values
        has_age_text = (
            state.refusal is not None
            or state.held_price is not None
            or state.overdue is not None
            or state.rejection is not None
            or age_word != self._age_word
        )
        self._age_word = age_word
        if columns is not self._columns or digits != self._digits or has_age_text or self._had_age_text:
            texts = [""] * len(COLUMNS)
            before = repeat(self)  # equal to no value
        for index, value, old in zip(columns, values, before):  # noqa: B905  # endless
            if value != old:
                column = COLUMNS[index]
                text = column.format(value, state)
                if column.kind is not CellKind.TEXT:
                    text = numbers.on_screen(text if style is numbers.PLAIN else style.write(text))
                if text != texts[index]:
                    if texts is known:
                        texts = known.copy()
                    texts[index] = text
        if age_word and _AGE in columns and texts[_AGE] != age_word:
            if texts is known:
                texts = known.copy()
            texts[_AGE] = age_word
        self._columns, self._digits, self._values, self._had_age_text = columns, digits, values, has_age_text
        if texts is not known and texts != known:
            self._texts = texts
        return self._texts
