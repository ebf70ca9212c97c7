"""The Help menu in the whole program."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit

from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.gui.application import Application
from ticker_gui.gui.help.about_dialog import AboutDialog
from ticker_gui.gui.help.readme_dialog import ReadmeDialog
from ticker_gui.gui.help.report_dialog import ReportDialog
from ticker_gui.gui.window import help_commands

FEEDS = (
    Feed("ws://127.0.0.1:9/?token=s3cret-4711", ("A",), "desk", "demo"),
    Feed("ws://127.0.0.1:8", ("B",), "other", "demo"),
)


class Opened:
    """The window, and what it opens."""

    def __init__(self, application: Application, log_file: Path | None = None) -> None:
        self.app = App(application, Settings(feeds=FEEDS), AppEnvironment(log_file=log_file))
        self.window = self.app.window
        self.urls: list[str] = []
        self.works = True
        self.app.deferred_parts.help_commands._open_url = self._open

    def _open(self, url: QUrl) -> bool:
        self.urls.append(url.toString())
        return self.works

    def choose(self, name: str) -> None:
        action = self.window.findChild(QAction, name)
        assert isinstance(action, QAction)
        action.trigger()


def test_nothing_is_opened_before_it_is_chosen(qapp: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(qapp)
    assert not opened.urls
    monkeypatch.setattr(help_commands, "readme_url", lambda: "https://example.org/readme")
    opened.choose("readme_action")
    assert opened.urls == ["https://example.org/readme"]
    monkeypatch.setattr(help_commands, "readme_url", lambda: "")
    opened.choose("readme_action")
    for _ in range(2):
        opened.choose("readme_action")
    (dialog,) = opened.window.findChildren(ReadmeDialog)  # one is enough
    assert dialog.isVisible()
    while not dialog.is_rendered:
        dialog._render()
    assert "Ticker GUI" in dialog.text.toPlainText()
    dialog.page_requested.emit("https://example.org/other")
    assert opened.urls[1:] == ["https://example.org/other"]


def test_a_user_guide_that_cannot_be_read_is_reported(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = Opened(qapp)
    monkeypatch.setattr(help_commands, "readme_url", lambda: "")
    monkeypatch.setattr(help_commands, "readme_file", lambda: tmp_path / "none.md")
    opened.choose("readme_action")
    assert opened.window.status.currentMessage().startswith("The user guide cannot be read from ")


def test_the_report_of_every_feed_is_shown_without_keys(qapp: Application, tmp_path: Path) -> None:
    opened = Opened(qapp)
    opened.window.show()
    for _ in range(2):  # a second report replaces the first
        opened.choose("report_problem_action")
    dialog = next(one for one in opened.window.findChildren(ReportDialog) if one.isVisible())
    text = dialog.report.toPlainText()
    assert "feed desk" in text
    assert "feed other" in text
    assert "websockets" in text
    assert "s3cret-4711" not in text
    dialog.save_button.click()
    chooser = dialog.findChild(QFileDialog)
    assert isinstance(chooser, QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "report.txt"))
    assert "feed desk" in (tmp_path / "report.txt").read_text("utf-8-sig")
    chooser.close()
    dialog.close()
    assert isinstance(dialog.report, QPlainTextEdit)


def test_the_folder_of_the_log_is_opened(qapp: Application, tmp_path: Path) -> None:
    opened = Opened(qapp, tmp_path / "ticker-gui.log")
    opened.choose("log_folder_action")
    assert opened.urls == [QUrl.fromLocalFile(str(tmp_path)).toString()]
    opened.works = False
    opened.choose("log_folder_action")
    assert ": no program is available for it." in opened.window.status.currentMessage()
    without = Opened(qapp)
    without.choose("log_folder_action")
    assert without.window.status.currentMessage() == "There is no log file in this session."


def test_about_opens_once(qapp: Application) -> None:
    opened = Opened(qapp)
    opened.window.show()
    opened.choose("about_action")
    opened.choose("about_action")
    (dialog,) = opened.window.findChildren(AboutDialog)
    assert dialog.isVisible()
    dialog.close()
