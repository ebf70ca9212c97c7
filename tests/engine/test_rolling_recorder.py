"""The rolling recording: on disk while the program runs, in segments that can each be replayed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_plain
from tests.doubles import ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.config.settings import RecordingSettings
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Trade
from ticker_gui.engine import rolling_recorder
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.recorder import Recorder
from ticker_gui.engine.replay import Replay
from ticker_gui.engine.rolling_recorder import RollingRecorder
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.recording.format import Header, Line, RecordingError
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.line_encoder import FrameBatch
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.segments import recent_segments
from ticker_gui.recording.summary import summarize
from ticker_gui.recording.writing import RecordingWriter


@contextlib.asynccontextmanager
async def rolling(engine: Engine, folder: Path | None, settings: RecordingSettings) -> AsyncIterator[RollingRecorder]:
    recorder = RollingRecorder(Recorder(engine), folder, settings)
    task = asyncio.create_task(recorder.run())
    try:
        yield recorder
    finally:
        task.cancel()
        await asyncio.wait((task,))


def test_each_segment_can_be_replayed_and_all_are_deleted_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling_recorder, "_SEGMENT_S", 0.01)
    monkeypatch.setattr(rolling_recorder, "_CHECK_S", 0.01)

    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector)
        async with running(engine), rolling(engine, tmp_path, RecordingSettings()) as recorder:
            await until(lambda: recent_segments(tmp_path, 600))
            line = await connector.connection()
            await until(lambda: line.sent)
            line.deliver(payload(Trade("A", 5.0, trade_id=1)))
            await until(lambda: len(recent_segments(tmp_path, 600)) > 2)
            line.deliver(payload(Trade("A", 6.0, trade_id=2)))
            await recorder.flush()
            prices = [await last_price(path) for path in recent_segments(tmp_path, 600) if path.stat().st_size]
            assert [price for price in prices if price is not None][-1] == 6.0  # newer segments have no trade
        assert not recent_segments(tmp_path, 600)
        assert not engine.taps.batches

    async def last_price(path: Path) -> float | None:
        recording = Recording(path)
        replay = Replay(recording, summarize(recording))
        asyncio.get_running_loop().call_soon(play, replay)
        await until(lambda: replay.is_at_end)
        (state,) = replay.engine.market.states
        replay.close()
        return state.last

    def play(replay: Replay) -> None:
        while not replay.run_until(replay.summary.ended_ns):
            pass

    run_plain(test())


@pytest.mark.parametrize("settings", [RecordingSettings(rolling_minutes=0), RecordingSettings(rolling_megabytes=0)])
def test_it_can_be_turned_off(settings: RecordingSettings, tmp_path: Path) -> None:
    async def test() -> None:
        engine = Engine([])
        async with rolling(engine, tmp_path, settings) as recorder:
            await asyncio.sleep(0)
            assert not recorder.is_on
            await recorder.flush()
        assert not engine.taps.batches

    run_plain(test())
    assert list(tmp_path.iterdir()) == []


def test_a_recording_contains_the_beginnings_of_connections_also_if_it_is_off(tmp_path: Path) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector)
        async with running(engine), rolling(engine, None, RecordingSettings()) as off:
            line = await connector.connection()
            await until(lambda: line.sent)
            kinds = [item.direction if isinstance(item, FrameBatch) else "" for item in off._recorder.beginning()]
            assert "out" in kinds

    run_plain(test())


def test_segments_that_are_about_to_be_saved_are_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling_recorder, "_SEGMENT_S", 0.01)
    monkeypatch.setattr(rolling_recorder, "_CHECK_S", 0.01)
    monkeypatch.setattr(rolling_recorder, "expired", lambda segments, *limits: list(segments)[:-1])

    async def test() -> None:
        async with rolling(Engine([]), tmp_path, RecordingSettings()) as recorder:
            await until(lambda: recent_segments(tmp_path, 600))
            first, *_ = recent_segments(tmp_path, 600)
            recorder.held = frozenset({first})
            await until(lambda: recent_segments(tmp_path, 600)[-1].name.endswith("000004.ticker.jsonl.gz"))
            assert first in recent_segments(tmp_path, 600)
            recorder.held = frozenset()
            await until(lambda: first not in recent_segments(tmp_path, 600))

    run_plain(test())


@pytest.mark.parametrize("error", [RecordingError("The disk is full."), KeyError("a bug")])
def test_a_folder_that_cannot_be_written_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(rolling_recorder, "_RETRY_S", 0.001)
    attempts = 0

    def fail_first(path: Path, header: Header, **options: Any) -> RecordingWriter:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise error
        return RecordingWriter(path, header, **options)

    monkeypatch.setattr(rolling_recorder, "RecordingWriter", fail_first)

    async def test() -> None:
        async with rolling(Engine([]), tmp_path, RecordingSettings()):
            await until(lambda: recent_segments(tmp_path, 600))
        assert attempts == 3

    run_plain(test())


def test_a_segment_that_is_being_opened_at_the_end_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_opening, may_open = threading.Event(), threading.Event()
    writers = []

    def open_slowly(path: Path, header: Header, **options: Any) -> RecordingWriter:
        is_opening.set()
        may_open.wait(60)
        writers.append(RecordingWriter(path, header, **options))
        return writers[-1]

    monkeypatch.setattr(rolling_recorder, "RecordingWriter", open_slowly)

    async def test() -> None:
        task = asyncio.create_task(RollingRecorder(Recorder(Engine([])), tmp_path, RecordingSettings()).run())
        await until(is_opening.is_set)
        task.cancel()
        await asyncio.sleep(0)
        may_open.set()
        await asyncio.wait((task,))
        assert not recent_segments(tmp_path, 600)

    run_plain(test())
    assert [writer.is_open for writer in writers] == [False]


def test_what_was_received_last_can_be_read_after_a_flush(tmp_path: Path) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        engine = Engine([feed("desk", "A")], connector=connector)
        async with running(engine), rolling(engine, tmp_path, RecordingSettings()) as recorder:
            line = await connector.connection()
            found = list[bool]()
            while found[-2:] != [True, True]:  # the first may be in the file because it is the beginning of one
                assert len(found) < 1_000
                last = payload(Trade("A", 5.0, trade_id=len(found)))
                line.deliver(last)
                await recorder.flush()
                texts = [frames(path) for path in recent_segments(tmp_path, 600) if path.stat().st_size]
                found.append(any(last in each for each in texts))
            line.end(ConnectionLost("The cable was cut."))
            await until(lambda: not engine.feeds["desk"].state.is_connected)
            await recorder.flush()
            (path,) = recent_segments(tmp_path, 600)
            assert [each for each in Recording(path).items() if isinstance(each, Line) and each.dir == "close"]

    run_plain(test())


def frames(path: Path) -> list[bytes]:
    return [payload for each in Recording(path).items() if isinstance(each, Batch) for payload in each.payloads]


def test_answers_to_requests_for_past_data_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling_recorder, "_SEGMENT_S", 0.01)
    monkeypatch.setattr(rolling_recorder, "_CHECK_S", 0.01)

    async def test() -> None:
        engine = Engine([feed("desk", "A")], connector=ScriptedConnector())
        async with running(engine), rolling(engine, tmp_path, RecordingSettings()):
            await until(lambda: len(recent_segments(tmp_path, 600)) > 1)  # the first is in use
            on_response = engine.feeds["desk"].past.client.on_response
            assert on_response is not None
            on_response(HttpResponse(200, b"bars", url="https://venue.example/bars"))
            count = len(recent_segments(tmp_path, 600))
            await until(lambda: len(recent_segments(tmp_path, 600)) > count + 2)  # those until then are complete
            lines = [line for path in recent_segments(tmp_path, 600)[: count + 1] for line in Recording(path).items()]
            assert [line.dir for line in lines if isinstance(line, Line)].count("http") == 1

    run_plain(test())
