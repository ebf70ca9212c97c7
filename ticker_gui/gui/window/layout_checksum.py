"""A checksum before the layout of the window as Qt encodes it: Qt crashes on some damaged ones."""

from __future__ import annotations

import zlib
from typing import Final

_SIZE: Final = 4


def with_checksum(state: bytes) -> bytes:
    """Return a state to save."""
    return zlib.crc32(state).to_bytes(_SIZE) + state


def checked(saved: bytes) -> bytes:
    """Return the state without its checksum, or nothing if it is damaged."""
    state = saved[_SIZE:]
    return state if saved == with_checksum(state) else b""
