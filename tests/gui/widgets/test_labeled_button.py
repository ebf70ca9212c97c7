from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.labeled_button import BESIDE_TEXT, ICON_ONLY, set_icon_beside_text, show_label


def drawn_columns(button: QPushButton | QToolButton, size: QSize) -> list[int]:
    """Return the columns of an icon that have pixels."""
    image = button.icon().pixmap(size).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    rows = range(image.height())
    return [x for x in range(image.width()) if any(QColor(image.pixelColor(x, y)).alpha() for y in rows)]


@pytest.fixture
def right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_icon_leaves_space_before_the_text(qtbot: QtBot) -> None:
    button = QPushButton("Send")
    qtbot.addWidget(button)
    set_icon_beside_text(button, "send")
    assert button.iconSize() == BESIDE_TEXT
    assert drawn_columns(button, BESIDE_TEXT) == drawn_columns(button, ICON_ONLY)


def test_the_space_is_on_the_side_of_the_text_also_from_right_to_left(qtbot: QtBot, right_to_left: None) -> None:
    button = QPushButton("Send")
    qtbot.addWidget(button)
    set_icon_beside_text(button, "send")
    space = BESIDE_TEXT.width() - ICON_ONLY.width()
    assert drawn_columns(button, BESIDE_TEXT) == [x + space for x in drawn_columns(button, ICON_ONLY)]


def test_a_button_without_its_text_has_the_icon_in_its_middle(qtbot: QtBot) -> None:
    button = QToolButton()
    button.setText("Compare")
    qtbot.addWidget(button)
    set_icon_beside_text(button, "compare")
    assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert button.property("labeled") is True
    show_label(button, has_label=False)
    assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    assert button.iconSize() == ICON_ONLY
    assert button.property("labeled") is False
