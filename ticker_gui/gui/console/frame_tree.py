"""A frame as a tree of its JSON values, with the names of the fields that were read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from ticker_gui.console.fact_text import field_name, field_names
from ticker_gui.console.frame_text import value_text
from ticker_gui.domain.events import Fact
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.widgets.theme import Theme

_NAME, _VALUE, _FIELD = range(3)
_MAX_ITEMS: Final = 1_000
_MAX_DEPTH: Final = 16
_OPEN_ITEMS: Final = 60  # a larger tree is opened to its second level only


class FrameTree(QTreeWidget):
    """The values of a frame; the number of items is limited."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._room = 0
        self._names: Mapping[Any, str] = {}
        self.setObjectName("frame_tree")
        self.setAccessibleName("Values of the message")
        self.setHeaderLabels(["Name", "Value", "Field"])
        self.setHeaderHidden(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_VALUE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_FIELD, QHeaderView.ResizeMode.ResizeToContents)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of the items."""
        self._theme = theme

    def show_messages(self, messages: Sequence[Any], facts: Sequence[Fact]) -> None:
        """Show the messages of a frame, and which values the facts were read from."""
        self.clear()
        self._room, self._names = _MAX_ITEMS, field_names(facts)
        self.setUpdatesEnabled(False)
        for message in messages:
            top = self._add(self.invisibleRootItem(), _summary(message), message, 0)
            if top is not None:
                top.setExpanded(True)
        if self._room > _MAX_ITEMS - _OPEN_ITEMS:
            self.expandAll()
        self.resizeColumnToContents(_NAME)
        self.setColumnWidth(_NAME, min(self.columnWidth(_NAME), self.viewport().width() // 2))
        self.setUpdatesEnabled(True)

    def _add(self, parent: QTreeWidgetItem, name: str, value: Any, depth: int) -> QTreeWidgetItem | None:
        if self._room <= 0:
            return None
        self._room -= 1
        children = _children(value)
        is_leaf = children is None
        text = value_text(value) if is_leaf else _summary(value) if depth else ""
        field = field_name(self._names, value) if is_leaf else ""
        item = QTreeWidgetItem(parent, [name, text, field])
        theme = self._theme
        item.setForeground(_NAME, QBrush(QColor(theme.text2)))
        item.setForeground(_FIELD, QBrush(QColor(theme.accent)))
        if not is_leaf:
            item.setForeground(_VALUE, QBrush(QColor(theme.text3)))
        for step, child in (children or ())[:_MAX_ITEMS] if depth < _MAX_DEPTH else ():
            if self._add(item, sanitize_text(str(step), 80), child, depth + 1) is None:
                QTreeWidgetItem(item, ["…", f"{len(children or ()):,} values, not all shown"])
                break
        return item


def _children(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the children of a value with their names or positions; None if it has none."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else None


def _summary(value: Any) -> str:
    if isinstance(value, dict):
        return f"object, {counted(len(value), 'value')}"
    return f"list, {counted(len(value), 'value')}" if isinstance(value, list) else "value"
