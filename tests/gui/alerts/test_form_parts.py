from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLineEdit

from ticker_gui.gui.alerts.form_parts import combo, named, row


def test_fields_have_names_and_titles_and_are_beside_each_other(qapp: QApplication) -> None:
    field, choice = named(QLineEdit(), "value", "Value"), combo("kind", "Kind", ("a", "b"))
    assert (field.objectName(), field.accessibleName()) == ("value", "Value")
    assert (choice.objectName(), choice.accessibleName(), choice.count()) == ("kind", "Kind", 2)
    assert choice.accessibleDescription() == "Kind"  # its name is not read on every system
    layout = row(field, choice)
    items = [layout.itemAt(index) for index in range(layout.count())]
    assert [None if item is None else item.widget() for item in items] == [field, choice, None]
