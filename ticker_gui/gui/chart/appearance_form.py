"""The fields for the color and the line width of an indicator."""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QComboBox, QFormLayout, QHBoxLayout, QSpinBox, QWidget

from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.widgets.measures import GAP
from ticker_gui.gui.widgets.parameter_form import add_field
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.indicators.appearance import COLOR_NAMES, DEFAULT_COLOR, MAX_WIDTH, MIN_WIDTH
from ticker_gui.indicators.registry import IndicatorConfig

_SWATCH: Final = 12  # pixels


class AppearanceForm(QWidget):
    """Color and line width of one indicator.

    Signals:
        changed: the indicator with its new color or width, as `IndicatorConfig`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen: IndicatorConfig | None = None
        self._number = 0
        self._color = QComboBox()
        self._color.setObjectName("indicator_color")
        self._color.setAccessibleName("Color")
        self._color.activated.connect(self._set_listed_color)
        self._custom = action_button("Custom…", "custom_color", "Choose any color")
        self._custom.setAccessibleName("Custom color…")
        self._custom.clicked.connect(self._choose_custom_color)
        self._width = QSpinBox(minimum=MIN_WIDTH, maximum=MAX_WIDTH, suffix=" px")
        self._width.setObjectName("indicator_width")
        self._width.setAccessibleName("Line width")
        set_tooltip(self._width, "The width of the lines in pixels")
        self._width.valueChanged.connect(lambda width: self._set(width=width))
        self.fields: Final[tuple[QWidget, ...]] = (self._color, self._custom, self._width)
        colors = QHBoxLayout()
        colors.setSpacing(GAP)
        colors.addWidget(self._color, 1)
        colors.addWidget(self._custom)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        add_field(layout, "Color", self._color, colors)
        add_field(layout, "Line width", self._width)

    def show_indicator(self, chosen: IndicatorConfig | None, number: int) -> None:
        """Show the color and width of an indicator, which has this position among all on the chart."""
        self.chosen, self._number = chosen, number
        self.setVisible(chosen is not None)
        if chosen is not None:
            self._show(chosen)

    def _show(self, chosen: IndicatorConfig) -> None:
        theme = current_theme()
        colors = {DEFAULT_COLOR: ("Default", theme.series[self._number % len(theme.series)])}
        colors |= {token: (name, getattr(theme, token)) for token, name in COLOR_NAMES.items()}
        if chosen.color not in colors:
            colors[chosen.color] = (f"Custom ({chosen.color})", chosen.color)
        with QSignalBlocker(self._color), QSignalBlocker(self._width):
            self._color.clear()
            for color, (name, swatch) in colors.items():
                self._color.addItem(_swatch(swatch, self.devicePixelRatioF()), name, color)
            self._color.setCurrentIndex(self._color.findData(chosen.color))
            self._width.setValue(chosen.width)

    def _set(self, **changes: str | int) -> None:
        if self.chosen is not None:
            self.chosen = msgspec.structs.replace(self.chosen, **changes)
            self.changed.emit(self.chosen)

    def _set_listed_color(self, row: int) -> None:
        self._set(color=self._color.itemData(row))

    def _choose_custom_color(self) -> None:
        """Open a dialog for any color; the chart shows each color at once, and Cancel restores the one before."""
        chosen = self.chosen
        if chosen is None:
            return
        row = self._color.currentIndex()
        shown = chosen.color if chosen.color.startswith("#") else self._swatch_color(row)
        dialog = QColorDialog(QColor(shown), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)  # it would have another theme
        dialog.setObjectName("color_dialog")
        dialog.setWindowTitle("Custom color")
        dialog.setAccessibleName("Custom color")
        dialog.currentColorChanged.connect(self._show_custom_color)
        dialog.colorSelected.connect(self._show_custom_color)  # if it is the one that the dialog opened with
        dialog.rejected.connect(lambda: self._restore_color(chosen.color))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _swatch_color(self, row: int) -> str:
        theme, color = current_theme(), str(self._color.itemData(row))
        if color == DEFAULT_COLOR:
            return theme.series[self._number % len(theme.series)]
        return str(getattr(theme, color, color))

    def _show_custom_color(self, color: QColor) -> None:
        self._restore_color(color.name())

    def _restore_color(self, color: str) -> None:
        if self.chosen is not None and self.chosen.color != color:
            self._set(color=color)
            self._show(self.chosen)

    def changeEvent(self, event: QEvent) -> None:
        """Show the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.chosen is not None:
            self._show(self.chosen)


def _swatch(color: str, ratio: float) -> QIcon:
    pixmap = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(0, 0, _SWATCH, _SWATCH, 2, 2)
    painter.end()
    return QIcon(pixmap)
