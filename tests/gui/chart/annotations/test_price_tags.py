from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.axis_tags import Role, TagLayout
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.price_tags import (
    PriceTag,
    TagName,
    comparison_tags,
    draw_names,
    indicator_tags,
    level_tags,
    place,
    without_touched,
)
from ticker_gui.gui.chart.axes.axis import Label
from ticker_gui.indicators.registry import IndicatorConfig


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return ChartDriver(qtbot, timeframe="1m", kind="candles")


def names(driver: ChartDriver) -> list[TagName]:
    pane = driver.chart.price
    return place(pane._tag_layout, pane._tags(driver.viewport, driver.scene), pane.price_axis, driver.viewport.height)[
        1
    ]


def quote(driver: ChartDriver) -> None:
    driver.desk.day("A", 100.2)
    driver.desk.quote("A", 100.05, 100.1)
    driver.trades(100.0, 100.3, 100.1)


def test_known_prices_have_tags_at_their_levels(driver: ChartDriver) -> None:
    driver.trades(100.0)
    assert [(tag.role, tag.lines[0]) for tag in level_tags(driver.viewport, driver.scene)] == [(Role.LAST, "100.00")]
    quote(driver)
    tags = {tag.role: tag for tag in level_tags(driver.viewport, driver.scene)}
    assert {role: tag.lines[0] for role, tag in tags.items()} == {
        Role.LAST: "100.10",
        Role.ASK: "100.10",
        Role.BID: "100.05",
        Role.PREVIOUS_CLOSE: "100.20",
    }
    for tag in tags.values():
        assert tag.y == pytest.approx(float(driver.viewport.y(float(tag.lines[0]))))
    assert len(tags[Role.LAST].lines) == 2  # with the countdown


def test_only_the_last_price_has_the_color_of_up_or_down(driver: ChartDriver) -> None:
    quote(driver)
    colors = driver.scene.colors
    for tag in level_tags(driver.viewport, driver.scene):
        is_last = tag.role is Role.LAST
        assert tag.color == (colors.down if is_last else colors.raised)
        assert tag.edge == (colors.down if is_last else colors.control)


def test_ask_bid_and_previous_close_are_named_and_last_is_not(driver: ChartDriver) -> None:
    quote(driver)
    assert {name.text for name in names(driver)} == {"Ask", "Bid", "Prev"}
    ask, bid = (next(name for name in names(driver) if name.text == text) for text in ("Ask", "Bid"))
    assert ask.top < bid.top
    assert ask.y is not None


def test_prices_out_of_view_are_named_with_an_arrow_at_the_edge(driver: ChartDriver) -> None:
    driver.desk.day("A", 5.0)
    driver.trades(100.0, 100.1)
    (prev,) = names(driver)
    assert (prev.text, prev.y) == ("Prev ↓", None)
    assert prev.top == round(driver.viewport.height) - driver.chart.price.price_axis.tag_height()
    assert ("5.00",) in driver.chart.price.price_axis.tags


def test_while_disconnected_last_is_outlined_and_there_are_no_quotes(driver: ChartDriver) -> None:
    quote(driver)
    coverage = driver.desk.market.states[0].coverage
    coverage.mark_connected(driver.desk.now_ns)
    coverage.mark_disconnected(driver.desk.now_ns)
    driver.chart.invalidate()
    driver.chart.refresh()
    tags = {tag.role: tag for tag in level_tags(driver.viewport, driver.scene)}
    assert set(tags) == {Role.LAST, Role.PREVIOUS_CLOSE}
    assert tags[Role.LAST].color == driver.scene.colors.raised
    last_ns = driver.desk.market.states[0].last_ns
    assert tags[Role.LAST].lines[1] == local_time(last_ns / SECOND_NS, None).strftime("%H:%M:%S")


def test_the_pointer_is_on_top_and_the_last_price_comes_next(driver: ChartDriver) -> None:
    quote(driver)
    driver.move(100, 30)
    tags = driver.chart.price.price_axis.tags
    assert len(tags[-1]) == 1
    assert float(tags[-1][0]) == pytest.approx(driver.viewport.price(30.0), abs=0.01)
    assert tags[-2][0] == "100.10"


def test_grid_labels_that_a_tag_touches_are_left_out(driver: ChartDriver) -> None:
    quote(driver)
    axis = driver.chart.price.price_axis
    for label in axis._labels:
        for tag in axis._tags:
            if not tag.is_tick:
                assert tag.top is not None
                is_above = label.at + axis.label_height / 2 <= tag.top
                assert is_above or tag.top + axis.tag_height(len(tag.lines)) <= label.at - axis.label_height / 2
    free = [Label(5.0, "1"), Label(300.0, "2")]
    assert without_touched(free, [], axis) == free


