from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.elided_label import ElidedLabel


def test_a_long_text_does_not_need_room_but_takes_it(qtbot: QtBot) -> None:
    label = ElidedLabel("text")
    qtbot.addWidget(label)
    label.setText("A very long text. " * 20)
    assert label.minimumSizeHint().width() == 0
    assert label.sizeHint().width() > 500


def test_the_end_of_a_long_text_is_an_ellipsis(qtbot: QtBot) -> None:
    label, short = ElidedLabel("text"), ElidedLabel("text")
    for one in (label, short):
        qtbot.addWidget(one)
        one.resize(120, 20)
    label.setText("A very long text. " * 20)
    short.setText(label.fontMetrics().elidedText(label.text(), label_elide(), 120))
    assert label.grab().toImage() == short.grab().toImage()


def label_elide() -> Qt.TextElideMode:
    return Qt.TextElideMode.ElideRight


def test_a_text_is_drawn_where_a_change_of_it_repaints(qtbot: QtBot) -> None:
    label = ElidedLabel("text")
    qtbot.addWidget(label)
    label.setStyleSheet("padding-left: 8px")
    label.resize(200, 20)
    label.setText("No past bars")
    image = label.grab().toImage()
    area, ground = label.contentsRect(), image.pixelColor(0, 0)
    drawn = {x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != ground}
    assert area.left() == 8
    assert drawn
    assert min(drawn) >= area.left()


@pytest.mark.parametrize("text", ["Loading past bars…", ""])
def test_a_change_of_the_text_repaints_the_whole_label(qtbot: QtBot, text: str) -> None:
    painted: list[QRect] = []

    class Label(ElidedLabel):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(event.rect())
            super().paintEvent(event)

    label = Label("text")
    qtbot.addWidget(label)
    label.setStyleSheet("padding-left: 8px")
    label.setText("No past bars")
    label.resize(200, 20)
    label.show()
    qtbot.waitUntil(lambda: bool(painted))
    painted.clear()
    label.setText(text)
    qtbot.waitUntil(lambda: bool(painted))
    assert painted[0] == label.rect()


def test_a_short_text_replaces_one_that_does_not_fit(qtbot: QtBot) -> None:
    label = ElidedLabel("text")
    qtbot.addWidget(label)
    label.set_texts("The feed comes from this computer, so no past data is requested.", "No past bars")
    label.resize(label.sizeHint().width(), 20)
    assert label.displayed_text == label.text()
    label.resize(label.width() - 1, 20)
    assert label.displayed_text == "No past bars"
    label.resize(20, 20)
    assert label.displayed_text.endswith("…")
