"""One raw message, as the console, the quarantine and the recorder see it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A payload, which way it went, and when (nanoseconds since the epoch, UTC)."""

    payload: bytes
    direction: Literal["in", "out"]
    received_ns: int