def test_compared_symbols_have_tags_at_the_ends_of_their_lines(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, "A", "B", "C", timeframe="1s", kind="line")
    for index in range(20):
        driver.trade(100.0)
        driver.trade(50.0 + index, 0.0, "B")
    driver.chart.compare(driver.desk.market.states[1:])
    driver.chart.refresh()
    (tag,) = comparison_tags(driver.viewport, driver.scene)  # the third symbol has no price yet
    assert (tag.name, tag.lines) == ("B", ("+38.00%",))
    assert tag.y == pytest.approx(float(driver.viewport.y(138.0)))
    assert tag.edge == driver.scene.compared_colors()[0]
    assert tag.lines in driver.chart.price.price_axis.tags


def test_indicators_over_prices_have_tags_at_their_newest_values(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", indicators=(IndicatorConfig("sma", {"timeperiod": 2}), IndicatorConfig("rsi")))
    driver.trades(*[100.0 + index % 2 for index in range(20)])
    (tag,) = indicator_tags(driver.viewport, driver.scene)
    assert (tag.name, tag.lines) == ("SMA 2", ("100.500",))
    assert tag.edge == driver.scene.colors.series(0)


def test_indicators_with_several_outputs_have_short_names_and_full_ones_for_the_tooltip(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", indicators=(IndicatorConfig("bbands", {"timeperiod": 2}),))
    driver.trades(*[100.0 + index % 2 for index in range(20)])
    tags = indicator_tags(driver.viewport, driver.scene)
    assert [tag.name for tag in tags] == ["Upper", "Middle", "Lower"]
    assert [tag.full_name for tag in tags] == [f"Bollinger 2 2 {name}" for name in ("upper", "middle", "lower")]
    upper, middle, lower = (tag.edge for tag in tags)
    assert upper == lower == driver.scene.colors.series(0) != middle
    placed, _ = place(TagLayout(), tags, driver.chart.price.price_axis, driver.viewport.height)
    assert {tag.tooltip for tag in placed} == {f"{tag.full_name} {tag.lines[0]}" for tag in tags}


def test_tags_without_room_are_ticks_at_their_prices_or_hidden_if_these_are_not_in_view(driver: ChartDriver) -> None:
    driver.choose(timeframe="1s", indicators=(IndicatorConfig("bbands", {"timeperiod": 2}),))
    driver.trades(*[100.0 + index % 2 for index in range(20)])
    axis, tags = driver.chart.price.price_axis, indicator_tags(driver.viewport, driver.scene)
    room = axis.tag_height()
    in_view, _ = place(TagLayout(), [tag._replace(y=room / 2) for tag in tags], axis, room)
    above, _ = place(TagLayout(), [tag._replace(y=-9.0 * room) for tag in tags], axis, room)
    assert (len(in_view), len(above)) == (3, 1)


def test_a_tick_says_what_it_is(driver: ChartDriver, qtbot: QtBot) -> None:
    driver.chart.resize(600, 400)
    quote(driver)
    colors, pane = driver.scene.colors, driver.chart.price
    crowd = [
        PriceTag(Role.INDICATOR, 100.0 + n / 9, f"I{n}", (f"{n}.00",), colors.raised, colors.control, colors.text)
        for n in range(40)
    ]
    placed, _ = place(pane._tag_layout, crowd, pane.price_axis, 200.0)
    assert any(tag.is_tick for tag in placed)
    pane.price_axis.show_labels([], placed, colors)
    tick = next(tag for tag in placed if tag.is_tick)
    point = QPoint(round(pane.extent[0]) + 3, round(tick.at)) + pane.corner
    QApplication.sendEvent(pane.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, point, pane.mapToGlobal(point)))
    assert QToolTip.text().removeprefix("<qt>").startswith("I")


def test_names_are_drawn_at_the_right_edge(driver: ChartDriver) -> None:
    quote(driver)
    pane = driver.chart.price
    image = pane.grab().toImage()
    control = driver.scene.colors.control
    ratio = image.devicePixelRatio()
    right = [
        round(y)
        for y in range(round(driver.viewport.height))
        if image.pixelColor(round((driver.viewport.width - 8) * ratio), round(y * ratio)) == control
    ]
    tops = {name.top for name in names(driver) if name.text}
    assert tops <= set(right)


def test_no_line_from_a_tag_to_its_price_crosses_the_name_of_another(driver: ChartDriver) -> None:
    pane, colors, viewport = driver.chart.price, driver.scene.colors, driver.viewport
    height = pane.price_axis.tag_height()
    tag = PriceTag(Role.INDICATOR, 90.0, "EMA 20", ("1.00",), colors.raised, colors.control, colors.text)
    named, crossing = TagName(tag, "EMA 20", 100, None), TagName(tag._replace(name=""), "", 140, 80)

    def drawn(*names: TagName) -> QImage:
        image = QImage(round(viewport.width), 200, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        draw_names(painter, viewport, names, pane.texts, colors, height)
        painter.end()
        return image

    chip = QRect(round(viewport.width) - 40, 102, 39, height - 4)
    assert drawn(named, crossing) != drawn(named)
    for order in ((named, crossing), (crossing, named)):
        assert drawn(*order).copy(chip) == drawn(named).copy(chip)
