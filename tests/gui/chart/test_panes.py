from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.chart.panes import IndicatorPane
from ticker_gui.indicators.registry import Chosen

CHOICES = {"timeframe": "1s", "kind": "candles"}


def trades(shown: Shown, count: int = 200) -> None:
    shown.trades(*(100.0 + 5 * np.sin(index / 9) for index in range(count)))


@pytest.mark.parametrize("kind", ["candles", "line", "heikin-ashi"])
def test_visible_prices_are_within_the_pane(qtbot: QtBot, kind: str) -> None:
    shown = Shown(qtbot, timeframe="5s", kind=kind)
    trades(shown, 900)
    prices = shown.scene.prices.prices
    assert (shown.viewport.y(prices) >= 0).all()
    assert (shown.viewport.y(prices) <= shown.viewport.height).all()
    assert np.ptp(shown.viewport.y(prices)) > 0.4 * shown.viewport.height


def test_overlays_have_room_without_squeezing_prices(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, indicators=(Chosen("bbands", {"deviations": 3.0}),))
    trades(shown)
    upper = shown.visible_data.studies[0][0].highs
    assert (shown.viewport.y(upper[np.isfinite(upper)]) >= 0).all()
    shown.choose(indicators=(Chosen("bbands", {"deviations": 90.0}),))
    shown.chart.reset()
    shown.chart.refresh()
    prices = shown.scene.prices.prices
    assert np.ptp(shown.viewport.y(prices)) > 0.2 * shown.viewport.height


def test_a_logarithmic_scale_ignores_prices_that_are_not_positive(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, scale="log", indicators=(Chosen("bbands", {"deviations": 9.0}),))
    trades(shown)
    before = shown.viewport
    shown.trades(-1.0, -1.0, 0.0, 101.0, 101.0)
    assert shown.viewport.is_log
    assert (shown.viewport.bottom, shown.viewport.top) == pytest.approx((before.bottom, before.top), abs=0.2)
    assert shown.chart.price.price_axis.labels
    assert 0 <= shown.viewport.y(101.0) <= shown.viewport.height
    assert shown.viewport.y(-1.0) > shown.viewport.height
    assert not shown.chart.grab().toImage().isNull()


def test_the_scale_is_linear_while_no_visible_price_is_positive(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, scale="log")
    shown.trades(-1.0, -1.0, -3.0)
    assert not shown.viewport.is_log
    assert 0 <= shown.viewport.y(-1.0) <= shown.viewport.height
    shown.trades(2.0, 2.0)
    assert shown.viewport.is_log
    assert 0 <= shown.viewport.y(2.0) <= shown.viewport.height


def legend(shown: Shown) -> list[str]:
    return [words.text for line in shown.chart.price._legend_lines(shown.scene) for words in line]


@given(prices=st.lists(st.sampled_from([-37.63, -1.0, 0.0, 0.5, 120.0]), min_size=1, max_size=5))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate]
)
def test_the_legend_notes_what_a_logarithmic_scale_cannot_show(qtbot: QtBot, prices: list[float]) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="line", scale="log")
    shown.trades(*prices)
    hidden, unused = "prices at or below zero are not shown", "a logarithmic scale needs prices above zero"
    drawn = shown.scene.prices.prices
    has_hidden, has_shown = bool((drawn <= 0).any()), bool((drawn > 0).any())
    assert any(hidden in text for text in legend(shown)) == (has_hidden and has_shown)
    assert any(unused in text for text in legend(shown)) == (has_hidden and not has_shown)
    if has_hidden:
        assert shown.viewport.is_log == has_shown
    shown.choose(scale="linear")
    assert not any(hidden in text or unused in text for text in legend(shown))
    shown.chart.close()


def test_a_view_without_prices_keeps_its_scale(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, scale="log")
    trades(shown)
    before = shown.viewport
    shown.chart.time_range.pan(-1e6)
    shown.chart.invalidate()
    shown.chart.refresh()
    assert shown.viewport.is_log
    assert (shown.viewport.bottom, shown.viewport.top) == (before.bottom, before.top)


def test_percentages_refer_to_the_first_visible_price(qtbot: QtBot) -> None:
    shown = Shown(qtbot, timeframe="1s", kind="line", scale="percent")
    shown.trades(*[100.0] * 30, *[150.0] * 30)
    axis = shown.chart.price.price_axis
    assert "+0%" in axis.labels
    assert axis.tags[-1][0] == "+50.00%"


