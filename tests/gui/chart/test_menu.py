from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLineEdit, QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.chart.bar_table import BarRows
from ticker_gui.gui.chart.data_table import BarTable
from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.options import SCALES, STANDARD_TIMEFRAMES, ZONES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.widgets import menus
from ticker_gui.indicators.registry import Chosen

HOSTILE = "../=cmd|'<b>&x"
_Key = Qt.Key

Part = TypeVar("Part", bound=QWidget)


class Handled:
    """A chart with its menu, filled into one as the menu bar does, and what the menu said."""

    def __init__(self, qtbot: QtBot, *symbols: str) -> None:
        self.shown = Shown(qtbot, *symbols, timeframe="1s")
        self.chart = self.shown.chart
        self.chart_menu = ChartMenu(self.chart)
        self.menu = QMenu(self.chart)
        menus.fill_menu(self.menu, self.chart_menu.items())
        self.told, self.compared = list[str](), list[bool]()
        self.exported: list[tuple[BarRows, Path]] = []
        self.chart_menu.message_requested.connect(self.told.append)
        self.chart_menu.comparison_requested.connect(self.compared.append)
        self.chart_menu.bars_requested.connect(lambda rows, path: self.exported.append((rows, path)))
        self._qtbot = qtbot
        self.chart.activateWindow()
        qtbot.waitUntil(self.chart.isActiveWindow)

    def trigger(self, text: str) -> None:
        """Choose a line of the menu."""
        (found,) = (action for action in actions(self.menu) if bare(action) == text)
        found.trigger()

    def checked(self, title: str) -> list[str]:
        """Open one of the menus in the menu, and return what is checked there."""
        (menu,) = (menu for menu in self.menu.findChildren(QMenu) if menu.title().replace("&", "") == title)
        menu.popup(QPoint())
        texts = [bare(action) for action in menu.actions() if action.isChecked()]
        menu.close()
        return texts

    def dialog(self, kind: type[Part]) -> Part:
        """Return the dialog that is open, as soon as it has the focus."""
        self._qtbot.waitUntil(lambda: isinstance(self._window, kind))
        assert isinstance(self._window, kind)
        return self._window

    @property
    def _window(self) -> QWidget | None:
        widget = QApplication.focusWidget()
        return None if widget is None else widget.window()

    def type(self, text: str, end: Qt.Key = _Key.Key_Return) -> None:
        """Type into what has the focus."""
        widget = QApplication.focusWidget()
        assert widget is not None
        self._qtbot.keyClicks(widget, text)
        self._qtbot.keyClick(widget, end)

    def save(self, folder: Path) -> str:
        """Take the name that is proposed in the dialog that asks for one, and return it."""
        dialog = self.dialog(QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        name = field.text()
        dialog.setDirectory(str(folder))
        dialog.accept()
        self._qtbot.waitUntil(lambda: not self.chart.findChildren(QFileDialog))
        return name


def actions(menu: QMenu) -> Iterator[QAction]:
    """Yield all lines of a menu, with those of the menus in it."""
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from actions(inner)
        elif not action.isSeparator():
            yield action


def bare(action: QAction) -> str:
    return action.text().replace("&", "").removesuffix("…").rstrip()


@pytest.fixture
def handled(qtbot: QtBot) -> Handled:
    handled = Handled(qtbot)
    handled.shown.trades(*(100.0 + number * 7 % 11 for number in range(100)))
    return handled


def test_a_right_click_opens_the_menu_and_keys_choose_items(handled: Handled, qtbot: QtBot) -> None:
    viewport = handled.chart.price.viewport()
    at = QPoint(50, 50)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [bare(line) for line in actions(menu)] == [bare(line) for line in actions(handled.menu)]
    qtbot.keyClick(menu, _Key.Key_V)
    assert not handled.chart.options.has_volume
    qtbot.waitUntil(lambda: handled.chart.findChildren(QMenu) == [handled.menu, *handled.menu.findChildren(QMenu)])


def test_each_option_applies_at_once_and_is_checked(handled: Handled) -> None:
    tables = {
        "Timeframe": ("timeframe", STANDARD_TIMEFRAMES),
        "Chart type": ("kind", {key: kind.title for key, kind in CHART_TYPES.items()}),
        "Scale": ("scale", SCALES),
        "Time zone": ("zone", ZONES),
    }
    for title, (name, values) in tables.items():
        for key, text in values.items():
            handled.trigger(text.replace("&", ""))
            assert getattr(handled.chart.options, name) == key
            assert handled.checked(title) == [text.replace("&", "")]
        first, text = next(iter(values.items()))
        handled.shown.choose(**{name: first})
        assert handled.checked(title) == [text.replace("&", "")]


def test_volume_can_be_toggled(handled: Handled) -> None:
    for is_on in (False, True):
        handled.trigger("Volume")
        assert handled.chart.options.has_volume is is_on
        assert handled.chart.panes.volume.isVisible() is is_on
    handled.shown.choose(has_volume=False)
    handled.trigger("Volume")
    assert handled.chart.options.has_volume


@pytest.mark.parametrize("count", ["1", "250", "999999"])
def test_a_custom_number_of_trades_can_be_entered(handled: Handled, count: str) -> None:
    handled.trigger("Custom number of trades")
    handled.dialog(QInputDialog)
    handled.type(count)
    assert handled.chart.options.timeframe == f"{count}t"
    assert handled.checked("Timeframe") == []


def test_any_time_zone_can_be_entered(handled: Handled, qtbot: QtBot) -> None:
    handled.trigger("Other")
    assert handled.dialog(QInputDialog).textValue() == "UTC"
    handled.type("Asia/Kath")
    assert handled.chart.options.zone == "Asia/Kathmandu"
    assert handled.chart.zone == ZoneInfo("Asia/Kathmandu")
    assert handled.checked("Time zone") == []
    qtbot.waitUntil(lambda: not handled.chart.findChildren(QInputDialog))


@pytest.mark.parametrize("text", ["Other", "Custom number of trades"])
def test_escape_cancels_a_dialog_that_does_not_block_trades(handled: Handled, qtbot: QtBot, text: str) -> None:
    before = handled.chart.options
    handled.trigger(text)  # comes back at once
    handled.dialog(QInputDialog)
    handled.shown.trades(123.0)
    assert "123.00" in handled.chart._title.text()
    handled.type("5", _Key.Key_Escape)
    assert handled.chart.options == before
    qtbot.waitUntil(lambda: not handled.chart.findChildren(QInputDialog))


def test_indicator_changes_are_previewed_in_the_chart(handled: Handled) -> None:
    handled.trigger("Indicators")
    dialog = handled.dialog(IndicatorDialog)
    assert not dialog.isModal()
    handled.type("rsi")
    handled.chart.refresh()
    assert [study.chosen for study in handled.shown.scene.chart_data.studies] == [Chosen("rsi")]
    handled.type("", _Key.Key_Escape)
    assert handled.chart.options.indicators == ()


def test_cancel_reverts_all_changes_after_opening_the_dialog_twice(handled: Handled) -> None:
    handled.trigger("Indicators")
    handled.dialog(IndicatorDialog)
    handled.type("rsi")
    handled.trigger("Indicators")
    handled.dialog(IndicatorDialog)
    handled.type("", _Key.Key_Escape)
    assert handled.chart.options.indicators == ()


def test_the_open_table_follows_the_chart(handled: Handled) -> None:
    handled.trigger("Show data table")
    table = handled.dialog(BarTable)
    assert table.model.rowCount() == 100
    handled.shown.trades(105.0)
    handled.chart.update_accessible_text()
    assert table.model.rowCount() == 101
    table.close()
    handled.shown.trades(106.0)
    handled.chart.update_accessible_text()
    assert table.model.rowCount() == 101  # nobody looks
    handled.trigger("Show data table")
    assert table.model.rowCount() == 102
    (view,) = table.findChildren(QTableView)
    assert view.model().index(101, 4).data() == "106.00"


def test_copy_puts_a_picture_on_the_clipboard(handled: Handled) -> None:
    QGuiApplication.clipboard().clear()
    handled.trigger("Copy as picture")
    assert QGuiApplication.clipboard().image().size() == handled.chart.size() * handled.chart.devicePixelRatioF()


@pytest.mark.parametrize(("text", "name"), [("Save as PNG", "A.png"), ("Save as SVG", "A.svg")])
def test_pictures_are_saved_to_the_chosen_file(handled: Handled, tmp_path: Path, text: str, name: str) -> None:
    handled.trigger(text)
    assert handled.save(tmp_path) == name
    assert handled.told == [f"Saved {name} in {tmp_path}"]
    assert not QImage(str(tmp_path / name)).isNull()


def test_exported_data_is_that_in_view_at_the_time_of_the_request(handled: Handled, tmp_path: Path) -> None:
    handled.chart.time_range.zoom(0.2, handled.chart.time_range.right)
    handled.chart.invalidate()
    handled.chart.refresh()
    visible = handled.shown.visible_data.visible
    assert 0 < visible.end - visible.begin < 100
    handled.trigger("Export visible data")
    handled.shown.trades(*(200.0 for _ in range(50)))
    assert handled.save(tmp_path) == "A-1s.csv"
    ((rows, path),) = handled.exported
    assert path == tmp_path / "A-1s.csv"
    assert [row[4] for row in rows.rows(0, len(rows))] == visible.bars.close.tolist()


def test_a_hostile_symbol_cannot_change_the_folder(qtbot: QtBot, tmp_path: Path) -> None:
    handled = Handled(qtbot, HOSTILE)
    handled.shown.trades(1.0, 2.0)
    for text, name in (("Save as PNG", "cmd_b_x.png"), ("Export visible data", "cmd_b_x-1s.csv")):
        handled.trigger(text)
        assert handled.save(tmp_path) == name
    assert [path.name for path in tmp_path.iterdir()] == ["cmd_b_x.png"]


def test_cancelling_the_file_dialog_saves_nothing(handled: Handled, tmp_path: Path) -> None:
    folder = tmp_path / "saved"  # Qt may write its own settings elsewhere in tmp_path
    folder.mkdir()
    for text in ("Save as PNG", "Save as SVG", "Export visible data"):
        handled.trigger(text)
        dialog = handled.dialog(QFileDialog)
        dialog.setDirectory(str(folder))
        dialog.reject()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete.value)
    assert (list(folder.iterdir()), handled.told, handled.exported) == ([], [], [])


def test_menu_items_return_to_the_latest_price(handled: Handled, qtbot: QtBot) -> None:
    for text in ("Go to latest", "Reset view"):
        for _ in range(5):
            qtbot.keyClick(handled.chart, _Key.Key_PageUp)
        assert not handled.chart.time_range.is_following
        handled.trigger(text)
        assert handled.chart.time_range.is_following


def test_comparisons_are_requested_and_cleared(handled: Handled) -> None:
    handled.trigger("Compare with selected symbols")
    handled.trigger("Clear comparison")
    assert handled.compared == [True, False]


def test_without_a_symbol_no_item_does_anything(handled: Handled) -> None:
    handled.chart.show_symbol(None)
    for action in actions(handled.menu):
        action.trigger()
    for dialog in handled.chart.findChildren(QInputDialog):
        dialog.reject()
    assert handled.chart.findChildren(QFileDialog) == []
    assert not any(table.isVisible() for table in handled.chart.findChildren(BarTable))
    assert (handled.told, handled.exported) == ([], [])
