"""Tests of showing dialogs."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import ticker_gui
from tests.gui.alerts.test_alert_dialog import no_test
from tests.gui.chart.test_drawing_dialog import LINE
from ticker_gui.config.settings import Feed
from ticker_gui.gui.alerts.alert_dialog import AlertDialog
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.chart.data_table import BarTable
from ticker_gui.gui.chart.drawing_dialog import DrawingDialog
from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog
from ticker_gui.gui.connect.dialog import ConnectDialog
from ticker_gui.gui.feeds.key_dialog import KeyDialog
from ticker_gui.gui.help.about_dialog import AboutDialog
from ticker_gui.gui.help.readme_dialog import ReadmeDialog
from ticker_gui.gui.help.report_dialog import ReportDialog
from ticker_gui.gui.help.start_error_dialog import StartErrorDialog
from ticker_gui.gui.recording.report_file_dialog import ReportFileDialog
from ticker_gui.gui.settings.dialog import SettingsDialog
from ticker_gui.gui.watchlist.column_chooser import ColumnChooser
from ticker_gui.gui.watchlist.import_preview import ImportPreview
from ticker_gui.gui.widgets.dialogs import plain_message_box, resize_within_screen, show_in_front
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog
from ticker_gui.list_import.reading import read_list
from ticker_gui.logs.internal_errors import InternalErrors

DIALOGS: tuple[Callable[[], QDialog], ...] = (
    BarTable,
    IndicatorDialog,
    lambda: ConnectDialog(load_theme("dark"), BackgroundTasks(InternalErrors("the program"))),
    lambda: KeyDialog(Feed(name="stocks", provider="finnhub"), "The key was rejected."),
    AboutDialog,
    lambda: ReadmeDialog("# Title", Path("README.md")),
    lambda: ReportDialog("all of it", has_log=False),
    lambda: StartErrorDialog("It cannot start."),
    lambda: SettingsDialog((), load_theme("dark")),
    ColumnChooser,
    lambda: ImportPreview(read_list("AAPL")),
    lambda: ShortcutsDialog([("Edit", "Undo", "Ctrl+Z")]),
    lambda: ReportFileDialog("Save", []),
    lambda: AlertDialog(no_test),
    lambda: DrawingDialog(LINE, ZoneInfo("UTC"), 2),
)


def is_way_out(button: QPushButton) -> bool:
    return button.isVisible() and button.text().replace("&", "") in ("Close", "Cancel")


@pytest.mark.parametrize("make", DIALOGS)
def test_every_dialog_is_closed_by_escape_and_by_a_visible_button(make: Callable[[], QDialog], qtbot: QtBot) -> None:
    dialog = make()
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    (button,) = filter(is_way_out, dialog.findChildren(QPushButton))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    dialog.show()
    qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("make", DIALOGS)
def test_every_button_of_a_dialog_has_a_name_for_screen_readers(make: Callable[[], QDialog], qtbot: QtBot) -> None:
    dialog = make()
    qtbot.addWidget(dialog)
    dialog.show()
    for button in dialog.findChildren(QAbstractButton):
        named = QAccessible.queryAccessibleInterface(button)
        assert named.text(QAccessible.Text.Name) or not button.isVisible(), button


def test_every_dialog_of_the_program_is_among_them(qtbot: QtBot) -> None:
    for module in pkgutil.walk_packages(ticker_gui.__path__, "ticker_gui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    made = [make() for make in DIALOGS]
    for dialog in made:
        qtbot.addWidget(dialog)
    ours = {kind for kind in QDialog.__subclasses__() if kind.__module__.startswith("ticker_gui.")}
    assert {type(dialog) for dialog in made} == ours


def test_a_dialog_is_raised_even_if_it_is_open_already(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = QDialog(window)
    for _ in range(2):
        show_in_front(dialog)
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        assert dialog.isVisible()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)


def test_a_message_box_shows_its_texts_literally_and_is_deleted_when_it_is_closed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = plain_message_box(window, "question", QMessageBox.Icon.Question, "Title", "<b>Text</b>", "<i>Details</i>")
    labels = [box.findChild(QLabel, name) for name in ("qt_msgbox_label", "qt_msgbox_informativelabel")]
    assert [label and label.textFormat() for label in labels] == [Qt.TextFormat.PlainText] * 2
    box.open()
    box.close()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "question") is None)


def test_a_dialog_is_no_larger_than_its_screen(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    resize_within_screen(dialog, QSize(300, 200))
    assert dialog.size() == QSize(300, 200)
    resize_within_screen(dialog, QSize(100_000, 200))
    assert dialog.width() <= dialog.screen().availableGeometry().width()
    assert dialog.height() == 200


def test_every_dialog_takes_the_size_of_its_screen_into_account() -> None:
    paths = Path(ticker_gui.__file__).parent.joinpath("gui").rglob("*.py")
    assert [path.name for path in paths if re.search(r"self\.resize\(\d", path.read_text("utf-8"))] == []


@pytest.mark.parametrize("make", [DIALOGS[1], DIALOGS[2]])
def test_a_large_dialog_fits_half_of_a_small_screen(qtbot: QtBot, make: Callable[[], QDialog]) -> None:
    """1366 x 768 at scale factor 2 leaves 683 x 384 pixels."""
    dialog = make()
    qtbot.addWidget(dialog)
    least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
    assert least.width() <= 614
    assert least.height() <= 345
