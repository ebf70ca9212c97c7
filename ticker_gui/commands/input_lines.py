"""Reads the lines of standard input without blocking the event loop, and with limited memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import RawIOBase
from typing import BinaryIO, Final, cast

_CHUNK: Final = 1 << 16
_RETRY_S: Final = 0.05


class InputLines:
    """The lines of an input, without their ends; None for one that is longer than ``max_bytes``.

    They are read in daemon threads, which hold no lock while they wait, so that the program can end at any time. Only
    what is being processed is read.
    """

    def __init__(self, source: BinaryIO, max_bytes: int) -> None:
        self._raw = cast(RawIOBase, getattr(source, "raw", source))
        self._max_bytes = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes | None]:
        rest, is_too_long = bytearray(), False
        while chunk := await self._read():
            *lines, last = chunk.split(b"\n")
            for line in lines:
                rest += line
                yield None if is_too_long or len(rest) > self._max_bytes else bytes(rest).removesuffix(b"\r")
                rest, is_too_long = bytearray(), False
            rest += last
            if len(rest) > self._max_bytes:
                rest, is_too_long = bytearray(), True
        if is_too_long:
            yield None
        elif rest:
            yield bytes(rest)

    async def _read(self) -> bytes:
        """Return what can be read, or nothing at the end of the input."""
        while True:
            try:
                chunk = await asyncio.to_thread(self._raw.read, _CHUNK)
            except (OSError, ValueError):  # closed, or a terminal that belongs to another program now
                return b""
            if chunk is not None:
                return chunk
            await asyncio.sleep(_RETRY_S)  # the input is non-blocking and empty
