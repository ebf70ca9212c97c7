"""Whatever a user does to a chart, with whatever prices: nothing fails, and a reset shows the newest price again."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.chart.time_scale import EARLIEST_NS, LATEST_NS
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.options import SCALES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.indicators.registry import Chosen

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
KEYS = (
    Key.Key_End, Key.Key_Home, Key.Key_Plus, Key.Key_Equal, Key.Key_Minus, Key.Key_Left, Key.Key_Right, Key.Key_PageUp,
    Key.Key_PageDown, Key.Key_Up, Key.Key_Down, Key.Key_M, Key.Key_R, Key.Key_Escape,
)  # fmt: skip
TIMEFRAMES = ("ticks", "1s", "5s", "1m", "1h", "1d", "1t", "100t")
INDICATORS = (Chosen("sma"), Chosen("bbands"), Chosen("rsi"), Chosen("macd"), Chosen("vwap"))
PRICES: dict[str, Sequence[float]] = {
    "usual": [100.0 + index % 7 for index in range(60)],
    "equal": [5.0] * 40,
    "tiny": [1e-12 * (1 + index % 5 / 10) for index in range(40)],
    "equal and tiny": [1e-12] * 40,
    "huge": [1e12 * (1 + index % 5 / 1e9) for index in range(40)],
    "tiny and huge": [1e-12, 1e12] * 20,
    "around zero": [(-1) ** index * index / 10 for index in range(40)],
    "below zero": [-37.63 - index % 3 for index in range(40)],
    "zero": [0.0] * 20,
    "one": [1.0 + index % 2 * 1e-15 for index in range(40)],
    "smallest": [5e-324, 1e-308, 2e-300] * 10,
    "largest": [9.9e14, -9.9e14] * 10,
    "a single one": [42.0],
    "none": [],
}


def add(shown: Shown, price: float, size: float = 1.0, after_s: float = 1.0) -> None:
    """Add a trade behind the checks that a price has to pass: the chart has to show whatever there is."""
    state = shown.desk.market.states[0]
    shown.desk.now_ns += int(after_s * SECOND_NS)
    state.tape.add(shown.desk.now_ns, price, size)
    state.last, state.version = price, state.version + 1


def check(shown: Shown) -> None:
    shown.chart.refresh()
    time_range = shown.chart.time_range
    assert math.isfinite(time_range.left)
    assert time_range.left < time_range.right < math.inf
    if not shown.chart.options.timeframe.endswith("t"):
        assert time_range.left >= EARLIEST_NS / SECOND_NS - 1
        assert time_range.right <= LATEST_NS / SECOND_NS + 1
    for pane in shown.chart.panes.visible_panes:
        assert -math.inf < pane.price_range.bottom < pane.price_range.top < math.inf
        assert not pane.price_range.frozen
    shown.chart.update_accessible_text()
    assert not shown.chart.grab().toImage().isNull()


def actions(shown: Shown, qtbot: QtBot, choose: random.Random) -> list[Callable[[], object]]:
    chart = shown.chart
    chart.resize(choose.choice([(700, 500), (200, 150), (1200, 900)])[0], 500)

    def pane() -> tuple[float, float, object]:
        it = choose.choice(chart.panes.visible_panes)
        width, height = it.extent
        return choose.uniform(-5, width + 60), choose.uniform(-5, height + 15), it

    def key() -> None:
        one, modifier = choose.choice(KEYS), choose.choice([NONE, NONE, SHIFT])
        for _ in range(choose.choice([1, 1, 3, 90])):
            qtbot.keyClick(chart, one, modifier)

    def wheel() -> None:
        x, y, it = pane()
        steps = choose.choice([-170.0, -40.0, -1.0, 0.3, 1.0, 40.0, 170.0])
        shown.wheel(x, y, steps, it, sideways=choose.random() < 0.2)  # type: ignore[arg-type]

    def drag() -> None:
        x, y, it = pane()
        shown.press(x, y, it, choose.choice([NONE, SHIFT]))  # type: ignore[arg-type]
        for _ in range(3):
            end = choose.choice([1.0, 30.0]) * choose.uniform(-900, 900), choose.uniform(-9000, 9000)
            shown.move(*end, it, is_pressed=True)  # type: ignore[arg-type]
        shown.release(*end, it)  # type: ignore[arg-type]

    def point() -> None:
        x, y, it = pane()
        shown.move(x, y, it)  # type: ignore[arg-type]

    def double_click() -> None:
        x, y, it = pane()
        shown.double_click(x, y, it)  # type: ignore[arg-type]

    return [
        key, key, wheel, wheel, drag, point,
        double_click,
        lambda: shown.choose(kind=choose.choice(list(CHART_TYPES))),
        lambda: shown.choose(timeframe=choose.choice(TIMEFRAMES)),
        lambda: shown.choose(scale=choose.choice(list(SCALES))),
        lambda: shown.choose(indicators=tuple(choose.sample(INDICATORS, choose.randrange(3)))),
        lambda: shown.choose(has_volume=choose.random() < 0.5),
        lambda: add(shown, choose.choice(choose.choice(list(PRICES.values())) or [1.0]), choose.choice([0.0, 1.0, 1e18])),
        lambda: chart.resize(choose.randrange(1, 1500), choose.randrange(1, 900)),
    ]  # fmt: skip


@pytest.mark.parametrize("prices", PRICES)
def test_no_input_and_no_price_causes_an_error(qtbot: QtBot, prices: str) -> None:
    choose = random.Random(prices)
    shown = Shown(qtbot, timeframe="1s", kind="candles")
    for price in PRICES[prices]:
        add(shown, price)
    todo = actions(shown, qtbot, choose)
    for _ in range(60):
        choose.choice(todo)()
        check(shown)
    shown.chart.resize(700, 500)
    shown.choose(scale="linear", indicators=())
    shown.chart.reset()
    check(shown)
    assert shown.chart.time_range.is_following
    assert all(pane.price_range.auto_scale for pane in shown.chart.panes.visible_panes)
    last = shown.desk.market.states[0].last
    if last is not None and abs(last) > 1e-200:
        qtbot.wait(1)
        check(shown)
        assert -1 <= float(shown.viewport.y(last)) <= shown.viewport.height + 1


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("prices", PRICES)
def test_repeated_keys_stop_at_a_drawable_view(qtbot: QtBot, prices: str, scale: str) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="candles", scale=scale)
    for price in PRICES[prices]:
        add(shown, price)
    check(shown)
    width = shown.chart.price.extent[0]

    def turn(notches: int) -> None:
        for _ in range(abs(notches) // 10):
            shown.wheel(width + 20, 100, math.copysign(10.0, notches))

    for hold in (
        lambda: [qtbot.keyClick(shown.chart, Key.Key_Up) for _ in range(90)],
        lambda: turn(170),
        lambda: [qtbot.keyClick(shown.chart, Key.Key_Down) for _ in range(180)],
        lambda: turn(-340),
        lambda: [qtbot.keyClick(shown.chart, Key.Key_Minus) for _ in range(120)],
        lambda: [qtbot.keyClick(shown.chart, Key.Key_Plus) for _ in range(240)],
        lambda: [qtbot.keyClick(shown.chart, Key.Key_PageUp) for _ in range(60)],
        lambda: shown.chart.reset(),
    ):
        hold()
        check(shown)
    assert shown.chart.time_range.is_following


@pytest.mark.parametrize("timeframe", ["1s", "1h", "1d", "100t"])
def test_zooming_out_completely_shows_valid_times(qtbot: QtBot, timeframe: str) -> None:
    shown = Shown(qtbot, timeframe=timeframe, kind="candles", zone="local")
    for price in PRICES["usual"]:
        add(shown, price, after_s=3600.0)
    for _ in range(120):
        qtbot.keyClick(shown.chart, Key.Key_Minus)
        check(shown)
    shown.move(5, 50)
    check(shown)
    assert shown.chart.panes.visible_panes[-1].time_axis.tags
