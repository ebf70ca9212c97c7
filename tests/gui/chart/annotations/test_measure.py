from __future__ import annotations

from datetime import UTC
from itertools import product

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.gui.chart.painted import DARK, Pixels, painted, pixels_of
from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.chart.annotations.labels import span_text
from ticker_gui.gui.chart.annotations.measure import Measure
from ticker_gui.gui.chart.axes.time_ticks import TimeTicks
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.market.symbol_state import SymbolState

T0 = 1_700_000_100
WIDTH, HEIGHT = 400, 300
VIEWPORT = Viewport(0.0, WIDTH, 0.0, HEIGHT, WIDTH, HEIGHT)  # one pixel is one unit of position and price


def scene(*seconds: float, timeframe: str = "5s", style: NumberStyle = PLAIN) -> Scene:
    """Return a chart with trades at these times."""
    state = SymbolState("desk", "A", "A", HistoryCapacity(10_000, 10_000, 1_000))
    for second in seconds:
        time_ns = round((T0 + second) * SECOND_NS)
        state.apply(Trade("A", 100.25, 1.0, time_ns), time_ns)
    chart_data = ChartData(state, timeframe)
    visible_data = chart_data.read(0.0, 1.0, 100, 0)
    kind, nothing = CHART_TYPES["candles"], TimeTicks([], [], [])
    return Scene(chart_data, visible_data, ChartOptions(), kind, DARK, style, UTC, nothing, 0.0, 1.0, 0)


MINUTES = scene(*range(0, 600, 5))


@pytest.mark.parametrize(
    ("measure", "lines"),
    [
        (Measure(T0 + 2, 100.0, T0 + 62, 103.0), ("+3.00  +3.00%", "+12 bars  1 min")),
        (Measure(T0 + 62, 103.0, T0 + 2, 100.0), ("−3.00  −2.91%", "−12 bars  −1 min")),
        (Measure(T0 + 2, 100.0, T0 + 4, 99.5), ("−0.50  −0.50%", "+0 bars  0 s")),
        (Measure(T0 + 2, 100.0, T0 + 2, 100.0), ("0.00  0.00%", "+0 bars  0 s")),
        (Measure(T0 + 2, -40.0, T0 + 592, -30.0), ("+10.00  +25.00%", "+118 bars  9 min 50 s")),
        (Measure(T0 + 2, 0.0, T0 + 92, 5.0), ("+5.00  –", "+18 bars  1 min 30 s")),
        (Measure(T0 + 597, 100.0, T0 + 4200, 100.0), ("0.00  0.00%", "+1 bar  1 h")),  # right of the newest bar
    ],
    ids=["up", "back", "within a bar", "nothing", "below zero", "from zero", "behind the newest"],
)
def test_measurements_show_price_percent_bars_and_time(measure: Measure, lines: tuple[str, str]) -> None:
    assert measure.lines(MINUTES) == lines


