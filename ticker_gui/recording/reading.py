"""Reading recordings and captures line by line, in bounded memory; what cannot be read is reported."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.recording.format import FORMAT, MAX_LINE_BYTES, Header, Line, RecordingError, time_ns
from ticker_gui.recording.sources import Damage, chunks

_MAX_PROBLEMS: Final = 20
_MAX_UNUSABLE_BYTES: Final = 64 << 20  # in a row; the rest is not read then
_DECODE_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MIN_NS: Final = 10**12  # a smaller time is in seconds
_MAX_NS: Final = 2**63 - 1
_HEADER_KEYS: Final = (b'"ticker_gui"', b'"format"')


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
        more = [f"{self.count - len(self.first):,} more problems."] if self.count > len(self.first) else []
        return "\n".join((*self.first, *more))


class Recording:
    """A recording, a bundle or a capture that can be read any number of times.

    ``header`` is the first line; that of a capture has no feeds. ``problems`` are those of the last reading.

    Raises:
        RecordingError: the file cannot be read, or is not a recording.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self.problems = Problems()
        self._number = 0  # of the current line
        self._unusable_bytes = 0
        self._decode: Final = msgspec.json.Decoder(Line).decode
        self.header: Final = self._read_header()

    def lines(self) -> Generator[Line | Header, None, None]:
        """Yield all lines, the header first. Later headers are those of further recordings in a bundle.

        ``Line.t`` is in nanoseconds, and ``Line.payload`` does not raise. Reading is streamed, so the memory does not
        depend on the size of the file; close the generator to close the file. Damaged lines are skipped and added to
        ``problems``, and so is a missing end.

        Raises:
            RecordingError: the file cannot be opened any more.
        """
        problems = self.problems = Problems()
        self._number = self._unusable_bytes = 0
        yield self.header
        is_first = True
        with closing(self._raw_lines(problems)) as raw_lines:
            for raw in raw_lines:
                line = self._frame_line(raw) or self._decoded(raw, problems)
                if line is not None:
                    self._unusable_bytes = 0
                    if not is_first or type(line) is Line:
                        yield line
                    is_first = False
                elif self._unusable_bytes > _MAX_UNUSABLE_BYTES:
                    problems.is_truncated = True
                    problems.add(f"Nothing is read after line {self._number:,}: what follows is not a recording.")
                    return

    def _read_header(self) -> Header:
        problems = Problems()
        with closing(self._raw_lines(problems)) as raw_lines:
            first = next(raw_lines, None)
        if first is None:
            why = problems.first[0] if problems.first else "It is empty."
            raise RecordingError(f"{self.path} is not a recording. {why}")
        line = self._decoded(first, problems)
        if line is None:
            raise RecordingError(f"{self.path} is not a recording of Ticker GUI. {problems.first[0]}")
        if isinstance(line, Line):
            return Header(ticker_gui="", format=0)
        if line.format > FORMAT:
            raise RecordingError(f"{self.path} was recorded by a newer version ({line.ticker_gui}). Update Ticker GUI.")
        return line

    def _raw_lines(self, problems: Problems) -> Generator[bytes, None, None]:
        """Yield the lines as bytes, without those that are too long."""
        with closing(_split(chunks(self.path))) as parts:
            for part in parts:
                if isinstance(part, list):
                    for line in part:
                        self._number += 1
                        yield line
                elif isinstance(part, Damage):
                    problems.is_truncated = True
                    problems.add(f"Messages are missing after line {self._number:,}: {part.reason}.")
                else:
                    self._number += 1
                    problems.add(f"Line {self._number:,} was skipped: it is longer than {MAX_LINE_BYTES >> 20} MiB.")

    def _frame_line(self, raw: bytes) -> Line | None:
        """Return a line with a frame as the recorder writes it, which nearly all are; ``None`` for any other line."""
        try:
            line = self._decode(raw)
        except _DECODE_ERRORS:
            return None
        is_usual = line.frame is not None and line.b64 is None and type(line.t) is int and _MIN_NS <= line.t <= _MAX_NS
        return line if is_usual else None

    def _decoded(self, raw: bytes, problems: Problems) -> Line | Header | None:
        """Return a line, or ``None`` after adding the reason why it cannot be used."""
        try:
            return self._line(raw)
        except RecursionError:
            reason = "it is nested too deeply"
        except _DECODE_ERRORS as error:
            reason = str(error).rstrip(".")
        except (ValueError, OverflowError) as error:
            reason = str(error)
        self._unusable_bytes += len(raw)
        problems.add(f"Line {self._number:,} was skipped: {reason[:200]}.")
        return None

    def _line(self, raw: bytes) -> Line | Header:
        start = raw[:256]
        if _HEADER_KEYS[0] in start and _HEADER_KEYS[1] in start:
            return msgspec.json.decode(raw, type=Header)
        line = self._decode(raw)
        if type(line.t) is not int or line.t < _MIN_NS:
            line.t = time_ns(line.t)
        elif line.t > _MAX_NS:
            raise ValueError("the time is not between 1970 and 2262")
        if line.b64 is not None:
            _check_base64(line.b64)
        elif line.frame is None and line.dir in ("in", "out"):
            raise ValueError("it contains no frame")
        return line


def _split(parts: Generator[bytes | Damage, None, None]) -> Generator[list[bytes] | Damage | None, None, None]:
    """Split text into lines; ``None`` stands for a line that is too long. An incomplete line before damage is dropped.

    After a large part without a line break, nothing more is read.
    """
    rest, length = b"", 0  # the beginning of a line, and its length; only the length of one that is too long
    with closing(parts):
        for part in parts:
            if isinstance(part, Damage):
                rest, length = b"", 0
                yield part
                continue
            first, *lines = part.split(b"\n")
            length += len(first)
            rest = rest + first if length <= MAX_LINE_BYTES else b""
            if lines:
                if length:
                    yield [rest] if length <= MAX_LINE_BYTES else None
                rest = lines.pop()  # parts are shorter than the longest line
                length = len(rest)
                yield [line for line in lines if line]
            elif length > _MAX_UNUSABLE_BYTES:
                yield Damage("what follows is not a recording")
                return
        if length:
            yield [rest] if length <= MAX_LINE_BYTES else None


def _check_base64(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("its base64 is invalid") from None
