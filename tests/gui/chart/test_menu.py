from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLineEdit, QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.market_of import Desk
from ticker_gui.chart.bar_table import BarRows
from ticker_gui.gui.chart.data_table import BarTable
from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.options import SCALES, STANDARD_TIMEFRAMES, ZONES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.widgets import menus
from ticker_gui.indicators.registry import IndicatorConfig

HOSTILE = "../=cmd|'<b>&x"
_Key = Qt.Key

Part = TypeVar("Part", bound=QWidget)


class MenuHarness:
    """A chart with its menu, and the signals that the menu emitted."""

    def __init__(self, qtbot: QtBot, *symbols: str) -> None:
        self.driver = ChartDriver(qtbot, *symbols, timeframe="1s")
        self.chart = self.driver.chart
        self.chart_menu = ChartMenu(self.chart)
        self.menu = QMenu(self.chart)
        menus.fill_menu(self.menu, self.chart_menu.items())
        self.messages, self.compared = list[str](), list[bool]()
        self.exported: list[tuple[BarRows, Path]] = []
        self.chart_menu.message_requested.connect(self.messages.append)
        self.chart_menu.comparison_requested.connect(self.compared.append)
        self.chart_menu.bars_requested.connect(lambda rows, path: self.exported.append((rows, path)))
        self._qtbot = qtbot
        self.chart.activateWindow()
        qtbot.waitUntil(self.chart.isActiveWindow)

    def trigger(self, text: str) -> None:
        """Trigger a menu item."""
        (found,) = (action for action in actions(self.menu) if bare(action) == text)
        found.trigger()

    def checked(self, title: str) -> list[str]:
        """Open a submenu and return its checked items."""
        (menu,) = (menu for menu in self.menu.findChildren(QMenu) if menu.title().replace("&", "") == title)
        menu.popup(QPoint())
        texts = [bare(action) for action in menu.actions() if action.isChecked()]
        menu.close()
        return texts

    def dialog(self, kind: type[Part]) -> Part:
        """Wait until a dialog has the focus, and return it."""
        self._qtbot.waitUntil(lambda: isinstance(self._window, kind))
        assert isinstance(self._window, kind)
        return self._window

    @property
    def _window(self) -> QWidget | None:
        widget = QApplication.focusWidget()
        return None if widget is None else widget.window()

    def type(self, text: str, end: Qt.Key = _Key.Key_Return) -> None:
        """Type into the focused widget."""
        widget = QApplication.focusWidget()
        assert widget is not None
        self._qtbot.keyClicks(widget, text)
        self._qtbot.keyClick(widget, end)

    def save(self, folder: Path) -> str:
        """Accept the proposed file name, and return it."""
        dialog = self.dialog(QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        name = field.text()
        dialog.setDirectory(str(folder))
        dialog.accept()
        self._qtbot.waitUntil(lambda: not self.chart.findChildren(QFileDialog))
        return name


def actions(menu: QMenu) -> Iterator[QAction]:
    """Yield all items of a menu and its submenus."""
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from actions(inner)
        elif not action.isSeparator():
            yield action


def bare(action: QAction) -> str:
    return action.text().replace("&", "").removesuffix("…").rstrip()


@pytest.fixture
def harness(qtbot: QtBot) -> MenuHarness:
    harness = MenuHarness(qtbot)
    harness.driver.trades(*(100.0 + number * 7 % 11 for number in range(100)))
    return harness


def test_a_right_click_opens_the_menu_and_keys_choose_items(harness: MenuHarness, qtbot: QtBot) -> None:
    viewport = harness.chart.price.viewport()
    at = QPoint(50, 50)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [bare(line) for line in actions(menu)] == [bare(line) for line in actions(harness.menu)]
    qtbot.keyClick(menu, _Key.Key_V)
    assert not harness.chart.options.has_volume
    qtbot.waitUntil(lambda: harness.chart.findChildren(QMenu) == [harness.menu, *harness.menu.findChildren(QMenu)])


def test_each_option_applies_at_once_and_is_checked(harness: MenuHarness) -> None:
    tables = {
        "Timeframe": ("timeframe", STANDARD_TIMEFRAMES),
        "Chart type": ("kind", {key: kind.title for key, kind in CHART_TYPES.items()}),
        "Scale": ("scale", SCALES),
        "Time zone": ("zone", ZONES),
    }
    for title, (name, values) in tables.items():
        for key, text in values.items():
            harness.trigger(text.replace("&", ""))
            assert getattr(harness.chart.options, name) == key
            assert harness.checked(title) == [text.replace("&", "")]
        first, text = next(iter(values.items()))
        harness.driver.choose(**{name: first})
        assert harness.checked(title) == [text.replace("&", "")]


def test_volume_can_be_toggled(harness: MenuHarness) -> None:
    for is_on in (False, True):
        harness.trigger("Volume")
        assert harness.chart.options.has_volume is is_on
        assert harness.chart.panes.volume.isVisible() is is_on
    harness.driver.choose(has_volume=False)
    harness.trigger("Volume")
    assert harness.chart.options.has_volume


@pytest.mark.parametrize("count", ["1", "250", "999999"])
def test_a_custom_number_of_trades_can_be_entered(harness: MenuHarness, count: str) -> None:
    harness.trigger("Custom number of trades")
    harness.dialog(QInputDialog)
    harness.type(count)
    assert harness.chart.options.timeframe == f"{count}t"
    assert harness.checked("Timeframe") == []


def test_any_time_zone_can_be_entered(harness: MenuHarness, qtbot: QtBot) -> None:
    harness.trigger("Other")
    assert harness.dialog(QInputDialog).textValue() == "UTC"
    harness.type("Asia/Kath")
    assert harness.chart.options.zone == "Asia/Kathmandu"
    assert harness.chart.zone == ZoneInfo("Asia/Kathmandu")
    assert harness.checked("Time zone") == []
    qtbot.waitUntil(lambda: not harness.chart.findChildren(QInputDialog))


@pytest.mark.parametrize("text", ["Other", "Custom number of trades"])
def test_escape_cancels_a_dialog_that_does_not_block_trades(harness: MenuHarness, qtbot: QtBot, text: str) -> None:
    before = harness.chart.options
    harness.trigger(text)  # does not block
    harness.dialog(QInputDialog)
    harness.driver.trades(123.0)
    assert "123.00" in harness.chart.head.text()
    harness.type("5", _Key.Key_Escape)
    assert harness.chart.options == before
    qtbot.waitUntil(lambda: not harness.chart.findChildren(QInputDialog))


def test_indicator_changes_are_previewed_in_the_chart(harness: MenuHarness) -> None:
    harness.trigger("Indicators")
    dialog = harness.dialog(IndicatorDialog)
    assert not dialog.isModal()
    harness.type("rsi")
    harness.chart.refresh()
    assert [study.config for study in harness.driver.scene.chart_data.studies] == [IndicatorConfig("rsi")]
    harness.type("", _Key.Key_Escape)
    assert harness.chart.options.indicators == (IndicatorConfig("rsi"),)


def test_changes_can_be_undone_after_opening_the_dialog_twice(harness: MenuHarness) -> None:
    harness.trigger("Indicators")
    harness.dialog(IndicatorDialog)
    harness.type("rsi")
    harness.trigger("Indicators")
    harness.dialog(IndicatorDialog).undo()
    assert harness.chart.options.indicators == ()


def test_the_open_dialog_keeps_indicators_that_are_added_elsewhere(harness: MenuHarness) -> None:
    harness.trigger("Indicators")
    dialog = harness.dialog(IndicatorDialog)
    harness.chart_menu.add_indicator("rsi")
    dialog.add_current()
    assert [one.key for one in harness.chart.options.indicators] == ["rsi", "sma"]
    dialog.undo()
    dialog.undo()
    assert harness.chart.options.indicators == ()


def test_the_open_table_follows_the_chart(harness: MenuHarness) -> None:
    harness.trigger("Show data table")
    table = harness.dialog(BarTable)
    assert table.model.rowCount() == 100
    harness.driver.trades(105.0)
    harness.chart.update_accessible_text()
    assert table.model.rowCount() == 101
    table.close()
    harness.driver.trades(106.0)
    harness.chart.update_accessible_text()
    assert table.model.rowCount() == 101  # the table is not visible
    harness.trigger("Show data table")
    assert table.model.rowCount() == 102
    (view,) = table.findChildren(QTableView)
    assert view.model().index(101, 4).data() == "106.00"


def test_the_open_table_has_no_column_of_a_removed_indicator(harness: MenuHarness) -> None:
    harness.driver.choose(indicators=(IndicatorConfig("rsi"), IndicatorConfig("macd")))
    harness.trigger("Show data table")
    model = harness.dialog(BarTable).model
    columns = model.columnCount()
    harness.chart.set_options(msgspec.structs.replace(harness.chart.options, indicators=(IndicatorConfig("rsi"),)))
    assert model.columnCount() == columns - 3
    assert all(model.data(model.index(99, column)) for column in range(model.columnCount()))


def test_copy_puts_an_image_on_the_clipboard(harness: MenuHarness) -> None:
    QGuiApplication.clipboard().clear()
    harness.trigger("Copy as image")
    assert QGuiApplication.clipboard().image().width() == harness.chart.width() * harness.chart.devicePixelRatioF()


@pytest.mark.parametrize(("text", "name"), [("Save as PNG", "A.png"), ("Save as SVG", "A.svg")])
def test_images_are_saved_to_the_chosen_file(harness: MenuHarness, tmp_path: Path, text: str, name: str) -> None:
    harness.trigger(text)
    assert harness.save(tmp_path) == name
    assert harness.messages == [f"Saved {name} in {tmp_path}."]
    assert not QImage(str(tmp_path / name)).isNull()


def test_exported_data_is_that_in_view_at_the_time_of_the_request(harness: MenuHarness, tmp_path: Path) -> None:
    harness.chart.time_range.zoom(0.2, harness.chart.time_range.right)
    harness.chart.invalidate()
    harness.chart.refresh()
    visible = harness.driver.visible_data.visible
    assert 0 < visible.end - visible.begin < 100
    harness.trigger("Export visible data to CSV")
    harness.driver.trades(*(200.0 for _ in range(50)))
    assert harness.save(tmp_path) == "A-1s.csv"
    ((rows, path),) = harness.exported
    assert path == tmp_path / "A-1s.csv"
    assert [row[4] for row in rows.rows(0, len(rows))] == visible.bars.close.tolist()


def test_the_bars_of_single_trades_are_exported_as_seconds(harness: MenuHarness, tmp_path: Path) -> None:
    harness.driver.choose(timeframe="ticks")
    harness.trigger("Export visible data to CSV")
    assert harness.save(tmp_path) == "A-1s.csv"


def test_a_hostile_symbol_cannot_change_the_folder(qtbot: QtBot, tmp_path: Path) -> None:
    harness = MenuHarness(qtbot, HOSTILE)
    harness.driver.trades(1.0, 2.0)
    for text, name in (("Save as PNG", "cmd_b_x.png"), ("Export visible data to CSV", "cmd_b_x-1s.csv")):
        harness.trigger(text)
        assert harness.save(tmp_path) == name
    assert [path.name for path in tmp_path.iterdir()] == ["cmd_b_x.png"]


def test_cancelling_the_file_dialog_saves_nothing(harness: MenuHarness, tmp_path: Path) -> None:
    folder = tmp_path / "saved"  # Qt may write its own settings elsewhere in tmp_path
    folder.mkdir()
    for text in ("Save as PNG", "Save as SVG", "Export visible data to CSV"):
        harness.trigger(text)
        dialog = harness.dialog(QFileDialog)
        dialog.setDirectory(str(folder))
        dialog.reject()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete.value)
    assert (list(folder.iterdir()), harness.messages, harness.exported) == ([], [], [])


