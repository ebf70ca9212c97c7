from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QMenu, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.watchlist.tabs import ListTabs

LEFT = Qt.MouseButton.LeftButton


class Tabs:
    """Tabs, their requests, and a stand-in for the list controller that carries them out."""

    def __init__(self, qtbot: QtBot, *names: str) -> None:
        self.window = QWidget()
        self.elsewhere = QLineEdit(self.window)
        self.elsewhere.move(0, 60)
        self.tabs = ListTabs(self.window)
        self.tabs.setFixedWidth(600)
        self.bar = self.tabs.bar
        self.names = list(names)
        self.shown = 0
        self.emitted: list[tuple[object, ...]] = []
        self.tabs.list_requested.connect(self._show)
        self.tabs.move_requested.connect(self._move)
        self.tabs.rename_requested.connect(lambda index, name: self.emitted.append(("name", index, name)))
        self.tabs.deletion_requested.connect(lambda index: self.emitted.append(("delete", index)))
        self.tabs.new_list_requested.connect(lambda: self.emitted.append(("new",)))
        self.tabs.show_lists(self.names, 0)
        qtbot.addWidget(self.window)
        self.window.resize(640, 100)
        self.window.show()
        qtbot.waitUntil(lambda: self.bar.tabRect(0).width() > 0)
        self._qtbot = qtbot

    def _show(self, index: int) -> None:
        self.emitted.append(("show", index))
        self.shown = index
        self.tabs.show_lists(self.names, index)

    def _move(self, source: int, target: int) -> None:
        self.emitted.append(("move", source, target))
        shown = self.names[self.shown]
        self.names.insert(target, self.names.pop(source))
        self.shown = self.names.index(shown)
        self.tabs.show_lists(self.names, self.shown)

    def click(self, index: int) -> None:
        self._qtbot.mouseClick(self.bar, LEFT, pos=self.bar.tabRect(index).center())

    def drag(self, index: int, x: int) -> None:
        """Drag a tab to a position in the bar, a few pixels at a time."""
        at = self.bar.tabRect(index).center()
        self._qtbot.mousePress(self.bar, LEFT, pos=at)
        for step in range(at.x(), x, 5 if x > at.x() else -5):
            self._qtbot.mouseMove(self.bar, QPoint(step, at.y()))
        self._qtbot.mouseRelease(self.bar, LEFT, pos=QPoint(x, at.y()))

    def menu(self, index: int, reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse) -> dict[str, QAction]:
        """Open the menu of a tab and return its enabled actions, by text without mnemonics."""
        at = self.bar.tabRect(index).center() if index >= 0 else QPoint(self.bar.width() + 50, 5)
        if reason is QContextMenuEvent.Reason.Keyboard:
            at = self.bar.rect().center()  # as Qt asks
        QApplication.sendEvent(self.bar, QContextMenuEvent(reason, at, self.bar.mapToGlobal(at)))
        self.opened = self.tabs.findChildren(QMenu)[-1]
        return {action.text().replace("&", ""): action for action in self.opened.actions()}

    @property
    def editor(self) -> QLineEdit:
        editor = self.bar.findChild(QLineEdit, "list_name")
        assert isinstance(editor, QLineEdit)
        return editor

    @property
    def texts(self) -> list[str]:
        return [self.bar.tabText(index) for index in range(self.bar.count())]


@pytest.fixture
def tabs(qtbot: QtBot) -> Tabs:
    return Tabs(qtbot, "One", "Two", "Three")


def test_each_list_has_a_tab_and_showing_them_requests_nothing(tabs: Tabs) -> None:
    assert tabs.texts == ["One", "Two", "Three"]
    tabs.tabs.show_lists(["Two", "Three"], 1)
    tabs.tabs.show_lists(["A", "Two", "C", "D"], 3)
    assert (tabs.texts, tabs.bar.currentIndex(), tabs.emitted) == (["A", "Two", "C", "D"], 3, [])


