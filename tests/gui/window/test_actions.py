from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.conftest import RunQt
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.events import Trade
from ticker_gui.gui.application import Application
from ticker_gui.gui.chart.data_table import BarTable
from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog
from ticker_gui.gui.watchlist.column_chooser import ColumnChooser
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, RadioGroup, Submenu, Toggle, reason_of
from ticker_gui.gui.window.actions import window_menus
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.panel_dock import PanelDock
from ticker_gui.gui.window.shortcuts_dialog import ShortcutsDialog

MANY = tuple(f"S{number}" for number in range(30))
LEAVING = "Quit"
INFORMATION = ("Keyboard shortcuts", "User guide", "About", "Show data table")  # dialogs that ask for nothing
LISTS_OF_DATA = ("Keep &sorted by", "Sort &once by")  # have the titles of the columns


def bare(text: str) -> str:
    return text.replace("&", "").removesuffix("…")


def menus_of(window: MainWindow) -> Iterator[tuple[str, QMenu]]:
    """Yield every menu of the menu bar, and its submenus."""
    found: list[tuple[str, object]] = [(action.text(), action.menu()) for action in window.menuBar().actions()]
    while found:
        title, menu = found.pop(0)
        if isinstance(menu, QMenu):
            menu.aboutToShow.emit()  # adds the items of its submenus
            menu.aboutToHide.emit()
            yield title, menu
            found += [(action.text(), action.menu()) for action in menu.actions()]


def actions_of(window: MainWindow) -> list[QAction]:
    return [
        action
        for _, menu in menus_of(window)
        for action in menu.actions()
        if not action.isSeparator() and not isinstance(action.menu(), QMenu)
    ]


def declared(lines: Sequence[MenuItem]) -> Iterator[MenuCommand | Toggle | Submenu]:
    for line in lines:
        match line:
            case Submenu():
                yield line
                if line.text not in LISTS_OF_DATA:
                    yield from declared(line.items)
            case MenuCommand() | Toggle():
                yield line
            case QAction():
                yield MenuCommand(line.text(), line.trigger, line.shortcut().toString())
            case RadioGroup() | None:
                pass


def test_every_command_has_a_mnemonic_or_a_key(window: MainWindow) -> None:
    for title, lines in window_menus(window).items():
        for line in declared(lines):
            key = None if isinstance(line, Submenu) else line.key
            assert key is not None or not QKeySequence.mnemonic(line.text).isEmpty(), f"{title}: {line.text}"


def test_no_two_items_of_a_menu_share_a_mnemonic(window: MainWindow) -> None:
    bar = [action.text() for action in window.menuBar().actions()]
    assert len(bar) == 7
    for title, texts in (
        ("", bar),
        *((title, [action.text() for action in menu.actions()]) for title, menu in menus_of(window)),
    ):
        keys = [key.toString() for key in map(QKeySequence.mnemonic, texts) if not key.isEmpty()]
        assert sorted(keys) == sorted(set(keys)), title


def test_no_two_commands_share_a_shortcut(window: MainWindow) -> None:
    everywhere: list[str] = []
    in_the_table: list[str] = []
    for action in actions_of(window):
        keys = [key.toString() for key in action.shortcuts()]
        if action.shortcutContext() is Qt.ShortcutContext.WidgetWithChildrenShortcut:
            assert action in window.watchlist.actions()
            in_the_table += keys
        else:
            assert action.shortcutContext() is Qt.ShortcutContext.WindowShortcut
            everywhere += keys
    both = everywhere + in_the_table  # a focused table is inside the window
    assert len(everywhere) > 10
    assert len(in_the_table) > 5
    assert sorted(both) == sorted(set(both))


def mnemonics_of(parent: QWidget) -> list[str]:
    """Return the mnemonics of all controls of one window, of hidden ones too."""
    labels = [label for label in parent.findChildren(QLabel) if label.buddy() is not None]
    boxes = parent.findChildren(QGroupBox)
    controls: list[QLabel | QAbstractButton] = [*labels, *parent.findChildren(QAbstractButton)]
    texts = [control.text() for control in controls if control.window() is parent]
    texts += [box.title() for box in boxes if box.window() is parent]
    texts += [bar.tabText(at) for bar in parent.findChildren(QTabBar) for at in range(bar.count())]
    return [key.toString() for key in map(QKeySequence.mnemonic, texts) if not key.isEmpty()]


def test_no_two_controls_of_the_window_share_a_mnemonic(window: MainWindow) -> None:
    for dock in window.findChildren(PanelDock):
        window.docks.open(dock.widget())
    window.panel.filter.open_filter()
    bar = [QKeySequence.mnemonic(action.text()).toString() for action in window.menuBar().actions()]
    keys = [*bar, *mnemonics_of(window)]
    assert len(keys) >= 9
    assert sorted(keys) == sorted(set(keys))


