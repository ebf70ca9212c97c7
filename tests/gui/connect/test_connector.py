"""Opening the dialog, and saving what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.conftest import RunQt
from tests.doubles import Ring, until
from ticker_gui.config.loading import read_file
from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import Feed
from ticker_gui.feed_check.progress import ProgressStep, StepStatus
from ticker_gui.feed_setup.draft import FeedDraft
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.connect.connector import FeedConnector
from ticker_gui.gui.connect.dialog import SaveRequest
from ticker_gui.gui.connect.feed_test import Findings
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.widgets.theme import load_theme

DRAFT = FeedDraft("finnhub", "wss://ws.finnhub.io", "secret", "AAPL")


class Setup:
    def __init__(self, qtbot: QtBot, file: Path | None) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.keys, self.saved, self.pages = SessionKeys(), list[Feed](), list[str]()
        self.connector = FeedConnector(
            self.window,
            BackgroundTasks(),
            self.keys,
            file,
            lambda: ["demo"],
            lambda: load_theme("dark"),
            self.pages.append,
        )
        self.connector.feed_saved.connect(self.saved.append)

    async def save(self, storage: KeyStorage, draft: FeedDraft = DRAFT) -> str:
        """Save a draft; return what the foot of the dialog says, or nothing if the dialog has closed."""
        self.connector.open()
        dialog = self.connector.dialog
        assert dialog is not None
        dialog.foot.setText("Saving…")
        dialog.save_requested.emit(SaveRequest(draft, storage))
        await until(lambda: self.connector.dialog is None or dialog.foot.text() != "Saving…")
        return "" if self.connector.dialog is None else dialog.foot.text()


@pytest.mark.parametrize("storage", KeyStorage)
def test_a_key_is_stored_where_chosen_and_never_in_the_settings_file(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, ring: Ring, storage: KeyStorage
) -> None:
    async def test() -> None:
        setup = Setup(qtbot, tmp_path / "config.toml")
        assert await setup.save(storage) == ""
        feed = setup.saved[0]
        assert setup.keys.find_credentials(feed).key == "secret"
        assert ("Finnhub" in setup.keys) == (storage is KeyStorage.SESSION)
        assert "secret" not in (tmp_path / "config.toml").read_text()
        assert read_file(tmp_path / "config.toml", print).feeds == (feed,)

    run_qt(test())


def test_a_file_that_cannot_be_written_leaves_the_dialog_open_with_the_reason(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path
) -> None:
    async def test() -> None:
        (tmp_path / "config.toml").write_text("theme = 'purple'")
        setup = Setup(qtbot, tmp_path / "config.toml")
        assert "config.toml" in await setup.save(KeyStorage.SESSION)
        assert setup.saved == []
        assert (tmp_path / "config.toml").read_text() == "theme = 'purple'"

    run_qt(test())


def test_without_a_settings_file_nothing_can_be_saved(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test() -> None:
        assert "no settings file" in await Setup(qtbot, None).save(KeyStorage.SESSION)

    run_qt(test())


def test_an_edited_feed_is_replaced(qtbot: QtBot, run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        setup = Setup(qtbot, tmp_path / "config.toml")
        await setup.save(KeyStorage.FILE)
        await setup.save(KeyStorage.SESSION, FeedDraft.of_feed(setup.saved[0]))
        assert len(read_file(tmp_path / "config.toml", print).feeds) == 1

    run_qt(test())


def test_opening_twice_shows_one_dialog_and_the_storages_of_this_computer(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, ring: Ring
) -> None:
    async def test() -> None:
        setup = Setup(qtbot, tmp_path / "config.toml")
        setup.connector.open(ConnectPreset("finnhub"))
        dialog = setup.connector.dialog
        setup.connector.open()
        assert setup.connector.dialog is dialog
        assert dialog is not None
        await until(lambda: dialog.form.storage.count() == 3)
        assert dialog.form.chosen_storage is KeyStorage.KEYRING
        dialog.form.link.click()
        assert setup.pages == ["https://finnhub.io/dashboard"]
        dialog.reject()
        assert setup.connector.dialog is None

    run_qt(test())


def test_the_open_dialog_takes_the_colors_of_a_new_theme(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test() -> None:
        setup, light = Setup(qtbot, None), load_theme("light")
        setup.connector.set_theme(light)  # no dialog is open
        setup.connector.open()
        dialog = setup.connector.dialog
        assert dialog is not None
        dialog.results.show_findings(
            Findings((ProgressStep("dns", "Name", StepStatus.DONE),), []), 0, None, is_known=True
        )
        parts = dialog.side.providers, dialog.side.any_websocket, dialog.results.steps
        before = [part.grab().toImage() for part in parts]
        setup.connector.set_theme(light)
        after = [part.grab().toImage() for part in parts]
        assert all(one != other for one, other in zip(before, after, strict=True))

    run_qt(test())


def test_suggestions_that_are_found_later_appear_in_the_open_dialog(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test() -> None:
        setup, found = Setup(qtbot, None), list[Instrument]()
        setup.connector.search_provider = lambda typed, provider, limit, credentials: tuple(found)
        setup.connector.refresh_symbols()  # no dialog is open
        setup.connector.open(ConnectPreset("finnhub"))
        dialog = setup.connector.dialog
        assert dialog is not None
        field = dialog.form.symbols
        await until(dialog.isActiveWindow)
        field.setFocus()
        QTest.keyClicks(field, "SAPG")
        suggestions = dialog.form.completion._suggestions
        assert suggestions.rowCount() == 0
        found.append(Instrument("SAPG.DE", name="SAP"))
        setup.connector.refresh_symbols()
        assert [suggestions.item(row).text() for row in range(suggestions.rowCount())] == ["SAPG.DE · SAP"]

    run_qt(test())


def test_after_an_internal_error_the_dialog_says_so_and_can_save_again(
    qtbot: QtBot, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*values: object) -> None:
        raise KeyError

    monkeypatch.setattr("ticker_gui.gui.connect.connector.store_typed_key", fail)

    async def test() -> None:
        setup = Setup(qtbot, tmp_path / "config.toml")
        assert "internal error" in await setup.save(KeyStorage.SESSION)
        assert setup.saved == []

    run_qt(test())
