from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.market_of import Desk
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import BY_NAME, DAY, DAY_NS, SECOND_NS, Timeframe
from ticker_gui.feed_status.charted_status import Remedy
from ticker_gui.gui.chart.range_bar import SPANS, RangeBar
from ticker_gui.gui.widgets.elided_label import ElidedLabel

LEFT = Qt.MouseButton.LeftButton


class Ranged:
    """A chart of three hours with its range bar."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.driver = ChartDriver(qtbot, timeframe="1m", kind="candles")
        self.driver.trades(*(100.0 + index % 9 for index in range(180)), after_s=60.0)
        self.bar = RangeBar(self.driver.chart)
        qtbot.addWidget(self.bar)
        self.bar.resize(900, 32)
        self.bar.show()

    def press(self, name: str) -> QToolButton:
        button = self.bar.findChild(QToolButton, name)
        assert isinstance(button, QToolButton)
        self.qtbot.mouseClick(button, LEFT)
        self.driver.chart.refresh()
        return button

    @property
    def checked(self) -> list[str]:
        return [one.text() for one in self.bar.findChildren(QToolButton) if one.isChecked()]


@pytest.fixture
def ranged(qtbot: QtBot) -> Ranged:
    return Ranged(qtbot)


def test_a_range_selects_its_timeframe_and_shows_the_bars_that_exist(ranged: Ranged) -> None:
    ranged.press("range_1D")
    assert ranged.driver.chart.options.timeframe == "5m"
    assert ranged.checked == ["1D", "Auto"]
    assert len(ranged.driver.visible_data.visible.left) == len(ranged.driver.scene.chart_data.series) >= 36
    step = ranged.driver.viewport.x(ranged.driver.visible_data.visible.right[-1]) - ranged.driver.viewport.x(
        ranged.driver.visible_data.visible.left[-1]
    )
    assert float(step) <= 24.5  # few bars do not fill the view
    newest = float(ranged.driver.viewport.x(ranged.driver.visible_data.visible.right[-1]))
    assert newest == pytest.approx(0.94 * ranged.driver.viewport.width, abs=3)


def add_bars(driver: ChartDriver, timeframe: Timeframe, count: int) -> None:
    """Add provided bars until now."""
    width_ns, state = timeframe.width_ns, driver.desk.market.states[0]
    end_ns = timeframe.start_of(driver.desk.now_ns)
    starts = range(end_ns - count * width_ns, end_ns, width_ns)
    bars = [Bar("A", timeframe.name, start_ns, 5.0, 6.0, 4.0, 5.0, 1.0, is_closed=True) for start_ns in starts]
    state.bars.provided.add(timeframe, bars, (starts[0], end_ns))
    driver.chart.invalidate()
    driver.chart.refresh()


def test_a_range_that_is_pressed_before_there_are_bars_is_shown_with_them(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1m")
    bar = RangeBar(driver.chart)
    qtbot.addWidget(bar)
    bar.show_span(SPANS[1])
    assert driver.chart.options.timeframe == "15m"
    assert (bar.pressed, bar.wanted_from_ns) == ("5D", driver.desk.now_ns - 5 * DAY_NS)
    add_bars(driver, BY_NAME["15m"], 800)
    driver.chart.refresh()
    assert bar.pressed == "5D"
    assert driver.width * 0.94 == pytest.approx(5 * 86_400, rel=0.01)


def test_a_range_ends_with_the_newest_bar_while_the_market_is_closed(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="5m")
    add_bars(driver, BY_NAME["5m"], 400)
    driver.desk.now_ns += 2 * DAY_NS
    bar = RangeBar(driver.chart)
    qtbot.addWidget(bar)
    bar.show_span(SPANS[0])
    driver.chart.refresh()
    assert bar.pressed == "1D"
    assert len(driver.visible_data.visible.bars.close) == pytest.approx(288, abs=2)


def test_no_range_is_pressed_once_the_view_was_moved(ranged: Ranged) -> None:
    for move in (lambda: ranged.driver.wheel(100, 50, 1), lambda: ranged.driver.drag((300, 50), (350, 50))):
        ranged.press("range_All")
        assert ranged.bar.pressed == "All"
        move()
        assert ranged.bar.pressed == ""
        assert "All" not in ranged.checked
    ranged.press("range_5D")
    ranged.driver.choose(timeframe="1m")
    assert ranged.bar.pressed == ""


def test_new_trades_leave_the_range_pressed(ranged: Ranged) -> None:
    ranged.press("range_1D")
    ranged.driver.trades(*(100.0 + index for index in range(30)), after_s=60.0)
    assert ranged.bar.pressed == "1D"


def test_the_scale_of_compared_symbols_is_percent_and_cannot_be_changed(ranged: Ranged) -> None:
    chart = ranged.driver.chart
    log = ranged.press("scale_log")
    tip = log.toolTip()
    chart.compare([*ranged.driver.desk.market.states, Desk("B").market.states[0]])
    assert ranged.checked == ["Auto", "%"]
    assert not log.isEnabled()
    assert "Compared symbols are always shown in percent" in log.toolTip()
    ranged.press("scale_percent")
    assert ranged.checked == ["Auto", "%"]
    chart.compare([])
    assert ranged.checked == ["Auto", "Log"]
    assert log.isEnabled()
    assert log.toolTip() == tip


def test_auto_log_and_percent_show_and_set_the_scale(ranged: Ranged) -> None:
    ranged.press("scale_log")
    assert ranged.driver.chart.options.scale == "log"
    assert ranged.checked == ["Auto", "Log"]
    ranged.press("scale_percent")
    assert ranged.checked == ["Auto", "%"]
    ranged.press("scale_percent")
    assert ranged.driver.chart.options.scale == "linear"
    ranged.driver.chart.refresh()
    ranged.driver.chart.price.price_range.scale(1.5)
    ranged.driver.chart.invalidate()
    assert ranged.checked == []
    ranged.press("scale_auto")
    assert ranged.checked == ["Auto"]
    assert ranged.driver.chart.price.price_range.auto_scale


def test_the_zone_of_the_chart_is_shown_and_set(ranged: Ranged) -> None:
    ranged.driver.choose(zone="Asia/Tokyo")
    assert ranged.bar.zone_box.currentText() == "Tokyo"
    ranged.bar.zone_box.chosen.emit("Europe/Berlin")
    assert ranged.driver.chart.options.zone == "Europe/Berlin"
    ranged.driver.chart.refresh()
    assert ranged.driver.chart.panes.visible_panes[-1].time_axis.note == "CET"  # in November


def test_the_zone_is_left_out_of_a_narrow_bar(ranged: Ranged) -> None:
    width = ranged.bar.width()
    for narrow in (300, width, 300, width):
        ranged.bar.resize(narrow, ranged.bar.height())
        assert ranged.bar.zone_box.isVisibleTo(ranged.bar) is (narrow == width)


def test_every_button_has_a_tooltip(ranged: Ranged) -> None:
    buttons = ranged.bar.findChildren(QToolButton)
    assert all(button.toolTip() for button in buttons if button.objectName())
    assert len({span.title for span in SPANS}) == len(SPANS) == 8


def test_a_pressed_range_grows_with_the_bars_that_are_loaded(ranged: Ranged) -> None:
    ranged.press("range_1Y")
    data = ranged.driver.chart.chart_data
    assert data is not None
    assert ranged.bar.wanted_from_ns is not None
    days = [
        Bar(
            "A",
            "1d",
            DAY.start_of(ranged.driver.desk.now_ns) - n * DAY_NS,
            90.0,
            120.0,
            80.0,
            100.0,
            1.0,
            is_closed=True,
        )
        for n in range(1, 500)
    ]
    data.state.bars.provided.add(DAY, days)
    ranged.driver.chart.invalidate()
    ranged.driver.chart.refresh()
    ranged.driver.chart.invalidate()
    assert len(data.series) >= 500
    assert ranged.bar.pressed == "1Y"
    time_range = ranged.driver.chart.time_range
    assert (time_range.right - time_range.left) * SECOND_NS >= 365 * DAY_NS
    ranged.driver.wheel(100, 50, 1)
    assert ranged.bar.wanted_from_ns is None


def test_the_note_is_shown_in_full_as_a_tooltip(ranged: Ranged) -> None:
    label = ranged.bar.findChild(QLabel, "past_bars_note")
    assert isinstance(label, QLabel)
    ranged.bar.show_note("Your plan has no past bars.")
    assert label.text() == "Your plan has no past bars."
    assert "Your plan has no past bars." in label.toolTip()
    ranged.bar.show_note("")
    assert label.text() == label.toolTip() == ""


def test_a_note_without_room_for_its_words_is_an_icon(ranged: Ranged) -> None:
    label = ranged.bar.findChild(QLabel, "past_bars_note")
    assert isinstance(label, ElidedLabel)
    texts, pictures = ("Your plan has no past bars.", "It has bars of another kind only."), {}
    for text in texts:
        ranged.bar.show_note(text, "No past bars")
        for width in (40, 90, 400):
            label.resize(width, 32)
            pictures[text, width] = label.grab().toImage()
            assert label.is_cut is (width == 40)
    first, second = ({key[1]: picture for key, picture in pictures.items() if key[0] == text} for text in texts)
    assert first[40] == second[40]
    assert first[90] == second[90]
    assert first[400] != second[400]


def test_a_remedy_is_offered_next_to_the_note(ranged: Ranged) -> None:
    requested: list[object] = []
    ranged.bar.remedy_requested.connect(requested.append)
    button = ranged.bar.findChild(QToolButton, "past_bars_remedy")
    assert isinstance(button, QToolButton)
    assert button.isHidden()
    ranged.bar.show_note("The key is not known.", "No past bars", Remedy.ENTER_KEY)
    assert (button.isHidden(), button.text(), button.accessibleName()) == (False, "Enter a key…", "Enter a key…")
    button.click()
    assert requested == [Remedy.ENTER_KEY]
    ranged.bar.show_note("")
    assert (button.isHidden(), button.accessibleName()) == (True, "No action")
