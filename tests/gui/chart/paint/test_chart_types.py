from __future__ import annotations

from itertools import combinations

import numpy as np

from tests.gui.chart.painted import COLORS, DARK, VIEWPORT, WIDTH, Pixel, Pixels, Row, ink, line, painted, visible
from ticker_gui.chart.chart_data import VisibleData
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES, DEFAULT_CHART_TYPE, ChartType
from ticker_gui.gui.chart.paint.colors import ChartColors

ROWS: list[Row] = [(40, 70, 20, 60), (60, 70, 20, 40), (40, 55, 35, 50)]
PICTURE = VisibleData(visible(*ROWS), line(60, 40, 50), [], [], [])
NOTHING = VisibleData(visible(), line(), [], [], [])


def pixels(
    kind: ChartType, visible_data: VisibleData = PICTURE, colors: ChartColors = DARK, reference: float = 45.0
) -> Pixels:
    return painted(lambda painter: kind.draw(painter, VIEWPORT, visible_data, colors, reference), colors)


def shown(kind: ChartType, visible_data: VisibleData = PICTURE, colors: ChartColors = DARK) -> set[Pixel]:
    return ink(pixels(kind, visible_data, colors), colors)


def test_each_type_draws_the_same_shapes_in_all_palettes() -> None:
    for kind in CHART_TYPES.values():
        first, *others = (shown(kind, colors=colors) for colors in COLORS.values())
        assert len(first) > 20
        assert all(other == first for other in others)


def test_each_type_draws_a_different_picture() -> None:
    pictures = [pixels(kind) for kind in CHART_TYPES.values() if not kind.is_heikin_ashi]
    assert not any(np.array_equal(one, other) for one, other in combinations(pictures, 2))


def test_heikin_ashi_bars_are_drawn_as_candles() -> None:
    assert shown(CHART_TYPES["heikin-ashi"]) == shown(CHART_TYPES["candles"])
    assert [name for name, kind in CHART_TYPES.items() if kind.is_heikin_ashi] == ["heikin-ashi"]


def test_types_without_bars_draw_the_line() -> None:
    others = PICTURE._replace(visible=visible())
    for kind in CHART_TYPES.values():
        assert bool(shown(kind, others) - shown(kind, NOTHING)) is not kind.has_bars
    others = PICTURE._replace(line=line())
    for kind in CHART_TYPES.values():
        assert bool(shown(kind, others) - shown(kind, NOTHING)) is kind.has_bars


def test_only_the_baseline_type_uses_the_reference() -> None:
    for name, kind in CHART_TYPES.items():
        low, high = (pixels(kind, reference=reference) for reference in (45.0, 55.0))
        assert np.array_equal(low, high) is (name != "baseline")


def test_without_data_only_the_baseline_is_drawn() -> None:
    for name, kind in CHART_TYPES.items():
        assert shown(kind, NOTHING) == ({(x, 55) for x in range(WIDTH)} if name == "baseline" else set())


def test_every_type_has_its_own_title() -> None:
    titles = [kind.title for kind in CHART_TYPES.values()]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_the_default_type_needs_no_bars() -> None:
    assert not CHART_TYPES[DEFAULT_CHART_TYPE].has_bars
