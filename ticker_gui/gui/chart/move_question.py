"""The question whether a line with an alert is moved across the current price."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_move(
    parent: QWidget, details: str, on_move: Callable[[], object], on_finished: Callable[[], object]
) -> QMessageBox:
    """Open the question, which does not block; ``on_move`` is called if the user confirms."""
    box = QMessageBox(QMessageBox.Icon.Question, "Move alert", "Move the alert across the current price?")
    box.setParent(parent, box.windowFlags())
    box.setObjectName("move_alert_question")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(details)
    confirm = box.addButton("&Move alert", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.setWindowModality(Qt.WindowModality.WindowModal)
    confirm.clicked.connect(lambda: on_move())
    box.finished.connect(lambda: on_finished())
    box.open()
    return box
