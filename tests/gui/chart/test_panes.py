from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.chart.painted import pixels_of
from tests.gui.pixels import argb
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.panes import IndicatorPane
from ticker_gui.indicators.registry import IndicatorConfig

OPTIONS = {"timeframe": "1s", "kind": "candles"}


def trades(driver: ChartDriver, count: int = 200) -> None:
    driver.trades(*(100.0 + 5 * np.sin(index / 9) for index in range(count)))


@pytest.mark.parametrize("kind", ["candles", "line", "heikin-ashi"])
def test_visible_prices_are_within_the_pane(qtbot: QtBot, kind: str) -> None:
    driver = ChartDriver(qtbot, timeframe="5s", kind=kind)
    trades(driver, 900)
    prices = driver.scene.prices.prices
    assert (driver.viewport.y(prices) >= 0).all()
    assert (driver.viewport.y(prices) <= driver.viewport.height).all()
    assert np.ptp(driver.viewport.y(prices)) > 0.4 * driver.viewport.height


def test_points_have_times_and_prices_as_soon_as_there_is_something_to_draw(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS)
    driver.chart.refresh()
    assert driver.chart.price.projection(driver.chart.chart_data) is None
    trades(driver)
    projection = driver.chart.price.projection(driver.chart.chart_data)
    assert projection is not None
    assert projection.price(100.0) == driver.viewport.price(100.0)
    assert driver.chart.price.projection(None) is None


def test_the_prices_are_drawn_over_the_whole_pane(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s")
    trades(driver)
    pane, colors = driver.chart.price, driver.scene.colors
    width, height = (round(side) for side in pane.extent)
    for kind in CHART_TYPES:
        driver.choose(kind=kind)
        canvas = argb(pane.grab().toImage())[pane.corner.y() :, pane.corner.x() :][:height, :width]
        drawn = pixels_of(canvas, colors.up, colors.down, colors.line)
        columns = {x for x, _ in drawn}
        first = max(0, driver.viewport.column(float(driver.scene.prices.positions[0])))
        newest = driver.viewport.column(float(driver.scene.prices.positions[-1]))
        assert len(columns) > 0.5 * (newest - first), kind
        assert max(y for _, y in drawn) - min(y for _, y in drawn) > 0.5 * height, kind


def test_prices_of_a_low_chart_are_below_the_legend(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("sma"), IndicatorConfig("ema")))
    driver.chart.resize(400, 200)
    trades(driver)
    for price in (108.0, 109.0):
        driver.trades(price)  # the first one shows the legend, with which the second one is fitted
    pane = driver.chart.price
    assert pane.legend_height > 0.1 * pane.extent[1]
    assert driver.viewport.y(driver.scene.prices.prices).min() >= min(pane.legend_height, 0.4 * pane.extent[1]) - 1
    before = driver.viewport
    driver.trades(109.1, 108.0)
    assert driver.viewport.top == before.top


def test_overlays_have_room_without_squeezing_prices(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("bbands", {"deviations": 3.0}),))
    trades(driver)
    upper = driver.visible_data.studies[0][0].highs
    assert (driver.viewport.y(upper[np.isfinite(upper)]) >= 0).all()
    driver.choose(indicators=(IndicatorConfig("bbands", {"deviations": 90.0}),))
    driver.chart.reset()
    driver.chart.refresh()
    prices = driver.scene.prices.prices
    assert np.ptp(driver.viewport.y(prices)) > 0.2 * driver.viewport.height


def test_a_logarithmic_scale_ignores_prices_that_are_not_positive(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, scale="log", indicators=(IndicatorConfig("bbands", {"deviations": 9.0}),))
    trades(driver)
    before = driver.viewport
    driver.trades(-1.0, -1.0, 0.0, 101.0, 101.0)
    assert driver.viewport.is_log
    assert (driver.viewport.bottom, driver.viewport.top) == pytest.approx((before.bottom, before.top), abs=0.2)
    assert driver.chart.price.price_axis.labels
    assert 0 <= driver.viewport.y(101.0) <= driver.viewport.height
    assert driver.viewport.y(-1.0) > driver.viewport.height
    assert not driver.chart.grab().toImage().isNull()


def test_the_scale_is_linear_while_no_visible_price_is_positive(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, scale="log")
    driver.trades(-1.0, -1.0, -3.0)
    assert not driver.viewport.is_log
    assert 0 <= driver.viewport.y(-1.0) <= driver.viewport.height
    driver.trades(2.0, 2.0)
    assert driver.viewport.is_log
    assert 0 <= driver.viewport.y(2.0) <= driver.viewport.height


def legend(driver: ChartDriver) -> list[str]:
    return [words.text for line in driver.chart.price._legend_lines(driver.scene) for words in line]


@given(prices=st.lists(st.sampled_from([-37.63, -1.0, 0.0, 0.5, 120.0]), min_size=1, max_size=5))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate]
)
def test_the_legend_notes_what_a_logarithmic_scale_cannot_show(qtbot: QtBot, prices: list[float]) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="line", scale="log")
    driver.trades(*prices)
    hidden, unused = "prices at or below zero are not shown", "a logarithmic scale needs prices above zero"
    drawn = driver.scene.prices.prices
    has_hidden, has_shown = bool((drawn <= 0).any()), bool((drawn > 0).any())
    assert any(hidden in text for text in legend(driver)) == (has_hidden and has_shown)
    assert any(unused in text for text in legend(driver)) == (has_hidden and not has_shown)
    if has_hidden:
        assert driver.viewport.is_log == has_shown
    driver.choose(scale="linear")
    assert not any(hidden in text or unused in text for text in legend(driver))
    driver.chart.close()


