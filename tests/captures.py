"""Real exchange traffic beside the checkout; tests that use it skip where it is absent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "captures"


class Line(NamedTuple):
    """One recorded frame: seconds since the epoch, in or out, its text."""

    t: float
    dir: str
    frame: str


class _Line(msgspec.Struct):
    t: float
    dir: str
    frame: str


def path(name: str) -> Path:
    """Return the file with the traffic of this provider, which may be absent."""
    return _FOLDER / f"{name}.jsonl"


def frames(name: str) -> list[Line]:
    """Return the frames that a session with this provider received, or skip the test."""
    file = path(name)
    if not file.exists():
        pytest.skip(f"no captured traffic at {file.parent.name}/{file.name} beside the checkout")
    return _received(file)


def payloads(name: str) -> list[bytes]:
    """Return the payloads that a session with this provider received; none where there is no capture of it."""
    file = path(name)
    return [line.frame.encode() for line in _received(file)] if file.exists() else []


def _received(path: Path) -> list[Line]:
    decode = msgspec.json.Decoder(_Line).decode
    lines = [decode(line) for line in path.read_bytes().splitlines()]
    return [Line(line.t, line.dir, line.frame) for line in lines if line.dir == "in"]
