from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.app import start_error
from ticker_gui.app.start_error import show_start_error, wait_for_dialog
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.help.start_error_dialog import StartErrorDialog


def dialogs() -> list[StartErrorDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, StartErrorDialog) and one.isVisible()]


def test_the_dialog_stays_until_it_is_closed(qapp: QApplication, run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        task = asyncio.create_task(wait_for_dialog("The file is missing.", tmp_path / "config.toml"))
        await until(lambda: len(dialogs()) == 1)
        (dialog,) = dialogs()
        assert dialog.text.text() == "The file is missing."
        await asyncio.sleep(0.3)  # longer than one poll for signals
        assert not task.done()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await task

    run_qt(test())
    assert not dialogs()


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=800"])
def test_without_a_visible_platform_no_dialog_is_shown(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setattr("ticker_gui.app.start_error.platform_check.prepare_platform", lambda needs_display: None)
    assert not show_start_error("No.")


def test_without_a_display_there_is_no_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare_platform(needs_display: bool) -> None:
        raise SettingsError("No display found.")

    monkeypatch.setattr("ticker_gui.app.start_error.platform_check.prepare_platform", prepare_platform)
    assert not show_start_error("No.")


def test_on_a_display_the_dialog_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, Path | None]] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr("ticker_gui.app.start_error.platform_check.prepare_platform", lambda needs_display: None)
    monkeypatch.setattr(start_error, "_show", lambda message, file: shown.append((message, file)))
    assert show_start_error("No.", Path("config.toml"))
    assert shown == [("No.", Path("config.toml"))]
