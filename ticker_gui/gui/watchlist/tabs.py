"""The tabs above the table: one for each list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QTabBar, QToolButton, QWidget

from ticker_gui.gui.widgets.plain_text import mnemonic_free, set_tooltip

_MIN_EDITED: Final = 120  # pixels to type a name into


class ListTabs(QWidget):
    """Chooses a list, and says what the user wants to do with lists.

    Signals, with the place of a list: list_requested, deletion_requested; rename_requested with a text; move_requested
    with another place; new_list_requested without anything.
    """

    list_requested = Signal(object)
    deletion_requested = Signal(object)
    rename_requested = Signal(object, str)
    move_requested = Signal(object, object)
    new_list_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = _Bar(self)
        self.bar.setObjectName("lists")
        self.bar.setAccessibleName("lists")
        self._is_told = False
        self._names: Sequence[str] = ()
        self._shown = 0
        self.bar.currentChanged.connect(self._note_current)
        self.bar.let_go.connect(self._note_moved)
        self.bar.name_given.connect(self.rename_requested)
        self.bar.menu_requested.connect(self._open_menu)
        new = QToolButton(self)
        new.setText("+")
        new.setObjectName("new_list")
        new.setAccessibleName("new list")
        set_tooltip(new, "New list")
        new.setAutoRaise(True)
        new.clicked.connect(self.new_list_requested)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(4, 2, 4, 0)
        self._line.setSpacing(2)
        self._line.addWidget(self.bar)
        self._line.addWidget(new)
        self._line.addStretch(1)

    def show_lists(self, names: Sequence[str], shown: int) -> None:
        """Show these lists, one of them as the chosen one."""
        self._is_told = True
        self._names, self._shown = names, shown
        while self.bar.count() > len(names):
            self.bar.removeTab(self.bar.count() - 1)
        for place, name in enumerate(names):
            if place == self.bar.count():
                self.bar.addTab("")
            if self.bar.tabText(place) != mnemonic_free(name):
                self.bar.setTabText(place, mnemonic_free(name))
            self.bar.setTabData(place, name)
        self._line.activate()  # else the bar would scroll to its tab as if there were no more room than before
        self.bar.setCurrentIndex(shown)
        self._is_told = False

    def step(self, by: int) -> None:
        """Choose the next list, or the one before."""
        self.bar.setCurrentIndex((self.bar.currentIndex() + by) % max(1, self.bar.count()))

    def rename(self, place: int) -> None:
        """Let the user type another name into a tab."""
        self.bar.edit(place)

    def rename_shown(self) -> None:
        """Let the user type another name for the list that is shown."""
        self.rename(self.bar.currentIndex())

    def delete_shown(self) -> None:
        """Say that the list that is shown is to go."""
        self.deletion_requested.emit(self.bar.currentIndex())

    def _note_current(self, place: int) -> None:
        """Say which list is wanted; while its tab is dragged, that one has another place and is the same."""
        if not self._is_told and place >= 0 and self.bar.tabData(place) != self._names[self._shown]:
            self.list_requested.emit(place)

    def _note_moved(self) -> None:
        """Say where a tab was dragged to, once for all those that it was dragged past."""
        target = self.bar.currentIndex()
        source = self._names.index(self.bar.tabData(target)) if target >= 0 else target
        if source != target:
            self.move_requested.emit(source, target)

    def _open_menu(self, place: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&New list").triggered.connect(self.new_list_requested)
        if place >= 0:
            menu.addAction("&Rename …").triggered.connect(lambda checked: self.rename(place))
            menu.addAction("&Delete").triggered.connect(lambda checked: self.deletion_requested.emit(place))
            for text, target in (("Move &left", place - 1), ("Move &right", place + 1)):
                action = menu.addAction(text)
                action.setEnabled(0 <= target < self.bar.count())
                action.triggered.connect(lambda checked, target=target: self.move_requested.emit(place, target))
        menu.popup(at)


class _Bar(QTabBar):
    """Tabs that can be moved, and renamed by a double click or F2.

    Signals:
        name_given: the place of a tab, and the name typed.
        menu_requested: the place of a tab, or -1, and where on the screen the menu should be.
        let_go: the pointer's button is up again; tabs may have been dragged.
    """

    name_given = Signal(object, str)
    menu_requested = Signal(object, QPoint)
    let_go = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)  # many are scrolled: of cut names, one looks like another
        self._editor = QLineEdit(self)
        self._editor.setObjectName("list_name")
        self._editor.setAccessibleName("name of the list")
        self._editor.setMaxLength(40)
        self._editor.hide()
        self._editor.editingFinished.connect(self._give_name)
        self._edited = -1

    def edit(self, place: int) -> None:
        """Put a field over a tab."""
        self._edited = place
        self._editor.setText(str(self.tabData(place)))
        rect = self.tabRect(place)
        rect.setWidth(max(rect.width(), _MIN_EDITED))
        self.setMinimumWidth(rect.right() + 1)  # the bar is no wider than its tabs
        self._editor.setGeometry(rect)
        self._editor.show()
        self._editor.selectAll()
        self._editor.setFocus()

    def _give_name(self) -> None:
        place, self._edited = self._edited, -1
        if place < 0:  # the field says it twice: for the key, and for losing the focus by being hidden
            return
        self._put_away()
        if self._editor.text() != self.tabData(place):
            self.name_given.emit(place, self._editor.text())

    def _put_away(self) -> None:
        if self._editor.hasFocus():  # else the user has gone elsewhere
            self.setFocus()
        self._editor.hide()
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        """No wider than the tabs are: Qt wants room to scroll, be there anything to scroll or not."""
        return super().minimumSizeHint().boundedTo(self.sizeHint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.currentIndex() >= 0:
            self.edit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and self._edited >= 0:
            self._edited = -1
            self._put_away()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.tabAt(event.position().toPoint())
        if place >= 0:
            self.edit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.let_go.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard  # which asks for the middle of the bar
        place = self.currentIndex() if is_by_key else self.tabAt(event.pos())
        self.menu_requested.emit(place, event.globalPos())
