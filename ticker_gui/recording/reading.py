"""Reading recordings and captures in bounded memory; what cannot be read is reported."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS, decode_failure
from ticker_gui.formatting.numbers import counted
from ticker_gui.recording.format import FORMAT, MAX_LINE_BYTES, Header, Line, RecordingError
from ticker_gui.recording.line_decoder import Batch, LineDecoder, as_batches
from ticker_gui.recording.sources import Damage, chunks

_MAX_PROBLEMS: Final = 20
_MAX_UNUSABLE_BYTES: Final = 64 << 20  # in a row; the rest is not read then
_HEADER_KEYS: Final = (b'"ticker_gui"', b'"format"')

Part: TypeAlias = bytes | Damage | None  # whole lines; what cannot be read; a line that is too long


class Unread:
    """Stands for a part that has not been read yet."""


UNREAD: Final = Unread()


class Problems:
    """What could not be read, as sentences for the user: the first few, and the number of all."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []
        self.is_truncated = False  # the end is missing

    def add(self, problem: str) -> None:
        """Add a problem."""
        self.count += 1
        if len(self.first) < _MAX_PROBLEMS:
            self.first.append(problem)

    def describe(self) -> str:
        """Return all of it as text of several lines; empty if there is no problem."""
        others = self.count - len(self.first)
        return "\n".join((*self.first, *([f"{counted(others, 'more problem')}."] if others else [])))


