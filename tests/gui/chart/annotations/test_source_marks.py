from __future__ import annotations

from tests.gui.chart.painted import DARK, HEIGHT, VIEWPORT, WIDTH, ink, painted
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import SourceSpan
from ticker_gui.gui.chart.annotations.source_marks import draw_source_marks


def test_bars_received_live_and_backfilled_ones_are_underlined_and_others_are_not() -> None:
    third = WIDTH // 4
    spans = [
        SourceSpan(0, third, BarSource.PROVIDED),
        SourceSpan(third, 2 * third, BarSource.SEEN),
        SourceSpan(2 * third, 3 * third, BarSource.BACKFILLED),
        SourceSpan(3 * third, WIDTH, BarSource.PARTIAL),
    ]
    pixels = painted(lambda painter: draw_source_marks(painter, VIEWPORT, spans, DARK))
    marked = ink(pixels)
    assert {x for x, _ in marked} == set(range(third, 3 * third))
    assert {y for _, y in marked} == {HEIGHT - 2, HEIGHT - 1}
    seen, backfilled = pixels[HEIGHT - 1][third + 1], pixels[HEIGHT - 1][2 * third + 1]
    assert seen != backfilled
