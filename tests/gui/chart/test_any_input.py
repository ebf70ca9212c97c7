"""Random input with random prices: no error occurs, and a reset shows the latest price again."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import settings
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.time_scale import EARLIEST_NS, LATEST_NS
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.options import SCALES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.indicators.registry import IndicatorConfig

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
KEYS = (
    Key.Key_End, Key.Key_Home, Key.Key_Plus, Key.Key_Equal, Key.Key_Minus, Key.Key_Left, Key.Key_Right, Key.Key_PageUp,
    Key.Key_PageDown, Key.Key_Up, Key.Key_Down, Key.Key_M, Key.Key_R, Key.Key_Escape,
)  # fmt: skip
TIMEFRAMES = ("ticks", "1s", "5s", "1m", "1h", "1d", "1t", "100t")
INDICATORS = (
    IndicatorConfig("sma"),
    IndicatorConfig("bbands"),
    IndicatorConfig("rsi"),
    IndicatorConfig("macd"),
    IndicatorConfig("vwap"),
)
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


def add(driver: ChartDriver, price: float, size: float = 1.0, after_s: float = 1.0) -> None:
    """Add a trade without the checks on prices: the chart must show any data."""
    state = driver.desk.market.states[0]
    driver.desk.now_ns += int(after_s * SECOND_NS)
    state.tape.add(driver.desk.now_ns, price, size)
    state.last, state.version = price, state.version + 1


def check(driver: ChartDriver) -> None:
    driver.chart.refresh()
    time_range = driver.chart.time_range
    assert math.isfinite(time_range.left)
    assert time_range.left < time_range.right < math.inf
    if not driver.chart.options.timeframe.endswith("t"):
        assert time_range.left >= EARLIEST_NS / SECOND_NS - 1
        assert time_range.right <= LATEST_NS / SECOND_NS + 1
    for pane in driver.chart.panes.visible_panes:
        assert -math.inf < pane.price_range.bottom < pane.price_range.top < math.inf
        assert not pane.price_range.frozen
    driver.chart.update_accessible_text()
    assert not driver.chart.grab().toImage().isNull()


def actions(driver: ChartDriver, qtbot: QtBot, choose: random.Random) -> list[Callable[[], object]]:
    chart = driver.chart
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
        driver.wheel(x, y, steps, it, sideways=choose.random() < 0.2)  # type: ignore[arg-type]

    def drag() -> None:
        x, y, it = pane()
        driver.press(x, y, it, choose.choice([NONE, SHIFT]))  # type: ignore[arg-type]
        for _ in range(3):
            end = choose.choice([1.0, 30.0]) * choose.uniform(-900, 900), choose.uniform(-9000, 9000)
            driver.move(*end, it, is_pressed=True)  # type: ignore[arg-type]
        driver.release(*end, it)  # type: ignore[arg-type]

    def point() -> None:
        x, y, it = pane()
        driver.move(x, y, it)  # type: ignore[arg-type]

    def double_click() -> None:
        x, y, it = pane()
        driver.double_click(x, y, it)  # type: ignore[arg-type]

    return [
        key, key, wheel, wheel, drag, point,
        double_click,
        lambda: driver.choose(kind=choose.choice(list(CHART_TYPES))),
        lambda: driver.choose(timeframe=choose.choice(TIMEFRAMES)),
        lambda: driver.choose(scale=choose.choice(list(SCALES))),
        lambda: driver.choose(indicators=tuple(choose.sample(INDICATORS, choose.randrange(3)))),
        lambda: driver.choose(has_volume=choose.random() < 0.5),
        lambda: add(driver, choose.choice(choose.choice(list(PRICES.values())) or [1.0]), choose.choice([0.0, 1.0, 1e18])),
        lambda: chart.resize(choose.randrange(1, 1500), choose.randrange(1, 900)),
    ]  # fmt: skip


@pytest.mark.parametrize("prices", PRICES)
def test_no_input_and_no_price_causes_an_error(qtbot: QtBot, prices: str) -> None:
    choose = random.Random(prices)
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles")
    for price in PRICES[prices]:
        add(driver, price)
    todo = actions(driver, qtbot, choose)
    for _ in range(settings().max_examples):
        choose.choice(todo)()
        check(driver)
    driver.chart.resize(700, 500)
    driver.choose(scale="linear", indicators=())
    driver.chart.reset()
    check(driver)
    assert driver.chart.time_range.is_following
    assert all(pane.price_range.auto_scale for pane in driver.chart.panes.visible_panes)
    last = driver.desk.market.states[0].last
    if last is not None and abs(last) > 1e-200:
        qtbot.wait(1)
        check(driver)
        assert -1 <= float(driver.viewport.y(last)) <= driver.viewport.height + 1


@pytest.mark.parametrize("prices", PRICES)
def test_repeated_keys_stop_at_a_drawable_view(qtbot: QtBot, prices: str) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="candles")
    for price in PRICES[prices]:
        add(driver, price)
    check(driver)
    width = driver.chart.price.extent[0]

    def hold(key: Qt.Key, count: int) -> None:
        press = QKeyEvent(QEvent.Type.KeyPress, key, NONE)
        for _ in range(count):
            driver.chart.keyPressEvent(press)

    def turn(notches: float) -> None:
        """Turn the wheel to the limit, and farther."""
        shown = []
        for _ in range(3):
            driver.wheel(width + 20, 100, notches)
            price_range = driver.chart.price.price_range
            shown.append((price_range.bottom, price_range.top))
        assert shown[0] == shown[1] == shown[2]
        check(driver)

    for scale in SCALES:
        driver.choose(scale=scale)
        hold(Key.Key_Up, 90)
        turn(10.0)
        hold(Key.Key_Down, 150)
        turn(-10.0)
        for key, count in ((Key.Key_Minus, 60), (Key.Key_Plus, 80), (Key.Key_PageUp, 30)):
            hold(key, count)
            check(driver)
        driver.chart.reset()
        check(driver)
        assert driver.chart.time_range.is_following


@pytest.mark.parametrize("timeframe", ["1s", "1h", "1d", "100t"])
def test_zooming_out_completely_shows_valid_times(qtbot: QtBot, timeframe: str) -> None:
    driver = ChartDriver(qtbot, timeframe=timeframe, kind="candles", zone="local")
    for price in PRICES["usual"]:
        add(driver, price, after_s=3600.0)
    for _ in range(24):
        for _ in range(5):
            qtbot.keyClick(driver.chart, Key.Key_Minus)
        check(driver)
    driver.move(5, 50)
    check(driver)
    assert driver.chart.panes.visible_panes[-1].time_axis.tags