@pytest.mark.parametrize("timeframe", ["1s", "5s", "1m", "5m", "1h"])
def test_time_is_counted_in_whole_bars(timeframe: str) -> None:
    shown = scene(*range(0, 600, 5), timeframe=timeframe)
    width = shown.chart_data.time_scale.width
    for bars in (1, 3, 37):
        for within in (0.01, 0.5, 0.99):  # wherever in its bar a measurement begins and ends
            start = (T0 // width + within) * width
            end = (T0 // width + bars + 1.0 - within) * width
            assert Measure(start, 100.0, end, 101.0).lines(shown)[1].endswith(f"  {span_text(bars * width)}")


def test_a_weekend_counts_as_time_but_not_as_bars() -> None:
    friday = 1_700_179_200 - T0  # 17 Nov 2023, 00:00 UTC
    shown = scene(*(friday + day * 86_400 for day in (-1, 0, 3, 4)), timeframe="1d")
    assert Measure(T0 + friday + 9_000, 100.0, T0 + friday + 3 * 86_400 + 50, 101.0).lines(shown)[1] == "+1 bar  3 d"


def test_only_existing_bars_are_counted() -> None:
    shown = scene(0, 5, 10, 500, 505)
    assert Measure(T0 + 2, 100.0, T0 + 507, 101.0).lines(shown)[1] == "+4 bars  8 min 25 s"
    assert Measure(T0 + 100, 100.0, T0 + 400, 101.0).lines(shown)[1] == "+0 bars  5 min"


def test_on_tick_bars_the_duration_is_that_between_the_bars() -> None:
    shown = scene(0, 1, 2, 3, 100, 101, 103, 3700, 3701, timeframe="3t")
    assert Measure(0.0, 100.0, 2.0, 101.0).lines(shown)[1] == "+2 bars  1 min 43 s"
    assert Measure(2.5, 100.0, 0.0, 101.0).lines(shown)[1].startswith("−2 bars  −")


def test_where_there_are_no_tick_bars_only_bars_are_counted() -> None:
    shown = scene(0, 1, 2, 3, 100, 101, 103, 3700, 3701, timeframe="3t")
    unknown = "time unknown: not all of these bars exist"
    assert Measure(0.5, 100.0, 3.0, 101.0).lines(shown)[1].startswith("+3 bars  1 h 1 min")
    assert Measure(0.5, 100.0, 3.1, 101.0).lines(shown)[1] == f"+3 bars  {unknown}"
    assert Measure(0.5, 100.0, 40.5, 101.0).lines(shown)[1] == f"+40 bars  {unknown}"
    assert Measure(1.5, 100.0, -2.5, 101.0).lines(shown)[1] == f"−4 bars  {unknown}"


def test_numbers_are_in_the_number_format() -> None:
    shown = scene(*range(1300), timeframe="1s", style=NumberStyle(",", "."))
    lines = Measure(T0 + 0.5, 1000.0, T0 + 1250.5, 2234.5).lines(shown)
    assert lines == ("+1.234,50  +123,45%", "+1.250 bars  20 min 50 s")


def drawn(measure: Measure) -> tuple[Pixels, TextPainter]:
    texts = TextPainter(QApplication.font())
    return painted(lambda painter: measure.draw(painter, VIEWPORT, MINUTES, texts), width=WIDTH, height=HEIGHT), texts


def parts(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def blended(color: QColor) -> list[float]:
    share = 44 / 255
    return [share * over + (1 - share) * under for over, under in zip(parts(color), parts(DARK.base), strict=True)]


def at(pixels: Pixels, x: int, y: int) -> tuple[int, int, int]:
    return parts(QColor.fromRgb(int(pixels[y, x])))


@pytest.mark.parametrize(
    ("measure", "color"),
    [
        (Measure(100.0, 100.0, 300.0, 200.0), DARK.up),
        (Measure(300.0, 100.0, 100.0, 200.0), DARK.up),
        (Measure(100.0, 200.0, 300.0, 100.0), DARK.down),
    ],
    ids=["up", "up and back", "down"],
)
def test_the_measured_area_is_shaded_in_the_color_of_its_direction(
    qapp: object, measure: Measure, color: QColor
) -> None:
    pixels, _ = drawn(measure)
    edges = {(x, y) for x in (102, 302) for y in (120, 180)}  # the middles of the bars at 100 and 300
    assert edges <= pixels_of(pixels, color)
    for x, y in ((104, 102), (300, 102), (104, 198), (300, 198), (200, 150)):
        assert at(pixels, x, y) == pytest.approx(blended(color), abs=2)
    for x, y in ((99, 150), (305, 150), (20, 20), (380, 280)):
        assert at(pixels, x, y) == parts(DARK.base)


@pytest.mark.parametrize(("first", "second"), [(100.0, 200.0), (200.0, 100.0)], ids=["up", "down"])
def test_the_text_is_beside_the_end_of_the_area(qapp: object, first: float, second: float) -> None:
    pixels, texts = drawn(Measure(150.0, first, 250.0, second))
    ground = pixels_of(pixels, DARK.raised)
    rows = {y for _, y in ground}
    assert max(rows) - min(rows) + 1 == 2 * round(texts.metrics.height())
    assert max(rows) < 100 if second > first else min(rows) > 200
    columns = {x for x, _ in ground}
    assert (min(columns) + max(columns)) / 2 == pytest.approx(200, abs=2)
    assert pixels_of(pixels, DARK.text)


def test_the_text_is_completely_visible_everywhere(qapp: object) -> None:
    for position, price, by in product((0.0, 5.0, 395.0, 400.0), (0.0, 3.0, 297.0, 300.0), (3.0, -3.0)):
        measure = Measure(position, price, position + by, price + by)
        pixels, texts = drawn(measure)
        wide = max(texts.get(line).width for line in measure.lines(MINUTES))
        ground = pixels_of(pixels, DARK.raised)
        columns, rows = {x for x, _ in ground}, {y for _, y in ground}
        assert max(rows) - min(rows) + 1 == 2 * round(texts.metrics.height())
        assert max(columns) - min(columns) + 1 >= wide + 4
