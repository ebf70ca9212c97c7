from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPolygonF

from tests.gui.pixels import color_names
from ticker_gui.domain.events import Bar, DayStats, Trade
from ticker_gui.domain.timeframe import MINUTE, SECOND_NS
from ticker_gui.gui.watchlist.sparkline_cell import SparklineCell, SparklineSize
from ticker_gui.market.limits import Limits
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS, STEPS

NOW_NS = 1_700_000_000 * SECOND_NS
SPAN = SPARKLINE_PERIODS[0]
WIDTH, HEIGHT = 100, 20


def state(*trades: tuple[float, float], reference: float | None = None) -> SymbolState:
    it = SymbolState("desk", "a", "A", Limits().watched)
    it.coverage.mark_connected(NOW_NS - 7200 * SECOND_NS)
    if reference is not None:
        it.apply(DayStats("A", previous_close=reference), NOW_NS - 7200 * SECOND_NS)
    for seconds, price in trades:
        time_ns = NOW_NS - int(seconds * SECOND_NS)
        it.apply(Trade("A", price, 1.0, time_ns), time_ns)
    return it


def size(now_ns: int = NOW_NS, width: int = WIDTH) -> SparklineSize:
    return SparklineSize(width, HEIGHT, SPAN, SPAN.step_of(now_ns))


def made(it: SymbolState, now_ns: int = NOW_NS) -> SparklineCell:
    sparkline = SparklineCell()
    sparkline.build(it, size(now_ns), now_ns)
    return sparkline


def heights(piece: QPolygonF) -> list[float]:
    return [piece.at(place).y() for place in range(piece.size())]


def test_a_sparkline_fits_its_cell_and_rises_with_the_price() -> None:
    sparkline = made(state((500, 1.0), (300, 2.0), (5, 3.0)))
    (piece,) = sparkline.segments
    assert all(0 < piece.at(place).x() < WIDTH for place in range(piece.size()))
    assert heights(piece)[0] == HEIGHT - 4
    assert heights(piece)[-1] == 4
    assert sparkline.direction == 1
    assert made(state((500, 3.0), (5, 1.0))).direction == -1


def test_a_constant_price_is_drawn_in_the_middle() -> None:
    sparkline = made(state((550, 5.0), (5, 5.0)))
    assert set(heights(sparkline.segments[0])) == {HEIGHT / 2}
    assert sparkline.direction == 0


def test_a_data_gap_splits_the_sparkline_and_a_single_step_is_visible() -> None:
    it = state((300, 1.0))
    it.coverage.mark_disconnected(NOW_NS - 100 * SECOND_NS)
    it.coverage.mark_connected(NOW_NS - 10 * SECOND_NS)
    it.apply(Trade("A", 2.0, 1.0, NOW_NS), NOW_NS)
    sparkline = made(it)
    assert len(sparkline.segments) == 2
    assert sparkline.segments[1].size() >= 2


def test_without_prices_nothing_is_drawn() -> None:
    assert made(state()).segments == []


@pytest.mark.parametrize(("first", "last", "direction"), [(100.0, 100.6, 1), (100.6, 100.0, -1)])
def test_the_first_price_is_a_dashed_line_and_the_direction_is_seen_from_it(
    first: float, last: float, direction: int
) -> None:
    sparkline = made(state((500, first), (5, last)))
    assert sparkline.direction == direction
    assert sparkline.start is not None
    assert sparkline.start.y1() == sparkline.start.y2() == pytest.approx(sparkline.segments[0].first().y(), abs=1)


def test_a_flat_sparkline_has_no_line_of_its_start() -> None:
    sparkline = made(state((500, 100.0), (5, 100.0)))
    assert (sparkline.start, sparkline.direction) == (None, 0)