def test_menu_items_return_to_the_latest_price(harness: MenuHarness, qtbot: QtBot) -> None:
    for text in ("Go to latest", "Reset view"):
        for _ in range(5):
            qtbot.keyClick(harness.chart, _Key.Key_PageUp)
        assert not harness.chart.time_range.is_following
        harness.trigger(text)
        assert harness.chart.time_range.is_following


def test_comparisons_are_requested_and_cleared(harness: MenuHarness) -> None:
    harness.trigger("Compare with selected symbols")
    harness.trigger("Clear comparison")
    assert harness.compared == [True, False]


def test_unavailable_items_say_why(harness: MenuHarness) -> None:
    def reasons() -> dict[str, str]:
        commands = [one for one in harness.chart_menu.items() if isinstance(one, menus.MenuCommand)]
        return {menus.plain_text(one.text): one.unavailable() for one in commands if one.unavailable is not None}

    usual = reasons()
    assert {title for title, reason in usual.items() if reason} == {"Clear comparison"}
    assert usual["Clear comparison"] == "No comparison to clear"
    harness.chart.compare([harness.driver.desk.market.states[0]])
    assert not any(reasons().values())
    harness.chart.show_symbol(None)
    without = reasons()
    assert without.keys() == usual.keys()
    assert {without[title] for title in without if title != "Clear comparison"} == {"No symbol on the chart"}


