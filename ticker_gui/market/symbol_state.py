"""The state of one symbol of one feed: prices, statistics, trades and bars."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

import msgspec

from ticker_gui.bars.bar_history import BarHistory, HistoryCapacity
from ticker_gui.bars.gaps import CoverageTracker, Gap, Gaps
from ticker_gui.bars.tape import UPDATES_LAST, UPDATES_VOLUME, Tape
from ticker_gui.bars.weak_calls import weak_call
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.event_time import EARLIEST_NS, ClockStep, arrival_time, is_possible_start
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, MarketFact, Quote, Trade
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import NEVER_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import Instrument
from ticker_gui.market import backfilled_trades, corrections
from ticker_gui.market.backfills import Backfills
from ticker_gui.market.corrections import TradeStores
from ticker_gui.market.day import Day
from ticker_gui.market.deduplication import RecentIds
from ticker_gui.market.early_corrections import EarlyCorrections, replacement_of
from ticker_gui.market.fact_monitor import FactMonitor
from ticker_gui.market.first_trade import FirstTradeCheck
from ticker_gui.market.held_trades import BAND, BAND_SQUARED, HeldTrade, HeldTrades, quoted_price
from ticker_gui.market.outlier_filter import MAX_ABS_PRICE, MAX_SIZE, OutlierFilter, impossible_price
from ticker_gui.market.precision import PricePrecision
from ticker_gui.market.provider_last import ProviderLast
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.session_calendar import ROLLING, SessionCalendar
from ticker_gui.market.staleness import StalenessModel


class SymbolState:
    """The state of one symbol. `FeedMarket.apply` applies live facts; backfills and the archive add earlier data.

    ``symbol`` is the user's name for it, ``wire_symbol`` the provider's. Prices are ``None`` until they are known.
    ``version`` increases with every change; ``received_ns`` is when the last market fact arrived. ``related_facts`` are
    described at `FeedMarket`; readers empty the list.
    """

    __slots__ = (
        "__weakref__", "_early", "_first", "_held", "_missed", "_newest_ns", "_outlier_filter", "_precision",
        "_provider_last", "_quote_ns", "_quote_step", "_trade_step", "alias", "ask", "ask_size", "backfills", "bars",
        "bid", "bid_size", "collected_version", "coverage", "day", "feed", "gaps", "ids", "ignored_high", "ignored_low",
        "instrument", "is_acknowledged", "is_changed", "last", "last_ns", "last_size", "latency_ns", "monitor",
        "overdue", "received_ns", "refusal", "rejection", "related_facts", "remembered", "staleness", "symbol", "tape",
        "tick", "trading_period", "version", "was_watched_at_start", "wire_symbol",
    )  # fmt: skip

    def __init__(
        self,
        feed: str,
        symbol: str,
        wire_symbol: str,
        capacity: HistoryCapacity,
        coverage: CoverageTracker | None = None,
        *,
        has_sequential_trade_ids: bool = False,
        calendar: SessionCalendar = ROLLING,
        related_facts: list[HeldTrade | Correction] | None = None,
    ) -> None:
        self.feed, self.symbol, self.wire_symbol = feed, symbol, wire_symbol
        self.alias = ""  # the user's own name
        self.instrument: Instrument | None = None  # in the provider's list of symbols
        self.last: float | None = None
        self.last_size = 0.0
        self.latency_ns = 0  # of the last fact if it is a trade with a timestamp: from that to its arrival
        self.last_ns = NEVER_NS  # when the last price was traded
        self._newest_ns = self._quote_ns = NEVER_NS  # older trades are late; one is the last if a clock was set back
        self._trade_step, self._quote_step = ClockStep(), ClockStep()
        self.tick = 0  # direction of the last change of price: 1 up, -1 down
        self.bid: float | None = None
        self.bid_size: float | None = None
        self.ask: float | None = None
        self.ask_size: float | None = None
        self.day = Day(calendar)
        self.trading_period: TradingPeriod | None = None  # as the provider states it
        self._outlier_filter = OutlierFilter(symbol)
        self.ids = RecentIds(sequential=has_sequential_trade_ids)
        self._early, self._held = EarlyCorrections(self.ids), HeldTrades(symbol, self.ids)
        self._first, self._provider_last = FirstTradeCheck(), ProviderLast()
        self.related_facts: Final[list[HeldTrade | Correction]] = [] if related_facts is None else related_facts
        self.received_ns: int | None = None
        self.remembered: RememberedValues | None = None  # of an earlier session, until data arrives
        self.coverage = coverage or CoverageTracker()
        self.was_watched_at_start = not self.coverage.was_connected  # when the feed connected first
        self.gaps = Gaps()  # of this symbol only: times with missing trades
        self._missed = 0
        self.staleness, self._precision = StalenessModel(), PricePrecision()
        self.is_acknowledged = False  # the provider acknowledged the subscription on this connection
        self.refusal: str | None = None
        self.rejection: str | None = None  # why the newest fact was rejected
        self.overdue: str | None = None  # without an acknowledgement: the failure, or "" while it may still arrive
        self.version = self.collected_version = 0  # now, and when changes were collected last
        self.is_changed = False
        self.monitor: FactMonitor | None = None
        self.ignored_low, self.ignored_high = -inf, inf  # trades between them do not matter to the monitor
        self.tape, self.backfills = Tape(capacity.trades), Backfills()
        self.bars = BarHistory(self.tape, capacity, weak_call(self._find_gaps, ()), calendar.days)

    def _find_gaps(self) -> Sequence[Gap]:
        return self.backfills.applied_to((*self.coverage.gaps, *self.gaps))

    @property
    def name(self) -> str:
        """The name of the instrument; empty if it is unknown."""
        return "" if self.instrument is None else self.instrument.name

    @property
    def trades(self) -> int:
        """The number of trades that count, whether received live, backfilled or restored from the last session."""
        return self.tape.seen

    @property
    def is_last_from_provider(self) -> bool:
        """Whether the last price comes from the provider's statistics and not from a trade."""
        return self._provider_last.is_shown(self.last_ns)

    @property
    def provider_last_ns(self) -> int | None:
        """When a last price from statistics was traded; ``None`` if unknown."""
        return self._provider_last.time_ns if self.is_last_from_provider else None

    def is_live(self, now_ns: int) -> bool:
        """Return whether the data is fresh: connected, received on this connection, and not stale."""
        return self.coverage.is_connected and self.has_data and not self.is_stale(now_ns)

    @property
    def has_data(self) -> bool:
        """Whether market data has arrived on this connection."""
        return self.received_ns is not None and self.received_ns >= self.coverage.since_ns

    def status(self, now_ns: int) -> SymbolStatus:
        """Return the status of the symbol."""
        if not self.coverage.is_connected:
            return SymbolStatus.NOT_CONNECTED
        if self.refusal is not None:
            return SymbolStatus.REFUSED
        if (self.received_ns is None or self.has_data) and self.held_price is not None:
            return SymbolStatus.PRICE_HELD
        if self.has_data:
            return SymbolStatus.STALE if self.is_stale(now_ns) else SymbolStatus.LIVE
        if self.rejection is not None:
            return SymbolStatus.REJECTED
        return SymbolStatus.NO_ANSWER if self.overdue else SymbolStatus.PENDING

    @property
    def held_price(self) -> float | None:
        """A price far from the last one that waits for a second trade to confirm it, or ``None``."""
        return self._held.price(self.tape)

    @property
    def missed(self) -> int:
        """The number of missing trades, according to gaps in the provider's trade ids."""
        return self.ids.missed

    def is_stale(self, now_ns: int) -> bool:
        """Return whether the data is old: the whole feed is quiet, or the symbol for longer than is usual for it."""
        return self.received_ns is not None and (self.coverage.is_quiet or self.is_overdue(now_ns))

    def is_overdue(self, now_ns: int) -> bool:
        """Return whether no data has arrived for longer than is usual for this symbol."""
        return self.received_ns is not None and now_ns - self.received_ns > self.staleness.stale_after_ns

    @property
    def price_decimals(self) -> int:
        """The decimals of displayed prices: as many as any price needed that was current when this was read."""
        prices = self.remembered or self
        return self._precision.observe(prices.last, prices.bid, prices.ask)

    def set_instrument(self, instrument: Instrument | None) -> None:
        """Set the entry of the provider's list of symbols, whose tick size decides the decimals of prices."""
        self.instrument = instrument
        self._precision.set_tick_size(None if instrument is None else instrument.tick_size)

    def discard_held(self) -> None:
        """Discard the held trades, because the symbol is removed; they count as rejected."""
        self._held.discard()

    def apply(self, fact: MarketFact, received_ns: int) -> bool:  # noqa: C901  # inlined: calls would cost time per trade
        """Apply one fact; return whether it was new. The cost does not depend on the history.

        Raises:
            FrameError: a value is impossible, or has to be confirmed first.
        """
        if type(fact) is not Trade:  # ten times cheaper than isinstance
            self.latency_ns = 0
            if is_news := self._apply_other(fact, received_ns):
                self._note_arrival(received_ns)
                self.version += 1
            return is_news
        price = fact.price
        if not -MAX_ABS_PRICE < price < MAX_ABS_PRICE:
            raise impossible_price("price", price, self.symbol)
        time_ns = fact.time_ns
        if time_ns is not None and EARLIEST_NS < time_ns <= received_ns + self.coverage.max_ahead_ns:
            stamp_ns, latency_ns = time_ns, received_ns - time_ns
        else:
            time_ns, stamp_ns, latency_ns = arrival_time(time_ns, received_ns, self.coverage.max_ahead_ns)
            if fact.time_ns is not None:
                self._trade_step.misdated_ns = time_ns
        size = fact.size
        if size is None or not 0.0 <= size < MAX_SIZE:
            size = 0.0
        if fact.trade_id is not None and not self.ids.is_new(fact, stamp_ns, size):
            return bool(self._early) and self._apply_early(fact, received_ns)
        known = self.last
        if known is None or not known <= price * BAND <= known * BAND_SQUARED:  # outside the band, which is rare
            reference = quoted_price(self.bid, self.ask) if known is None else known
            if confirmed := self._held.check(fact, reference, self.tape, received_ns):
                self._count_confirmed(confirmed)
        if received_ns != self.received_ns:  # facts of one read have the same arrival time
            self._note_arrival(received_ns)
        self.version += 1
        self.latency_ns = latency_ns
        updates = fact.updates
        if updates is not UPDATES_EVERYTHING or time_ns < self._newest_ns:
            if updates is not UPDATES_EVERYTHING and fact.trade_id is not None:
                self.ids.restrict(self.ids.newest_row, int(updates))
            self._add_unusual(time_ns, price, size, int(updates), received_ns)
            return True
        day = self.day
        if time_ns >= day.ends_ns:
            day.roll_to(time_ns)
        if price > day.highest:
            day.highest = price
        if price < day.lowest:
            day.lowest = price
        day.observed_volume += size
        day.turnover += size * price
        if self.ids.missed != self._missed:
            self._note_missed(time_ns)
        self._newest_ns = time_ns
        if self.tape.add(time_ns, price, size):
            self.bars.aggregate_pending()
        last = self.last
        if price != last:
            self.tick = 0 if last is None else 1 if price > last else -1
            self.last = price
        self.last_ns = time_ns
        self.last_size = size
        return True

    def _count_confirmed(self, confirmed: Sequence[HeldTrade]) -> None:
        """Apply the held trades that the current trade confirms, with their own arrival times."""
        self._first.doubt(self.tape)
        self.related_facts[:] = confirmed
        self._held.set_releasing(is_releasing=True)
        try:
            for held in confirmed:  # their ids are known already
                self.apply(msgspec.structs.replace(held.trade, trade_id=None), held.received_ns)
        finally:
            self._held.set_releasing(is_releasing=False)

    def note_reply(self, refusal: str | None) -> None:
        """Note the provider's reply to the subscription: ``None`` if it was accepted, or why it was refused."""
        self.is_acknowledged, self.refusal, self.overdue = refusal is None, refusal, None
        self.latency_ns = 0
        self.version += 1

    def forget_reply(self) -> None:
        """Forget the provider's reply before the next subscription."""
        self.is_acknowledged = False
        self.refusal = self.rejection = self.overdue = None

    def add_backfilled(self, trade: Trade, before_ns: int) -> Sequence[Correction] | None:
        """Count a trade of a gap that ended before ``before_ns``; return the corrections of it that arrived earlier.

        ``None`` is returned if it does not count: it is known, cancelled or impossible.
        """
        stores = TradeStores(self.ids, self.tape, self.bars, self.day)
        applied = backfilled_trades.add(stores, self._early, trade, self._newest_ns, before_ns)
        if applied is not None:
            self._missed = self.ids.missed
            self.version += 1
        return applied

    def _note_arrival(self, received_ns: int) -> None:
        before_ns, self.received_ns, self.rejection, self.remembered = self.received_ns, received_ns, None, None
        # What one read brings has one time, and a disconnection is not the symbol's own rhythm.
        if before_ns is not None and self.coverage.since_ns <= before_ns < received_ns:
            self.staleness.note(received_ns - before_ns)
        if self._first.is_doubted and (removal := self._first.removal(self.symbol, self.tape)) is not None:
            self._apply_correction(removal, received_ns)

    def _note_missed(self, time_ns: int) -> None:
        """Note a gap in which trades are missing; it is removed when they have all arrived late."""
        more, self._missed = self.ids.missed - self._missed, self.ids.missed
        if more > 0 and time_ns > self.last_ns:
            self.gaps = self.gaps.appended(Gap(self.last_ns, time_ns, more))
        if not self._missed and (time_ns < self._newest_ns or not self.ids.is_sequential):  # not after a sequence reset
            self.gaps = Gaps()

    def _add_unusual(self, time_ns: int, price: float, size: float, updates: int, received_ns: int) -> None:
        """Apply a trade that may not update everything or is late; it becomes the last if newer times were wrong."""
        if self.ids.missed != self._missed:
            self._note_missed(time_ns)
        self.day.add(time_ns, price, size, updates)
        if updates:
            self.tape.add_late(time_ns, price, size if updates & UPDATES_VOLUME else 0.0, updates)
        if time_ns >= self._newest_ns:  # trades of the same time stay in the order of arrival
            self._newest_ns = time_ns + 1 if updates & UPDATES_LAST else time_ns
        if updates & UPDATES_LAST and self._trade_step.is_newest(time_ns, self.last_ns, received_ns):
            last, self.last = self.last, price
            if price != last:
                self.tick = 0 if last is None else 1 if price > last else -1
            self.last_ns, self.last_size = time_ns, size

    def _apply_other(self, fact: Correction | Quote | DayStats | Bar, received_ns: int) -> bool:
        match fact:
            case Correction():
                return self._apply_correction(fact, received_ns)
            case Quote():
                return self._apply_quote(fact, received_ns)
            case DayStats():
                return self._apply_day(fact, received_ns)
        return self._apply_bar(fact, received_ns)

    def _apply_correction(self, correction: Correction, received_ns: int) -> bool:
        """Remove a cancelled trade from everything that it updated, or apply its corrected values."""
        if (held := self._held.remove(correction)) is not None:  # it was not counted
            replacement = replacement_of(held, correction)
            is_news = replacement is None or self.apply(replacement, received_ns)
            corrections.note_replacement(self.ids, correction, replacement)
            return is_news
        stores = TradeStores(self.ids, self.tape, self.bars, self.day)
        tape_length = len(self.tape)
        corrected = corrections.apply(stores, correction, received_ns + self.coverage.max_ahead_ns)
        if corrected is None:
            self._early.note(correction)
            return False
        self._held.note_removed(tape_length - len(self.tape))
        if (until_ns := corrected.search_until_ns(self.last_ns, self.last)) is not None:
            self.last, self.last_ns, self.last_size, self.tick = corrections.last_price(self.tape, until_ns)
            self._provider_last = ProviderLast()
            self._newest_ns = max(self._newest_ns, self.last_ns)
        return True

    def _apply_early(self, trade: Trade, received_ns: int) -> bool:
        """Apply a trade whose correction arrived before it, with its corrected values; a cancelled one does not count.

        The corrections are left in `related_facts`, for the readers that receive this trade before them.
        """
        if (resolved := self._early.resolve(trade)) is None:
            return False
        self.related_facts.clear()  # those of the trade before are still there if the feed has no readers
        try:
            self.apply(resolved.trade, received_ns)
        finally:
            corrections.note_replacement(self.ids, resolved.applied[-1], resolved.trade)
        self.related_facts.extend(resolved.applied)
        return True

    def _apply_quote(self, quote: Quote, received_ns: int) -> bool:
        quote = self._outlier_filter.checked_quote(quote, self.last)
        time_ns, bid, ask = quote.time_ns, quote.bid, quote.ask
        if time_ns is not None and EARLIEST_NS < time_ns <= received_ns + self.coverage.max_ahead_ns:
            if time_ns < self._quote_ns and not self._quote_step.is_confirmed_by(time_ns, self._quote_ns, received_ns):
                return False
            self._quote_ns = time_ns
        if quote.digits is not None:
            self._precision.set_from_provider(quote.digits)
        if quote.has_no_bid or (bid == 0.0 and not self._held.is_signed):  # zero is not a price here
            self.bid = self.bid_size = None
        else:
            self.bid = self.bid if bid is None else bid
            self.bid_size = self.bid_size if quote.bid_size is None else quote.bid_size
        if quote.has_no_ask or (ask == 0.0 and not self._held.is_signed):
            self.ask = self.ask_size = None
        else:
            self.ask = self.ask if ask is None else ask
            self.ask_size = self.ask_size if quote.ask_size is None else quote.ask_size
        return True

    def _apply_day(self, stats: DayStats, received_ns: int) -> bool:
        self._outlier_filter.check_day(stats, self.last)
        time_ns, price = stats.time_ns, stats.last
        is_stamped = time_ns is not None and EARLIEST_NS < time_ns <= received_ns + self.coverage.max_ahead_ns
        stamp_ns = time_ns if is_stamped else None
        if not self.day.apply(stats, received_ns, stamp_ns, is_signed=self._held.is_signed):
            return False
        if (price or (price is not None and self._held.is_signed)) and self._provider_last.accept(
            stats, self.last_ns, self.coverage.since_ns, received_ns + self.coverage.max_ahead_ns
        ):
            self.last = price
            self._held.is_signed = self._held.is_signed or price <= 0.0
        return True

    def _apply_bar(self, bar: Bar, received_ns: int) -> bool:
        if not is_possible_start(bar, received_ns + self.coverage.max_ahead_ns):
            raise FrameError(f"the time of a bar of {self.symbol} is not possible")
        self._outlier_filter.check_bar(bar, self.last)
        self.bars.add_provider_bar(bar)
        return True
