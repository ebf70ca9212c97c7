"""One WebSocket message in either direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

Direction: TypeAlias = Literal["in", "out"]


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A message: its payload, and when it was received (``in``) or sent (``out``), in ns since the epoch, UTC."""

    payload: bytes
    direction: Direction
    time_ns: int


def redacted(payload: str | bytes, redact: Callable[[str], str]) -> bytes:
    """Return a payload as bytes, after ``redact`` has removed the secrets from its text; other bytes are unchanged."""
    if isinstance(payload, str):
        return redact(payload).encode("utf-8", "replace")
    return redact(payload.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
