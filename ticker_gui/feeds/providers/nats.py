"""The protocol of a desk, which ``ticker-gui publish`` sends to a NATS server.

Documentation: https://docs.nats.io/reference/reference-protocols/nats-protocol, and `ticker_gui.desk` for subjects and
messages. The path of the URL names the feed; without one, each symbol is taken from the feed that has it. Where several
have it, it must be written as ``feed:symbol``.

Units: as in the events of `ticker_gui.domain.events`. Ids of trades are those of the provider, as text, or are given
by the publisher.

After the login, the states of the feeds and their lists of symbols are read; the feed is ready when the publisher
reports that its own connection is up. For each symbol, live messages are subscribed first and the last stored ones
are requested then, so that nothing is missing between them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Final
from urllib.parse import unquote, urlsplit

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import ConnectionLost, FrameError
from ticker_gui.domain.events import DayStats, Fact, PastData, Relay, Reply, Trade, Updates
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.history import BarsQuery, HistoryOffer, TradesQuery
from ticker_gui.feeds.json_facts import FactsBeforeError, read_fact, read_facts, read_received
from ticker_gui.feeds.nats_desk import (
    BARS,
    HEARTBEAT_S,
    LAST,
    STATES,
    TICKS,
    DeskFeeds,
    Source,
    read_state,
    read_symbols,
)
from ticker_gui.feeds.nats_subjects import (
    GAPS,
    MINUTE_BARS,
    PREFIX,
    STATE,
    SYMBOLS,
    encode_token,
    event_subject,
    feed_of,
)
from ticker_gui.feeds.nats_wire import Batch, Control, Msg, NatsParser
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol, Message
from ticker_gui.feeds.providers.nats_bars import StoredBars
from ticker_gui.feeds.providers.nats_fetch import CONSUMER_PREFIX, NO_STREAM, Fetch, OnEnd, OnMessage, fetch_name
from ticker_gui.feeds.providers.nats_login import connect_options, read_info, reported_error
from ticker_gui.feeds.providers.nats_subscriptions import DeskSubscriptions
from ticker_gui.feeds.providers.nats_trades import LEADS_NS, StoredTrades
from ticker_gui.feeds.wire import parse_timestamp_ns

_INBOX, _STATES, _SYMBOLS = b"1", b"2", b"3"
_SYMBOLS_PER_MESSAGE: Final = 50


class Nats(FeedProtocol):
    """A desk on a NATS server."""

    name: ClassVar = "nats"
    title: ClassVar = "NATS"
    capabilities: ClassVar = (
        SIZED_TRADES
        | SIZED_QUOTES
        | DAY_STATISTICS
        | {Capability.PREVIOUS_CLOSE, Capability.BARS, Capability.HISTORY, Capability.CORRECTIONS}
    )
    data_note: ClassVar = "whatever the desk's publisher receives"
    url: ClassVar = "ws://127.0.0.1:8443"
    key_hint: ClassVar = "a token, user:password, or the seed of an nkey"
    announces_symbols: ClassVar = True
    acknowledges: ClassVar = True
    max_frame_bytes: ClassVar = 16 << 20  # all that waits for a desktop, up to ``max_pending`` of the server
    keepalive_s: ClassVar = 3 * HEARTBEAT_S
    messages_per_second: ClassVar = 1_000.0
    has_exchange_prefixes: ClassVar = True
    provenance: ClassVar = "documentation"
    history: ClassVar = HistoryOffer({"1m": "1m"}, 1_000, 20.0, over_socket=True, selects_trades=True)

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.is_ready = False
        self.feed: Final = unquote(urlsplit(self.credentials.url).path.strip("/"))  # "" is any
        self._parser: Final = NatsParser()
        self._id: Final = secrets.token_hex(CONSUMER_PREFIX // 2)
        self._inbox: Final = f"_INBOX.{self._id}."
        self._feeds: Final = DeskFeeds()
        self._subscriptions: Final = DeskSubscriptions(self._inbox, self._parser)
        self._fetches: dict[str, Fetch] = {}
        self._fetch_count = 0
        self._joining = 0  # fetches until the feed may be ready
        self._is_logged_in = self._is_late = False
        self._heartbeats: set[str] = set()  # the feeds that have reported since the last keepalive
        self._replies: list[Fact] = []  # delivered with the next frame
        self._last_line = b""  # of live market data
        self._relay = Relay()  # the last report

    @classmethod
    def wire_symbol(cls, symbol: str) -> str:
        """Return a symbol as it is in the subjects: in capitals."""
        return symbol.upper()

    @property
    def address(self) -> str:
        """The URL without the name of the feed."""
        parts = urlsplit(self.credentials.url)
        return parts._replace(path="", fragment="").geturl()

    @property
    def published_symbols(self) -> list[str]:
        """The symbols that the desk publishes."""
        return self._feeds.symbols

    @property
    def notes(self) -> tuple[str, ...]:
        """Where the desk takes its data from."""
        return self._feeds.notes((self.feed, *self._subscriptions.feed_of.values()))

    @property
    def waiting_reason(self) -> str:
        """Why no publisher has data, once their states are known."""
        is_waiting = self._is_logged_in and not self._joining and not self.is_ready
        return self._feeds.why_not_ready(self.feed, is_late=self._is_late) if is_waiting else ""

    @property
    def quiet_reason(self) -> str:
        """Why the publisher of a feed in use receives nothing."""
        return self._feeds.quiet_reason(self._subscriptions.feed_of.values())

    @property
    def relayed_ns(self) -> int | None:
        """When the publisher received the last event."""
        return parse_timestamp_ns(read_received(self._last_line)) if self._last_line else None

    # Decoding

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode all messages that are complete with this frame."""
        facts: list[Fact] = []
        rejected: FrameError | None = None
        for operation in self._parser.parse(payload):
            try:
                if type(operation) is Batch:
                    rejected = self._receive_live(operation, facts) or rejected
                elif type(operation) is Msg:
                    self._receive(operation, facts)
                elif type(operation) is Control:
                    self._control(operation)
            except FrameError as error:
                rejected = error
        if self._replies:
            facts += self._replies
            self._replies.clear()
        return facts if rejected is None else FactsBeforeError(facts, rejected)

    def _receive_live(self, batch: Batch, facts: list[Fact]) -> FrameError | None:
        """Receive live market data; return the last error in it."""
        found, rejected = read_facts(batch.keys, batch.payloads)
        facts += found
        self._last_line = batch.payloads[-1]
        return rejected

    def _receive(self, msg: Msg, facts: list[Fact]) -> None:
        """Receive a message that is not live market data, or the first one of its subscription."""
        symbol = self._subscriptions.become_live(msg)
        if symbol is not None:
            facts.append(read_fact(msg.payload, symbol))
            self._last_line = msg.payload
        elif msg.sid == _STATES:
            self._receive_state(msg)
        elif msg.sid == _SYMBOLS:
            self._receive_symbols(msg)
        elif msg.sid == _INBOX:
            name = fetch_name(msg)
            fetch = self._fetches.get(name)
            if fetch is not None:
                self._continue(fetch, msg)
            elif name.startswith("g"):
                self._receive_last(name[1:].encode(), msg, facts)

    def _continue(self, fetch: Fetch, msg: Msg) -> None:
        try:
            request = fetch.receive(msg, self._inbox)
        finally:
            if fetch.is_ended:
                self._fetches.pop(fetch.name, None)
        if request:
            self.outgoing.append(request)

    def _receive_last(self, sid: bytes, msg: Msg, facts: list[Fact]) -> None:
        """Receive the last stored message of a subscription, or the answer that there is none."""
        subscription = self._subscriptions.by_id.get(sid)
        if subscription is None or self._subscriptions.is_live(sid) or msg.status or msg.payload == subscription.stored:
            return
        subscription.stored = msg.payload
        fact = read_fact(msg.payload, subscription.symbol)
        if type(fact) is Trade:
            if not fact.updates & Updates.LAST:
                return
            # It is not traded now: it may be in a bar already.
            facts.append(DayStats(fact.symbol, last=fact.price, last_time_ns=fact.time_ns, time_ns=fact.time_ns))
        else:
            facts.append(fact)

    # Logging in

    def _control(self, control: Control) -> None:
        if control.name == b"PING":
            self.outgoing.append(b"PONG\r\n")
        elif control.name == b"INFO":
            info = read_info(control.argument)
            self.is_closing = info.ldm
            if not self._is_logged_in and not info.ldm:
                self.outgoing.append(b"CONNECT %b\r\nPING\r\n" % connect_options(info, self.credentials.key or ""))
        elif control.name == b"PONG":
            if not self._is_logged_in:
                self._is_logged_in = True
                self._join()
        elif control.name == b"-ERR":
            reason = control.argument.strip(b" '").decode("utf-8", "replace")
            if (error := reported_error(reason, self.credentials.redact)) is not None:
                raise error

    def _join(self) -> None:
        """Subscribe to the states of the feeds and their lists of symbols, and read the stored ones."""
        feed = encode_token(self.feed) if self.feed else "*"
        states, symbols = f"{PREFIX}.{feed}.{STATE}", f"{PREFIX}.{feed}.{SYMBOLS}"
        self.outgoing.append(
            b"SUB %b* %b\r\nSUB %b %b\r\nSUB %b %b\r\n"
            % (self._inbox.encode(), _INBOX, states.encode(), _STATES, symbols.encode(), _SYMBOLS)
        )
        self._joining = 2
        for stream, subject, receive in ((LAST, symbols, self._receive_symbols), (STATES, states, self._receive_state)):
            self.outgoing.append(
                self._new_fetch(stream, subject, partial(_receive_and_continue, receive), self._note_joined)
            )

    def _new_fetch(
        self,
        stream: str,
        subject: str,
        on_message: OnMessage,
        on_end: OnEnd,
        since_ns: int | None = None,
        *,
        waits: bool = False,
    ) -> bytes:
        self._fetch_count += 1
        name = f"f{self._fetch_count}"
        fetch = Fetch(name, self._id + name, stream, subject, on_message, on_end, since_ns, waits=waits)
        self._fetches[name] = fetch
        return fetch.start(self._inbox)

    def _note_joined(self, error: str) -> None:
        if error and error != NO_STREAM:  # which the first publisher creates
            raise ConnectionLost(f"The NATS server refuses to read stored data: {sanitize_text(error)[:200]}.")
        self._joining -= 1
        if not self._joining:
            self._become_ready()

    def _become_ready(self) -> None:
        """Be ready if a publisher is connected to its provider; otherwise wait for that."""
        self.is_ready = any(state.is_connected for state in self._feeds.states)
        if self.is_ready:
            self._subscribe_missing()

    # Feeds of the desk

    def _receive_state(self, msg: Msg) -> None:
        feed, state = feed_of(msg.subject.decode("ascii", "replace")), read_state(msg.payload)
        before = self._feeds.set_state(feed, state)
        self._heartbeats.add(feed)
        if state != before:
            self._report_relay()
        if not self.is_ready:
            if self._is_logged_in and not self._joining:
                self._become_ready()
        elif feed not in (self.feed, *self._subscriptions.feed_of.values()):
            if state.is_connected and not (before and before.is_connected):
                self._subscribe_missing()
        elif not state.is_connected:
            raise state.connection_lost()
        elif before is not None and state.publisher != before.publisher and state.interrupted:
            raise ConnectionLost(f"The publisher of {sanitize_text(feed)} was restarted.", immediate=True)
        elif before is not None and state.publisher == before.publisher and state.lost > before.lost:
            count = state.lost - before.lost
            lost = "1 event" if count == 1 else f"{count:,} events"
            raise ConnectionLost(f"The publisher of {sanitize_text(feed)} could not send {lost}.", immediate=True)

    def _receive_symbols(self, msg: Msg) -> None:
        feed = feed_of(msg.subject.decode("ascii", "replace"))
        self._feeds.set_symbols(feed, read_symbols(msg.payload).symbols)
        self._report_relay()
        if self.is_ready:
            self._subscribe_missing()

    def _report_relay(self) -> None:
        """Report which symbols there are and which kind of data, if that has changed."""
        if (relay := self._feeds.relay(set(self._subscriptions.feed_of.values()))) != self._relay:
            self._relay = relay
            self._replies.append(Reply((), ok=True, relay=relay))

    def _subscribe_missing(self) -> None:
        """Subscribe to requested symbols that were not published before."""
        missing = [symbol for symbol in self.subscribed if symbol not in self._subscriptions.feed_of]
        if found := [symbol for symbol in missing if self._feeds.connected_source(symbol) is not None]:
            self.outgoing.extend(self._request("subscribe", found))

    # Subscribing

    def _request(self, action: Action, symbols: Sequence[str]) -> list[Message]:
        """Return the messages of the symbols that are published, and answer for the others."""
        if action == "unsubscribe":
            return [b"".join(part for symbol in symbols for part in self._subscriptions.unsubscribe(symbol))]
        found = {symbol: source for symbol in symbols if (source := self._feeds.connected_source(symbol)) is not None}
        for symbol in symbols:
            if symbol not in found:
                self._replies.append(Reply((symbol,), ok=False, message=self._feeds.why_unavailable(symbol)))
        if found:
            self._replies.append(Reply(tuple(found), ok=True))
        requests = [b"".join(self._subscriptions.subscribe(symbol, *source)) for symbol, source in found.items()]
        self._report_relay()
        chunks = [requests[at : at + _SYMBOLS_PER_MESSAGE] for at in range(0, len(requests), _SYMBOLS_PER_MESSAGE)]
        return [*(b"".join(chunk) for chunk in chunks), b"PING\r\n"]  # whose answer delivers the replies

    def keepalive(self) -> Iterable[Message]:
        """Send a ping, and request stored values again; end the connection if the publisher does not report any more.

        Raises:
            ConnectionLost: no publisher reports any more.
        """
        self._is_late = self._is_logged_in
        if not self.is_ready:
            self._feeds.forget_states_except(self._heartbeats)
        if silent := set(self._subscriptions.feed_of.values()) - self._heartbeats:
            raise ConnectionLost(f"The publisher of {sanitize_text(min(silent))} no longer reports.")
        self._heartbeats.clear()
        return (b"".join((*self._subscriptions.repeat_requests(), b"PING\r\n")),) if self._is_logged_in else ()

    # Past data

    def history_request(self, query: BarsQuery) -> list[Message]:
        """Return the request for the stored minute bars."""
        bars = StoredBars(query)

        def deliver(error: str) -> None:
            self._deliver(bars.result(error))

        return [self._stored(BARS, MINUTE_BARS, query.symbol, bars.add, deliver, query.start_ns)]

    def trades_request(self, query: TradesQuery) -> list[Message]:
        """Return the request for the stored trades."""
        return [self._stored_trades(query, *LEADS_NS)]

    def _stored_trades(self, query: TradesQuery, lead_ns: int, *more_ns: int) -> bytes:
        """Return the request for the trades stored since ``lead_ns`` before a gap; repeat it if they begin later."""
        trades = StoredTrades(query, self._subscriptions.first_live.get(query.symbol, b""))

        def read_gaps(error: str) -> None:
            if not error and not trades.has_start and more_ns:
                request = self._stored_trades(query, *more_ns)
            else:
                since_ns = query.after_ns - LEADS_NS[-1]
                request = self._stored(TICKS, GAPS, query.symbol, trades.add_gap, partial(deliver, error), since_ns)
            self.outgoing.append(request)

        def deliver(error: str, gaps_error: str) -> None:
            self._deliver(trades.result(error or gaps_error))

        return self._stored(TICKS, "trade", query.symbol, trades.add, read_gaps, query.after_ns - lead_ns, waits=True)

    def _deliver(self, past: PastData) -> None:
        self._replies.append(Reply((), ok=not past.error, past=past))

    def _stored(
        self,
        stream: str,
        event: str,
        symbol: str,
        on_message: OnMessage,
        on_end: OnEnd,
        since_ns: int,
        *,
        waits: bool = False,
    ) -> bytes:
        source = self._feeds.source_of(symbol) or Source(self.feed, symbol)
        subject = event_subject(source.feed, event, source.symbol)
        return self._new_fetch(stream, subject, on_message, on_end, since_ns, waits=waits)


def _receive_and_continue(receive: Callable[[Msg], None], msg: Msg) -> bool:
    receive(msg)
    return True
