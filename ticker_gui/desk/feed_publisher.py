"""Publishes one feed: its events, minute bars, state and symbols."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import msgspec

from ticker_gui.bars.gaps import Gap
from ticker_gui.desk.broker import Broker, Stored
from ticker_gui.desk.lease import RENEWAL_S, Lease, open_lease
from ticker_gui.desk.minute_bars import MinuteBars
from ticker_gui.desk.missed_trades import MissedTrades, as_earlier_trade
from ticker_gui.desk.open_gaps import OpenGaps
from ticker_gui.desk.outbox import Outbox, OutboxMessage
from ticker_gui.desk.takeover import PublishedTrades, line_time, oldest_time
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Bar, Correction, Fact, MarketFact, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.nats_desk import HEARTBEAT_S, TICKS, GapMessage, StateMessage, SymbolsMessage
from ticker_gui.feeds.nats_subjects import (
    GAPS,
    MINUTE_BARS,
    PREFIX,
    STATE,
    SYMBOLS,
    encode_token,
    event_subject,
    feed_subject,
)
from ticker_gui.feeds.wire import parse_timestamp_ns
from ticker_gui.formatting.json_lines import fact_line
from ticker_gui.history.backfill import MAX_UNCHARTED

_BATCH: Final = 1_000
_MAX_UNCONFIRMED: Final = 20_000  # messages that are sent before the broker has confirmed the first of them
_LEAD_S: Final = 10.0  # by which another publisher may have received an event before this one
_MAX_AGE_S: Final = 3_600.0  # of trades that are compared with those of another publisher
_STANDBY_S: Final = 30.0  # of events that a publisher that stands by keeps, to take over without a hole
_MAX_BACKFILL_S: Final = 5.0  # how long the feed is reported as not connected while its gap is being backfilled
_MAX_SYMBOLS: Final = 20_000  # in the list
_MAX_SUBJECTS: Final = 100_000
_STATES_PER_STEP: Final = 20
Sent: TypeAlias = asyncio.Queue[tuple[list[OutboxMessage], Stored]]  # what is not confirmed yet


class FeedPublisher:
    """Publishes one feed of an engine over connections to the broker, one after the other.

    ``report`` receives sentences for the user.
    """

    def __init__(self, feed: EngineFeed, clock: Clock, report: Callable[[str], object]) -> None:
        self.feed: Final = feed
        self.outbox: Final = Outbox()
        self.is_leading = False
        self._reported_lead: bool | None = None
        self._clock: Final = clock
        self._report: Final = report
        self._id: Final = secrets.token_hex(6)
        self._count = 0  # of trades without an id
        self._encode: Final = msgspec.json.Encoder().encode
        self._subjects: dict[tuple[str, str], str] = {}
        self._bars: Final = MinuteBars()
        self._minute_ns = 0  # the last one whose bars were published
        self._was_connected = False
        self._connected_s: float | None = None  # when the feed connected, until it is reported
        self._has_more: Final = asyncio.Event()
        self._is_new_leader = False
        self._has_led = False
        self._stored_until_ns: dict[str, int] = {}
        self._last_stored: dict[str, bytes] = {}  # the last trades before this publisher began
        feed.past.backfill.on_added = self.add
        feed.past.backfill.load_earlier = self._load_earlier
        self.missed: Final = MissedTrades(feed, self._put_gap)
        self._open_gaps: Final = OpenGaps(feed, clock, self._add_missing, self._put_gap)

    # Called by the engine

    def add(self, fact: Fact, received_ns: int) -> None:
        """Publish an event."""
        if not isinstance(fact, Reply) and not (type(fact) is Trade and self._is_stored(fact)):
            self._add(fact, received_ns)

    def _add_missing(self, trade: Trade) -> None:
        self._add(trade, self._clock())

    def _add(self, fact: MarketFact, received_ns: int) -> None:
        symbol = self.feed.display_symbol(fact.symbol)
        line = fact_line(self.feed.name, symbol, fact, received_ns)
        is_trade = isinstance(fact, Trade | Correction)
        if type(fact) is Trade and fact.trade_id is None:
            self._count += 1
            line["trade_id"] = f"{self._id}-{self._count}"  # so that no desktop counts it twice
        event = line["event"]
        if type(fact) is Bar and self._bars.note_provided(self.feed.name, fact):
            self._put(MINUTE_BARS, symbol, self._encode(line), is_trade=False)
        self._put(event, symbol, self._encode(line), is_trade=is_trade)

    def _put(self, event: str, symbol: str, payload: bytes, *, is_trade: bool) -> None:
        subject = self._subjects.get((event, symbol))
        if subject is None:
            if len(self._subjects) >= _MAX_SUBJECTS:
                self._subjects.clear()
            subject = self._subjects[event, symbol] = event_subject(self.feed.name, event, symbol)
        self.outbox.add(OutboxMessage(subject, payload, is_trade, asyncio.get_running_loop().time()))
        self._has_more.set()

    def _is_stored(self, trade: Trade) -> bool:
        """Return whether a trade is older than the last one of its symbol that an earlier publisher has stored."""
        since_ns = self._stored_until_ns.get(trade.symbol)
        return since_ns is not None and trade.time_ns is not None and trade.time_ns < since_ns

    def _put_gap(self, symbol: str, message: GapMessage) -> None:
        self._put(GAPS, symbol, self._encode(message), is_trade=False)

    async def _load_earlier(self, symbol: str, gap: Gap) -> list[Trade]:
        """Return the last trade of a symbol that was stored before the gap, if a publisher was running then."""
        payload = self._last_stored.get(symbol)
        return [] if payload is None else as_earlier_trade(symbol, payload)

    def note_state(self) -> None:
        """Publish the new state of the feed soon."""
        self.missed.report()
        was_connected, self._was_connected = self._was_connected, self.feed.state.is_connected
        if was_connected != self._was_connected:
            self._connected_s = asyncio.get_running_loop().time() if self._was_connected else None
        self._has_more.set()

    # Over one connection

    async def run(self, broker: Broker) -> None:
        """Publish until the connection is lost or this is cancelled; what was not confirmed is sent again then.

        Raises:
            nats.errors.Error: the connection is lost, or the broker does not answer.
        """
        lease = await open_lease(broker.context, self.feed.name, self._id, self._clock)
        self.outbox.rewind()
        sent = Sent()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hold(lease))
                tasks.create_task(self._send(broker, lease, sent))
                tasks.create_task(self._confirm(broker, sent))
                tasks.create_task(self._repeat_state(broker, lease))
                tasks.create_task(self._publish_minutes())
                tasks.create_task(self._open_gaps.fill(broker))
        finally:
            self.outbox.rewind()
            await lease.release()

    async def _hold(self, lease: Lease) -> None:
        """Hold the lease, or wait until it can be taken; while standing by, keep only the last events."""
        while True:
            is_leading = await lease.renew()
            if is_leading and not lease.is_continued:  # another publisher may have led since this one did
                self._is_new_leader = True
                self._has_more.set()
            if is_leading != self._reported_lead:
                self._reported_lead = self.is_leading = is_leading
                state = "is now publishing the feed" if is_leading else "is on standby: another publisher has the feed"
                self._report(f"{self.feed.name}: this program {state}.")
                self._has_more.set()
            if not is_leading:
                self.outbox.drop_before(asyncio.get_running_loop().time() - _STANDBY_S)
            await asyncio.sleep(RENEWAL_S)

    async def _send(self, broker: Broker, lease: Lease, sent: Sent) -> None:
        """Send what waits. The broker may be slow in storing it: desktops do not wait for that."""
        state = ""
        while True:
            await self._has_more.wait()
            self._has_more.clear()
            while lease.is_held and self.outbox.unconfirmed < _MAX_UNCONFIRMED:
                if self._is_new_leader:
                    await sent.join()
                    await self._take_over(broker)
                    self._is_new_leader = False
                if state != (state := self._state_text()):
                    await self._publish_state(broker)
                if not (messages := self.outbox.take(_BATCH)):
                    break
                sent.put_nowait((messages, await broker.send(messages)))

    async def _confirm(self, broker: Broker, sent: Sent) -> None:
        """Forget what the broker has confirmed, in the order in which it was sent."""
        while True:
            batches = [await sent.get()]
            while not sent.empty():
                batches.append(sent.get_nowait())
            await broker.wait_until_stored([stored for _, stored in batches])
            if self.outbox.unconfirmed >= _MAX_UNCONFIRMED:
                self._has_more.set()
            for messages, _ in batches:
                self.outbox.confirm(messages)
                sent.task_done()

    async def _take_over(self, broker: Broker) -> None:
        """Drop what the publisher before has published, and report the symbols."""
        published = PublishedTrades()
        self.outbox.rewind()
        if waiting := self.outbox.waiting:
            age_s = self._age_s(waiting) + _LEAD_S
            for event in ("trade", "correction"):
                subject = f"{PREFIX}.{encode_token(self.feed.name)}.{event}.*"
                async for messages in broker.stored_since(TICKS, subject, age_s):
                    published.add(messages)
                    await asyncio.sleep(0)
        await self._continue_from_stored(broker)
        self.outbox.replace(published.missing_in(self.outbox.waiting, f"{self._id}-"))
        await self._open_gaps.find(broker)
        await self._publish_symbols(broker)
        self._has_led = True

    async def _continue_from_stored(self, broker: Broker) -> None:
        """Note the gap since the last publisher has ended, if this one has begun later, and the trades before it."""
        if self._has_led or self.missed.is_interrupted:
            return
        last_line = await broker.last_message(TICKS, f"{PREFIX}.{encode_token(self.feed.name)}.trade.*")
        by_symbol = {} if last_line is None else await self._last_lines(broker)
        self.missed.note_stored(last_line)
        if self.missed.is_interrupted:  # from now on, the gap may be backfilled at any time
            self._last_stored = by_symbol
            self._stored_until_ns = {key: parse_timestamp_ns(line_time(line)) or 0 for key, line in by_symbol.items()}

    async def _last_lines(self, broker: Broker) -> dict[str, bytes]:
        """Return the last stored trades of the symbols whose gap is backfilled."""
        lines = {}
        for state in self.feed.market.states[:MAX_UNCHARTED]:
            subject = event_subject(self.feed.name, "trade", state.symbol)
            if (line := await broker.last_message(TICKS, subject)) is not None:
                lines[state.wire_symbol] = line
        return lines

    def _age_s(self, waiting: Sequence[OutboxMessage]) -> float:
        """Return how long ago a publisher can have received these messages, of which some may be backfilled."""
        age_s = asyncio.get_running_loop().time() - waiting[0].added_s
        if oldest := parse_timestamp_ns(oldest_time(waiting)):
            age_s = max(age_s, (self._clock() - self.feed.market.coverage.exchange_lag_ns - oldest) / SECOND_NS)
        return min(age_s, _MAX_AGE_S)

    async def _repeat_state(self, broker: Broker, lease: Lease) -> None:
        symbols: tuple[str, ...] = ()
        while True:
            if lease.is_held:
                if symbols != (symbols := self._symbols()):
                    await self._publish_symbols(broker)
                await self._publish_state(broker)
            await asyncio.sleep(HEARTBEAT_S)
            self._has_more.set()  # the state may have changed with time only

    def _state_text(self) -> str:
        """Return the state to report. A feed that backfills its gap counts as connected only when that is done."""
        now_s, since_s = asyncio.get_running_loop().time(), self._connected_s
        if since_s is not None and self.feed.past.backfill.is_pending and now_s - since_s < _MAX_BACKFILL_S:
            return str(FeedStatus.CONNECTING)
        self._connected_s = None  # a gap that is found later is no reason to report another state
        return str(self.feed.state.kind)

    async def _publish_state(self, broker: Broker) -> None:
        feed, state, kind = self.feed, self.feed.state, self.feed.kind
        message = StateMessage(
            feed.name,
            self._state_text(),
            state.reason_at(state.since_ns),
            self._id,
            self.outbox.lost,
            feed.settings.protocol.title,
            simulated=kind.is_simulated,
            delayed=kind.is_delayed,
            delay_minutes=kind.delay_minutes,
            us_stocks=feed.market.has_us_stocks,
            stock_hours=feed.market.stock_hours.value if feed.market.has_us_stocks else "",
            interrupted=self.missed.is_interrupted,
        )
        await broker.publish(feed_subject(feed.name, STATE), self._encode(message))

    def _symbols(self) -> tuple[str, ...]:
        return tuple(state.symbol for state in self.feed.market.states)[:_MAX_SYMBOLS]

    async def _publish_symbols(self, broker: Broker) -> None:
        message = SymbolsMessage(self.feed.name, self._symbols())
        await broker.publish(feed_subject(self.feed.name, SYMBOLS), self._encode(message))

    async def _publish_minutes(self) -> None:
        """Publish the closed minute bars once a minute."""
        while True:
            now_ns = self._clock() - self.feed.market.coverage.exchange_lag_ns
            minute_ns = (now_ns - 2_500_000_000) // MINUTE_NS
            if minute_ns != self._minute_ns:
                self._minute_ns = minute_ns
                for number, state in enumerate(list(self.feed.market.states)):
                    for bar in self._bars.new_bars(state, now_ns):
                        line = fact_line(self.feed.name, state.symbol, bar, self._clock())
                        self._put(MINUTE_BARS, state.symbol, self._encode(line), is_trade=False)
                    if number % _STATES_PER_STEP == 0:
                        await asyncio.sleep(0)
            await asyncio.sleep(1.0)
