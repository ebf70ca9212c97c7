"""Recording: what it costs at the highest rate, how fast a replay is, and how long either delays the event loop."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import harness
from tests.benchmarks.archive import LoopDelay
from tests.benchmarks.flood_server import symbols
from tests.doubles import until

MODULE = "tests.benchmarks.recording"
SYMBOLS = 50
_RATE = 5_000  # messages per second of the realistic load
_WARM_UP_S = 0.5


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure with and without recording alternately, and replay what was recorded."""
    seconds, rounds = (0.1, 1) if quick else (2.0, 5)
    costs, ratios, plain_rates, replay_rates, lost = [], [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            file = Path(folder) / f"{number}.ticker.jsonl.gz"
            with harness.flood(SYMBOLS) as url:
                plain = harness.run(MODULE, "live", url, seconds)
            with harness.flood(SYMBOLS) as url:
                recorded = harness.run(MODULE, "live", url, seconds, file)
            played = harness.run(MODULE, "replay", file)
            costs.append(recorded["rate"] / plain["rate"])
            ratios.append(played["rate"] / plain["rate"])
            plain_rates.append(plain["rate"])
            replay_rates.append(played["rate"])
            lost += recorded["lost"]
        with harness.flood(SYMBOLS, _RATE) as url:
            usual = harness.run(MODULE, "live", url, 2 * seconds, Path(folder) / "usual.ticker.jsonl.gz")
    note = f"{lost:,} frames lost" if lost else "no frame lost"
    name = "recording: flood with / without, without a window"
    yield harness.Figure(name, statistics.median(costs), 0.96, is_minimum=True, note=note)
    note = f"{statistics.median(replay_rates):,.0f} against {statistics.median(plain_rates):,.0f} messages/s"
    name = "recording: replay / flood, without a window"
    yield harness.Figure(name, statistics.median(ratios), 0.8, is_minimum=True, note=note)
    yield harness.Figure(f"recording: loop delay at {_RATE:,} messages/s", usual["late_ms"], 8, "ms")
    yield harness.Figure("recording: loop delay of a replay", played["late_ms"], 8, "ms", note="at the highest speed")


async def live(url: str, seconds: float, file: Path | None) -> None:
    """Receive a flood, and record it if there is a file."""
    from ticker_gui.config.settings import Feed
    from ticker_gui.engine.engine import Engine
    from ticker_gui.engine.recorder import Recorder
    from ticker_gui.recording.writing import RecordingWriter

    engine = Engine([Feed(url, tuple(symbols(SYMBOLS)), "demo", "demo")])
    recorder, writer = Recorder(engine), None
    if file is not None:
        writer = RecordingWriter(file, recorder.header())
        recorder.add_sink(writer)
    tasks = [asyncio.create_task(engine.run())]
    session = engine.feeds["demo"].session
    await until(lambda: session.frames)
    await harness.wait_own_time(min(_WARM_UP_S, seconds))
    delay = LoopDelay()
    tasks.append(asyncio.create_task(delay.run()))
    frames = session.frames
    passed = await harness.wait_own_time(seconds, lambda: session.frames)
    rate, late_ms = (session.frames - frames) / passed, delay.longest_s * 1000
    if writer is not None:
        recorder.remove_sink(writer)
        await asyncio.to_thread(writer.close, 60)
    harness.report(rate=rate, lost=0 if writer is None else writer.lost, late_ms=late_ms)


async def replay(file: Path) -> None:
    """Replay a recording at the highest speed."""
    from ticker_gui.engine.replay import Replay
    from ticker_gui.engine.replay_player import MAX_SPEED, ReplayPlayer
    from ticker_gui.recording.reading import Recording
    from ticker_gui.recording.summary import summarize

    recording = Recording(file)
    summary = summarize(recording)
    player = ReplayPlayer(Replay(recording, summary), MAX_SPEED)
    delay = LoopDelay()
    measuring = asyncio.create_task(delay.run())
    began = harness.own_time_s()
    player.resume()
    await player.wait_until_end()
    rate = summary.frames / (harness.own_time_s() - began)
    measuring.cancel()
    await player.close()
    harness.report(rate=rate, late_ms=delay.longest_s * 1000)


if __name__ == "__main__":
    gc.disable()  # as in the window, which collects at times of its own
    if sys.argv[1] == "live":
        asyncio.run(live(sys.argv[2], float(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None))
    else:
        asyncio.run(replay(Path(sys.argv[2])))
