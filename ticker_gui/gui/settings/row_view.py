"""One row of the settings dialog: title and help, the editor, and where the value comes from."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.settings.editors import Editor
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialog_parts import stack
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import mnemonic_free, plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.settings_editor.fields import FieldKind
from ticker_gui.settings_editor.rows import SettingRow

SOURCE_WIDTH: Final = 168
NARROW_SOURCE: Final = 120
_STACKED_SOURCE: Final = 100
_HEIGHT: Final = 56
_STACK_GAP: Final = 6


class SettingRowView(QFrame):
    """Shows a `SettingRow` and emits what the user requests.

    Signals:
        changed: the key of the setting and its new value.
        reset: the key of a setting that should have its default again.
        opened: the key of a setting that is edited elsewhere.
    """

    changed = Signal(str, object)
    reset = Signal(str)
    opened = Signal(str)

    def __init__(self, row: SettingRow) -> None:
        super().__init__()
        self.row = row
        self._typing_error = ""
        self.setObjectName("setting_row")
        self.setAccessibleName(row.field.title)
        self.setMinimumHeight(_HEIGHT)
        self.editor = Editor(row.field)
        title = plain_label(row.field.title, "setting_title")
        title.setWordWrap(True)
        title.setBuddy(self.editor.control)
        self._help = _small_label("setting_help")
        self._error = _small_label("setting_error")
        self._source = _small_label("setting_source")
        self._override = _small_label("setting_override")
        self._detail = _small_label("setting_detail")
        words = _column(title, self._help, self._error)
        source = _column(self._override, self._source, self._detail)
        value = QHBoxLayout()
        value.setSpacing(PANEL_MARGIN)
        value.addWidget(self.editor, 0, Qt.AlignmentFlag.AlignVCenter)
        value.addLayout(source)
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, 8, DIALOG_MARGIN, 8)
        layout.addLayout(words, 1)
        layout.addLayout(value)
        self.set_narrow(False)
        self.editor.chosen.connect(lambda value: self._change(value))
        self.editor.typed.connect(self._read)
        self.editor.opened.connect(lambda: self.opened.emit(self.row.field.key))
        self.show_row(row)

    @property
    def key(self) -> str:
        """The name of the setting in the file."""
        return self.row.field.key

    @property
    def error(self) -> str:
        """What is wrong with what was typed, or with the value in the file."""
        return self._typing_error or self.row.error

    def show_row(self, row: SettingRow) -> None:
        """Show a row of the same setting."""
        if row.value != self.row.value:
            self._typing_error = ""
        self.row = row
        self.editor.show_value(row.value)
        self.editor.setEnabled(row.is_enabled or row.field.kind is FieldKind.ELSEWHERE)
        self._source.setText("" if row.override else row.source)
        self._override.setText(row.override)
        self._detail.setText(row.source_detail)
        for label in (self._source, self._override, self._detail):
            label.setVisible(bool(label.text()))
        self._update()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self.editor.set_theme(theme)

    def set_narrow(self, is_narrow: bool, *, is_stacked: bool = False) -> None:
        """Set the widths of the columns for a wide or a narrow dialog; if stacked, the editor is below the words."""
        stack(self._layout, is_stacked)
        self._layout.setSpacing(_STACK_GAP if is_stacked else PANEL_MARGIN)
        self.editor.set_narrow(is_narrow)
        for label in (self._source, self._override, self._detail):
            label.setFixedWidth(_STACKED_SOURCE if is_stacked else NARROW_SOURCE if is_narrow else SOURCE_WIDTH)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        field = self.row.field
        default = mnemonic_free(field.describe(field.default))
        items: list[menus.MenuItem] = []
        if field.kind is not FieldKind.ELSEWHERE:
            use = menus.MenuCommand(f"&Use the default: {default}", lambda: self.reset.emit(field.key))
            items.append(use._replace(unavailable=self._why_not_reset))
        copy = menus.MenuCommand(
            "&Copy the name used in the file", lambda: QGuiApplication.clipboard().setText(field.key)
        )
        menus.popup(self, event.globalPos(), [*items, copy])

    def _why_not_reset(self) -> str:
        return self.row.reason or ("" if self.row.value != self.row.field.default else "This is the default")

    def _read(self, text: str) -> None:
        """Change the setting to what was typed, or say why that is not possible."""
        self._typing_error = ""
        try:
            value = self.row.field.parse(text)
        except SettingsError as error:
            self._typing_error = error.for_user
        else:
            if value == self.row.value:
                self._update()
                if text != self.row.field.describe(value):
                    self.editor.revert()
                return
            self._change(value)
        self._update()

    def _change(self, value: object) -> None:
        if value != self.row.value:
            self.changed.emit(self.key, value)

    def _update(self) -> None:
        """Show help, note and error, also to screen readers."""
        row = self.row
        count = f"{row.field.describe(row.value).capitalize()}." if row.field.kind is FieldKind.ELSEWHERE else ""
        self._help.setText(" ".join(filter(None, (count, row.field.help, row.note))))
        self._error.setText(self.error)
        self._error.setVisible(bool(self.error))
        self._help.setVisible(not self.error and bool(self._help.text()))
        self.editor.show_wrong(bool(self.error))
        description = ". ".join(part.removesuffix(".") for part in self._spoken() if part)
        set_tooltip(self.editor.control, row.reason)
        self.editor.control.setAccessibleDescription(description)

    def _spoken(self) -> tuple[str, ...]:
        row = self.row
        return self.error, row.reason, self._help.text(), "" if row.override else row.source, row.source_detail


def _small_label(name: str) -> QLabel:
    label = plain_label("", name)
    label.setWordWrap(True)
    return label


def _column(*labels: QLabel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addStretch(1)
    for label in labels:
        column.addWidget(label)
    column.addStretch(1)
    return column
