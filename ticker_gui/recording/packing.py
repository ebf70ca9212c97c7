"""Packing the lines of a recording: frames are encoded as JSON, and everything is compressed until the next flush."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from ticker_gui.recording.compression import compressor

_END_OF_LINE: Final = b'"}\n'  # after a frame


class Packer(Protocol):
    """What packs one recording, or a part of it that can be read by itself."""

    @property
    def size(self) -> int:
        """The bytes that were added since `compress`."""

    def add(self, lines: bytes) -> None:
        """Add complete lines."""

    def add_frames(self, begin: bytes, text: bytes) -> None:
        """Add frames, with separators between them. A line is ``begin``, the escaped frame, and ``"}``."""

    def compress(self) -> None:
        """Compress what was added; this takes some time."""

    def take(self, mode: int) -> bytes:
        """Return everything that was compressed since the last call, after a flush of this mode."""

    def close(self) -> None:
        """Free what it uses."""

    def abort(self) -> None:
        """Interrupt what another thread is waiting for, which raises there."""


class LocalPacker:
    """A `Packer` that does the work at once."""

    def __init__(self, separator: bytes) -> None:
        self._separator: Final = separator
        self._encode: Final = msgspec.json.Encoder().encode
        self._compressor: Final = compressor()
        self._compressed: list[bytes] = []  # each call that blocks is one more for which others wait for Python's lock
        self._lines = bytearray()

    @property
    def size(self) -> int:
        """The bytes that were added since `compress`."""
        return len(self._lines)

    def add(self, lines: bytes) -> None:
        """Add complete lines."""
        self._lines += lines

    def add_frames(self, begin: bytes, text: bytes) -> None:
        """Add frames, with separators between them, which JSON leaves as they are."""
        escaped = self._encode(text.decode())[1:-1].replace(self._separator, _END_OF_LINE + begin)
        self._lines += b"".join((begin, escaped, _END_OF_LINE))

    def compress(self) -> None:
        """Compress what was added."""
        self._compressed.append(self._compressor.compress(self._lines))
        self._lines.clear()

    def take(self, mode: int) -> bytes:
        """Return everything that was compressed since the last call, after a flush of this mode."""
        self.compress()
        compressed = b"".join(self._compressed) + self._compressor.flush(mode)
        self._compressed.clear()
        return compressed

    def close(self) -> None:
        """There is nothing to free."""

    def abort(self) -> None:
        """There is nothing to interrupt."""
