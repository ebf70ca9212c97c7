from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.archive import archive
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.records import DayRecord
from ticker_gui.archive.retention import ArchiveLimits
from ticker_gui.config.settings import ArchiveSettings, RecordingSettings
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import DAY_NS, MINUTE
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window import stored_data
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.stored_data import StoredData
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.recording.segments import Segment, delete, recent_segments
from ticker_gui.stream.clock import steady_clock
from ticker_gui.watchlist.columns import COLUMN_INDEX


def make_window() -> MainWindow:
    return MainWindow(["desk"], steady_clock(), load_theme("dark"))


async def stored(file: Path) -> int:
    return len((await Archive(file).load_trades("desk", "A", 10)).seq)


def button(dialog: QMessageBox, text: str) -> None:
    next(each for each in dialog.buttons() if each.text().replace("&", "") == text).click()


def test_market_data_is_stored_and_deleted_only_after_a_confirmation(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)

    async def test() -> None:
        file, connector, window = tmp_path / "data.sqlite3", ScriptedConnector(), make_window()
        engine = Engine([feed("desk", "A")], connector=connector)
        data = StoredData(engine, window, file, ArchiveSettings(trade_days=3))
        task = asyncio.create_task(data.run())
        async with running(engine):
            line = await connector.connection()
            await until(lambda: bool(engine.taps.facts))
            line.deliver(payload(Trade("A", 5.0)))
            while not await stored(file):  # noqa: ASYNC110  # another thread writes it
                await asyncio.sleep(0.05)
            data.set_limits(ArchiveSettings(trade_megabytes=5))
            assert data._archive is not None
            assert data._archive.limits.trade_bytes == 5 << 20
            window.deletion_requested.emit()
            assert data.dialog is not None
            assert "cannot be undone" in data.dialog.informativeText()
            button(data.dialog, "Cancel")
            assert await stored(file) == 1
            window.deletion_requested.emit()
            button(data.dialog, "Delete")
            while await stored(file):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait((task,))
        window.close()

    run_qt(test())


