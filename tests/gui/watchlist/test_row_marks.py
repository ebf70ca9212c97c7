from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from tests.gui.pixels import color_names
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.watchlist.row_marks import ARROW_SIZE, PIN_SIZE, RowMarks
from ticker_gui.gui.widgets.theme import Theme, load_theme


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


def image(ratio: float = 1) -> QImage:
    image = QImage(round(16 * ratio), round(16 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#808080"))
    return image


def colors(image: QImage) -> set[str]:
    return color_names(image)


@pytest.mark.parametrize("ratio", [1, 2])
def test_arrows_have_the_color_of_their_direction_unless_prices_are_out_of_date(
    qapp: object, theme: Theme, ratio: int
) -> None:
    marks = RowMarks(theme)
    for direction, color in ((1, theme.up), (-1, theme.down)):
        for is_current, expected in ((True, color), (False, theme.text3)):
            drawn = image(ratio)
            painter = QPainter(drawn)
            marks.draw_arrow(painter, 2, 2, direction, is_current=is_current)
            painter.end()
            assert expected in colors(drawn)
            assert ((theme.up in colors(drawn)) or (theme.down in colors(drawn))) is is_current
            right = round((2 + ARROW_SIZE) * ratio)
            assert colors(drawn.copy(right, 0, drawn.width() - right, drawn.height())) == {"#808080"}


def test_a_row_without_connection_is_quiet_and_a_refused_one_is_an_error(qapp: object, theme: Theme) -> None:
    marks = RowMarks(theme)
    assert marks.color(StateMark.NOT_CONNECTED) == theme.text3
    assert marks.color(StateMark.REFUSED) == theme.error
    assert marks.color(StateMark.LIVE) == theme.live


def test_states_and_pins_are_drawn(qapp: object, theme: Theme) -> None:
    marks = RowMarks(theme)
    for mark in StateMark:
        drawn = image()
        painter = QPainter(drawn)
        marks.draw_state(painter, 2, 2, mark)
        painter.end()
        assert len(colors(drawn)) > 1
    drawn = image()
    painter = QPainter(drawn)
    marks.draw_pin(painter, 0, 0)
    painter.end()
    assert len(colors(drawn.copy(0, 0, PIN_SIZE, PIN_SIZE))) > 1


@pytest.mark.parametrize("has_fired", [False, True])
def test_the_bell_has_another_color_when_an_alert_has_fired(qapp: object, theme: Theme, has_fired: bool) -> None:
    drawn = image()
    painter = QPainter(drawn)
    RowMarks(theme).draw_bell(painter, 0, 0, has_fired=has_fired)
    painter.end()
    used = colors(drawn.copy(0, 0, PIN_SIZE, PIN_SIZE))
    assert (theme.warning in used) is has_fired
    assert (theme.accent in used) is not has_fired