def test_the_name_of_a_list_is_shown_literally(qtbot: QtBot) -> None:
    assert Tabs(qtbot, "R&D <b>").texts == ["R&&D <b>"]


def test_the_number_of_symbols_of_a_list_stays_beside_its_name_when_it_changes(tabs: Tabs) -> None:
    for counts in ((12, 0, 5), (3, 0, 1_234)):
        tabs.tabs.show_lists(tabs.names, 0, counts)
        labels = [tabs.bar.tabButton(index, QTabBar.ButtonPosition.RightSide) for index in range(len(counts))]
        shown = [label.text() for label in labels if isinstance(label, QLabel) and label.isVisible()]
        assert shown == [f"{count:,}" for count in counts]


def test_a_click_selects_a_list(tabs: Tabs) -> None:
    tabs.click(2)
    tabs.click(2)
    tabs.click(0)
    assert tabs.emitted == [("show", 2), ("show", 0)]


def test_the_arrow_keys_select_a_list(tabs: Tabs, qtbot: QtBot) -> None:
    tabs.bar.setFocus()
    qtbot.keyClick(tabs.bar, Qt.Key.Key_Right)
    assert tabs.emitted == [("show", 1)]


def test_stepping_past_the_last_list_selects_the_first(tabs: Tabs) -> None:
    for by in (1, 1, 1, -1):
        tabs.tabs.step(by)
    assert tabs.emitted == [("show", 1), ("show", 2), ("show", 0), ("show", 2)]


def test_a_button_creates_a_new_list(tabs: Tabs, qtbot: QtBot) -> None:
    button = tabs.tabs.findChild(QToolButton, "new_list")
    assert isinstance(button, QToolButton)
    assert button.accessibleName() == "New list"
    qtbot.mouseClick(button, LEFT)
    assert tabs.emitted == [("new",)]


@pytest.mark.parametrize("how", ["double click", "F2", "menu of the window"])
def test_a_list_is_renamed_in_its_tab(tabs: Tabs, qtbot: QtBot, how: str) -> None:
    tabs.click(1)
    if how == "double click":
        qtbot.mouseDClick(tabs.bar, LEFT, pos=tabs.bar.tabRect(1).center())
    elif how == "F2":
        qtbot.keyClick(tabs.bar, Qt.Key.Key_F2)
    else:
        tabs.tabs.rename_active()
    qtbot.waitUntil(tabs.editor.hasFocus)
    assert tabs.editor.text() == tabs.editor.selectedText() == "Two"
    qtbot.keyClicks(tabs.editor, "Coins")
    qtbot.keyClick(tabs.editor, Qt.Key.Key_Return)
    assert tabs.emitted == [("show", 1), ("name", 1, "Coins")]
    assert not tabs.editor.isVisible()
    assert tabs.bar.hasFocus()


def test_the_name_editor_is_wide_enough_for_a_narrow_tab(qtbot: QtBot) -> None:
    tabs = Tabs(qtbot, "A")
    qtbot.waitUntil(lambda: tabs.bar.width() == tabs.bar.sizeHint().width())  # the style sheet is applied late
    before = tabs.bar.width()
    tabs.tabs.rename(0)
    qtbot.waitUntil(lambda: tabs.editor.visibleRegion().boundingRect().width() >= 120)
    qtbot.keyClick(tabs.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: tabs.bar.width() == before)


def test_the_name_editor_stays_over_its_tab_when_the_tabs_move(tabs: Tabs, qtbot: QtBot) -> None:
    bar = tabs.tabs.bar
    bar.edit(1)
    bar.setTabText(0, "A much longer name than before")
    qtbot.waitUntil(lambda: tabs.editor.geometry().left() == bar.tabRect(1).left())
    assert bar.tabRect(1).left() > 100


