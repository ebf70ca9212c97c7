"""Requests to JetStream, the store of a NATS server.

Documentation: https://docs.nats.io/reference/reference-protocols/nats_api_reference
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.wire import json_reader, whole_number

BATCH: Final = 500
CONSUMER_PREFIX: Final = 16  # characters
NO_STREAM: Final = "stream not found"  # the error of the server
_MAX_MESSAGES: Final = 400_000  # of one fetch
NO_JETSTREAM: Final = "JetStream does not answer. Enable it in the configuration of the server"
_WAIT_NS: Final = 2 * SECOND_NS
_INACTIVE_NS: Final = 10 * SECOND_NS  # after which the server forgets a consumer
_ACK_TOKENS: Final = 9  # $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>
_STREAM_SEQUENCE, _CONSUMER_SEQUENCE, _PENDING = 5, 6, 8
_INCOMPLETE: Final = "The NATS server left out stored messages."
OnMessage: TypeAlias = Callable[[Msg], bool]
OnEnd: TypeAlias = Callable[[str], object]
_NO_RESPONDERS, _TIMEOUT = 503, 408
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def explain(error: str, stream: str) -> str:
    """Return an error of a request for stored data as a sentence with a remedy, if there is one."""
    if error == NO_STREAM:
        remedy = "A leaf node needs a JetStream domain of its own, and mirrors of the streams of the desk."
        return f"The NATS server has no stream {stream}. {remedy}"
    return error if error.endswith(".") or not error else f"{error}."


class _ApiError(msgspec.Struct):
    description: str = ""
    code: int = 0


class _Created(msgspec.Struct):
    num_pending: int = 0
    error: _ApiError | None = None


_read_created: Final = json_reader(_Created)


def publish(subject: str, reply_to: str, body: bytes = b"") -> bytes:
    """Return a request to the server, whose answer is sent to the subject ``reply_to``."""
    return b"PUB %b %b %d\r\n%b\r\n" % (subject.encode(), reply_to.encode(), len(body), body)


def last_message_request(stream: str, subject: str, reply_to: str) -> bytes:
    """Return the request for the last message of a subject; status 404 answers that there is none."""
    return publish(f"$JS.API.DIRECT.GET.{stream}.{subject}", reply_to)


class Fetch:
    """Reads the messages of a subject, which may contain wildcards, from a stream: in batches, oldest first.

    ``name`` is unique on this connection. ``consumer`` is unique on the server: ``name`` after `CONSUMER_PREFIX` other
    characters, so that a recorded connection has the same names when it is replayed.
    ``on_message(msg)`` is called with each and returns whether to continue; ``on_end(error)`` is called once, with a
    sentence if the server refused. Without ``since_ns``, only the last message of each subject is read. With
    ``waits``, it ends only when ``on_message`` says so, or when nothing more has been stored for 2 s.

    The sequence numbers of the messages prove that none of them is missing: those of the consumer have no gap, and
    those of the stream increase.
    """

    def __init__(
        self,
        name: str,
        consumer: str,
        stream: str,
        subject: str,
        on_message: OnMessage,
        on_end: OnEnd,
        since_ns: int | None = None,
        *,
        waits: bool = False,
    ) -> None:
        self.name: Final = name
        self._consumer: Final = consumer
        self._stream: Final = stream
        self._subject: Final = subject
        self._since_ns: Final = since_ns
        self._on_message: Final = on_message
        self._on_end: Final = on_end
        self._waits: Final = waits
        self._count = self._in_batch = self._sequence = 0
        self.is_ended = False

    def start(self, inbox: str) -> bytes:
        """Return the request that begins it."""
        policy: Literal["by_start_time", "last_per_subject"]
        policy = "last_per_subject" if self._since_ns is None else "by_start_time"
        config = {
            "name": self._consumer,
            "filter_subject": self._subject,
            "deliver_policy": policy,
            "ack_policy": "none",
            "mem_storage": True,
            "num_replicas": 1,
            "inactive_threshold": _INACTIVE_NS,
        }
        if self._since_ns is not None:
            config["opt_start_time"] = (_EPOCH + timedelta(microseconds=self._since_ns // 1000)).isoformat()
        body = msgspec.json.encode({"stream_name": self._stream, "config": config})
        return publish(
            f"$JS.API.CONSUMER.CREATE.{self._stream}.{self._consumer}.{self._subject}", inbox + self.name, body
        )

    def receive(self, msg: Msg, inbox: str) -> bytes:
        """Take a message that belongs to it; return the next request, or nothing."""
        if self.is_ended:
            return b""
        tokens = msg.reply_to.split(b".")
        if len(tokens) == _ACK_TOKENS:
            return self._receive_stored(msg, tokens, inbox)
        if msg.status == _TIMEOUT and self._in_batch:  # it was a slow batch
            return self._next(inbox)
        if msg.status:  # the batch is at its end: a message that was expected may have been deleted
            self._end("" if msg.status != _NO_RESPONDERS else NO_JETSTREAM)
            return b""
        created = _read_created(msg.payload)
        if created.error is not None:
            self._end(created.error.description or "The server refused the request.")
        elif not created.num_pending and not self._waits:
            self._end("")
        else:
            return self._next(inbox)
        return b""

    def _receive_stored(self, msg: Msg, tokens: list[bytes], inbox: str) -> bytes:
        self._count += 1
        self._in_batch += 1
        sequence, pending = _number(tokens[_STREAM_SEQUENCE]), _number(tokens[_PENDING])
        if _number(tokens[_CONSUMER_SEQUENCE]) != self._count or sequence <= self._sequence:
            self._end(_INCOMPLETE)
            return b""
        self._sequence = sequence
        try:
            goes_on = self._on_message(msg)
        except FrameError:
            self._end("")
            raise
        if not goes_on or not (pending or self._waits) or self._count >= _MAX_MESSAGES:
            self._end("")
        elif self._in_batch == BATCH:
            return self._next(inbox)
        return b""

    def _next(self, inbox: str) -> bytes:
        self._in_batch = 0
        limit = b'"expires":%d' % _WAIT_NS if self._waits else b'"no_wait":true'
        body = b'{"batch":%d,%b}' % (BATCH, limit)
        return publish(f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}", inbox + self.name, body)

    def _end(self, error: str) -> None:
        self.is_ended = True
        self._on_end(error)


def _number(token: bytes) -> int:
    return whole_number(token) or 0


def fetch_name(msg: Msg) -> str:
    """Return the name of the fetch that a message belongs to; it is also the last token of its inbox."""
    tokens = msg.reply_to.split(b".")
    name = tokens[3][CONSUMER_PREFIX:] if len(tokens) == _ACK_TOKENS else msg.subject.rsplit(b".", 1)[-1]
    return name.decode("ascii", "replace")
