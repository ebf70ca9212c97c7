from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.gui.chart.axes.axis import Axis
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.pane_stack import PaneStack
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import IndicatorConfig

RSI, MACD, ATR, SMA = IndicatorConfig("rsi"), IndicatorConfig("macd"), IndicatorConfig("atr"), IndicatorConfig("sma")


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.trades(*(100.0 + index % 7 for index in range(60)))
    return driver


def visible(panes: PaneStack) -> list[bool]:
    return [pane.isVisible() for pane in panes._all()]


def test_each_indicator_with_its_own_scale_has_a_pane(driver: ChartDriver) -> None:
    panes = driver.chart.panes
    assert visible(panes) == [True, True]
    driver.choose(indicators=(RSI, SMA, MACD))
    assert visible(panes) == [True, True, True, True]
    assert [pane.is_lowest for pane in panes._all()] == [False, False, False, True]
    driver.choose(indicators=(MACD,), has_volume=False)
    assert visible(panes) == [True, False, True, False]
    assert [pane.is_lowest for pane in panes._all()] == [False, False, True, False]
    driver.choose(indicators=())
    assert [pane.is_lowest for pane in panes._all()] == [True, False, False, False]


def test_panes_are_reused(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, MACD))
    before = driver.chart.panes._all()
    for chosen in ((), (ATR,), (MACD, RSI), (RSI,)):
        driver.choose(indicators=chosen)
    assert driver.chart.panes._all() == before


def test_an_indicator_keeps_its_scale_while_others_are_added_and_changed(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI,))
    pane = driver.chart.panes.visible_panes[-1]
    pane.price_range.scale(0.5)
    before = pane.price_range.bottom, pane.price_range.top
    driver.choose(indicators=(RSI, MACD))
    driver.choose(kind="candles")
    assert (pane.price_range.bottom, pane.price_range.top) == before
    driver.choose(indicators=(ATR, MACD))
    assert pane.price_range.auto_scale


def test_a_pane_that_is_hidden_during_a_drag_scales_again_afterwards(driver: ChartDriver) -> None:
    driver.press(100, 50)
    driver.move(120, 50, is_pressed=True)
    assert driver.chart.panes.volume.price_range.frozen
    driver.choose(has_volume=False)
    driver.release(120, 50)
    driver.choose(has_volume=True)
    assert not driver.chart.panes.volume.price_range.frozen


def test_the_price_pane_is_the_highest(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, MACD))
    sizes = driver.chart.panes.sizes()
    assert sizes[0] > sizes[2] == pytest.approx(sizes[3], abs=24)  # the lowest one has the time axis
    assert sizes[2] > sizes[1] > 0


def test_dragged_heights_stay_until_the_panes_change(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI,))
    driver.chart.panes.setSizes([200, 100, 130])
    dragged = driver.chart.panes.sizes()
    driver.choose(kind="candles", indicators=(MACD,))
    assert driver.chart.panes.sizes() == dragged
    kept = bytes(driver.chart.panes.saveState().data())
    driver.choose(indicators=())
    driver.choose(indicators=(MACD,))
    assert driver.chart.panes.sizes() != dragged
    driver.chart.panes.restore_sizes(kept)
    assert driver.chart.panes.sizes() == dragged


def test_axes_are_as_wide_as_the_widest_text_and_shrink_only_with_other_data(driver: ChartDriver) -> None:
    panes = driver.chart.panes
    narrow = panes.axis_width
    driver.trades(123_456_789.125, 123_456_789.125)
    wide = panes.axis_width
    assert wide > narrow
    assert {pane.price_axis.size().width() for pane in panes.visible_panes} == {wide}
    driver.trades(*[100.0] * 200)
    assert panes.axis_width == wide
    driver.choose(indicators=(RSI, MACD))
    assert {pane.price_axis.size().width() for pane in panes.visible_panes} == {wide}
    driver.choose(timeframe="5s")
    assert panes.axis_width <= wide


