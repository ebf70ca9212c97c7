from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.gui.chart.test_price_chart import Shown
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.shades import Shade, shade_of
from ticker_gui.market.gaps import Gap


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (Gap(0, 90 * SECOND_NS), "not watched for 1 min"),
        (Gap(0, 4 * SECOND_NS), "not watched for 4 s"),
        (Gap(0, SECOND_NS, 1_234), "1,234 trades missed"),
    ],
)
def test_a_gap_says_how_long_it_was_or_what_is_missing(gap: Gap, text: str) -> None:
    assert shade_of(gap) == Shade(0.0, (gap.end_ns or 0) / SECOND_NS, text)


def picture(shown: Shown) -> tuple[int, list[QColor]]:
    """Return the width of the plot and the colours along its middle."""
    image = shown.chart._plot.grab().toImage()
    return image.width(), [image.pixelColor(x, 20) for x in range(image.width())]


def test_a_lost_line_is_shaded_and_the_price_does_not_run_through_it(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    watch = shown.desk.feed.listening
    watch.begin(shown.desk.now_ns)
    for _ in range(20):
        shown.trade(100.0)
    plain = picture(shown)[1]
    watch.lose(shown.desk.now_ns)
    shown.desk.now_ns += 30 * SECOND_NS
    shown.chart.describe()  # it grows while nobody listens
    (open_shade,) = shown.chart._shades.shades
    assert open_shade.right == pytest.approx(shown.desk.now_ns / SECOND_NS)
    watch.begin(shown.desk.now_ns)
    for _ in range(20):
        shown.trade(100.0)
    (shade,) = shown.chart._shades.shades
    assert shade.text == "not watched for 30 s"
    assert picture(shown)[1] != plain
    path = shown.chart._line.getPath()
    moves = [path.elementAt(index).isMoveTo() for index in range(path.elementCount())]
    assert moves.count(True) == 2


def test_missed_trades_break_the_line_too_and_a_short_gap_is_seen(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    state = shown.desk.market.states[0]
    for _ in range(5):
        shown.trade(100.0)
    state.gaps = state.gaps.with_one_more(Gap(state.last_ns, state.last_ns + SECOND_NS, 7))
    for _ in range(5):
        shown.trade(100.0)
    assert shown.chart._shades.shades[0].text == "7 trades missed"
    assert not shown.chart.grab().toImage().isNull()
