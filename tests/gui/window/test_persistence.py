from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from ticker_gui.config.settings import Feed
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window import persistence as module
from ticker_gui.gui.window.layout_state import WindowState
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.persistence import StatePersistence
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.saved_lists import SavedLists
from ticker_gui.watchlist.sorting import Sorting


class Remembered:
    """A window with lists, and its saved state."""

    def __init__(self, qtbot: QtBot, folder: Path | None, *, saves_lists: bool = True) -> None:
        engine = Engine([Feed("ws://desk", ("A", "B"), "desk", "demo")], connector=ScriptedConnector())
        self.window = MainWindow(["desk"], engine.clock, load_theme("dark"))
        qtbot.addWidget(self.window)
        self.list_controller = WatchlistController(engine, self.window.panel)
        self.persistence = StatePersistence(self.window, self.list_controller, folder, saves_lists=saves_lists)
        self.complaints = self.persistence.restore()

    @property
    def symbols(self) -> list[str]:
        return [state.symbol for state in self.window.model.states]


def test_the_layout_is_restored(qtbot: QtBot, tmp_path: Path) -> None:
    first = Remembered(qtbot, tmp_path)
    first.list_controller.add("desk", ["C"])
    first.window.watchlist.set_columns(("symbol", "vwap"))
    first.persistence.write()
    second = Remembered(qtbot, tmp_path)
    assert second.symbols == ["A", "B", "C"]
    assert second.window.watchlist.columns == ("symbol", "vwap")
    assert second.complaints == []


def test_lists_of_a_single_run_are_not_saved_but_the_window_is(qtbot: QtBot, tmp_path: Path) -> None:
    first = Remembered(qtbot, tmp_path, saves_lists=False)
    first.list_controller.add("desk", ["C"])
    first.persistence.write()
    assert [path.name for path in tmp_path.iterdir()] == ["window.json"]
    assert Remembered(qtbot, tmp_path).symbols == ["A", "B"]


def test_without_a_folder_nothing_is_saved(qtbot: QtBot) -> None:
    it = Remembered(qtbot, None)
    it.persistence.write()
    assert it.complaints == []


def test_unreadable_files_are_reported(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "lists.json").write_bytes(b"?")
    it = Remembered(qtbot, tmp_path)
    assert len(it.complaints) == 1
    assert "lists.json.bad" in it.complaints[0]
    assert it.symbols == ["A", "B"]


def test_lists_are_saved_soon_after_a_change(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.05)
    it = Remembered(qtbot, tmp_path)

    async def test() -> None:
        saving = asyncio.create_task(it.persistence.save_changes())
        await asyncio.sleep(0)
        it.list_controller.add("desk", ["C"])
        file = tmp_path / "lists.json"
        await until(lambda: file.exists() and b'"C"' in file.read_bytes())
        kept = msgspec.json.decode(file.read_bytes(), type=SavedLists)
        assert kept.lists is not None
        assert kept.lists.symbols_of("desk") == ("A", "B", "C")
        saving.cancel()
        await asyncio.wait((saving,))

    run_qt(test())


def test_columns_and_their_order_are_saved_soon_after_a_change(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.05)
    it = Remembered(qtbot, tmp_path)
    table, file = it.window.watchlist, tmp_path / "window.json"

    def kept() -> WindowState:
        return msgspec.json.decode(file.read_bytes(), type=WindowState) if file.exists() else WindowState()

    async def test() -> None:
        saving = asyncio.create_task(it.persistence.save_changes())
        await asyncio.sleep(0)
        table.setColumnWidth(COLUMN_INDEX["last"], 177)
        await until(lambda: kept().widths.get("last") == 177)
        table.header.moveSection(table.header.visualIndex(COLUMN_INDEX["last"]), 0)
        await until(lambda: kept().columns[0] == "last")
        table.set_columns(("symbol", "vwap"))
        await until(lambda: kept().columns == ("symbol", "vwap"))
        table.header.sort_by("vwap")
        await until(lambda: kept().sorting == Sorting("vwap"))
        saving.cancel()
        await asyncio.wait((saving,))

    run_qt(test())


