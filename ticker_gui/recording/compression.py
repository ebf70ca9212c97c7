"""The compression of recordings: gzip, by isal where it is installed, which takes far less time, or else by zlib."""

from __future__ import annotations

import zlib
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol

NO_FLUSH: Final = zlib.Z_NO_FLUSH
SYNC_FLUSH: Final = zlib.Z_SYNC_FLUSH
FINISH: Final = zlib.Z_FINISH
_LEVEL: Final = 1  # the usual one of zlib takes a quarter less space, and three times as long
_GZIP: Final = 31  # window bits: the largest window, with the header of gzip


class Compressor(Protocol):
    """What compresses one file, as in `zlib`."""

    def compress(self, data: bytes | bytearray, /) -> bytes:
        """Return compressed data; not all of it before a flush."""

    def flush(self, mode: int, /) -> bytes:
        """Return the rest: with ``SYNC_FLUSH``, what was compressed so far can be read then; ``FINISH`` ends it."""


class Decompressor(Protocol):
    """What decompresses one member of a file, as in `zlib`."""

    @property
    def eof(self) -> bool:
        """Whether the end of the member was reached."""

    @property
    def unconsumed_tail(self) -> bytes:
        """What was not decompressed yet because of ``max_length``."""

    @property
    def unused_data(self) -> bytes:
        """What follows the member."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return text of a limited length. Damaged data raises a `decompression_error`."""

    def flush(self) -> bytes:
        """Return the rest."""


def compressor() -> Compressor:
    """Return the compressor of a new file."""
    made: Compressor = _library().compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return made


def decompressor() -> Decompressor:
    """Return the decompressor of a member."""
    made: Decompressor = _library().decompressobj(_GZIP)
    return made


def decompression_error() -> type[Exception]:
    """Return what damaged data raises."""
    error: type[Exception] = _library().error
    return error


@cache
def _library() -> Any:
    try:
        return import_module("isal.isal_zlib")
    except ImportError:  # it has no wheel for this system
        return zlib
