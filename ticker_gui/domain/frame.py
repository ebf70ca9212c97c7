"""One WebSocket message in either direction."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Direction: TypeAlias = Literal["in", "out"]


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A message: its payload, and when it was received (``in``) or sent (``out``), in ns since the epoch, UTC."""

    payload: bytes
    direction: Direction
    time_ns: int