def test_axes_take_up_to_half_of_the_chart(driver: ChartDriver) -> None:
    driver.trades(123_456_789.000125, 123_456_789.000125)
    wide = driver.chart.panes.axis_width
    for width in (900, 200, 150, 900):
        driver.chart.resize(width, 500)
        driver.trades(123_456_789.000125)
        panes = driver.chart.panes
        assert panes.axis_width <= max(64, panes.width() // 2)
        assert {pane.price_axis.size().width() for pane in panes.visible_panes} == {panes.axis_width}
        assert not driver.chart.grab().toImage().isNull()
    assert driver.chart.panes.axis_width == wide


@given(
    steps=st.lists(
        st.tuples(st.integers(120, 1200), st.sampled_from([1.0, 100.0, 123_456_789.000125]), st.integers(40, 900)),
        min_size=1,
        max_size=8,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate]
)
def test_every_frame_fits_the_width_of_the_chart_and_of_its_axes(
    driver: ChartDriver, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, float, int]]
) -> None:
    driver.choose(indicators=(RSI, MACD))
    required = [0]
    monkeypatch.setattr(Axis, "required_width", property(lambda _: required[0]))
    for width, price, required[0] in steps:
        driver.chart.resize(width, 500)
        driver.trades(price)
        for pane in driver.chart.panes.visible_panes:
            assert pane.current_viewport is not None
            assert pane.current_viewport.width == pane.extent[0]
            assert pane.extent[0] + pane.price_axis.size().width() == pytest.approx(pane.viewport().width())
            assert pane.price_axis.size().width() == driver.chart.panes.axis_width


def test_an_axis_that_becomes_wider_requests_no_endless_frames(driver: ChartDriver, qtbot: QtBot) -> None:
    driver.trades(123_456_789.125)
    drawn = driver.chart.scene
    driver.chart.refresh()
    assert driver.chart.scene is drawn


def test_all_panes_show_the_same_time_range(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, MACD))
    viewports = [pane.current_viewport for pane in driver.chart.panes.visible_panes]
    assert len({(viewport.left, viewport.right, viewport.width) for viewport in viewports if viewport is not None}) == 1
    assert None not in viewports


class PaintRecorder(QObject):
    """Counts paintings of a part of a widget."""

    partial_paints = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWidget) and isinstance(event, QPaintEvent):
            self.partial_paints += event.region() != QRegion(watched.rect())
        return False


@pytest.mark.parametrize("seed", range(3))
def test_a_partial_repaint_shows_what_a_full_one_would_show(qtbot: QtBot, seed: int) -> None:
    driver, rng = ChartDriver(qtbot, kind="candles", timeframe="5s"), random.Random(seed)
    chart, price = driver.chart, 100.0
    steps = {
        "trade": lambda: None,
        "zoom": lambda: chart.time_range.zoom(rng.choice([0.8, 1.3]), chart.time_range.right),
        "volume": lambda: driver.choose(has_volume=rng.random() < 0.5),
        "theme": lambda: chart.set_theme(load_theme(rng.choice(["dark", "light"]))),
        "resize": lambda: chart.resize(rng.randint(500, 800), rng.randint(400, 600)),
        "hover": lambda: driver.move(rng.randint(10, 300), rng.randint(10, 200)),
    }
    recorder = PaintRecorder()
    for pane in (chart.price, chart.panes.volume):
        pane.viewport().installEventFilter(recorder)
    for _ in range(40):
        price = max(1.0, price + rng.choice([0.0, 0.01, -0.01, 5.0]))
        driver.trade(round(price, 2), rng.choice([0.04, 0.04, 1.0]))
        step = rng.choices(list(steps), weights=(20, 1, 1, 1, 1, 2))[0]
        steps[step]()
        if step != "trade":
            chart.invalidate()
        chart.refresh()
        for _ in range(3):
            QApplication.processEvents()
        shown, whole = chart.screen().grabWindow(chart.winId()).toImage(), chart.grab().toImage()
        form = QImage.Format.Format_RGB32
        assert shown.convertToFormat(form) == whole.convertToFormat(form)
    assert recorder.partial_paints > 10


