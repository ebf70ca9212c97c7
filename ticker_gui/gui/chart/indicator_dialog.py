"""The dialog to add, edit and remove indicators, with the chart as preview."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from ticker_gui.gui.chart.appearance_form import AppearanceForm
from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.parameter_form import ParameterForm
from ticker_gui.gui.widgets.plain_text import escaped_tooltip, name_clear_button, plain_label
from ticker_gui.indicators.appearance import DEFAULT_COLOR, MIN_WIDTH
from ticker_gui.indicators.registry import IndicatorConfig, search

NO_MATCHES = "No matching indicators"
_NONE_CHOSEN = "None yet. Select one on the left."
_KEY = Qt.ItemDataRole.UserRole


class IndicatorDialog(QDialog):
    """Available indicators on the left, indicators on the chart on the right, and their parameters.

    Changes apply at once, and can be undone one by one.

    Signals:
        chosen: the indicators to show, as a tuple of `IndicatorConfig`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("indicator_dialog")
        self.setAccessibleName("Indicators")
        self.setWindowTitle("Indicators")
        resize_within_screen(self, QSize(860, 560))
        self._chosen: list[IndicatorConfig] = []
        self._undo_steps: list[tuple[IndicatorConfig, ...]] = []
        self._edited_row: int | None = None  # all edits of one indicator are undone in one step
        self._field = QLineEdit()
        self._field.setObjectName("find_indicator")
        self._field.setAccessibleName("Search indicators")
        self._field.setPlaceholderText("Search by name, such as RSI or average")
        self._field.setClearButtonEnabled(True)
        name_clear_button(self._field)
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._matches = _list("indicators", "Available indicators")
        self._matches.itemActivated.connect(self.add_current)
        self._matches.installEventFilter(self)
        self._on_chart = _list("chosen_indicators", "Indicators on the chart", _NONE_CHOSEN)
        self._on_chart.currentRowChanged.connect(self._show_parameters)
        self._on_chart.installEventFilter(self)
        self._form = ParameterForm()
        self._form.changed.connect(self._change)
        self._appearance = AppearanceForm()
        self._appearance.changed.connect(self._change)
        self._reset = action_button("Rese&t colors", "default_colors", "Reset the colors and widths of all lines")
        self._remove = QPushButton("&Remove")
        self._undo = action_button("&Undo", "undo_indicators", "Undo the last change")
        self._undo.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        self._close = action_button("&Close", "close_indicators", "Close this dialog; the chart stays as it is")
        self._lay_out()

    def show_indicators(self, chosen: Sequence[IndicatorConfig]) -> None:
        """Start editing these indicators."""
        self._chosen = list(chosen)
        self._undo_steps.clear()
        self._edited_row = None
        self._field.clear()
        self._search("")
        self._show_chosen(0)
        self._field.setFocus()

    def follow(self, chosen: Sequence[IndicatorConfig]) -> None:
        """Show the indicators on the chart after they were changed elsewhere, which can be undone, too."""
        if list(chosen) != self._chosen:
            self._set_chosen([*chosen], min(max(0, self._on_chart.currentRow()), len(chosen) - 1))

    def add_current(self) -> None:
        """Add the selected search result to the chart."""
        item = self._matches.currentItem()
        if item is not None and item.flags():
            self._set_chosen([*self._chosen, IndicatorConfig(item.data(_KEY))], len(self._chosen))
            self._field.selectAll()  # the next text is another search

    def remove_current(self) -> None:
        """Remove the selected indicator from the chart."""
        row = self._on_chart.currentRow()
        if row >= 0:
            self._set_chosen([*self._chosen[:row], *self._chosen[row + 1 :]], min(row, len(self._chosen) - 2))

    def reset_appearance(self) -> None:
        """Reset the colors and line widths of all indicators."""
        usual = [msgspec.structs.replace(one, color=DEFAULT_COLOR, width=MIN_WIDTH) for one in self._chosen]
        if usual != self._chosen:
            self._set_chosen(usual, self._on_chart.currentRow())

    def undo(self) -> None:
        """Undo the last change."""
        if self._undo_steps:
            self._chosen = list(self._undo_steps.pop())
            self._edited_row = None
            self._show_chosen(min(max(0, self._on_chart.currentRow()), len(self._chosen) - 1))
            self._emit_chosen()

    def _set_chosen(self, chosen: list[IndicatorConfig], row: int) -> None:
        self._add_undo_step()
        self._chosen = chosen
        self._show_chosen(row)
        self._emit_chosen()

    def _add_undo_step(self, edited_row: int | None = None) -> None:
        if edited_row is None or edited_row != self._edited_row:
            self._undo_steps.append(tuple(self._chosen))
        self._edited_row = edited_row

    def _search(self, text: str) -> None:
        self._matches.clear()
        group = ""
        for indicator in search(text):
            if not text.strip() and indicator.group != group:  # matches are in the order of their relevance
                group = indicator.group
                self._add_heading(group)
            short = "" if indicator.short == indicator.title else f"  ({indicator.short})"
            item = QListWidgetItem(f"{indicator.title}{short}")
            item.setData(_KEY, indicator.key)
            item.setToolTip(escaped_tooltip(f"{indicator.group}: {indicator.title}"))
            self._matches.addItem(item)
        if not self._matches.count():
            self._add_heading(NO_MATCHES)
        self._matches.setCurrentRow(0)
        self._step(0)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._matches.addItem(item)
        self._color_heading(item)

    def _color_heading(self, item: QListWidgetItem) -> None:
        item.setForeground(self.palette().placeholderText())  # Qt would disable it

    def changeEvent(self, event: QEvent) -> None:
        """Color the headings as in another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            items = [self._matches.item(row) for row in range(self._matches.count())]
            for heading in (item for item in items if not item.flags()):
                self._color_heading(heading)

    def _step(self, by: int) -> None:
        """Select the next indicator in a direction, over the titles of groups."""
        rows = range(self._matches.count())
        row, step = self._matches.currentRow() + by, by or 1
        while row in rows and not self._matches.item(row).flags():
            row += step
        if row in rows:
            self._matches.setCurrentRow(row)

    def _show_chosen(self, row: int) -> None:
        with QSignalBlocker(self._on_chart):
            self._on_chart.clear()
            self._on_chart.addItems([chosen.label() for chosen in self._chosen])
            self._on_chart.setCurrentRow(row)
        self._show_parameters(row)

    def _show_parameters(self, row: int) -> None:
        self._update_buttons()
        chosen = self._chosen[row] if 0 <= row < len(self._chosen) else None
        self._form.show_indicator(chosen)
        self._appearance.show_indicator(chosen, row)
        last = (*self._appearance.fields, self._reset, self._undo, self._close)
        for one, other in pairwise((*self._form.fields, *last)):  # else new fields would be last in the tab order
            QWidget.setTabOrder(one, other)

    def _change(self, chosen: IndicatorConfig) -> None:
        row = self._on_chart.currentRow()
        self._add_undo_step(row)
        self._chosen[row] = self._form.chosen = self._appearance.chosen = chosen
        self._on_chart.item(row).setText(chosen.label())
        self._emit_chosen()

    def _update_buttons(self) -> None:
        self._remove.setEnabled(bool(self._chosen))
        self._undo.setEnabled(bool(self._undo_steps))
        self._reset.setEnabled(any(one.color != DEFAULT_COLOR or one.width != MIN_WIDTH for one in self._chosen))

    def _emit_chosen(self) -> None:
        self._update_buttons()
        self.chosen.emit(tuple(self._chosen))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Up, Down and Enter in the search field act on the results, and Delete remove an indicator."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        match watched, event.key():
            case self._field, Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            case (
                (self._field | self._matches),
                Qt.Key.Key_Return | Qt.Key.Key_Enter,
            ):  # would press a button
                self.add_current()
            case self._on_chart, Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_current()
            case _:
                return super().eventFilter(watched, event)
        return True

    def _lay_out(self) -> None:
        add, remove = QPushButton("&Add"), self._remove
        for button, name, act in (
            (add, "add_indicator", self.add_current),
            (remove, "remove_indicator", self.remove_current),
        ):
            button.setObjectName(name)
            button.clicked.connect(act)
        for button, act in ((self._reset, self.reset_appearance), (self._undo, self.undo), (self._close, self.accept)):
            button.clicked.connect(act)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(plain_label("Changes apply immediately.", "indicator_hint"), 1)
        for button in (self._reset, self._undo, self._close):
            foot.addWidget(button)
        find, shown = plain_label("&Search"), plain_label("&On the chart")
        find.setBuddy(self._field)
        shown.setBuddy(self._on_chart)
        layout = QGridLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setHorizontalSpacing(DIALOG_MARGIN)
        layout.setVerticalSpacing(GAP)
        layout.addWidget(find, 0, 0)
        layout.addWidget(self._field, 1, 0)
        layout.addWidget(self._matches, 2, 0, 4, 1)
        layout.addWidget(add, 6, 0)
        layout.addWidget(shown, 0, 1)
        layout.addWidget(self._on_chart, 1, 1, 2, 1)
        layout.addWidget(remove, 3, 1)
        layout.addWidget(self._form, 4, 1)
        layout.addWidget(self._appearance, 5, 1, 2, 1)
        layout.addLayout(foot, 7, 0, 1, 2)
        layout.setRowStretch(2, 1)
        layout.setColumnStretch(0, 4)
        layout.setColumnStretch(1, 3)


class _List(QListWidget):
    """A list that shows a text while it is empty."""

    def __init__(self, empty_text: str) -> None:
        super().__init__()
        self._empty_text = empty_text

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count() and self._empty_text:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            area = self.viewport().rect().adjusted(DIALOG_MARGIN, 0, -DIALOG_MARGIN, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self._empty_text)


def _list(name: str, accessible_name: str, empty_text: str = "") -> QListWidget:
    widget = _List(empty_text)
    widget.setObjectName(name)
    widget.setAccessibleName(accessible_name)
    widget.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # long names end in an ellipsis
    return widget