def test_a_view_without_prices_keeps_its_scale(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, scale="log")
    trades(driver)
    before = driver.viewport
    driver.chart.time_range.pan(-1e6)
    driver.chart.invalidate()
    driver.chart.refresh()
    assert driver.viewport.is_log
    assert (driver.viewport.bottom, driver.viewport.top) == (before.bottom, before.top)


def test_percentages_refer_to_the_first_visible_price(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s", kind="line", scale="percent")
    driver.trades(*[100.0] * 30, *[150.0] * 30)
    axis = driver.chart.price.price_axis
    assert "0%" in axis.labels
    assert axis.tags[-1][0] == "+50.00%"


def test_the_volume_scale_starts_at_zero(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS)
    for index in range(40):
        driver.trade(100.0 + index % 5, size=1.0 + index % 3)
    driver.chart.refresh()
    viewport = driver.chart.panes.volume.current_viewport
    assert viewport is not None
    assert viewport.bottom == 0.0
    assert 0 <= viewport.y(3.0) <= 0.4 * viewport.height
    driver.trades(100.0, after_s=0.0)
    assert driver.chart.panes.volume.price_range.bottom == 0.0


def test_an_indicator_pane_includes_its_values_and_thresholds(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("rsi"), IndicatorConfig("macd")))
    trades(driver)
    for pane in driver.chart.panes.visible_panes[2:]:
        assert isinstance(pane, IndicatorPane)
        viewport = pane.current_viewport
        assert viewport is not None
        number = [study.config for study in driver.scene.chart_data.studies].index(pane.study.config)
        for curve in driver.visible_data.studies[number]:
            known = curve.highs[np.isfinite(curve.highs)]
            assert (viewport.y(known) >= 0).all()
            assert (viewport.y(known) <= viewport.height).all()
        for level in pane.study.config.indicator.thresholds:
            assert 0 <= viewport.y(level) <= viewport.height


def test_an_indicator_without_values_yet_is_an_empty_pane(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("rsi"), IndicatorConfig("adx")))
    driver.trades(1.0, 2.0)
    assert not driver.chart.grab().toImage().isNull()


def test_gaps_are_shaded_in_all_panes(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("rsi"),))
    watch = driver.desk.market.states[0].coverage
    watch.mark_connected(driver.desk.now_ns)
    driver.trades(*[100.0 + index % 3 for index in range(30)])
    watch.mark_disconnected(driver.desk.now_ns)
    driver.desk.now_ns += 40 * 10**9
    watch.mark_connected(driver.desk.now_ns)
    driver.trades(*[100.0 + index % 3 for index in range(30)])
    assert len(driver.visible_data.gaps) == 1
    middle = round(float(driver.viewport.x((driver.visible_data.gaps[0].start_ns + 20 * 10**9) / 1e9)))
    for pane in driver.chart.panes.visible_panes:
        image = pane.grab().toImage()
        assert image.pixelColor(middle, round(pane.extent[1]) // 2 + 3).name() != driver.scene.colors.base.name()


def test_labels_are_in_the_number_format(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS)
    driver.chart.set_style(NumberStyle(point=",", group="."))
    driver.trades(*[1234.5 + index / 10 for index in range(20)])
    labels = driver.chart.price.price_axis.labels
    assert labels
    assert all(label.startswith("1.23") and "," in label for label in labels)


def test_the_crosshair_tag_shows_price_amount_or_value(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS, indicators=(IndicatorConfig("rsi"),))
    trades(driver)
    for pane, sign in zip(driver.chart.panes.visible_panes, ("1", "0", ""), strict=True):
        driver.move(200, 20, pane)
        (text,) = pane.price_axis.tags[-1]
        assert text.startswith(sign)
        assert float(text) == pytest.approx(pane.current_viewport.price(20.0), abs=0.01)  # type: ignore[union-attr]


def test_before_the_first_trade_only_bid_and_ask_are_shown(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS)
    axes = [pane.price_axis for pane in driver.chart.panes.visible_panes]
    assert [axis.labels for axis in axes] == [[], []]
    driver.desk.quote("A", 0.00006547, 0.0000656)
    driver.chart.refresh()
    assert sorted(text for (text,) in axes[0].tags) == ["0.00006547", "0.00006560"]
    assert axes[0].labels
    assert axes[1].labels == []
    driver.chart.update_accessible_text()
    assert WAITING_FOR_TRADES in driver.chart.accessibleDescription()
    assert [words.text for line in driver.chart.price._legend_lines(driver.scene) for words in line] == [
        WAITING_FOR_TRADES
    ]
    driver.trades(0.0000655)
    assert len(driver.chart.price._legend_lines(driver.scene)[0]) > 1
    assert axes[1].labels


def test_the_measurement_is_drawn_over_the_legend(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, **OPTIONS)
    trades(driver)
    driver.press(200, 120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    driver.move(260, 4, is_pressed=True)  # its text overlaps the legend
    assert driver.chart.price.measure is not None
    drawn = driver.chart.price.grab().toImage()
    background = [drawn.pixelColor(x, 5) == driver.scene.colors.raised for x in range(190, 270)]
    assert sum(background) > 30  # the rest is text