def test_a_low_chart_shows_only_the_prices_until_it_is_higher(driver: ChartDriver) -> None:
    panes = driver.chart.panes
    driver.choose(indicators=(RSI,))
    height = driver.chart.height()
    panes.setSizes([200, 100, 130])
    dragged, saved = panes.sizes(), panes.captured_sizes()
    assert saved == panes.saveState().data()
    above = height - panes.height()
    driver.chart.resize(driver.chart.width(), above + 120)
    QApplication.processEvents()
    assert visible(panes) == [True, False, False]
    assert panes.price.is_lowest
    assert panes.captured_sizes() == saved
    driver.choose(indicators=(RSI, MACD))
    assert visible(panes) == [True, False, False, False]
    driver.choose(indicators=(RSI,))
    driver.chart.resize(driver.chart.width(), height)
    QApplication.processEvents()
    assert visible(panes)[:3] == [True, True, True]
    assert panes.sizes()[:3] == pytest.approx(dragged, abs=2)


def test_a_chart_that_became_low_while_it_was_hidden_shows_only_the_prices(driver: ChartDriver) -> None:
    panes, chart = driver.chart.panes, driver.chart
    driver.choose(indicators=(RSI,))
    chart.hide()
    chart.resize(chart.width(), chart.height() - panes.height() + 120)
    chart.show()
    assert visible(panes) == [True, False, False]


def test_a_double_click_on_a_handle_gives_the_panes_their_usual_heights(driver: ChartDriver, qtbot: QtBot) -> None:
    panes = driver.chart.panes
    usual = panes.sizes()
    panes.setSizes([100, 300])
    assert panes.sizes() != usual
    qtbot.mouseDClick(panes.handle(1), Qt.MouseButton.LeftButton)
    assert panes.sizes() == pytest.approx(usual, abs=2)


def stack_of_height(driver: ChartDriver, height: int) -> PaneStack:
    """Give the panes of the chart a height."""
    chart, panes = driver.chart, driver.chart.panes
    chart.resize(chart.width(), chart.height() - panes.height() + height)
    QApplication.processEvents()
    return panes


def legend_of(pane: ChartPane) -> str:
    return " ".join(one.text.text for one in pane._placed_texts)


def test_panes_give_way_to_the_prices_and_return_with_their_heights(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, MACD, ATR))
    for height, expected in (
        (420, [True, True, True, True, True]),
        (340, [True, False, True, True, True]),
        (280, [True, False, True, True, False]),
        (210, [True, False, True, False, False]),
        (170, [True, False, False, False, False]),
    ):
        panes = stack_of_height(driver, 600)
        panes.setSizes([300, 60, 70, 80, 90])
        dragged, saved = panes.sizes(), panes.captured_sizes()
        assert saved == panes.saveState().data()
        stack_of_height(driver, height)
        assert visible(panes) == expected, height
        assert panes.sizes()[0] >= 120
        assert min(pane.extent[1] for pane in panes.visible_panes) >= 50  # without the time axis
        assert [pane.is_lowest for pane in panes._all() if pane.isVisible()] == [False] * (sum(expected) - 1) + [True]
        if not all(expected):
            assert panes.captured_sizes() == saved
            stack_of_height(driver, 600)
            assert panes.sizes() == pytest.approx(dragged, abs=3), height


def test_the_legend_of_the_prices_has_the_values_of_panes_without_room(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, ATR))
    panes = stack_of_height(driver, 600)
    assert "RSI" not in legend_of(panes.price)
    for height, shown in ((210, {"ATR", "V"}), (150, {"RSI", "ATR", "V"}), (600, set[str]())):
        stack_of_height(driver, height)
        driver.trades(101.0)
        words = set(legend_of(panes.price).split())
        assert words & {"RSI", "ATR", "V"} == shown


def test_the_user_cannot_drag_the_price_pane_too_low(driver: ChartDriver) -> None:
    driver.choose(indicators=(RSI, ATR))
    panes = stack_of_height(driver, 500)
    panes.setSizes([10, 100, 200, 190])
    assert panes.sizes()[0] >= 120


def test_an_indicator_that_is_added_to_a_low_chart_leaves_the_prices_their_height(driver: ChartDriver) -> None:
    panes = stack_of_height(driver, 270)
    for chosen in ((RSI,), (RSI, ATR), (RSI, ATR, MACD), (RSI, MACD), ()):
        driver.choose(indicators=chosen)
        QApplication.processEvents()
        assert panes.sizes()[0] >= 120
        assert sum(visible(panes)[2:]) == min(2, len(chosen))
    assert visible(panes)[:2] == [True, True]
