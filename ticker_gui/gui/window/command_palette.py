"""The command palette: one field that finds commands, symbols, lists and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget
from shiboken6 import isValid

from ticker_gui.command_palette.entries import Entry
from ticker_gui.command_palette.recent import RecentEntries
from ticker_gui.command_palette.search import find
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window.palette_rows import ROW_HEIGHT, ResultPainter, ResultRows, describe_entry

MAX_WIDTH: Final = 660
MAX_ROWS: Final = 12  # visible at a time
_TOP: Final = 110
_MARGIN: Final = 16
_FIELD_HEIGHT: Final = 44
_FIELD_INSET: Final = 2  # inside a line edit, before its text
_FOOTER_HEIGHT: Final = 32
_FRAME_HEIGHT: Final = _FIELD_HEIGHT + _FOOTER_HEIGHT + 2
_MAX_LENGTH: Final = 100
_PAGE: Final = MAX_ROWS - 1
_Key = Qt.Key


class CommandPalette(QFrame):
    """A child of the window that is shown above its other parts while the user chooses an entry.

    ``entries`` returns all entries when the palette opens; ``symbols`` returns those that depend on the typed text.
    Its parts are made when it opens for the first time.

    Signals:
        recent_changed: an entry was used, see ``recent``.
    """

    recent_changed = Signal()

    def __init__(
        self,
        window: QWidget,
        theme: Theme,
        entries: Callable[[], Iterable[Entry]],
        symbols: Callable[[str], Iterable[Entry]],
    ) -> None:
        super().__init__(window)
        self.recent: Final = RecentEntries()
        self._theme, self._entries, self._symbols = theme, entries, symbols
        self._is_built = False
        self._opened_entries: Sequence[Entry] = ()
        self._focus_before: Sequence[QWidget] = ()  # the widget that had the focus, and those that contain it
        self._pointer: QPoint | None = None  # the last position of the mouse pointer over the rows
        self.setObjectName("command_palette")
        self.setFrameShape(QFrame.Shape.Box)  # one pixel, as in the style sheet
        self.setAccessibleName("Command palette")
        self.hide()

    def _build(self) -> None:
        self._is_built = True
        self._field = QLineEdit()
        self._field.setObjectName("palette_field")
        self._field.setAccessibleName("Search symbols, commands, lists and settings")
        self._field.setPlaceholderText("Search symbols, commands, lists and settings")
        self._field.setMaxLength(_MAX_LENGTH)
        self._field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition).setText("Search")
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._rows = ResultRows(self)
        self._painter = ResultPainter(self._theme, self)
        self._list = QListView()
        self._configure_list()
        self._empty = plain_label("No matches", "palette_empty")
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        if self._is_built:
            self._painter.theme = theme
            self._list.viewport().update()

    def toggle(self) -> None:
        """Open the palette, or close it if it is open."""
        if self.isVisible():
            self.dismiss()
        else:
            self.open()

    def open(self) -> None:
        """Open the palette with an empty field."""
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()  # suggestions would take the keys
        if not self._is_built:
            self._build()
        self._focus_before = list(_with_ancestors(QApplication.focusWidget()))
        self._opened_entries = list(self._entries())
        self._field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.window().activateWindow()  # a floating panel may be the active window
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Close the palette and give the focus back to the widget that had it before.

        The editor of a cell or of a tab ends when it loses the focus; then its table or its tabs get the focus.
        """
        candidates, self._focus_before = self._focus_before, ()
        self.hide()
        for before in candidates:
            if isValid(before) and before.isVisible() and before.focusPolicy() != Qt.FocusPolicy.NoFocus:
                before.window().activateWindow()
                before.setFocus(Qt.FocusReason.PopupFocusReason)
                break

    def refresh(self) -> None:
        """Show the results for the text again, after more were found; the current entry stays."""
        if not self.isVisible():
            return
        before = self._rows.result(self._list.currentIndex().row())
        first = self._rows.result(self._rows.result_rows[0]) if self._rows.result_rows else None
        self._search(self._field.text())
        if before is None or before == first or not before.entry.id:
            return
        for row in self._rows.result_rows:
            result = self._rows.result(row)
            if result is not None and result.entry.id == before.entry.id:
                self._set_current(row)

    def run_current(self) -> None:
        """Close the palette and run the current entry; one that is not available stays and says why."""
        result = self._rows.result(self._list.currentIndex().row())
        if result is None:
            return
        entry = result.entry
        if entry.reason:
            self._announce(f"{entry.title} is not available: {entry.reason}")
            return
        self.dismiss()  # before it runs, so that it may set the focus
        if entry.id:
            self.recent.add(entry.id)
            self.recent_changed.emit()
        entry.run()

    def fit_to_window(self) -> None:
        """Fit the palette to its rows, as far as the window has room."""
        if not self._is_built:
            return
        room = self.window().rect()
        rows = min(sum(self._rows.heights), MAX_ROWS * ROW_HEIGHT) or ROW_HEIGHT
        width = min(MAX_WIDTH, room.width() - 2 * _MARGIN)
        full = MAX_ROWS * ROW_HEIGHT + _FRAME_HEIGHT
        top = min(_TOP, max(_MARGIN, (room.height() - full) // 2))
        height = min(rows + _FRAME_HEIGHT, room.height() - top - _MARGIN)
        self._list.setVisible(bool(self._rows.result_rows))
        self.setGeometry(QRect((room.width() - width) // 2, top, width, height))

    def _search(self, text: str) -> None:
        self._rows.set_results(find(text, self._opened_entries, self._symbols, self.recent.ids))
        self._pointer = None  # rows that move under the pointer are not chosen by it
        self.fit_to_window()
        results = self._rows.result_rows
        self._empty.setVisible(not results)
        if results:
            self._list.scrollToTop()
            self._set_current(results[0])
        else:
            self._announce("No matches")

    def _set_current(self, row: int) -> None:
        self._list.setCurrentIndex(self._rows.index(row))
        if row == self._rows.result_rows[0]:
            self._list.scrollToTop()  # shows the title of its group, too
        result = self._rows.result(row)
        if result is not None:
            self._announce(describe_entry(result))

    def _announce(self, text: str) -> None:
        """Let screen readers read a text, because the focus stays in the field."""
        self._field.setAccessibleDescription(text)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._field, text))

    def _step(self, by: int, *, wraps: bool) -> None:
        results = self._rows.result_rows
        if not results:
            return
        current = self._list.currentIndex().row()
        position = (results.index(current) if current in results else -1) + by
        position = position % len(results) if wraps else min(max(position, 0), len(results) - 1)
        self._set_current(results[position])

    def _handle_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case _Key.Key_Down | _Key.Key_Tab:
                self._step(1, wraps=True)
            case _Key.Key_Up | _Key.Key_Backtab:
                self._step(-1, wraps=True)
            case _Key.Key_PageDown:
                self._step(_PAGE, wraps=False)
            case _Key.Key_PageUp:
                self._step(-_PAGE, wraps=False)
            case _Key.Key_Return | _Key.Key_Enter:
                self.run_current()
            case _Key.Key_Escape:
                self.dismiss()
            case _:
                return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys of the field, and the mouse over the rows."""
        kind = event.type()
        if watched is self._field:
            if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._handle_key(event)
            if kind == QEvent.Type.FocusOut and not self._holds_focus():
                self._focus_before = ()  # the user has moved the focus elsewhere
                self.hide()
        elif kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._follow_pointer(event.position().toPoint())
        return False

    def _holds_focus(self) -> bool:
        """Return whether the focus is in the palette, or the window or its input method only lost it for a while."""
        focus = QApplication.focusWidget()
        return focus is None or self.isAncestorOf(focus)

    def _follow_pointer(self, at: QPoint) -> None:
        row = self._list.indexAt(at).row()
        if self._pointer is not None and at != self._pointer and self._rows.result(row) is not None:
            self._list.setCurrentIndex(self._rows.index(row))
        self._pointer = at

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._rows.result(index.row()) is not None:
            self._list.setCurrentIndex(index)
            self.run_current()

    def _configure_list(self) -> None:
        self._list.setObjectName("palette_results")
        self._list.setAccessibleName("Results")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(self._painter)
        self._list.setMouseTracking(True)
        self._list.viewport().installEventFilter(self)
        self._list.clicked.connect(self._on_clicked)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)  # the border of the frame is beside it
        layout.setSpacing(0)
        head = QFrame()
        head.setObjectName("palette_head")
        head.setFixedHeight(_FIELD_HEIGHT)
        line = QHBoxLayout(head)
        line.setContentsMargins(_MARGIN - _FIELD_INSET, 0, _MARGIN, 0)
        line.addWidget(self._field, 1)
        line.addWidget(plain_label("> commands   @ lists", "palette_hint"))
        foot = plain_label("↑ ↓ choose     Enter run     Esc close", "palette_foot")
        foot.setFixedHeight(_FOOTER_HEIGHT)
        foot.setIndent(0)
        self._empty.setIndent(0)
        self._empty.setFixedHeight(ROW_HEIGHT)
        layout.addWidget(head)
        layout.addWidget(self._empty)
        layout.addWidget(self._list, 1)
        layout.addWidget(foot)


def _with_ancestors(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()
