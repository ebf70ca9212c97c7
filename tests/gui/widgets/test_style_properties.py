from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.style_properties import set_style_property


class Watched(QLabel):
    """A label that counts how often its style is used to apply rules."""

    polished = 0

    def style(self) -> object:  # type: ignore[override]
        self.polished += 1
        return super().style()


def test_rules_for_a_property_apply_while_it_is_set(qtbot: QtBot) -> None:
    label = QLabel("text")
    qtbot.addWidget(label)
    label.setStyleSheet('QLabel[wrong="true"] { min-width: 321px; }')
    label.show()
    for is_wrong in (True, False, True):
        set_style_property(label, "wrong", is_wrong)
        assert (label.minimumWidth() == 321) is is_wrong


def test_the_same_value_is_not_applied_again(qtbot: QtBot) -> None:
    label = Watched("text")
    qtbot.addWidget(label)
    label.ensurePolished()
    set_style_property(label, "kind", "first")
    set_style_property(label, "kind", "first")
    assert label.polished == 1
    assert label.property("kind") == "first"


def test_a_widget_that_was_never_shown_is_styled_once_and_with_its_properties(qtbot: QtBot) -> None:
    label = Watched("text")
    qtbot.addWidget(label)
    label.setStyleSheet('QLabel[wrong="true"] { min-width: 321px; }')
    set_style_property(label, "wrong", True)
    assert not label.polished
    label.show()
    assert label.minimumWidth() == 321
