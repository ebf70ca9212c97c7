"""The settings dialog: a view of the settings file in which every change applies immediately."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.gui.settings.editors import NARROW, WIDTH
from ticker_gui.gui.settings.row_view import NARROW_SOURCE, SOURCE_WIDTH, SettingRowView
from ticker_gui.gui.widgets.dialog_parts import action_button, rule, scrolling
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import BANNER_HEIGHT, DIALOG_MARGIN, GAP, PANEL_MARGIN, TABLE_HEAD_HEIGHT
from ticker_gui.gui.widgets.plain_text import name_clear_button, plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.settings_editor.notice import Notice
from ticker_gui.settings_editor.rows import SettingRow, matching

_SIZE: Final = QSize(920, 600)
_MIN_SIZE: Final = QSize(476, 320)  # of a small screen of 800 × 600 pixels at a scale of 150%
_SIDE_WIDTH: Final = 200
_NARROW_SIDE: Final = 136
_STACKED_SIDE: Final = 112
_NARROW: Final = 760  # a dialog below this width has narrower columns
_STACKED: Final = 600  # below this width, the editor of a setting is below its title and help
_CATEGORY_HEIGHT: Final = 30
_HINT: Final = "Changes apply immediately. {undo} to undo."
_FOUND: Final = "Search results"


class SettingsDialog(QDialog):
    """Categories and a filter on the left, one row for each setting on the right.

    Signals:
        change_requested: the key of a setting and its new value.
        reset_requested: the key of a setting that should have its default again.
        setting_opened: the key of a setting that is edited elsewhere.
        undo_requested: undo the last change.
        notice_undo_requested: undo the change that the notice is about.
        notice_dismissed: hide the notice.
        file_requested: open the settings file.
    """

    change_requested = Signal(str, object)
    reset_requested = Signal(str)
    setting_opened = Signal(str)
    undo_requested = Signal()
    notice_undo_requested = Signal()
    notice_dismissed = Signal()
    file_requested = Signal()

    def __init__(self, rows: Sequence[SettingRow], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self.setAccessibleName("Settings")
        self.setMinimumSize(_MIN_SIZE)
        resize_within_screen(self, _SIZE)
        self._rows = tuple(rows)
        self.views = {row.field.key: SettingRowView(row) for row in rows}
        self._make_notice()
        self._make_side()
        self._make_foot()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.categories.setCurrentRow(0)
        self.filter.setFocus()

    # Construction

    def _make_notice(self) -> None:
        self.notice = QFrame()
        self.notice.setObjectName("settings_notice")
        self.notice.setMinimumHeight(BANNER_HEIGHT)
        self._notice_title = plain_label("", "settings_notice_title")
        self._notice_text = plain_label("", "settings_notice_text")
        self._notice_text.setWordWrap(True)
        self.undo_notice = action_button("&Undo", "undo_external_change", "Restore the previous settings file")
        self.dismiss = action_button("&Dismiss", "dismiss_settings_notice", "Hide this message")
        row = QHBoxLayout(self.notice)
        row.setContentsMargins(DIALOG_MARGIN, 4, DIALOG_MARGIN, 4)
        row.setSpacing(GAP)
        row.addWidget(self._notice_title)
        row.addWidget(self._notice_text, 1)
        row.addWidget(self.undo_notice)
        row.addWidget(self.dismiss)
        self.notice.hide()

    def _make_side(self) -> None:
        self.filter = QLineEdit()
        self.filter.setObjectName("setting_filter")
        self.filter.setAccessibleName("Find a setting")
        self.filter.setPlaceholderText("Find a setting")
        self.filter.setClearButtonEnabled(True)
        name_clear_button(self.filter)
        self.filter.addAction(icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition).setText(
            "Find a setting"
        )
        self.categories = QListWidget()
        self.categories.setObjectName("setting_categories")
        self.categories.setAccessibleName("Categories")
        self.categories.setFrameShape(QFrame.Shape.NoFrame)
        self.categories.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for category in dict.fromkeys(row.field.category for row in self._rows):
            item = QListWidgetItem(category)
            item.setSizeHint(QSize(0, _CATEGORY_HEIGHT))
            self.categories.addItem(item)

    def _make_foot(self) -> None:
        undo = QKeySequence(QKeySequence.StandardKey.Undo).toString(QKeySequence.SequenceFormat.NativeText)
        self._hint = _HINT.format(undo=undo)
        self._foot = plain_label(self._hint, "settings_hint")
        self._foot.setWordWrap(True)
        self.open_file = action_button("&Open the file", "open_settings_file", "Open the settings file in an editor")
        self.close_button = action_button("&Close", "close_settings", "Close this dialog; every change is saved")

    def _lay_out(self) -> None:
        side = QWidget()
        side.setObjectName("settings_side")
        self._side = side
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        search = QHBoxLayout()
        search.setContentsMargins(PANEL_MARGIN, PANEL_MARGIN, PANEL_MARGIN, GAP)
        search.addWidget(self.filter)
        left.addLayout(search)
        left.addWidget(self.categories, 1)
        right = QVBoxLayout()
        right.setSpacing(0)
        self._heads = self._heading()
        right.addWidget(self._heads)
        right.addWidget(rule())
        right.addWidget(self._page(), 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(side)
        body.addWidget(rule(is_vertical=True))
        body.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(DIALOG_MARGIN, PANEL_MARGIN, DIALOG_MARGIN, PANEL_MARGIN)
        foot.setSpacing(GAP)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self.open_file)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addLayout(body, 1)
        layout.addWidget(rule())
        layout.addLayout(foot)

    def _heading(self) -> QWidget:
        heading = QWidget()
        heading.setFixedHeight(TABLE_HEAD_HEIGHT)
        self._heading_row = row = QHBoxLayout(heading)
        row.setContentsMargins(DIALOG_MARGIN, 0, DIALOG_MARGIN, 0)
        row.setSpacing(PANEL_MARGIN)
        self._headings = [plain_label(text, "settings_heading") for text in ("Setting", "Value", "Set by")]
        for label, stretch in zip(self._headings, (1, 0, 0), strict=True):
            row.addWidget(label, stretch)
        return heading

    def _page(self) -> QWidget:
        content = QWidget()
        content.setObjectName("settings_page")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for view in self.views.values():
            column.addWidget(view)
        self._nothing_found = plain_label("No setting matches.", "muted")
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing_found.setContentsMargins(0, 24, 0, 24)
        column.addWidget(self._nothing_found)
        column.addStretch(1)
        self._area = scrolling(content)
        self._area.setObjectName("settings_area")
        self._area.viewport().installEventFilter(self)
        return self._area

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the headings above their columns, which the scroll bar moves to the left."""
        if event.type() is QEvent.Type.Resize:
            beside = self._area.width() - self._area.viewport().width()
            self._heading_row.setContentsMargins(DIALOG_MARGIN, 0, DIALOG_MARGIN + beside, 0)
        return False

    def _connect(self) -> None:
        for view in self.views.values():
            view.changed.connect(self.change_requested)
            view.reset.connect(self.reset_requested)
            view.opened.connect(self.setting_opened)
        self.filter.textChanged.connect(self._show_matching)
        self.categories.currentRowChanged.connect(self._choose_category)
        self.categories.itemClicked.connect(lambda item: self._choose_category())
        self.undo_notice.clicked.connect(self.notice_undo_requested)
        self.dismiss.clicked.connect(self.notice_dismissed)
        self.open_file.clicked.connect(self.file_requested)
        self.close_button.clicked.connect(self.close)
        QShortcut(QKeySequence.StandardKey.Undo, self, self.undo_requested.emit)
        QShortcut(QKeySequence.StandardKey.Find, self, self._focus_filter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        self._fit(width < _NARROW, is_stacked=width < _STACKED)

    def _fit(self, is_narrow: bool, *, is_stacked: bool) -> None:
        """Set the widths of the columns; without columns, there are no headings."""
        self.filter.setPlaceholderText("Find" if is_narrow else "Find a setting")
        self._side.setFixedWidth(_STACKED_SIDE if is_stacked else _NARROW_SIDE if is_narrow else _SIDE_WIDTH)
        self._heads.setHidden(is_stacked)
        self._headings[1].setFixedWidth(NARROW if is_narrow else WIDTH)
        self._headings[2].setFixedWidth(NARROW_SOURCE if is_narrow else SOURCE_WIDTH)
        for view in self.views.values():
            view.set_narrow(is_narrow, is_stacked=is_stacked)

    # Display

    def show_rows(self, rows: Sequence[SettingRow]) -> None:
        """Show new values of the same settings."""
        self._rows = tuple(rows)
        for row in rows:
            self.views[row.field.key].show_row(row)

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice above the settings; ``None`` hides it."""
        self.notice.setVisible(notice is not None)
        if notice is not None:
            self._notice_title.setText(notice.title)
            self._notice_text.setText(notice.text)
            self.notice.setAccessibleName(notice.sentence)
            self.undo_notice.setVisible(notice.can_undo)
            set_style_property(self.notice, "severity", "error" if notice.is_error else "warning")

    def show_message(self, message: str) -> None:
        """Show what happened to the last change in place of the hint; an empty message shows the hint."""
        self._foot.setText(message or self._hint)
        self._foot.setAccessibleDescription(message)

    def show_file(self, path: str) -> None:
        """Show which file the settings are in; without one, it cannot be opened."""
        self.open_file.setEnabled(bool(path))
        set_tooltip(
            self.open_file, f"Open {path} in an editor" if path else "There is no settings file in this session"
        )

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        for view in self.views.values():
            view.set_theme(theme)

    def show_setting(self, key: str) -> None:
        """Show the row of a setting and focus its editor."""
        view = self.views.get(key)
        if view is None:
            return
        self.filter.clear()
        (item,) = self.categories.findItems(view.row.field.category, Qt.MatchFlag.MatchExactly)
        self.categories.setCurrentItem(item)
        view.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, view, lambda: self._area.ensureWidgetVisible(view))  # after the layout has changed

    def _choose_category(self, index: int = 0) -> None:
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self._show_matching()

    def _show_matching(self) -> None:
        """Show the rows that match the filter in all categories; without a filter, those of the category."""
        words = self.filter.text().strip()
        current = self.categories.currentItem()
        category = current.text() if current is not None else ""
        found = matching(self._rows, words) if words else [row for row in self._rows if row.field.category == category]
        keys = {row.field.key for row in found}
        for key, view in self.views.items():
            view.setVisible(key in keys)
        self._nothing_found.setVisible(not keys)
        if current is not None:
            current.setSelected(not words)  # the results are of all categories
        self._area.verticalScrollBar().setValue(0)
        self._area.setAccessibleName(f"{_FOUND}: {len(keys)}" if words else category)

    def _focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape and self.filter.text():
            self.filter.clear()
        elif event.key() == Qt.Key.Key_Down and focused is self.filter:
            self.categories.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # it confirms what was typed, and presses no button
        else:
            super().keyPressEvent(event)