def test_escape_keeps_the_old_name_and_focuses_the_tabs(tabs: Tabs, qtbot: QtBot) -> None:
    tabs.tabs.rename(0)
    qtbot.keyClicks(tabs.editor, "Coins")
    qtbot.keyClick(tabs.editor, Qt.Key.Key_Escape)
    assert (tabs.emitted, tabs.editor.isVisible(), tabs.bar.hasFocus()) == ([], False, True)


def test_a_new_list_is_named_and_then_left(tabs: Tabs, qtbot: QtBot) -> None:
    named: list[bool] = []
    tabs.tabs.new_list_named.connect(lambda: named.append(True))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        tabs.tabs.name_new(1)
        editor = tabs.tabs.bar.findChild(QLineEdit, "list_name")
        assert isinstance(editor, QLineEdit)
        qtbot.keyClick(editor, key)
    assert named == [True, True]
    tabs.tabs.rename(1)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert named == [True, True]


def test_the_name_of_a_list_that_is_gone_is_not_requested(tabs: Tabs, qtbot: QtBot) -> None:
    before = list(tabs.emitted)
    tabs.tabs.rename(1)
    editor = tabs.tabs.bar.findChild(QLineEdit, "list_name")
    assert isinstance(editor, QLineEdit)
    editor.setText("New")
    tabs.tabs.show_lists(tabs.names[:1], 0)
    assert not editor.isVisible()
    assert tabs.emitted == before


def test_an_unchanged_name_requests_nothing(tabs: Tabs, qtbot: QtBot) -> None:
    tabs.tabs.rename(0)
    qtbot.keyClick(tabs.editor, Qt.Key.Key_Return)
    assert tabs.emitted == []


def test_moving_the_focus_away_confirms_the_name(tabs: Tabs, qtbot: QtBot) -> None:
    tabs.tabs.rename(2)
    qtbot.keyClicks(tabs.editor, "Coins")
    tabs.elsewhere.setFocus()
    assert tabs.emitted == [("name", 2, "Coins")]
    assert (tabs.editor.isVisible(), tabs.elsewhere.hasFocus()) == (False, True)


@pytest.mark.parametrize(("index", "x", "names"), [(0, 170, "Two Three One"), (2, 4, "Three One Two")])
def test_dragging_a_tab_past_others_is_one_move(tabs: Tabs, index: int, x: int, names: str) -> None:
    tabs.drag(index, x)
    assert [what for what in tabs.emitted if what[0] == "move"] == [("move", index, 2 - index)]
    assert [what for what in tabs.emitted if what[0] == "show"] == ([("show", index)] if index else [])
    assert " ".join(tabs.names) == " ".join(tabs.texts) == names
    assert tabs.names[tabs.bar.currentIndex()] == names.split()[2 - index]


def test_the_menu_of_a_tab_applies_to_that_tab(tabs: Tabs, qtbot: QtBot) -> None:
    actions = tabs.menu(1)
    assert list(actions) == ["New list", "Rename list", "Delete list", "Move left", "Move right"]
    for text in ("New list", "Delete list", "Move right"):
        actions[text].trigger()
    assert tabs.emitted == [("new",), ("delete", 1), ("move", 1, 2)]
    actions["Rename list"].trigger()
    assert tabs.editor.isVisible()
    tabs.opened.close()


def test_the_menu_of_a_tab_applies_to_its_list_although_the_lists_have_changed_meanwhile(tabs: Tabs) -> None:
    actions = tabs.menu(1)
    tabs.tabs.show_lists(["Two", "Three"], 0)
    for text in ("Delete list", "Move left", "Move right"):
        actions[text].trigger()
    assert tabs.emitted == [("delete", 0), ("move", 0, 1)]
    tabs.names = ["One", "Three"]
    tabs.tabs.show_lists(tabs.names, 0)
    actions["Delete list"].trigger()
    tabs.tabs.request("Two")
    tabs.tabs.request("Three")
    assert tabs.emitted[2:] == [("show", 1)]
    tabs.opened.close()


