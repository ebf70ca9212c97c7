"""Properties of widgets that rules of the style sheet depend on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property of a widget, and apply the rules for it; nothing is done if it is the same."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else Qt applies all rules when it is shown
        style = widget.style()
        style.unpolish(widget)  # otherwise rules that no longer match would remain
        style.polish(widget)
