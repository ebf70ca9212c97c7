"""A recording of a scripted feed, for tests of replays."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.recording.recorded import T0, write
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.replay import Replay
from ticker_gui.recording.format import Line, RecordedFeed, new_header
from ticker_gui.recording.line_encoder import FrameBatch
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import summarize

DESK = RecordedFeed("desk", "demo", "wss://venue.example/", ("NIMB",))


def trade(number: int, seconds: float, symbol: str = "NIMB") -> FrameBatch:
    """Return a trade that was received some seconds after the beginning."""
    received_ns = T0 + int(seconds * SECOND_NS)
    payload = msgspec.json.encode(Trade(symbol, 100.0 + number, 1.0, received_ns, number))
    return FrameBatch("desk", 1, (payload,), "in", received_ns, str)


def opening(seconds: float = 0.0) -> Line:
    """Return the beginning of the first connection."""
    return Line(T0 + int(seconds * SECOND_NS), "open", "desk", 1, frame="wss://venue.example/")


def replay_of(folder: Path, *items: FrameBatch | Line, feeds: tuple[RecordedFeed, ...] = (DESK,)) -> Replay:
    """Return a replay of a recording of these."""
    path = write(folder / "a.ticker.jsonl.gz", *items, header=new_header("", feeds))
    recording = Recording(path)
    return Replay(recording, summarize(recording))


def last_price(replay: Replay, symbol: str = "NIMB") -> float | None:
    """Return the last price of a symbol."""
    state = replay.engine.feeds["desk"].market.find(symbol)
    return None if state is None else state.last


def play_until(replay: Replay, time_ns: int) -> None:
    """Play up to a time, however long the file takes to be read."""
    while not replay.run_until(time_ns):
        pass