def test_the_menu_opened_by_keyboard_applies_to_the_active_list(tabs: Tabs) -> None:
    actions = tabs.menu(0, QContextMenuEvent.Reason.Keyboard)
    assert not actions["Move left"].isEnabled()
    actions["Delete list"].trigger()
    assert tabs.emitted == [("delete", 0)]
    tabs.opened.close()


def test_the_menu_beside_the_tabs_only_creates_lists(tabs: Tabs) -> None:
    assert list(tabs.menu(-1)) == ["New list"]
    tabs.opened.close()


def test_the_active_list_can_be_deleted_from_the_main_menu(tabs: Tabs) -> None:
    tabs.click(1)
    tabs.tabs.delete_active()
    assert tabs.emitted[-1] == ("delete", 1)


def test_all_tab_widgets_have_accessible_names(tabs: Tabs) -> None:
    assert tabs.bar.accessibleName() == "Lists"
    assert tabs.editor.accessibleName() == "List name"
    assert tabs.bar.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_tabs_of_many_lists_scroll_and_are_not_elided(qtbot: QtBot) -> None:
    tabs = Tabs(qtbot, "One", "Two")
    names = [f"A list of some length {number}" for number in range(12)]
    tabs.tabs.show_lists(names, 11)
    QApplication.processEvents()
    bar = tabs.bar
    for index, name in enumerate(names):
        assert bar.tabRect(index).width() > bar.fontMetrics().horizontalAdvance(name)
    assert bar.rect().contains(bar.tabRect(11).center())
    assert bar.rect().contains(bar.tabRect(10).center())  # as many as there is room for, not the last one alone
    tabs.tabs.show_lists(["One"], 0)
    QApplication.processEvents()
    assert bar.width() <= bar.tabRect(0).width() + 8  # the button for a new list is directly beside it


def test_tabs_that_a_style_sheet_makes_wider_get_more_room(qtbot: QtBot) -> None:
    window = QWidget()
    window.setStyleSheet("QTabBar::tab { padding: 0 30px; font-weight: 600; }")
    tabs = ListTabs(window)
    row = QHBoxLayout(window)
    row.addWidget(tabs)
    row.addStretch()
    tabs.show_lists(["Watchlist", "Energy"], 0)
    window.resize(600, 100)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: tabs.bar.tabRect(1).width() > 60)
    qtbot.waitUntil(lambda: tabs.bar.width() > tabs.bar.tabRect(1).right())


def test_tabs_show_how_many_symbols_their_lists_have(qtbot: QtBot) -> None:
    tabs = Tabs(qtbot, "Main", "Energy")
    tabs.tabs.show_lists(tabs.names, 0, [1, 1204])
    labels = [tabs.bar.tabButton(index, QTabBar.ButtonPosition.RightSide) for index in range(2)]
    assert [label.text() for label in labels if isinstance(label, QLabel)] == ["1", "1,204"]
    assert [tabs.bar.accessibleTabName(index) for index in range(2)] == ["Main, 1 symbol", "Energy, 1,204 symbols"]
    tabs.tabs.show_lists(tabs.names, 0, [2, 1204])
    assert [label.text() for label in labels if isinstance(label, QLabel)] == ["2", "1,204"]


def test_a_click_on_the_number_of_a_list_selects_it(qtbot: QtBot) -> None:
    tabs = Tabs(qtbot, "Main", "Energy")
    tabs.tabs.show_lists(tabs.names, 0, [3, 4])
    label = tabs.bar.tabButton(1, QTabBar.ButtonPosition.RightSide)
    qtbot.waitUntil(lambda: tabs.bar.tabRect(1).contains(label.geometry()))
    assert tabs.bar.childAt(label.geometry().center()) is None  # the mouse reaches the tab below it
    qtbot.mouseClick(tabs.bar, LEFT, pos=label.geometry().center())
    assert tabs.emitted == [("show", 1)]
