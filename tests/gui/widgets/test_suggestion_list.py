from __future__ import annotations

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QCompleter, QLineEdit
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT
from ticker_gui.gui.widgets.suggestion_list import SuggestionDelegate, show_suggestions_in_list


def test_one_suggestion_is_as_high_as_a_control(qtbot: QtBot) -> None:
    field = QLineEdit()
    suggestions = QStringListModel(["AAPL"])  # which the completer does not keep alive
    completer = QCompleter(suggestions, field)
    completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
    popup = show_suggestions_in_list(completer, SuggestionDelegate())
    completer.setWidget(field)
    qtbot.addWidget(field)
    field.show()
    completer.complete()
    qtbot.waitUntil(popup.isVisible)
    assert popup.sizeHintForRow(0) >= CONTROL_HEIGHT
    assert popup.height() >= CONTROL_HEIGHT
    popup.hide()