class Recording:
    """A recording, a report file or a capture that can be read any number of times.

    ``header`` is the first line; that of a capture has no feeds. ``problems`` are those of the last reading.

    Raises:
        RecordingError: the file cannot be read, or is not a recording.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self.problems = Problems()
        self._number = 0  # of the current line
        self._unusable_bytes = 0
        self._decoder: Final = LineDecoder()
        self.header: Final = self._read_header()

    def items(self) -> Generator[Batch | Line | Header, None, None]:
        """Yield all lines, the header first; later headers are those of further recordings in a report file.

        Received frames are batches. ``Line.t`` is in nanoseconds, and ``Line.payload`` does not raise. Reading is
        streamed, so the memory does not depend on the size of the file; close the generator to close the file. Damaged
        lines are skipped and added to ``problems``, and so is a missing end.

        Raises:
            RecordingError: the file cannot be opened any more.
        """
        with closing(self.parts()) as parts:
            for item in self.items_of(parts):
                if not isinstance(item, Unread):
                    yield item

    def parts(self) -> Generator[Part, None, None]:
        """Yield the text for `items_of`. It may be read in a thread, and raises as `items` does."""
        return _split(chunks(self.path))

    def items_of(self, parts: Iterable[Part | Unread]) -> Generator[Batch | Line | Header | Unread, None, None]:
        """Yield the lines of parts as `items` does, and ``UNREAD`` for each part that is, or has no usable lines."""
        problems = self.problems = Problems()
        self._number = self._unusable_bytes = 0
        yield self.header
        is_first = True
        for block in self._blocks(parts, problems):
            if isinstance(block, Unread):
                yield block
                continue
            for item in self._items_of(block, problems):
                if not is_first or not isinstance(item, Header):
                    yield item
                is_first = is_first and isinstance(item, Unread)
            if self._is_unusable:
                problems.is_truncated = True
                problems.add(f"Reading stopped after line {self._number:,}: what follows is not a recording.")
                return

    def _read_header(self) -> Header:
        problems = Problems()
        first = b""
        with closing(self.parts()) as parts:
            blocks = self._blocks(parts, problems)
            while not first and isinstance(block := next(blocks, None), bytes):
                first = block.lstrip(b"\n").partition(b"\n")[0]
        if not first:
            why = problems.first[0] if problems.first else "It is empty."
            raise RecordingError(f"{self.path} is not a recording. {why}")
        self._number += 1
        line = self._decoded(first, problems)
        if line is None:
            raise RecordingError(f"{self.path} is not a Ticker GUI recording. {problems.first[0]}")
        if isinstance(line, Line):
            return Header(ticker_gui="", format=0)
        if line.format > FORMAT:
            raise RecordingError(f"{self.path} was recorded by a newer version ({line.ticker_gui}). Update Ticker GUI.")
        return line

    def _blocks(self, parts: Iterable[Part | Unread], problems: Problems) -> Iterator[bytes | Unread]:
        """Yield the text in blocks of whole lines, without those that are too long."""
        for part in parts:
            if isinstance(part, bytes | Unread):
                yield part
            elif isinstance(part, Damage):
                problems.is_truncated = True
                problems.add(f"Messages are missing after line {self._number:,}: {part.reason}.")
            else:
                self._number += 1
                problems.add(f"Line {self._number:,} was skipped: it is longer than {MAX_LINE_BYTES >> 20} MB.")

    @property
    def _is_unusable(self) -> bool:
        return self._unusable_bytes > _MAX_UNUSABLE_BYTES

    def _items_of(self, block: bytes, problems: Problems) -> Iterator[Batch | Line | Header | Unread]:
        """Yield the contents of a block: of many lines at once, or of one after the other if one of them is unusual."""
        at = 0
        while at < len(block) and not self._is_unusable:
            items, end = self._decoder.decode_next(block, at)
            if items:
                self._number += sum(len(item.payloads) if type(item) is Batch else 1 for item in items)
                self._unusable_bytes = 0
                yield from items
            else:
                yield from as_batches(self._lines_of(block[at:end], problems)) or (UNREAD,)
            at = end

    def _lines_of(self, lines: bytes, problems: Problems) -> Iterator[Line | Header]:
        """Yield lines one by one, without those that are damaged, up to where the file is unusable."""
        for raw in filter(None, lines.split(b"\n")):
            self._number += 1
            line = self._decoded(raw, problems)
            if line is not None:
                self._unusable_bytes = 0
                yield line
            elif self._is_unusable:
                return

    def _decoded(self, raw: bytes, problems: Problems) -> Line | Header | None:
        """Return a line, or ``None`` after adding the reason why it cannot be used."""
        try:
            return self._line(raw)
        except DECODE_ERRORS as error:
            reason = decode_failure(error)
        except (ValueError, OverflowError) as error:
            reason = str(error)
        self._unusable_bytes += len(raw)
        problems.add(f"Line {self._number:,} was skipped: {reason[:200]}.")
        return None

    def _line(self, raw: bytes) -> Line | Header:
        start = raw[:256]
        if _HEADER_KEYS[0] in start and _HEADER_KEYS[1] in start:
            return msgspec.json.decode(raw, type=Header)
        return self._decoder.decode(raw)


def _split(parts: Generator[bytes | Damage, None, None]) -> Generator[Part, None, None]:
    """Split text into blocks of whole lines; ``None`` stands for a line that is too long.

    An incomplete line before damage is dropped. After a large part without a line break, nothing more is read.
    """
    rest, length = b"", 0  # the beginning of a line, and its length; only the length of one that is too long
    with closing(parts):
        for part in parts:
            if isinstance(part, Damage):
                rest, length = b"", 0
                yield part
                continue
            first = part.find(b"\n")
            length += len(part) if first < 0 else first
            if length > MAX_LINE_BYTES:
                rest = b""
                if first >= 0:
                    yield None
                    part = part[first + 1 :]
                elif length > _MAX_UNUSABLE_BYTES:
                    yield Damage("what follows is not a recording")
                    return
            if first < 0:
                rest = rest + part if length <= MAX_LINE_BYTES else b""
                continue
            end = part.rfind(b"\n") + 1  # parts are shorter than the longest line
            if end:
                yield rest + part[:end]
            rest = part[end:]
            length = len(rest)
        if length:
            yield rest + b"\n" if length <= MAX_LINE_BYTES else None
