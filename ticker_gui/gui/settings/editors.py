"""The controls that edit one setting each: a list of choices, a check box, a text field or a button."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.theme import PALETTES, Theme
from ticker_gui.settings_editor.fields import Field, FieldKind

WIDTH: Final = 220
NARROW: Final = 200
_SWATCH: Final = 10
_SWATCH_GAP: Final = 4
_PALETTE: Final = "palette"


class Editor(QWidget):
    """Displays the value of a setting and edits it.

    Signals:
        chosen: a value was chosen.
        typed: a text was typed, which may not be a valid value.
        opened: the setting should be edited elsewhere.
    """

    chosen = Signal(object)
    typed = Signal(str)
    opened = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field: Final = field
        self.set_narrow(False)
        self._value: object = field.default
        self.control = self._make_control()
        self.control.setObjectName(f"setting_{field.key}")
        self.control.setAccessibleName(field.title)
        self.setFocusProxy(self.control)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        stretch = 0 if field.kind in (FieldKind.SWITCH, FieldKind.ELSEWHERE) else 1
        layout.addWidget(self.control, stretch)
        if not stretch:
            layout.addStretch(1)

    def _make_control(self) -> QWidget:
        match self.field.kind:
            case FieldKind.CHOICE:
                combo = QComboBox()
                for value, title in self.field.choices.items():
                    combo.addItem(title, value)
                combo.activated.connect(lambda index: self.chosen.emit(combo.itemData(index)))
                return combo
            case FieldKind.SWITCH:
                box = QCheckBox()
                box.clicked.connect(lambda checked: self.chosen.emit(checked))
                return box
            case FieldKind.ELSEWHERE:
                button = QPushButton(f"Open {self.field.title}…")
                button.setAutoDefault(False)
                button.clicked.connect(lambda: self.opened.emit())
                return button
        line = _TextField()
        line.editingFinished.connect(self._finish_typing)
        line.reverted.connect(self.revert)
        return line

    def show_value(self, value: object) -> None:
        """Show a value; a text that is being typed stays."""
        is_new, self._value = value != self._value, value
        match self.control:
            case QComboBox() as combo:
                combo.setCurrentIndex(max(0, combo.findData(value)))
            case QCheckBox() as box:
                box.setChecked(bool(value))
            case _TextField() as line:
                if is_new or not line.isModified():
                    self.revert()

    def set_narrow(self, is_narrow: bool) -> None:
        """Set the width for a wide or a narrow dialog."""
        self.setFixedWidth(NARROW if is_narrow else WIDTH)

    def revert(self) -> None:
        """Show the value that applies instead of what was typed."""
        if isinstance(self.control, _TextField):
            self.control.setText(self.field.describe(self._value))  # this also clears the field's own undo history
            self.typed.emit(self.control.text())

    def show_wrong(self, is_wrong: bool) -> None:
        """Mark the control if its text is not a valid value."""
        set_style_property(self.control, "wrong", is_wrong)

    def set_theme(self, theme: Theme) -> None:
        """Show the colors of each palette."""
        if self.field.key == _PALETTE and isinstance(self.control, QComboBox):
            self.control.setIconSize(QSize(2 * _SWATCH + _SWATCH_GAP, _SWATCH))
            for index in range(self.control.count()):
                palette = PALETTES[str(self.control.itemData(index))]
                colors = palette.dark if theme.is_dark else palette.light
                self.control.setItemIcon(index, _swatches(colors, self.devicePixelRatioF()))

    def _finish_typing(self) -> None:
        if isinstance(self.control, _TextField) and self.control.isModified():
            self.typed.emit(self.control.text())


class _TextField(QLineEdit):
    """A field whose own undo comes first; the dialog's is next. Esc restores the value.

    Signals:
        reverted: the user does not want what was typed.
    """

    reverted = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_undo = event.matches(QKeySequence.StandardKey.Undo)
            if is_undo and not self.isUndoAvailable():
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.reverted.emit()
            return
        super().keyPressEvent(event)


def _swatches(colors: tuple[str, ...], ratio: float) -> QIcon:
    """Return an icon of a square in each color."""
    size = QSize(len(colors) * (_SWATCH + _SWATCH_GAP) - _SWATCH_GAP, _SWATCH)
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, color in enumerate(colors):
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(index * (_SWATCH + _SWATCH_GAP), 0, _SWATCH, _SWATCH), 2, 2)
    painter.end()
    return QIcon(pixmap)