def test_the_menu_shows_that_compared_symbols_are_in_percent(harness: MenuHarness) -> None:
    (scales,) = (menu for menu in harness.menu.findChildren(QMenu) if menus.plain_text(menu.title()) == "Scale")
    harness.chart.compare([Desk("B").market.states[0]])
    assert harness.checked("Scale") == ["Percent"]
    scales.popup(QPoint())
    assert {menus.reason_of(action) for action in scales.actions()} == {"Compared symbols are always shown in percent"}
    scales.close()
    harness.chart.compare([])
    assert harness.checked("Scale") == ["Linear"]
    assert all(action.isEnabled() for action in scales.actions())


def test_entries_of_the_command_palette_add_an_indicator_and_set_the_timeframe(harness: MenuHarness) -> None:
    harness.chart_menu.add_indicator("rsi")
    harness.chart_menu.add_indicator("sma")
    assert harness.chart.options.indicators == (IndicatorConfig("rsi"), IndicatorConfig("sma"))
    harness.chart_menu.set_timeframe("5m")
    assert harness.chart.options.timeframe == "5m"


def test_without_a_symbol_no_item_does_anything(harness: MenuHarness) -> None:
    harness.chart.show_symbol(None)
    for action in actions(harness.menu):
        action.trigger()
    for dialog in harness.chart.findChildren(QInputDialog):
        dialog.reject()
    assert harness.chart.findChildren(QFileDialog) == []
    assert not any(table.isVisible() for table in harness.chart.findChildren(BarTable))
    assert (harness.messages, harness.exported) == ([], [])
