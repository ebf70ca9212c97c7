"""Any feed whose mapping in the settings contains the paths to its values.

The paths are JMESPath (jmespath.org). `ticker_gui.feeds.mapping` describes the fields and
`ticker_gui.feeds.generic.paths` the extensions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final, TypeAlias

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Trade
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.derived import mid_price
from ticker_gui.feeds.generic.heartbeats import Heartbeats
from ticker_gui.feeds.generic.paths import Accessor, compile_condition, compile_items, compile_path
from ticker_gui.feeds.generic.payloads import unpack
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.symbols import SymbolResolver, split_pair
from ticker_gui.feeds.wire import decimal, parse_timestamp_ns, to_json

_Context: TypeAlias = tuple[Any, Any, str | None]  # the arguments of accessors: an item, its message and its name

_MIN_NS: Final = 315_532_800 * SECOND_NS  # 1980; an earlier value is a date as a number, or zero
_MAX_NS: Final = 4_102_444_800 * SECOND_NS  # 2100
# A time of day has no date, and a date alone is not the time of a trade.
_DATE_OR_TIME_OF_DAY: Final = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
    r"|[0-9]{4}[./-][0-9]{2}[./-][0-9]{2}[Tt]?|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}"
)
_MAX_ITEMS: Final = 10_000  # in one frame; a snapshot of all markets has some thousands
MID_PRICE: Final = "$mid"  # instead of a path to the price
_DAY: Final = ("open", "high", "low", "previous_close", "volume")


class Reader:
    """A compiled mapping: it reads messages and returns facts.

    If the mapping has no price, the mid price is used as the last price of currency pairs, which have no public
    trades. If its price is ``$mid``, that is used for all symbols.

    Raises:
        ValueError: a path of the mapping is invalid; the message names it.
    """

    def __init__(self, mapping: FieldMapping, resolver: SymbolResolver) -> None:
        self._resolver = resolver
        self._always_uses_mid_price = mapping.price == MID_PRICE
        if self._always_uses_mid_price:
            if not (mapping.bid and mapping.ask):
                raise ValueError(f"price = {quoted(MID_PRICE)} needs the paths to bid and ask")
            mapping = msgspec.structs.replace(mapping, price="")
        self._items = _named("items", compile_items, mapping.items)
        self._when = _named("when", compile_condition, mapping.when) if mapping.when else None
        self._symbol = _accessor(mapping, "symbol")
        self._price, self._size = _accessor(mapping, "price"), _accessor(mapping, "size")
        self._time, self._trade_id = _accessor(mapping, "time"), _accessor(mapping, "trade_id")
        self._bid, self._bid_size = _accessor(mapping, "bid"), _accessor(mapping, "bid_size")
        self._ask, self._ask_size = _accessor(mapping, "ask"), _accessor(mapping, "ask_size")
        self._has_quotes = self._bid is not None or self._ask is not None
        self._day = [(name, accessor) for name in _DAY if (accessor := _accessor(mapping, name)) is not None]

    def facts(self, messages: Iterable[Any]) -> list[Fact]:
        """Return the events in the messages of a frame, about requested and other symbols.

        Raises:
            FrameError: a value is not what it should be, or there are too many items.
        """
        facts: list[Fact] = []
        room = _MAX_ITEMS
        for message in messages:
            for item, key in self._items(message):
                room -= 1
                if room < 0:
                    raise FrameError(f"more than {_MAX_ITEMS:,} items in one frame")
                if self._when is None or self._when(item, message, key):
                    self._read(facts, (item, message, key))
        return facts

    def _read(self, facts: list[Fact], context: _Context) -> None:
        """Append the events of one item."""
        read_symbol, read_price = self._symbol, self._price
        symbol = self._resolver.only if read_symbol is None else self._resolver.resolve(read_symbol(*context))
        if symbol is None:
            return
        value = None if self._time is None else self._time(*context)
        time_ns = _time(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
        quote = self._quote(symbol, time_ns, context) if self._has_quotes else None
        price = None if read_price is None else _number(read_price, context)
        if read_price is None and quote is not None and (self._always_uses_mid_price or _is_currency_pair(symbol)):
            price = mid_price(quote)
        if price is not None:
            size = None if self._size is None else _number(self._size, context)
            # Some feeds send sales with a negative size.
            size = None if size is None else abs(size)
            facts.append(Trade(symbol, price, size, time_ns, _identifier(self._trade_id, context)))
        if quote is not None:
            facts.append(quote)
        if self._day:
            day: dict[str, Any] = {
                name: value for name, read in self._day if (value := _number(read, context)) is not None
            }
            if day:
                facts.append(DayStats(symbol, **day, time_ns=time_ns))

    def _quote(self, symbol: str, time_ns: int | None, context: _Context) -> Quote | None:
        """Return the best bid and ask if there is at least one; a price or a size of zero is an empty side."""
        bid, bid_size, ask, ask_size = [
            None if read is None else _number(read, context)
            for read in (self._bid, self._bid_size, self._ask, self._ask_size)
        ]
        if bid is None and ask is None:
            return None
        return quote_of(symbol, _stated(bid), _stated(bid_size), _stated(ask), _stated(ask_size), time_ns)


def _is_currency_pair(symbol: str) -> bool:
    pair = split_pair(symbol)
    return pair is not None and pair.is_fiat


class Mapped(FeedProtocol):
    """A feed that is described by a mapping in the settings."""

    name: ClassVar = "mapped"
    title: ClassVar = "Any feed (with a mapping)"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.PREVIOUS_CLOSE}
    data_note: ClassVar = "as far as mapped"
    url: ClassVar = "wss://host/path"
    provenance: ClassVar = "settings"
    has_exchange_prefixes: ClassVar = True  # its notation is unknown

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._mapping = self.credentials.mapping or FieldMapping()
        self._resolver = SymbolResolver()
        self._heartbeats = Heartbeats()
        try:
            self._reader = Reader(self._mapping, self._resolver)
        except ValueError as error:
            raise FeedRejected(f"The mapping is invalid: {error}. Fix it in the settings, then retry.") from error

    @classmethod
    def capabilities_with(cls, mapping: FieldMapping | None) -> frozenset[Capability]:
        """Return the capabilities for which the mapping has paths."""
        mapping = mapping or FieldMapping()
        price = mapping.price or (mapping.bid and mapping.ask)  # of currency pairs, the mid price
        delivered = {
            Capability.TRADES: price,
            Capability.TRADE_SIZES: price and mapping.size,
            Capability.QUOTES: mapping.bid or mapping.ask,
            Capability.QUOTE_SIZES: (mapping.bid or mapping.ask) and (mapping.bid_size or mapping.ask_size),
            Capability.DAY_OPEN: mapping.open,
            Capability.DAY_RANGE: mapping.high or mapping.low,
            Capability.DAY_VOLUME: mapping.volume,
            Capability.PREVIOUS_CLOSE: mapping.previous_close,
        }
        return frozenset(capability for capability, path in delivered.items() if path)

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """Return the symbol as typed."""
        return symbol

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "subscribe":
            self._resolver.add(symbols)
        else:
            self._resolver.remove(symbols)
        return fill_template(getattr(self._mapping, action), symbols, self.credentials.key)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a frame with the mapping, and answer pings; other messages are ignored."""
        if self._heartbeats.answer_text(payload, self.outgoing):
            return ()
        messages = unpack(payload)
        facts = self._reader.facts(messages)
        if not facts:
            self._heartbeats.answer(messages, self.outgoing)
        return facts

    @property
    def notes(self) -> tuple[str, ...]:
        """The unanswered pings, as sentences for the user."""
        return self._heartbeats.notes