def test_a_price_rebuilds_a_sparkline_at_each_step_and_not_within_two_seconds() -> None:
    it = state((5, 100.0))
    sparkline = made(it)

    def is_due(now_ns: int, width: int = WIDTH) -> bool:
        return sparkline.is_due(it, size(now_ns, width), now_ns)

    assert not is_due(NOW_NS)
    assert is_due(NOW_NS + 10 * SECOND_NS)  # the next step
    assert is_due(NOW_NS, WIDTH + 1)
    it.apply(Trade("A", 101.0, 1.0, NOW_NS), NOW_NS)
    assert not is_due(NOW_NS + 4 * SECOND_NS)
    assert is_due(NOW_NS + 5 * SECOND_NS)
    assert STEPS * 10 == 600
    it.coverage.mark_disconnected(NOW_NS)
    assert is_due(NOW_NS)


def test_the_first_price_is_drawn_at_once() -> None:
    it = state()
    sparkline = made(it)
    assert not sparkline.is_due(it, size(), NOW_NS)
    it.apply(Trade("A", 101.0, 1.0, NOW_NS), NOW_NS)
    assert sparkline.is_due(it, size(), NOW_NS)


def test_a_sparkline_is_rebuilt_later_for_small_price_changes_and_never_for_equal_prices() -> None:
    it = state((500, 100.0), (5, 112.0))  # a pixel per unit
    sparkline = made(it)

    def seconds_until_due(price: float) -> float:
        it.apply(Trade("A", price, 1.0, NOW_NS), NOW_NS)
        tenths = range(1, 250)
        now = (NOW_NS + tenth * SECOND_NS // 10 for tenth in tenths)
        return next((at - NOW_NS for at in now if sparkline.is_due(it, size(), at)), 0) / SECOND_NS

    assert seconds_until_due(112.0 - 6) == 5
    assert seconds_until_due(112.0 - 2) == 10
    assert seconds_until_due(112.0 + 1) == 20
    assert seconds_until_due(112.0) == 0


def test_a_sparkline_of_remembered_values_is_rebuilt_for_stored_bars_and_at_once_for_the_first_price() -> None:
    it = state()
    it.remembered = RememberedValues(NOW_NS, 5.0)
    sparkline = made(it)
    assert not sparkline.is_due(it, size(), NOW_NS)
    it.bars.provided.add(MINUTE, [Bar("A", "1m", MINUTE.start_of(NOW_NS), 1.0, 9.0, 1.0, 5.0, 1.0, True)])
    assert sparkline.is_due(it, size(), NOW_NS)
    sparkline.build(it, size(), NOW_NS)
    assert sparkline.segments
    it.apply(Trade("A", 7.0, 1.0, NOW_NS), NOW_NS)
    assert sparkline.is_due(it, size(), NOW_NS)


def test_the_pixmap_is_cached_per_colors(qapp: object) -> None:
    sparkline = made(state((300, 100.0), (5, 101.0), reference=100.5))
    up, gray = QColor("#4c9be8"), QColor("#30373f")
    pixmap = sparkline.pixmap(up, gray, 2.0)
    assert (pixmap.width(), pixmap.height(), pixmap.devicePixelRatio()) == (2 * WIDTH, 2 * HEIGHT, 2.0)
    image = pixmap.toImage()
    found = color_names(image)
    assert {up.name(), gray.name()} <= found
    assert sparkline.pixmap(up, gray, 2.0).cacheKey() == pixmap.cacheKey()
    assert sparkline.pixmap(gray, gray, 2.0).cacheKey() != pixmap.cacheKey()


@pytest.mark.parametrize("prices", [(5e-324, 1e-323), (1e-300, 2e-300), (1e14, 1e14 + 0.02)])
def test_any_price_range_stays_within_the_cell(prices: tuple[float, float]) -> None:
    it = state((-2.0, prices[0]), (-2.0, prices[0]), (-1.0, prices[1]), (-1.0, prices[1]))
    for piece in made(it).segments:
        assert all(0 <= height <= 40 for height in heights(piece))