def test_the_volume_scale_starts_at_zero(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES)
    for index in range(40):
        shown.trade(100.0 + index % 5, size=1.0 + index % 3)
    shown.chart.refresh()
    viewport = shown.chart.panes.volume.current_viewport
    assert viewport is not None
    assert viewport.bottom == 0.0
    assert 0 <= viewport.y(3.0) <= 0.4 * viewport.height
    shown.trades(100.0, after_s=0.0)
    assert shown.chart.panes.volume.price_range.bottom == 0.0


def test_an_indicator_pane_includes_its_values_and_thresholds(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, indicators=(Chosen("rsi"), Chosen("macd")))
    trades(shown)
    for pane in shown.chart.panes.visible_panes[2:]:
        assert isinstance(pane, IndicatorPane)
        viewport = pane.current_viewport
        assert viewport is not None
        number = [study.chosen for study in shown.scene.chart_data.studies].index(pane.study.chosen)
        for curve in shown.visible_data.studies[number]:
            known = curve.highs[np.isfinite(curve.highs)]
            assert (viewport.y(known) >= 0).all()
            assert (viewport.y(known) <= viewport.height).all()
        for level in pane.study.chosen.indicator.levels:
            assert 0 <= viewport.y(level) <= viewport.height


def test_an_indicator_without_values_yet_is_an_empty_pane(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, indicators=(Chosen("rsi"), Chosen("adx")))
    shown.trades(1.0, 2.0)
    assert not shown.chart.grab().toImage().isNull()


def test_gaps_are_shaded_in_all_panes(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, indicators=(Chosen("rsi"),))
    watch = shown.desk.market.states[0].watch
    watch.begin(shown.desk.now_ns)
    shown.trades(*[100.0 + index % 3 for index in range(30)])
    watch.lose(shown.desk.now_ns)
    shown.desk.now_ns += 40 * 10**9
    watch.begin(shown.desk.now_ns)
    shown.trades(*[100.0 + index % 3 for index in range(30)])
    assert len(shown.visible_data.gaps) == 1
    middle = round(float(shown.viewport.x((shown.visible_data.gaps[0].start_ns + 20 * 10**9) / 1e9)))
    for pane in shown.chart.panes.visible_panes:
        image = pane.grab().toImage()
        assert image.pixelColor(middle, round(pane.extent[1]) // 2 + 3).name() != shown.scene.palette.base.name()


def test_labels_are_in_the_number_format(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES)
    shown.chart.set_style(NumberStyle(point=",", group="."))
    shown.trades(*[1234.5 + index / 10 for index in range(20)])
    labels = shown.chart.price.price_axis.labels
    assert labels
    assert all(label.startswith("1.23") and "," in label for label in labels)


def test_the_crosshair_tag_shows_price_amount_or_value(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES, indicators=(Chosen("rsi"),))
    trades(shown)
    for pane, sign in zip(shown.chart.panes.visible_panes, ("1", "0", ""), strict=True):
        shown.move(200, 20, pane)
        (text,) = pane.price_axis.tags[-1]
        assert text.startswith(sign)
        assert float(text) == pytest.approx(pane.current_viewport.price(20.0), abs=0.01)  # type: ignore[union-attr]


def test_before_the_first_trade_only_bid_and_ask_are_shown(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES)
    axes = [pane.price_axis for pane in shown.chart.panes.visible_panes]
    assert [axis.labels for axis in axes] == [[], []]
    shown.desk.quote("A", 0.00006547, 0.0000656)
    shown.chart.refresh()
    assert sorted(text for (text,) in axes[0].tags) == ["0.00006547", "0.00006560"]
    assert axes[0].labels
    assert axes[1].labels == []
    shown.chart.update_accessible_text()
    assert WAITING_FOR_TRADES in shown.chart.accessibleDescription()
    assert [words.text for line in shown.chart.price._legend_lines(shown.scene) for words in line] == [
        WAITING_FOR_TRADES
    ]
    shown.trades(0.0000655)
    assert len(shown.chart.price._legend_lines(shown.scene)[0]) > 1
    assert axes[1].labels


def test_the_measurement_is_drawn_over_the_legend(qtbot: QtBot) -> None:
    shown = Shown(qtbot, **CHOICES)
    trades(shown)
    shown.press(200, 120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    shown.move(260, 4, is_pressed=True)  # its words find no room but among those
    assert shown.chart.price.measure is not None
    drawn = shown.chart.price.grab().toImage()
    background = [drawn.pixelColor(x, 5) == shown.scene.palette.raised for x in range(190, 270)]
    assert sum(background) > 30  # the rest is ink