def fill_template(template: str, symbols: Sequence[str], key: str | None) -> list[str]:
    """Return the messages of a template: one for all symbols, or one per symbol if it contains ``$SYMBOL``.

    ``$SYMBOLS`` becomes a JSON array of the symbols; inside quotes, their list separated by commas.
    """
    if not template or not symbols:
        return []
    template = template.replace("$KEY", to_json(key or "")[1:-1])
    template = template.replace('"$SYMBOLS"', to_json(",".join(symbols))).replace("$SYMBOLS", to_json(symbols))
    if not re.search(r"\$SYMBOL\b", template):
        return [template]
    return [re.sub(r"\$SYMBOL\b", lambda _: to_json(symbol)[1:-1], template) for symbol in symbols]  # noqa: B023


def _named(field: str, compiled: Callable[[str], Any], path: str) -> Any:
    try:
        return compiled(path)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error


def _accessor(mapping: FieldMapping, field: str) -> Accessor | None:
    path: str = getattr(mapping, field)
    return _named(field, compile_path, path) if path else None


def _number(accessor: Accessor, context: _Context) -> float | None:
    value = accessor(*context)
    if type(value) is float:
        return value
    if isinstance(value, bool | dict | list):  # in messages of another kind
        return None
    return decimal(value)


def _stated(value: float | None) -> OptionalNumber:
    """Return a value; ``None`` is a value that is left out."""
    return UNSET if value is None else value


def _time(value: float | str) -> int | None:
    """Return the time of a value; ``None`` for a date, a time of day, or a number outside the years 1980 to 2100."""
    if isinstance(value, str) and _DATE_OR_TIME_OF_DAY.fullmatch(value.strip()):
        return None
    time_ns = parse_timestamp_ns(value)
    return time_ns if time_ns is not None and _MIN_NS < time_ns < _MAX_NS else None


def _identifier(accessor: Accessor | None, context: _Context) -> int | str | None:
    value = None if accessor is None else accessor(*context)
    return value if isinstance(value, int | str) and value != "" and not isinstance(value, bool) else None
