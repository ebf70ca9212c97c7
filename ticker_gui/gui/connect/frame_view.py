"""A frame of an unknown feed beside its mapping; choosing a value assigns it to a field."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_setup.frame_mapping import FIELDS, Steps, assign, clear, field_at, kind_of, read, value_at
from ticker_gui.feeds.mapping import FieldMapping, as_toml
from ticker_gui.feeds.wire import to_json
from ticker_gui.formatting import numbers
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialog_parts import stack
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_STEPS: Final = Qt.ItemDataRole.UserRole
_MAX_CHILDREN: Final = 50
_MAX_DEPTH: Final = 12
_MAX_TEXT: Final = 120
_MIN_CHOICE: Final = 12  # letters of a message's description
_HINT: Final = "Click a value, or press Enter on it, to assign it to a field."


class FrameView(QWidget):
    """The values of one frame as a tree, and the mapping as TOML.

    Signals:
        mapping_changed: the user has assigned a value; the new mapping.
        symbol_assigned: the user has assigned this value to the symbol.
    """

    mapping_changed = Signal(object)
    symbol_assigned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("frame_view")
        self._frames: list[Any] = []
        self._mapping: FieldMapping | None = None
        self._symbols: Sequence[str] = ()
        self.choice = QComboBox()
        self.choice.setObjectName("frame_choice")
        self.choice.setAccessibleName("Message")
        self.choice.setMinimumContentsLength(_MIN_CHOICE)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        set_tooltip(self.choice, "One message of each kind that the feed sends")
        self.choice.currentIndexChanged.connect(self._show_frame)
        self.tree = QTreeWidget()
        self.tree.setObjectName("frame_values")
        self.tree.setAccessibleName("Values of the message")
        self.tree.setHeaderLabels(["Name", "Value", "Field"])
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setUniformRowHeights(True)
        self.tree.setMinimumHeight(150)
        self.tree.itemClicked.connect(lambda item: self._open_menu(item))
        self.tree.itemActivated.connect(self._open_menu)
        self.toml = QPlainTextEdit()
        self.toml.setObjectName("mapping")
        self.toml.setAccessibleName("Mapping as TOML")
        self.toml.setReadOnly(True)
        self.reads = plain_label(name="mapping_reads")
        self.reads.setWordWrap(True)
        hint = plain_label(_HINT, "muted")
        hint.setWordWrap(True)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.choice)
        left.addWidget(self.tree)
        right.addWidget(plain_label("Mapping", "muted"))
        right.addWidget(self.toml)
        self._columns = columns = QHBoxLayout()
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(hint)
        layout.addLayout(columns)
        layout.addWidget(self.reads)

    def set_narrow(self, is_narrow: bool) -> None:
        """Show the mapping below the values in a narrow dialog, and beside them in a wide one."""
        stack(self._columns, is_narrow)

    def show_frames(self, frames: Sequence[Any], mapping: FieldMapping | None, symbols: Sequence[str]) -> None:
        """Show the frames of a feed and the mapping. The tree changes only if the kinds of frames do."""
        is_first = not self._frames and bool(frames)
        are_others = list(map(kind_of, frames)) != list(map(kind_of, self._frames))
        self._symbols = symbols
        if are_others:
            self._frames = list(frames)
            chosen = self.choice.currentIndex()
            self.choice.blockSignals(True)
            self.choice.clear()
            self.choice.addItems([_describe(frame, number + 1, len(frames)) for number, frame in enumerate(frames)])
            self.choice.setCurrentIndex(max(0, chosen))
            self.choice.blockSignals(False)
            self.choice.setVisible(len(frames) > 1)
        is_other = mapping != self._mapping
        self._mapping = mapping
        if mapping is not None and (is_first or (is_other and not self._reads_current())):
            self._choose_readable()
        if are_others or is_other:
            self._show_frame()

    def _reads_current(self) -> bool:
        frame = self._current
        return frame is not None and bool(self._mapping and read(self._mapping, frame, self._symbols))

    def _choose_readable(self) -> None:
        """Show the first frame in which the mapping reads anything."""
        assert self._mapping is not None
        for index, frame in enumerate(self._frames):
            if read(self._mapping, frame, self._symbols):
                self.choice.setCurrentIndex(index)
                return

    @property
    def _current(self) -> Any:
        index = self.choice.currentIndex()
        return self._frames[index] if 0 <= index < len(self._frames) else None

    def _show_frame(self) -> None:
        frame = self._current
        self.tree.clear()
        if frame is not None:
            self._add(self.tree.invisibleRootItem(), frame, (), frame)
            self.tree.expandAll()
            for column in range(3):
                self.tree.resizeColumnToContents(column)
        mapping = self._mapping or FieldMapping()
        self.toml.setPlainText(sanitize_lines(as_toml(mapping)))
        self.reads.setText(self._describe_reading(mapping, frame))

    def _add(self, parent: QTreeWidgetItem, value: Any, steps: Steps, frame: Any) -> None:
        if isinstance(value, dict):
            children: list[tuple[str | int, Any]] = list(value.items())
        elif isinstance(value, list):
            children = list(enumerate(value))
        else:
            return
        for step, child in children[:_MAX_CHILDREN]:
            where = (*steps, step)
            is_leaf = not isinstance(child, dict | list)
            text = _value_text(child) if is_leaf else ""
            field = field_at(self._mapping, where, frame) if is_leaf else ""
            item = QTreeWidgetItem(parent, [sanitize_text(str(step), _MAX_TEXT), text, FIELDS.get(field, "")])
            item.setData(0, _STEPS, where if is_leaf else None)
            if len(where) < _MAX_DEPTH:
                self._add(item, child, where, frame)

    def _open_menu(self, item: QTreeWidgetItem) -> None:
        steps = item.data(0, _STEPS)
        if steps is None:
            return
        steps = tuple(steps)
        current = field_at(self._mapping, steps, self._current)
        items: list[menus.MenuItem] = [
            menus.MenuCommand(f"Use as {_in_sentence(name)}", partial(self.assign, name, steps))
            for name in FIELDS
            if name != current
        ]
        if current:
            text = f"Do not use as {_in_sentence(current)}"
            items += [None, menus.MenuCommand(text, partial(self.remove, current))]
        below = self.tree.visualItemRect(item).bottomLeft() + QPoint(self.tree.columnViewportPosition(1), 0)
        menus.popup(self.tree, self.tree.viewport().mapToGlobal(below), items)

    def assign(self, field: str, steps: Steps) -> None:
        """Assign the value at ``steps`` of the displayed frame to a field."""
        self._change(assign(self._mapping, field, steps, self._current))
        value = value_at(self._current, steps)
        if field == "symbol" and isinstance(value, str):
            self.symbol_assigned.emit(value)

    def remove(self, field: str) -> None:
        """Assign no value to a field."""
        self._change(clear(self._mapping, field))

    def _change(self, mapping: FieldMapping) -> None:
        self._mapping = mapping
        self._show_frame()
        self.mapping_changed.emit(mapping)

    def _describe_reading(self, mapping: FieldMapping, frame: Any) -> str:
        if frame is None or not mapping.has_values:
            return "No price is assigned yet."
        facts = read(mapping, frame, self._symbols)
        if not facts:
            return "The mapping reads nothing from this message."
        return "Reads: " + "; ".join(_describe_fact(fact) for fact in facts[:3])


def _value_text(value: object) -> str:
    """Return a value as JSON; values that only msgpack has as their type."""
    if isinstance(value, str):
        value = value[:_MAX_TEXT]
    is_json = value is None or isinstance(value, str | int | float)
    return sanitize_text(to_json(value) if is_json else f"({type(value).__name__})", _MAX_TEXT)


def _in_sentence(field: str) -> str:
    return "trade ID" if field == "trade_id" else FIELDS[field].lower()


def sanitize_lines(text: str) -> str:
    """Return a text of several lines without control characters."""
    return "\n".join(sanitize_text(line, 1024) for line in text.splitlines())


def _describe(frame: Any, number: int, count: int) -> str:
    names = (
        ", ".join(map(str, frame)) if isinstance(frame, dict) else "a list" if isinstance(frame, list) else "a value"
    )
    return f"Message {number:,} of {count:,}: {sanitize_text(names, 48)}"


def _describe_fact(fact: object) -> str:
    match fact:
        case Trade():
            return f"{sanitize_text(fact.symbol)} {numbers.exact(fact.price)}"
        case Quote():
            return f"{sanitize_text(fact.symbol)} with bid and ask"
        case DayStats():
            return f"{sanitize_text(fact.symbol)} with day statistics"
    return ""
