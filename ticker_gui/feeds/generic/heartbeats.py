"""Answers to the pings that some servers send as data; they disconnect a client that does not answer.

A ping in a known form is answered in the form that the server expects. A ping in an unknown form is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ticker_gui.feeds.wire import to_json

# The fields whose value may be "ping", with "pong" in the same field of the answer.
_FIELDS: Final = (
    *("op", "event", "type", "action", "method", "e", "cmd", "msg"),
    *("messageType", "message_type", "channel"),
)
_MAX_FIELDS: Final = 8  # a ping is a small message
_MAX_TEXT: Final = 8
_MAX_UNSENT: Final = 64  # a server that floods pings and reads no answers must not fill the memory
_MAX_UNKNOWN: Final = 4
_MAX_EXCERPT: Final = 120
_TEXTS: Final = {b"ping": "pong", b"PING": "PONG", b"Ping": "Pong", b'"ping"': '"pong"'}
_SIGNAL_R: Final = '{"type":6}\x1e'
_ASCENDEX_PONG: Final = '{"op":"pong"}'  # the answer to {"m":"ping","hp":3}; see ascendex.github.io/ascendex-pro-api
_PING: Final = re.compile(r"(?i)(?<![a-z])ping(?![a-z])|(?<=[a-z])Ping(?![a-z])")
_PONGS: Final = {
    f"{prefix}{ping}": f"{prefix}{pong}"
    for prefix in ("", "pusher:")
    for ping, pong in (("ping", "pong"), ("PING", "PONG"), ("Ping", "Pong"))
}


class Heartbeats:
    """Adds the answers to pings to a list of outgoing messages.

    ``unknown`` are the pings in unknown forms, as JSON.
    """

    def __init__(self) -> None:
        self.unknown: dict[str, None] = {}
        self._is_engine_io = False

    @property
    def notes(self) -> tuple[str, ...]:
        """The pings in unknown forms, as sentences for the user."""
        return tuple(
            f"The server sends a ping in an unknown form, which is not answered: {ping}" for ping in self.unknown
        )

    def answer_text(self, payload: bytes | bytearray, outgoing: list[Any]) -> bool:
        """Answer a frame that is a ping without being a JSON object; return whether it is one."""
        if payload.startswith(b'0{"sid"'):
            self._is_engine_io = True
        if len(payload) > _MAX_TEXT:
            return False
        answer = "3" if payload == b"2" and self._is_engine_io else _TEXTS.get(bytes(payload))  # it may be a bytearray
        return answer is not None and _send(answer, outgoing)

    def answer(self, messages: Iterable[object], outgoing: list[Any]) -> None:
        """Answer the pings among messages."""
        for message in messages:
            if not isinstance(message, dict) or not 1 <= len(message) <= _MAX_FIELDS:
                continue
            answer = answer_to(message)
            if answer is not None:
                _send(answer, outgoing)
            elif len(self.unknown) < _MAX_UNKNOWN and _is_unknown_ping(message):
                self.unknown[to_json(message)[:_MAX_EXCERPT]] = None


def _send(answer: str, outgoing: list[Any]) -> bool:
    if len(outgoing) < _MAX_UNSENT:
        outgoing.append(answer)
    return True


def answer_to(message: Mapping[str, Any]) -> str | None:
    """Return the answer to a message that is a ping; ``None`` for any other message."""
    method, params = message.get("method"), message.get("params")
    if message == {"type": 6}:
        return _SIGNAL_R
    if message.get("m") == "ping":
        return _ASCENDEX_PONG
    if method == "public/heartbeat":
        return to_json({"id": message.get("id"), "method": "public/respond-heartbeat"})
    if method == "heartbeat" and isinstance(params, dict) and params.get("type") == "test_request":
        return to_json({"jsonrpc": "2.0", "id": 0, "method": "public/test", "params": {}})
    if method == "ping" and "jsonrpc" in message and "id" in message:
        return to_json({"jsonrpc": message["jsonrpc"], "id": message["id"], "result": "pong"})
    if not _is_ping(message):
        return None
    # With pong in place of ping; everything else in it is sent back.
    return to_json({_pong(name): _pong(value) for name, value in message.items()})


def _is_ping(message: Mapping[str, Any]) -> bool:
    if "ping" in message and "pong" not in message:
        return not isinstance(message["ping"], dict | list)
    return any(isinstance(text := message.get(name), str) and text in _PONGS for name in _FIELDS)


def _pong(value: Any) -> Any:
    return _PONGS.get(value, value) if isinstance(value, str) else value


def _is_unknown_ping(message: Mapping[str, Any]) -> bool:
    texts = (*message, *(value for name in _FIELDS if isinstance(value := message.get(name), str)))
    return any(len(text) <= _MAX_EXCERPT and _PING.search(text) is not None for text in texts)
