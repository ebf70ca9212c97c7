"""The tab bar of the watchlists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QTabBar, QToolTip, QWidget

from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.plain_text import escaped_tooltip, mnemonic_free, plain_label, set_tooltip

_MIN_EDITOR_WIDTH: Final = 120  # pixels
_COUNT_SIDE: Final = QTabBar.ButtonPosition.RightSide


class ListTabs(QWidget):
    """Selects a list, and requests changes of lists.

    Signals, with the index of a list: list_requested and deletion_requested; rename_requested with a name;
    move_requested with the target index. rows_dropped has the name of the list whose tab they were dropped onto.
    Without arguments: new_list_requested, new_list_named, and lists_shown after an update.
    """

    list_requested = Signal(object)
    deletion_requested = Signal(object)
    rename_requested = Signal(object, str)
    move_requested = Signal(object, object)
    rows_dropped = Signal(str)
    new_list_requested = Signal()
    new_list_named = Signal()
    lists_shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = _TabBar(self)
        self.bar.setObjectName("lists")
        self.bar.setAccessibleName("Lists")
        self._is_updating = False
        self._names: Sequence[str] = ()
        self._active_index = 0
        self.bar.currentChanged.connect(self._on_current_changed)
        self.bar.released.connect(self._on_released)
        self.bar.renamed.connect(self.rename_requested)
        self.bar.new_named.connect(self.new_list_named)
        self.bar.rows_dropped.connect(self.rows_dropped)
        self.bar.menu_requested.connect(self._open_menu)
        new = IconButton("plus", "new_list", self, is_small=True)
        new.setAccessibleName("New list")
        set_tooltip(new, "New list")
        new.clicked.connect(self.new_list_requested)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 2, 4, 0)
        self._row.setSpacing(2)
        self._row.addWidget(self.bar)
        self._row.addWidget(new)
        self._row.addStretch(1)

    @property
    def names(self) -> Sequence[str]:
        """The names of the lists, in the order of their tabs."""
        return self._names

    def show_lists(self, names: Sequence[str], active_index: int, counts: Sequence[int] = ()) -> None:
        """Show a tab for each list, and select the active one; ``counts`` are the numbers of their symbols."""
        self._is_updating = True
        self._names, self._active_index = names, active_index
        while self.bar.count() > len(names):
            self.bar.removeTab(self.bar.count() - 1)
        for index, name in enumerate(names):
            if index == self.bar.count():
                self.bar.addTab("")
            if self.bar.tabText(index) != mnemonic_free(name):
                self.bar.setTabText(index, mnemonic_free(name))
            self.bar.setTabData(index, name)
        for index, count in enumerate(counts):
            self.bar.show_count(index, count)
        self._row.activate()  # otherwise the bar scrolls to its tab with its old width
        self.bar.setCurrentIndex(active_index)
        self._is_updating = False
        self.bar.discard_stale_edit()
        self.lists_shown.emit()

    def request(self, name: str) -> None:
        """Request the list of this name, if it still exists."""
        self._act_on(name, self.list_requested.emit)

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) list."""
        self.bar.setCurrentIndex((self.bar.currentIndex() + by) % max(1, self.bar.count()))

    def rename(self, index: int) -> None:
        """Edit the name of a list in its tab."""
        self.bar.edit(index)

    def name_new(self, index: int) -> None:
        """Edit the name of a new list; `new_list_named` follows when the user has confirmed or discarded it."""
        self.bar.edit(index, is_new=True)

    def rename_active(self) -> None:
        """Edit the name of the active list."""
        self.rename(self.bar.currentIndex())

    def delete_active(self) -> None:
        """Request deletion of the active list."""
        self.deletion_requested.emit(self.bar.currentIndex())

    def _on_current_changed(self, index: int) -> None:
        """Request the list of the new current tab, unless a drag has only moved the tab of the active list."""
        if not self._is_updating and index >= 0 and self.bar.tabData(index) != self._names[self._active_index]:
            self.list_requested.emit(index)

    def _on_released(self) -> None:
        """Request the move of a dragged tab, once at the end of the drag."""
        target = self.bar.currentIndex()
        source = self._names.index(self.bar.tabData(target)) if target >= 0 else target
        if source != target:
            self.move_requested.emit(source, target)

    def _open_menu(self, index: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&New list").triggered.connect(self.new_list_requested)
        if index >= 0:
            name = self._names[index]
            for text, act in (("&Rename list", self.rename), ("&Delete list", self.deletion_requested.emit)):
                menu.addAction(text).triggered.connect(lambda checked, act=act: self._act_on(name, act))
            for text, by in (("Move &left", -1), ("Move ri&ght", 1)):
                action = menu.addAction(text)
                action.setEnabled(0 <= index + by < self.bar.count())
                action.triggered.connect(lambda checked, by=by: self._act_on(name, partial(self._request_move, by)))
        menu.popup(at)

    def _act_on(self, name: str, act: Callable[[int], object]) -> None:
        """Act on the list of this name; the lists may have changed while the menu was open."""
        if name in self._names:
            act(self._names.index(name))

    def _request_move(self, by: int, index: int) -> None:
        if 0 <= index + by < len(self._names):
            self.move_requested.emit(index, index + by)


class _TabBar(QTabBar):
    """Tabs that can be dragged, and renamed by double-click or F2.

    Signals:
        renamed: the index of a tab, and its new name.
        menu_requested: the index of a tab, or -1, and the screen position of the menu.
        released: the mouse button was released; tabs may have been dragged.
        new_named: the name of a new list was confirmed or discarded by key.
        rows_dropped: the name of the list onto whose tab rows were dragged.
    """

    renamed = Signal(object, str)
    menu_requested = Signal(object, QPoint)
    released = Signal()
    new_named = Signal()
    rows_dropped = Signal(str)

    _edited_index = -1  # of the class: Qt lays out the tabs before the instance is complete

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)  # scrolled instead, because elided names look alike
        self._editor = QLineEdit(self)
        self._editor.setObjectName("list_name")
        self._editor.setAccessibleName("List name")
        self._editor.setMaxLength(40)
        self._editor.hide()
        self._editor.editingFinished.connect(self._finish_editing)
        self._edited_name = ""
        self._is_new = False
        self._drop_index = -1  # the tab below dragged rows
        self.setAcceptDrops(True)

    def edit(self, index: int, *, is_new: bool = False) -> None:
        """Open the name editor over a tab."""
        self._edited_index, self._is_new, self._edited_name = index, is_new, self.tabData(index)
        self._editor.setText(str(self.tabData(index)))
        self._place_editor()
        self._editor.show()
        self._editor.selectAll()
        self._editor.setFocus()

    def show_count(self, index: int, count: int) -> None:
        """Show the number of symbols beside the name of a list, in another color, which the text cannot have."""
        label = self.tabButton(index, _COUNT_SIDE)
        if not isinstance(label, QLabel):
            label = plain_label("", "tab_count", self)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if label.text() != (text := f"{count:,}"):
            label.setText(text)
            label.adjustSize()
            self.setTabButton(index, _COUNT_SIDE, label)  # again, for its new width
            label.show()  # Qt hides the old button of a tab, even if it is the new one
        self.setAccessibleTabName(index, f"{self.tabData(index)}, {counted(count, 'symbol')}")

    def _place_editor(self) -> None:
        """Place the name editor over its tab, which moves when the bar gets a new size."""
        rect = self.tabRect(self._edited_index)
        rect.setWidth(max(rect.width(), _MIN_EDITOR_WIDTH))
        self.setMinimumWidth(rect.right() + 1)  # otherwise the bar is only as wide as its tabs
        self._editor.setGeometry(rect)

    def discard_stale_edit(self) -> None:
        """Close the name editor if its tab is that of another list now."""
        if self._edited_index >= 0 and self.tabData(self._edited_index) != self._edited_name:
            self._edited_index = -1
            self._close_editor()

    def _finish_editing(self) -> None:
        index, self._edited_index = self._edited_index, -1
        if index < 0:  # emitted twice: for the key, and for losing the focus when hidden
            return
        is_named = self._is_new and self._editor.hasFocus()  # otherwise the user has clicked elsewhere
        self._close_editor()
        if self._editor.text() != self.tabData(index):
            self.renamed.emit(index, self._editor.text())
        if is_named:
            self.new_named.emit()

    def _close_editor(self) -> None:
        if self._editor.hasFocus():  # otherwise the user has moved the focus elsewhere
            self.setFocus()
        self._editor.hide()
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        """Return Qt's minimum, which includes scroll buttons, but at most the width of the tabs."""
        return super().minimumSizeHint().boundedTo(self.sizeHint())

    def tabLayoutChange(self) -> None:
        """Ask for a new width: the style sheet, which is applied later, makes tabs wider."""
        super().tabLayoutChange()
        self.updateGeometry()
        if self._edited_index >= 0:
            self._place_editor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._edited_index >= 0:
            self._place_editor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.currentIndex() >= 0:
            self.edit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and self._edited_index >= 0:
            self._edited_index = -1
            self._close_editor()
            if self._is_new:
                self.new_named.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0:
            self.edit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.released.emit()

    # Rows that are dragged onto a tab

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept_rows(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._accept_rows(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_drop_index(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        index = self._drop_index
        self._set_drop_index(-1)
        if index >= 0:
            event.setDropAction(Qt.DropAction.CopyAction)  # Qt removes the source rows of a move
            event.accept()
            self.rows_dropped.emit(self.tabData(index))

    def _accept_rows(self, event: QDragMoveEvent) -> None:
        """Accept rows of the table over the tab of another list."""
        index = self.tabAt(event.position().toPoint()) if isinstance(event.source(), WatchlistView) else -1
        self._set_drop_index(index if index != self.currentIndex() else -1)
        if self._drop_index < 0:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        at = self.mapToGlobal(self.tabRect(index).bottomLeft())
        QToolTip.showText(at, escaped_tooltip(f"Copy to {self.tabData(index)}"), self)

    def _set_drop_index(self, index: int) -> None:
        if index != self._drop_index:
            self._drop_index = index
            self.update()
        if index < 0:
            QToolTip.hideText()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_index >= 0:
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.tabRect(self._drop_index).adjusted(1, 1, -1, -1))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard  # its position is the middle of the bar
        index = self.currentIndex() if is_by_key else self.tabAt(event.pos())
        self.menu_requested.emit(index, event.globalPos())
