"""Parts of the forms for alerts: named fields in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ticker_gui.gui.widgets.measures import GAP
from ticker_gui.gui.widgets.plain_text import set_tooltip

WidgetT = TypeVar("WidgetT", bound=QWidget)


def named(field: WidgetT, name: str, title: str) -> WidgetT:
    """Return a field with a name for tests and a title for screen readers."""
    field.setObjectName(name)
    field.setAccessibleName(title)
    if isinstance(field, QComboBox):
        set_tooltip(field, title)  # on Linux the name of a combo box is its text, so the title is its description
    return field


def combo(name: str, title: str, items: Sequence[str] = ()) -> QComboBox:
    """Return a named field with choices."""
    field = named(QComboBox(), name, title)
    field.addItems(list(items))
    return field


def row(*fields: QWidget) -> QHBoxLayout:
    """Return fields beside each other, on the left."""
    layout = QHBoxLayout()
    layout.setSpacing(GAP)
    for field in fields:
        layout.addWidget(field)
    layout.addStretch(1)
    return layout
