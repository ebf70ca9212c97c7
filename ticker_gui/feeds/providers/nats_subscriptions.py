"""The subscriptions at a NATS server: one per symbol and event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from ticker_gui.feeds.nats_desk import STREAM_OF
from ticker_gui.feeds.nats_subjects import MARKET_EVENTS, event_subject
from ticker_gui.feeds.nats_wire import Msg, NatsParser
from ticker_gui.feeds.providers.nats_fetch import last_message_request

_FIRST_ID: Final = 10  # the ids before are those of other subscriptions


class Subscription(msgspec.Struct):
    """The subscription to one event of one symbol, and its last stored message."""

    symbol: str
    event: str
    stored: bytes = b""


class DeskSubscriptions:
    """All subscriptions of a connection, by their ids.

    The key of one in the parser is its symbol. It is set after the first message, since then no stored one is needed.
    """

    def __init__(self, inbox: str, parser: NatsParser) -> None:
        self.by_id: Final[dict[bytes, Subscription]] = {}
        self._parser: Final = parser
        self.feed_of: Final[dict[str, str]] = {}  # the feed that a subscribed symbol is taken from
        self.first_live: Final[dict[str, bytes]] = {}  # the first live trade of each symbol, as it was received
        self._inbox: Final = inbox
        self._ids: dict[str, list[bytes]] = {}  # of each symbol
        self._requested_once: dict[bytes, str] = {}  # the subjects whose last stored message is requested again
        self._next_id = _FIRST_ID

    def subscribe(self, symbol: str, feed: str, published: str = "") -> Iterator[bytes]:
        """Yield the requests for all events of a symbol of a feed, which replace an earlier subscription.

        The symbol may be ``published`` under another name.
        """
        yield from self.unsubscribe(symbol)
        self.feed_of[symbol] = feed
        for event in MARKET_EVENTS:
            number = b"%d" % self._next_id
            self._next_id += 1
            self.by_id[number] = Subscription(symbol, event)
            self._ids.setdefault(symbol, []).append(number)
            subject = event_subject(feed, event, published or symbol)
            yield b"SUB %b %b\r\n" % (subject.encode(), number)
            if event in STREAM_OF:
                self._requested_once[number] = subject
                yield self._last_message(number, event, subject)

    def unsubscribe(self, symbol: str) -> Iterator[bytes]:
        """Yield the requests that end the subscriptions of a symbol."""
        self.feed_of.pop(symbol, None)
        self.first_live.pop(symbol, None)
        for number in self._ids.pop(symbol, ()):
            self.by_id.pop(number, None)
            self._parser.remove_key(number)
            yield b"UNSUB %b\r\n" % number

    def repeat_requests(self) -> Iterator[bytes]:
        """Yield a second request for the last stored messages of new subscriptions without a live one.

        A busy server may store a message, which it has sent to other desktops before, only after the first request.
        """
        requested, self._requested_once = self._requested_once, {}
        for number, subject in requested.items():
            subscription = self.by_id.get(number)
            if subscription is not None and not self.is_live(number):
                yield self._last_message(number, subscription.event, subject)

    def is_live(self, number: bytes) -> bool:
        """Return whether a subscription has received a message."""
        return self._parser.has_key(number)

    def become_live(self, msg: Msg) -> str | None:
        """Note that a message was received; return the symbol of the subscription if it is one to live data."""
        subscription = self.by_id.get(msg.sid)
        if subscription is None:
            return None
        if subscription.event == "trade":
            self.first_live.setdefault(subscription.symbol, msg.payload)
        self._parser.set_key(msg.sid, subscription.symbol)
        return subscription.symbol

    def _last_message(self, number: bytes, event: str, subject: str) -> bytes:
        return last_message_request(STREAM_OF[event], subject, f"{self._inbox}g{number.decode()}")
