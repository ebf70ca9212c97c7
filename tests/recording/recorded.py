"""Recordings made by hand for the tests: frames of a feed, written with the real writer."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from ticker_gui.recording.compression import FINISH
from ticker_gui.recording.format import Header, Line, RecordedFeed, new_header, set_content
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.line_encoder import SEPARATOR, FrameBatch, LineEncoder
from ticker_gui.recording.packing import LocalPacker
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.writing import RecordingWriter

T0 = 1_767_323_045_000_000_000
FEED = RecordedFeed("crypto", "demo", "wss://venue.example/", ("NIMB",))
HEADER = new_header("2026-01-02T03:04:05Z", (FEED,))


def batch(*payloads: str | bytes, t: int = T0, direction: str = "in", secret: str = "", conn: int = 1) -> FrameBatch:
    """Return frames of one read; ``secret`` is redacted."""
    redact = (lambda text: text.replace(secret, "•••")) if secret else str
    return FrameBatch("crypto", conn, payloads, "in" if direction == "in" else "out", t, redact)


def encoded(batches: Sequence[FrameBatch]) -> bytes:
    """Return the lines of batches that are alike."""
    packer = LocalPacker(SEPARATOR)
    LineEncoder().encode_batches(batches, packer)
    return gzip.decompress(packer.take(FINISH))


def write(path: Path, *items: FrameBatch | Line, header: Header = HEADER) -> Path:
    """Write a recording with these frames and lines."""
    writer = RecordingWriter(path, header)
    for item in items:
        if isinstance(item, FrameBatch):
            writer.add_frames(item)
        else:
            writer.add(item)
    writer.close()
    assert not writer.failure
    return path


def write_text(path: Path, lines: Iterable[str | bytes]) -> Path:
    """Write a recording whose lines are given as text."""
    text = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def lines_of(path: Path) -> tuple[list[Line], Sequence[str]]:
    """Return the lines of a recording without headers, and its problems."""
    recording = Recording(path)
    lines = [line for line in all_lines(recording) if isinstance(line, Line)]
    return lines, recording.problems.first


def all_lines(recording: Recording) -> list[Line | Header]:
    """Return the lines of a recording, with each received frame as a line of its own."""
    lines: list[Line | Header] = []
    for item in recording.items():
        if isinstance(item, Batch):
            for payload in item.payloads:
                line = Line(item.t, "in", item.feed, item.conn, again=item.again)
                set_content(line, payload)
                lines.append(line)
        else:
            lines.append(item)
    return lines
