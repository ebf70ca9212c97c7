from __future__ import annotations

import numpy as np
import pytest

from tests.gui.chart.painted import DARK, HEIGHT, VIEWPORT, WIDTH, ink, painted
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import SourceSpans
from ticker_gui.gui.chart.annotations.source_marks import draw_source_marks
from ticker_gui.gui.chart.paint import batch


def test_bars_received_live_and_backfilled_ones_are_underlined_and_others_are_not() -> None:
    third = WIDTH // 4
    edges = np.array([0.0, third, 2 * third, 3 * third, WIDTH])
    sources = np.array([BarSource.PROVIDED, BarSource.SEEN, BarSource.BACKFILLED, BarSource.PARTIAL])
    spans = SourceSpans(edges[:-1], edges[1:], sources)
    pixels = painted(lambda painter: draw_source_marks(painter, VIEWPORT, spans, DARK))
    marked = ink(pixels)
    assert {x for x, _ in marked} == set(range(third, 3 * third))
    assert {y for _, y in marked} == {HEIGHT - 2, HEIGHT - 1}
    seen, backfilled = pixels[HEIGHT - 1][third + 1], pixels[HEIGHT - 1][2 * third + 1]
    assert seen != backfilled


def test_many_marks_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(batch, "rectangles", lambda painter, left, *_: drawn.append(len(left)))
    edges = np.linspace(0.0, WIDTH, 2001)
    sources = np.resize(np.array([BarSource.SEEN, BarSource.BACKFILLED]), 2000)
    painted(lambda painter: draw_source_marks(painter, VIEWPORT, SourceSpans(edges[:-1], edges[1:], sources), DARK))
    assert drawn == [1000, 1000]