def test_a_failed_save_is_shown_until_it_succeeds(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.02)
    monkeypatch.setattr(module, "_RETRY_S", 0.02)
    folder = tmp_path / "config"
    it = Remembered(qtbot, folder)
    folder.write_text("a file where the folder should be")
    status = it.window.status
    unsaved = status.findChild(QLabel, "unsaved")
    assert unsaved is not None

    async def test() -> None:
        saving = asyncio.create_task(it.persistence.save_changes())
        await asyncio.sleep(0)
        it.list_controller.add("desk", ["C"])
        await until(lambda: unsaved.text() == "Changes not saved")
        assert "Could not save window.json" in status.currentMessage()
        assert "Could not save lists.json" in unsaved.accessibleDescription()
        folder.unlink()  # and nothing else changes
        await until(lambda: unsaved.text() == "")
        assert b'"C"' in (folder / "lists.json").read_bytes()
        saving.cancel()
        await asyncio.wait((saving,))

    run_qt(test())


def test_an_edit_of_the_lists_is_shown_while_the_window_is_open_and_can_be_undone(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.02)
    it = Remembered(qtbot, tmp_path)
    it.list_controller.add("desk", ["C"])
    it.persistence.write()
    file, messages = tmp_path / "lists.json", list[str]()
    it.list_controller.message_requested.connect(messages.append)

    async def test() -> None:
        saving = asyncio.create_task(it.persistence.save_changes())
        await until(lambda: it.persistence._watcher.files() and not it.persistence._has_changes.is_set())
        file.write_text(file.read_text().replace('"symbol":"A"', '"symbol":"X"'))
        await until(lambda: it.symbols == ["X", "B", "C"])
        assert "changed outside this window" in messages[-1]
        it.list_controller.undo()
        await until(lambda: b'"A"' in file.read_bytes())
        saving.cancel()
        await asyncio.wait((saving,))

    run_qt(test())


def test_changes_of_two_windows_are_in_both_of_them_and_in_the_file(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.02)
    windows = [Remembered(qtbot, tmp_path), Remembered(qtbot, tmp_path)]

    async def test() -> None:
        saving = [asyncio.create_task(it.persistence.save_changes()) for it in windows]
        await asyncio.sleep(0)
        windows[0].list_controller.add("desk", ["C"])
        windows[1].list_controller.add("desk", ["D"])
        await until(lambda: all(sorted(it.symbols) == ["A", "B", "C", "D"] for it in windows))
        windows[0].list_controller.remove([windows[0].window.model.states[0]])
        await until(lambda: all(sorted(it.symbols) == ["B", "C", "D"] for it in windows))
        for task in saving:
            task.cancel()
        await asyncio.wait(saving)

    run_qt(test())


def test_lists_of_a_single_run_are_kept_with_the_earlier_ones_once_its_feed_is_saved(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path
) -> None:
    earlier = Remembered(qtbot, tmp_path)
    earlier.list_controller.add("desk", ["C"])
    earlier.list_controller.new_list()
    earlier.persistence.write()
    single = Remembered(qtbot, tmp_path, saves_lists=False)
    single.list_controller.add("desk", ["D"])
    run_qt(single.persistence.start_saving_lists())
    single.persistence.write()
    again = Remembered(qtbot, tmp_path)
    assert [named.name for named in again.list_controller.lists.lists] == ["Watchlist", "Watchlist 2"]
    assert set(again.list_controller.lists.symbols_of("desk")) == set("ABCD")
    assert set(single.symbols) == set("ABCD")


def test_the_first_start_shows_minutes_and_later_ones_what_was_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    first = Remembered(qtbot, tmp_path)
    options = first.window.chart.options
    assert (options.timeframe, options.kind) == ("1m", "candles")
    first.window.chart.set_options(msgspec.structs.replace(options, timeframe="1h", kind="bars"))
    first.persistence.write()
    options = Remembered(qtbot, tmp_path).window.chart.options
    assert (options.timeframe, options.kind) == ("1h", "bars")


@pytest.mark.parametrize("content", [b"?", b'{"version": 1000}'])
def test_a_window_file_that_cannot_be_used_leads_to_the_options_of_a_first_start(
    qtbot: QtBot, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "window.json").write_bytes(content)
    it = Remembered(qtbot, tmp_path)
    options = it.window.chart.options
    assert (options.timeframe, options.kind) == ("1m", "candles")
    assert len(it.complaints) == 1