def value_of(box: QWidget) -> object:
    return box.currentIndex() if isinstance(box, QComboBox) else cast("QAbstractSpinBox", box).text()


def turn_wheel_over_boxes(parent: QWidget) -> int:
    """Turn the mouse wheel over each box that has not the focus; return how many there are."""
    boxes = [*parent.findChildren(QComboBox), *parent.findChildren(QAbstractSpinBox)]
    for box in boxes:
        box.ensurePolished()
        box.clearFocus()
        before = value_of(box)
        for turn in (120, -120):
            at = QPointF(box.rect().center())
            event = QWheelEvent(
                at, box.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(box, event)
            assert value_of(box) == before, box.objectName()
    return len(boxes)


class DialogChecks:
    """The dialogs of the commands: no two controls share a mnemonic, and the mouse wheel changes no value."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.turned = 0

    def check(self, dialog: QDialog) -> None:
        self.seen.add(type(dialog).__name__)
        keys = mnemonics_of(dialog)
        assert sorted(keys) == sorted(set(keys)), dialog
        for choice in dialog.findChildren(QListWidget):
            choice.setCurrentRow(choice.count() // 2)
        self.turned += turn_wheel_over_boxes(dialog)


def test_no_two_items_of_a_context_menu_share_a_mnemonic(window: MainWindow, qtbot: QtBot) -> None:
    window.panel.tabs.show_lists(["Stocks", "Coins"], 0)
    window.watchlist.selectRow(0)
    places = [window.watchlist.viewport(), window.watchlist.header.viewport(), window.panel.tabs.bar, window.chart]
    for place in places:
        at = place.rect().center() if place is not window.panel.tabs.bar else QPoint(5, 5)
        if place is window.watchlist.viewport():
            at = window.watchlist.visualRect(window.model.index(0, 0)).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, place.mapToGlobal(at))
        QApplication.sendEvent(place, event)
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        found = [QKeySequence.mnemonic(action.text()) for action in menu.actions()]
        keys = [key.toString() for key in found if not key.isEmpty()]
        assert len(keys) >= 2
        assert sorted(keys) == sorted(set(keys)), place
        menu.close()
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


DIALOGS: dict[str, type[QDialog]] = {
    "Ctrl+Shift+I": IndicatorDialog,
    "Ctrl+Shift+D": BarTable,
    "Ctrl+Shift+L": ColumnChooser,
    "F1": ShortcutsDialog,
}


def test_the_shortcut_of_a_dialog_works_from_any_widget(window: MainWindow, qtbot: QtBot) -> None:
    for key, kind in DIALOGS.items():
        for widget in (window.watchlist, window.chart, window.add_field):
            window.activateWindow()
            widget.setFocus()
            qtbot.keySequence(widget, key)
            (dialog,) = window.findChildren(kind)
            assert dialog.isVisible(), key
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
            qtbot.waitUntil(lambda: not open_dialogs())


def test_row_shortcuts_work_only_in_the_table(window: MainWindow, qtbot: QtBot) -> None:
    window.watchlist.selectRow(0)
    for widget in (window.chart, window.add_field):
        widget.setFocus()
        with qtbot.assertNotEmitted(window.watchlist.removal_requested):
            qtbot.keyClick(widget, Qt.Key.Key_Delete)
    window.watchlist.setFocus()
    with qtbot.waitSignal(window.watchlist.removal_requested):
        qtbot.keyClick(window.watchlist, Qt.Key.Key_Delete)


@pytest.mark.parametrize("symbols", [(), MANY], ids=["empty", "full"])
def test_every_command_can_be_triggered(qapp: Application, run_qt: RunQt, symbols: tuple[str, ...]) -> None:
    async def test() -> None:
        app = App(
            qapp, Settings(feeds=(Feed("ws://desk", symbols, "desk", "demo"),)), AppEnvironment(saves_lists=False)
        )
        app.make_deferred_parts()
        window, dialogs = app.window, DialogChecks()
        window.show()
        trade_all(app, symbols)
        states = window.model.states
        assert len(states) == len(symbols)
        charted = states[0] if states else None
        window.watchlist.selectAll()
        QApplication.clipboard().setText("X Y <img>")
        texts = [bare(action.text()) for action in actions_of(window)]
        assert len(texts) > 80
        assert LEAVING in texts
        for action in actions_of(window):
            if bare(action.text()) == LEAVING:
                continue
            if window.chart.state is not charted:
                window.chart.show_symbol(charted)
            action.trigger()
            await asyncio.sleep(0)
            asks = bool(open_dialogs()) or window.command_palette.isVisible()
            if symbols and bare(action.text()) not in INFORMATION:
                assert asks is (action.text().endswith("…") and action.isEnabled()), action.text()
            window.chart.refresh()
            assert window.isVisible()
            for dialog in open_dialogs():
                dialogs.check(dialog)
            close_dialogs(window)
            if symbols and not window.watchlist.selected_states():
                window.watchlist.selectAll()
        if symbols:
            assert dialogs.turned >= 3
            assert {"ColumnChooser", "IndicatorDialog", "BarTable", "ShortcutsDialog", "ConnectDialog"} <= dialogs.seen
            assert turn_wheel_over_boxes(window) >= 3
        window.deleteLater()

    run_qt(test())


def trade_all(app: App, symbols: Sequence[str]) -> None:
    """Apply a few trades of each symbol."""
    feed, now_ns = app.engine.market.feed("desk"), app.engine.clock()
    for number, symbol in enumerate(symbols):
        for second in range(5):
            time_ns = now_ns + second * 1_000_000_000
            feed.apply(Trade(symbol, 100.0 + number + second, 1.0, time_ns), time_ns)
    app.window.model.refresh()


def open_dialogs() -> list[QDialog]:
    """Return the dialogs that are visible."""
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]


def close_dialogs(window: MainWindow) -> None:
    window.command_palette.dismiss()
    for dialog in open_dialogs():
        dialog.reject()
    (name,) = window.findChildren(QLineEdit, "list_name")
    name.hide()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_exports_of_an_empty_list_are_disabled_with_the_reason(window: MainWindow) -> None:
    def reasons() -> list[str]:
        file_menu = next(menu for title, menu in menus_of(window) if title == "&File")
        file_menu.aboutToShow.emit()
        return [reason_of(action) for action in file_menu.actions() if bare(action.text()).startswith("Export")]

    assert reasons() == [""] * 4
    window.panel.order.set_states([], ())
    assert reasons() == ["The list is empty"] * 4


def test_menu_texts_are_in_sentence_case(window: MainWindow) -> None:
    names = {"Heikin", "Ashi", "TradingView", "WebSocket"}  # and column titles, which are the names of columns
    for title, menu in menus_of(window):
        if title in LISTS_OF_DATA or title == "Time &zone":
            continue
        for action in menu.actions():
            first, *rest = bare(action.text()).split() or ["Separator"]
            assert first[0].isupper() or first[0].isdigit(), action.text()
            assert all(word.islower() or word.isupper() or not word.isalpha() or word in names for word in rest), title
            assert " …" not in action.text()


def hide_by_closing(window: MainWindow) -> None:
    window.docks.toggle(window.panel).trigger()


def hide_behind_the_diagnostics(window: MainWindow) -> None:
    watchlist, details = window.panel.parentWidget(), window.details.parentWidget()
    assert isinstance(watchlist, QDockWidget)
    assert isinstance(details, QDockWidget)
    window.tabifyDockWidget(watchlist, details)
    window.docks.open(window.details)


@pytest.mark.parametrize("hide", [hide_by_closing, hide_behind_the_diagnostics])
def test_commands_that_change_the_watchlist_show_its_panel(
    window: MainWindow, qtbot: QtBot, hide: Callable[[MainWindow], None]
) -> None:
    def is_shown() -> bool:
        return not window.panel.visibleRegion().isEmpty()

    commands = [
        action
        for title, menu in menus_of(window)
        for action in menu.actions()
        if title in ("&Watchlist", *LISTS_OF_DATA) or bare(action.text()) in ("Paste symbols", "Find and filter")
    ]
    commands = [action for action in commands if not action.isSeparator() and not isinstance(action.menu(), QMenu)]
    assert len(commands) > 50
    for action in commands:
        hide(window)
        qtbot.waitUntil(lambda: not is_shown())
        action.trigger()
        qtbot.waitUntil(is_shown)
        close_dialogs(window)


@pytest.mark.parametrize("is_floating", [False, True])
@pytest.mark.parametrize(
    ("key", "name"),
    [("Ctrl+F", "filter"), ("Ctrl+N", "add_symbol"), ("Ctrl+Shift+R", "list_name"), ("F9", "watchlist")],
)
def test_the_focus_goes_to_the_field_of_the_command(
    window: MainWindow, qtbot: QtBot, key: str, name: str, is_floating: bool
) -> None:
    window.panel.tabs.show_lists(["Stocks"], 0)
    dock = window.panel.parentWidget()
    assert isinstance(dock, PanelDock)
    dock.set_floating(is_floating)
    qtbot.waitUntil(dock.isActiveWindow)
    hide_by_closing(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.chart.setFocus()
    qtbot.keySequence(window.chart, key)
    qtbot.waitUntil(lambda: (focus := QApplication.focusWidget()) is not None and focus.objectName() == name)
