from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NoReturn

import pytest
from pytestqt.qtbot import QtBot

from tests.conftest import RunQt
from tests.doubles import until
from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.config import drawings_file
from ticker_gui.gui.chart.drawing_tools import DrawingTools
from ticker_gui.gui.window import drawing_persistence as module
from ticker_gui.gui.window.drawing_persistence import DrawingPersistence

LEVEL = Drawing("a", DrawingKind.HORIZONTAL, Anchor(1_700_000_000_000_000_000, 5.0))


class SavedChart:
    """A chart whose drawings are saved in a folder."""

    def __init__(self, qtbot: QtBot, folder: Path | None) -> None:
        self.tools = DrawingTools(ChartDriver(qtbot).chart)
        self.messages = list[str]()
        self.persistence = DrawingPersistence(self.tools, folder, self.messages.append)
        self.notices = self.persistence.restore()

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        return self.tools.book.of(("desk", "A"))

    @asynccontextmanager
    async def saving(self) -> AsyncIterator[None]:
        """Save changes shortly after they were made, as the program does."""
        saving = asyncio.create_task(self.persistence.save_changes())
        yield
        saving.cancel()
        with suppress(asyncio.CancelledError):
            await saving


@pytest.fixture
def saves_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program hardly wait before it saves, or tries that again."""
    monkeypatch.setattr(module, "_SAVE_DEBOUNCE_S", 0.0)
    monkeypatch.setattr(module, "_RETRY_S", 0.01)


def test_drawings_are_restored_after_the_window_was_closed(qtbot: QtBot, tmp_path: Path) -> None:
    first = SavedChart(qtbot, tmp_path)
    first.tools.put("draw", LEVEL)
    first.tools.set_hidden(True)
    first.persistence.write()
    second = SavedChart(qtbot, tmp_path)
    assert second.drawings == (LEVEL,)
    assert second.tools.book.is_hidden
    assert not second.tools.book.can_undo


def test_without_a_change_or_a_folder_nothing_is_written(qtbot: QtBot, tmp_path: Path) -> None:
    SavedChart(qtbot, tmp_path).persistence.write()
    without = SavedChart(qtbot, None)
    without.tools.put("draw", LEVEL)
    without.persistence.write()
    assert without.persistence.failure == ""
    assert not list(tmp_path.iterdir())


def test_invalid_drawings_are_reported(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "drawings.json").write_text('{"symbols": [7]}')
    assert SavedChart(qtbot, tmp_path).notices[0].startswith("One drawing is invalid")


@pytest.mark.usefixtures("saves_soon")
def test_changes_are_saved_shortly_after_they_were_made(qtbot: QtBot, run_qt: RunQt, tmp_path: Path) -> None:
    file = tmp_path / "drawings.json"

    async def change() -> None:
        chart = SavedChart(qtbot, tmp_path)
        async with chart.saving():
            chart.tools.put("draw", LEVEL)
            await until(file.exists)
            file.unlink()
            file.mkdir()
            chart.tools.delete(LEVEL)
            await until(lambda: bool(chart.messages))
            assert chart.messages[0].endswith("Saving will be retried.")
            file.rmdir()
            chart.tools.undo()
            await until(lambda: file.is_file() and not chart.persistence.failure)
            assert len(chart.messages) == 1

    run_qt(change())
    assert SavedChart(qtbot, tmp_path).drawings == (LEVEL,)


@pytest.mark.usefixtures("saves_soon")
def test_what_could_not_be_saved_is_saved_later_without_another_change(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(folder: Path) -> NoReturn:
        raise TimeoutError

    async def change() -> None:
        chart = SavedChart(qtbot, tmp_path)
        async with chart.saving():
            with monkeypatch.context() as patched:
                patched.setattr(drawings_file, "folder_locked", locked)
                chart.tools.put("draw", LEVEL)
                await until(lambda: bool(chart.messages))
            assert "another program is saving" in chart.messages[0]
            await until(lambda: (tmp_path / "drawings.json").is_file() and not chart.persistence.failure)

    run_qt(change())
    assert SavedChart(qtbot, tmp_path).drawings == (LEVEL,)
