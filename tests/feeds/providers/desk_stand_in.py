"""A stand-in for a NATS server with a desk, without a socket: answers the requests of the protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from ticker_gui.domain.events import Fact
from ticker_gui.feeds.nats_desk import StateMessage, SymbolsMessage
from ticker_gui.feeds.nats_subjects import feed_subject
from ticker_gui.feeds.protocol import FeedProtocol, Message

_REQUEST = re.compile(rb"PUB (\S+) (\S+) (\d+)\r\n")
_SUB = re.compile(rb"SUB (\S+) (\d+)\r\n")


class DeskStandIn:
    """Stores messages by subject, oldest first, and answers what a protocol sends to it."""

    def __init__(self, stored: Mapping[str, Sequence[dict[str, Any]]] | None = None) -> None:
        self.stored = {subject: list(lines) for subject, lines in (stored or {}).items()}
        self.ids: dict[str, bytes] = {}  # of the subscriptions, by subject
        self.requests: list[bytes] = []  # the subjects of all requests
        self.sent = b""  # everything that the protocol has sent
        self.fetches: dict[bytes, list[tuple[str, bytes]]] = {}
        self.delivered: dict[bytes, int] = {}  # messages of each fetch

    def publish_feed(self, feed: str, symbols: Sequence[str], state: str = "live") -> None:
        """Store what a publisher reports."""
        self.stored[feed_subject(feed, "symbols")] = [msgspec.to_builtins(SymbolsMessage(feed, tuple(symbols)))]
        self.stored[feed_subject(feed, "state")] = [
            msgspec.to_builtins(StateMessage(feed, state, title="The exchange"))
        ]

    def message(self, subject: str, line: Any) -> bytes:
        """Return a live message of a subscription."""
        payload = msgspec.json.encode(line)
        return b"MSG %b %b %d\r\n%b\r\n" % (subject.encode(), self.ids[subject], len(payload), payload)

    def exchange(self, protocol: FeedProtocol, messages: Iterable[Message] = ()) -> list[Fact]:
        """Answer messages and everything that the protocol sends in turn; return the decoded facts."""
        facts: list[Fact] = []
        waiting = list(messages)
        while waiting or protocol.outgoing:
            waiting += protocol.outgoing
            protocol.outgoing.clear()
            message = waiting.pop(0)
            answer = self.answer(message if isinstance(message, bytes) else message.encode())
            if answer:
                facts += protocol.decode(answer)
        return facts

    def log_in(self, protocol: FeedProtocol, info: bytes = b'{"headers":true}') -> list[Fact]:
        """Greet the protocol and answer until it sends no more."""
        return [*protocol.decode(b"INFO %b\r\n" % info), *self.exchange(protocol)]

    def note_subscriptions(self, message: bytes) -> None:
        """Note which subjects a message subscribes to."""
        for subject, number in _SUB.findall(message):
            self.ids[subject.decode()] = number

    def answer(self, message: bytes) -> bytes:
        """Return what the server sends after a message."""
        self.sent += message
        self.note_subscriptions(message)
        answers = b"".join(self._answers(message))
        return answers + b"PONG\r\n" * message.count(b"PING\r\n")

    def _answers(self, message: bytes) -> list[bytes]:
        answers, at = [], 0
        while (found := _REQUEST.search(message, at)) is not None:
            at = found.end() + int(found[3])
            subject, reply = found[1], found[2]
            self.requests.append(subject)
            tokens = subject.split(b".")
            if subject.startswith(b"$JS.API.DIRECT.GET."):
                answers.append(self._last(b".".join(tokens[5:]).decode(), reply))
            elif subject.startswith(b"$JS.API.CONSUMER.CREATE."):
                answers.append(self._create(tokens[5], b".".join(tokens[6:]).decode(), reply))
            elif subject.startswith(b"$JS.API.CONSUMER.MSG.NEXT."):
                answers.append(self._next(tokens[6], reply, message[found.end() : at]))
        return answers

    def _last(self, subject: str, reply: bytes) -> bytes:
        lines = self.stored.get(subject)
        if not lines:
            header = b"NATS/1.0 404 Message Not Found\r\n\r\n"
            return b"HMSG %b 1 %d %d\r\n%b\r\n" % (reply, len(header), len(header), header)
        header, payload = b"NATS/1.0\r\nNats-Sequence: 1\r\n\r\n", msgspec.json.encode(lines[-1])
        size = len(header) + len(payload)
        return b"HMSG %b 1 %d %d\r\n%b%b\r\n" % (reply, len(header), size, header, payload)

    def _create(self, name: bytes, subject: str, reply: bytes) -> bytes:
        pattern = re.compile(re.escape(subject).replace(r"\*", "[^.]+"))
        found = [(known, lines) for known, lines in self.stored.items() if pattern.fullmatch(known)]
        self.fetches[name] = [(known, msgspec.json.encode(line)) for known, lines in found for line in lines]
        self.delivered[name] = 0
        payload = b'{"num_pending":%d}' % len(self.fetches[name])
        return b"MSG %b 1 %d\r\n%b\r\n" % (reply, len(payload), payload)

    def _next(self, name: bytes, reply: bytes, body: bytes) -> bytes:
        request, waiting, answers = msgspec.json.decode(body), self.fetches[name], b""
        count = min(request["batch"], len(waiting))
        for _ in range(count):
            subject, payload = waiting.pop(0)
            self.delivered[name] += 1
            sequence = self.delivered[name]
            ack = b"$JS.ACK.S.%b.1.%d.%d.1.%d" % (name, sequence, sequence, len(waiting))
            answers += b"MSG %b 1 %b %d\r\n%b\r\n" % (subject.encode(), ack, len(payload), payload)
        if count < request["batch"] and "expires" in request:
            header = b"NATS/1.0 408 Request Timeout\r\n\r\n"
            answers += b"HMSG %b 1 %d %d\r\n%b\r\n" % (reply, len(header), len(header), header)
        return answers