def test_a_system_clock_that_is_set_forward_deletes_no_stored_data(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned_ns = list[int]()

    def clean(connection: sqlite3.Connection, limits: ArchiveLimits, now_ns: int) -> bool:
        cleaned_ns.append(now_ns)
        return False

    monkeypatch.setattr(archive, "delete_step", clean)

    async def test() -> None:
        window, clock = make_window(), StillClock(time.time_ns() - 365 * DAY_NS)
        engine = Engine([], clock=clock)
        task = asyncio.create_task(StoredData(engine, window, tmp_path / "data.sqlite3", ArchiveSettings()).run())
        await until(lambda: cleaned_ns)
        assert cleaned_ns[0] == clock.now_ns
        task.cancel()
        await asyncio.wait((task,))
        window.close()

    run_qt(test())


def test_what_arrives_before_the_archive_is_imported_is_stored(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)
    has_arrived = threading.Event()

    def import_slowly(name: str) -> object:
        assert has_arrived.wait(60)
        return import_module(name)

    monkeypatch.setattr(stored_data, "import_module", import_slowly)

    async def test() -> None:
        file, connector, window = tmp_path / "data.sqlite3", ScriptedConnector(), make_window()
        engine = Engine([feed("desk", "A")], connector=connector)
        task = asyncio.create_task(StoredData(engine, window, file, ArchiveSettings()).run())
        async with running(engine):
            line = await connector.connection()
            for number in range(5):
                line.deliver(payload(Trade("A", 5.0 + number, trade_id=number)))
            await until(lambda: engine.market.states[0].last == 9.0)
            has_arrived.set()
            while await stored(file) < 5:  # noqa: ASYNC110  # another thread writes it
                await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait((task,))
        window.close()

    run_qt(test())


def test_a_damaged_archive_is_reported(run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)
    file = tmp_path / "data.sqlite3"
    file.write_bytes(b"no database" * 1000)

    async def test() -> None:
        connector, window = ScriptedConnector(), make_window()
        engine = Engine([feed("desk", "A")], connector=connector)
        task = asyncio.create_task(StoredData(engine, window, file, ArchiveSettings()).run())
        async with running(engine):
            line = await connector.connection()
            await until(lambda: bool(engine.taps.facts))
            line.deliver(payload(Trade("A", 5.0)))
            await until(lambda: "data.sqlite3" in window.status.currentMessage())
            task.cancel()
            await asyncio.wait((task,))
        window.close()

    run_qt(test())


def test_data_of_earlier_sessions_can_be_deleted_when_storing_is_off(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        file, window = tmp_path / "data.sqlite3", make_window()
        archive = Archive(file)
        archive.start()
        now_ns = steady_clock()()
        archive.record_trade("desk", Trade("A", 5.0), now_ns)
        await asyncio.to_thread(archive.close)
        assert await stored(file) == 1
        data = StoredData(Engine([]), window, file, ArchiveSettings(enabled=False))
        data.request_deletion()
        assert data.dialog is not None
        button(data.dialog, "Delete")
        await until(lambda: "was deleted" in window.status.currentMessage())
        assert await stored(file) == 0
        window.close()

    run_qt(test())


@pytest.mark.parametrize("is_enabled", [True, False])
def test_nothing_is_stored_without_a_file_or_when_it_is_turned_off(
    run_qt: RunQt, tmp_path: Path, is_enabled: bool
) -> None:
    async def test() -> None:
        file, window = tmp_path / "data.sqlite3", make_window()
        engine = Engine([])
        data = StoredData(engine, window, None if is_enabled else file, ArchiveSettings(enabled=is_enabled))
        task = asyncio.create_task(data.run())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait((task,))
        window.close()

    run_qt(test())
    assert not list(tmp_path.iterdir())


def test_the_last_known_values_are_shown_dimmed_and_dated_until_the_first_price_arrives(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "is_simulated", False)

    async def test() -> None:
        file, connector, window = tmp_path / "data.sqlite3", ScriptedConnector(), make_window()
        earlier, time_ns = Archive(file), steady_clock()() - DAY_NS
        earlier.start()
        earlier.record(DayRecord("desk", "A", time_ns, 40.0, 60.0, 30.0, None, 9.0, 50.0, time_ns))
        await asyncio.to_thread(earlier.close)
        engine = Engine([feed("desk", "A")], connector=connector)
        (state,), model, head = engine.market.states, window.model, window.chart.head
        model.show([state])
        task = asyncio.create_task(StoredData(engine, window, file, ArchiveSettings()).run())
        async with running(engine):
            await until(lambda: state.remembered is not None)
            row, keys = model.read(0, engine.clock()), ("last", "change_percent", "volume", "age")
            texts = [row.texts[COLUMN_INDEX[key]] for key in keys]
            assert texts[:3] == ["50.00", "+25.00%", "9"]
            assert texts[3].startswith("yesterday ")
            assert not row.status.is_current
            window.chart.show_symbol(state)
            assert head.text() == f"A   50.00   +10.00   +25.00%   last known, from {texts[3]}"
            (await connector.connection()).deliver(payload(Trade("A", 55.0)))
            row = model.read(0, engine.clock())
            assert [row.texts[COLUMN_INDEX[key]] for key in keys] == ["55.00", "–", "–", "0 s"]
            window.chart.refresh()
            assert head.text() == "A   55.00"
            task.cancel()
            await asyncio.wait((task,))
        window.close()

    run_qt(test())


def test_what_an_earlier_session_has_stored_disappears_with_the_stored_data(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        window, now_ns = make_window(), steady_clock()()
        engine = Engine([feed("desk", "A")])
        data = StoredData(engine, window, tmp_path / "data.sqlite3", ArchiveSettings(enabled=False))
        (state,), market = engine.market.states, engine.feeds["desk"].market
        market.remember("A", RememberedValues(now_ns - DAY_NS, 50.0, now_ns - DAY_NS), now_ns)
        state.bars.provided.add(MINUTE, [Bar("A", "1m", MINUTE.start_of(now_ns), 1.0, 1.0, 1.0, 1.0, 1.0, True)])
        window.model.show([state])
        assert window.model.read(0, now_ns).texts[COLUMN_INDEX["last"]] == "50.00"
        data.request_deletion()
        assert data.dialog is not None
        assert "will disappear from the window" in data.dialog.informativeText()
        button(data.dialog, "Delete")
        await until(lambda: "was deleted" in window.status.currentMessage())
        assert window.model.read(0, now_ns).texts[COLUMN_INDEX["last"]] == "–"
        assert state.remembered is None
        assert not state.bars.provided
        window.close()

    run_qt(test())


def test_the_last_minutes_are_recorded_beside_the_file(run_qt: RunQt, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"

    async def test() -> None:
        off = ArchiveSettings(enabled=False)
        data = StoredData(Engine([]), make_window(), tmp_path / "archive.sqlite3", off, RecordingSettings())
        task = asyncio.create_task(data.run())
        await until(lambda: recent_segments(folder, 600))
        assert data.rolling is not None
        assert data.rolling.is_on
        task.cancel()
        await asyncio.wait((task,))

    run_qt(test())
    assert not recent_segments(folder, 600)


@pytest.mark.parametrize(
    ("has_file", "minutes", "reason"),
    [(True, 5, ""), (True, 0, "Recording for reports is turned off in the settings"),
     (False, 5, "Nothing is recorded in this session")],
)  # fmt: skip
def test_why_the_last_minutes_are_not_recorded_is_known_before_it_runs(
    qapp: QApplication, tmp_path: Path, has_file: bool, minutes: int, reason: str
) -> None:
    file, settings = tmp_path / "archive.sqlite3", RecordingSettings(rolling_minutes=minutes)
    data = StoredData(Engine([]), make_window(), file if has_file else None, ArchiveSettings(), settings)
    assert (data.why_not_rolling, data.rolling_minutes) == (reason, 0 if reason else minutes)


def test_it_ends_only_when_the_last_minutes_are_deleted(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_delete = threading.Event()

    def delete_slowly(segments: Sequence[Segment]) -> None:
        if segments:  # none are deleted while it runs
            may_delete.wait(60)
        delete(segments)

    monkeypatch.setattr("ticker_gui.engine.rolling_recorder.delete", delete_slowly)

    async def test() -> None:
        off = ArchiveSettings(enabled=False)
        data = StoredData(Engine([]), make_window(), tmp_path / "archive.sqlite3", off, RecordingSettings())
        task = asyncio.create_task(data.run())
        await until(lambda: recent_segments(tmp_path / "recordings", 600))
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        may_delete.set()
        await asyncio.wait((task,))
        assert not recent_segments(tmp_path / "recordings", 600)

    run_qt(test())
