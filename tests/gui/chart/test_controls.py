from __future__ import annotations

from functools import cache

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.market_of import Desk
from ticker_gui.gui.chart.controls import ChartControls
from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES, ChartOptions
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.menus import MenuCommand
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import IndicatorConfig

_Key = Qt.Key
_ARROW_AND_PADDING = 30  # pixels
_WIDTHS = 80  # pixels in which no button appears and vanishes again


class Controlled:
    """A visible chart with its controls."""

    def __init__(self, qtbot: QtBot) -> None:
        self.driver = ChartDriver(qtbot)
        self.controls = ChartControls(self.driver.chart, ChartMenu(self.driver.chart))
        self.requests = 0
        self.controls.indicators_requested.connect(self._note)
        qtbot.addWidget(self.controls)
        self.controls.show()
        self.controls.activateWindow()
        qtbot.waitUntil(self.controls.isActiveWindow)
        self.timeframe, self.kind = self._box("timeframe"), self._box("chart_kind")

    @property
    def chosen(self) -> tuple[str, str]:
        options = self.driver.chart.options
        return options.timeframe, options.kind

    @property
    def button(self) -> QToolButton:
        found = self.controls.findChild(QToolButton, "indicators_button")
        assert isinstance(found, QToolButton)
        return found

    def _note(self) -> None:
        self.requests += 1

    def _box(self, name: str) -> QComboBox:
        found = self.controls.findChild(QComboBox, name)
        assert isinstance(found, QComboBox)
        return found


def texts(box: QComboBox) -> list[str]:
    return [box.itemText(row) for row in range(box.count())]


@pytest.fixture
def controlled(qtbot: QtBot) -> Controlled:
    return Controlled(qtbot)


def test_controls_show_the_current_options_and_offer_all_values(controlled: Controlled) -> None:
    assert texts(controlled.timeframe) == list(STANDARD_TIMEFRAMES.values())
    assert texts(controlled.kind) == [kind.title for kind in CHART_TYPES.values()]
    assert (controlled.timeframe.currentText(), controlled.kind.currentText()) == ("Ticks", "Line")
    assert {"1 s", "5 min", "1 h", "1 d", "100 trades", "1,000 trades"} < set(texts(controlled.timeframe))


def test_options_that_are_set_elsewhere_are_shown_in_full(controlled: Controlled, qtbot: QtBot) -> None:
    controlled.controls.resize(1400, 36)
    boxes = (controlled.kind, controlled.timeframe)
    for kind, timeframe in (("candles", "1000t"), ("line", "ticks"), ("heikin-ashi", "10t")):
        controlled.driver.chart.set_options(ChartOptions(kind=kind, timeframe=timeframe))
        qtbot.waitUntil(lambda: all(box.width() == box.sizeHint().width() for box in boxes))


def test_typing_selects_an_item_at_once(controlled: Controlled, qtbot: QtBot) -> None:
    controlled.driver.choose(scale="log", has_volume=False)
    before = controlled.driver.chart.options
    qtbot.keyClicks(controlled.timeframe, "4")
    qtbot.keyClicks(controlled.kind, "ho")
    assert controlled.driver.chart.options == msgspec.structs.replace(before, timeframe="4h", kind="hollow")


@pytest.mark.parametrize("name", ["timeframe", "kind"])
def test_arrow_keys_select_all_items(controlled: Controlled, qtbot: QtBot, name: str) -> None:
    box = controlled.timeframe if name == "timeframe" else controlled.kind
    controlled.driver.trades(*(100.0 + number for number in range(20)))
    keys = [box.itemData(row) for row in range(box.count())]
    assert keys == list(STANDARD_TIMEFRAMES if name == "timeframe" else CHART_TYPES)
    box.setFocus()
    for key in keys:
        assert getattr(controlled.driver.chart.options, name) == key
        controlled.driver.chart.refresh()
        assert not controlled.driver.chart.grab().isNull()
        qtbot.keyClick(box, _Key.Key_Down)


def test_changes_elsewhere_are_shown_without_a_second_change(controlled: Controlled) -> None:
    emitted = list[tuple[str, str]]()
    controlled.driver.chart.options_changed.connect(lambda: emitted.append(controlled.chosen))
    controlled.driver.choose(timeframe="15m", kind="area")
    assert (controlled.timeframe.currentText(), controlled.kind.currentText()) == ("15 min", "Area")
    assert emitted == [controlled.chosen] == [("15m", "area")]


def test_a_custom_number_of_trades_is_added_once(controlled: Controlled, qtbot: QtBot) -> None:
    standard_items = texts(controlled.timeframe)
    for name, text in (("250t", "250 trades"), ("5m", "5 min"), ("250t", "250 trades")):
        controlled.driver.choose(timeframe=name)
        assert controlled.timeframe.currentText() == text
        assert controlled.chosen[0] == name
    assert texts(controlled.timeframe) == [*standard_items, "250 trades"]
    qtbot.keyClick(controlled.timeframe, _Key.Key_Home)
    qtbot.keyClick(controlled.timeframe, _Key.Key_End)
    assert controlled.chosen[0] == "250t"


def test_a_text_that_is_longer_than_all_before_has_room(controlled: Controlled) -> None:
    box = controlled.timeframe
    rest = box.sizeHint().width() - box.fontMetrics().horizontalAdvance(box.currentText())
    controlled.driver.choose(timeframe="50000000t")
    assert box.currentText() == "50,000,000 trades"
    assert box.sizeHint().width() == rest + box.fontMetrics().horizontalAdvance("50,000,000 trades")


def test_the_button_requests_indicators_by_mouse_and_keys(controlled: Controlled, qtbot: QtBot) -> None:
    qtbot.mouseClick(controlled.button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(controlled.button, _Key.Key_Space)
    assert controlled.requests == 2


def test_the_alert_button_requests_an_alert_for_the_symbol(controlled: Controlled, qtbot: QtBot) -> None:
    button = controlled.controls.findChild(QToolButton, "alert_button")
    assert isinstance(button, QToolButton)
    with qtbot.waitSignal(controlled.controls.alert_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    controlled.driver.chart.show_symbol(None)
    assert not button.isEnabled()


def test_each_control_has_a_name_and_is_in_the_tab_order(controlled: Controlled, qtbot: QtBot) -> None:
    assert controlled.timeframe.accessibleName() == "Timeframe"
    assert controlled.kind.accessibleName() == "Chart type"
    assert controlled.button.text() == "Indicators"
    controlled.controls.resize(420, 36)
    controlled.timeframe.setFocus()
    reached: list[QWidget | None] = []
    for _ in range(7):
        reached.append(controlled.controls.focusWidget())
        qtbot.keyClick(reached[-1], _Key.Key_Tab)
    names = [
        "timeframe", "chart_kind", "indicators_button", "compare_button", "alert_button", "picture_button",
        "chart_menu_button",
    ]  # fmt: skip
    assert [widget.objectName() for widget in reached if widget is not None] == names
    for widget in controlled.controls.findChildren(QToolButton):
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()


def test_two_sets_of_controls_stay_in_sync(controlled: Controlled, qtbot: QtBot) -> None:
    others = ChartControls(controlled.driver.chart, ChartMenu(controlled.driver.chart))
    qtbot.addWidget(others)
    qtbot.keyClicks(controlled.kind, "ca")
    (kind,) = (box for box in others.findChildren(QComboBox) if box.objectName() == "chart_kind")
    assert kind.currentText() == "Candles"


def visible_timeframes(controlled: Controlled) -> list[str]:
    buttons = controlled.controls.findChildren(QToolButton)
    return [
        one.objectName().removeprefix("timeframe_")
        for one in buttons
        if "timeframe" in one.objectName() and one.isVisible()
    ]


def test_a_wide_strip_has_a_button_for_each_usual_timeframe(controlled: Controlled, qtbot: QtBot) -> None:
    counts = []
    for width in (1200, 600, 400):
        controlled.controls.resize(width, 36)
        visible = visible_timeframes(controlled)
        counts.append(len(visible))
        assert controlled.timeframe.isVisible()
        if "5m" in visible:
            qtbot.mouseClick(controlled.controls._buttons["5m"], Qt.MouseButton.LeftButton)
            assert controlled.chosen[0] == "5m"
            qtbot.mouseClick(controlled.controls._buttons["5m"], Qt.MouseButton.LeftButton)
            assert [name for name in visible if controlled.controls._buttons[name].isChecked()] == ["5m"]
    assert counts == [7, 4, 0]


def test_no_text_of_the_strip_is_shortened_at_any_width(controlled: Controlled, qapp: QApplication) -> None:
    apply_theme(qapp, load_theme("dark"))
    strip = controlled.controls
    layout = strip.layout()
    assert layout is not None
    widgets = [*strip.findChildren(QToolButton), controlled.kind]

    @cache
    def extent(width: int) -> int:
        """Return how many timeframes have a button at a width, at which everything visible has its width."""
        strip.resize(width, 36)
        layout.activate()
        shown = [widget for widget in widgets if widget.isVisible()]
        assert all(widget.width() >= widget.sizeHint().width() for widget in shown), width
        if not controlled.timeframe.property("arrow"):
            text = controlled.timeframe.fontMetrics().horizontalAdvance(controlled.timeframe.currentText())
            assert controlled.timeframe.width() >= text + _ARROW_AND_PADDING
        return len(visible_timeframes(controlled))

    def try_widths(low: int, high: int) -> set[int]:
        """Return the extents between two widths; there is least room at the narrowest width of each."""
        if high - low <= 1 or (high - low < _WIDTHS and extent(low) == extent(high)):
            return {extent(low), extent(high)}
        return try_widths(low, (low + high) // 2) | try_widths((low + high) // 2, high)

    for name in ("ticks", "1w", "1000t", "5m"):
        controlled.driver.choose(timeframe=name, indicators=(IndicatorConfig("sma"), IndicatorConfig("rsi")))
        extent.cache_clear()
        assert try_widths(420, 1300) == {0, 4, 7}, name


def test_the_width_of_a_combo_box_follows_its_text_and_its_font(controlled: Controlled) -> None:
    box, font = controlled.kind, controlled.kind.font()
    first, last = box.itemText(0), box.itemText(box.count() - 1)

    def difference() -> int:
        """Return how much wider the box is with the last text than with the first one."""
        box.setCurrentText(first)
        width = box.sizeHint().width()
        box.setCurrentText(last)
        return box.sizeHint().width() - width

    for size in (font.pointSizeF(), 2 * font.pointSizeF()):
        font.setPointSizeF(size)
        box.setFont(font)
        metrics = QFontMetrics(font)
        assert difference() == metrics.horizontalAdvance(last) - metrics.horizontalAdvance(first) != 0


def test_a_timeframe_without_a_button_is_highlighted_in_the_combo_box(controlled: Controlled) -> None:
    controlled.controls.resize(1200, 36)
    for name, is_highlighted in (("1w", True), ("1d", False), ("ticks", True), ("1m", False)):
        controlled.driver.choose(timeframe=name)
        assert controlled.timeframe.property("chosen") is is_highlighted
        checked = [one for one in visible_timeframes(controlled) if controlled.controls._buttons[one].isChecked()]
        assert checked == ([] if is_highlighted else [name])
    controlled.controls.resize(420, 36)  # the combo box alone: there is nothing to tell it from
    assert not controlled.timeframe.property("chosen")


def test_what_changes_while_the_strip_is_hidden_is_shown_in_full_later(controlled: Controlled, qtbot: QtBot) -> None:
    controlled.controls.resize(1200, 36)
    controlled.driver.choose(timeframe="1d")
    assert not controlled.timeframe.property("chosen")
    controlled.controls.hide()
    controlled.driver.choose(timeframe="1w")
    controlled.controls.show()
    assert controlled.timeframe.property("chosen")
    assert controlled.timeframe.currentText() == "1 w"
    text = controlled.timeframe.fontMetrics().horizontalAdvance(controlled.timeframe.currentText())
    qtbot.waitUntil(lambda: controlled.timeframe.width() >= text + _ARROW_AND_PADDING)


def test_comparing_without_other_selected_symbols_says_what_to_do(
    controlled: Controlled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart, texts = controlled.driver.chart, list[str]()
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, widget: texts.append(text))
    states = [*controlled.driver.desk.market.states, Desk("B").market.states[0]]
    assert chart.state is not None
    selected = [chart.state]
    controlled.controls._menu.comparison_requested.connect(lambda is_on: chart.compare(selected if is_on else []))
    qtbot.mouseClick(controlled.controls._compare, Qt.MouseButton.LeftButton)
    assert "Select other symbols in the watchlist first" in texts[-1]
    assert controlled.controls._compare.text() == "Compare"
    assert "Stop" not in controlled.controls._compare.toolTip()
    selected = states
    qtbot.mouseClick(controlled.controls._compare, Qt.MouseButton.LeftButton)
    assert controlled.controls._compare.text() == "Compare  1"
    qtbot.mouseClick(controlled.controls._compare, Qt.MouseButton.LeftButton)
    assert not chart.compared
    assert len(texts) == 1


def test_indicators_and_comparisons_are_counted(controlled: Controlled) -> None:
    controlled.driver.choose(indicators=(IndicatorConfig("sma"), IndicatorConfig("rsi")))
    assert controlled.button.text() == "Indicators  2"
    controlled.driver.chart.compare([*controlled.driver.desk.market.states, Desk("B").market.states[0]])
    assert controlled.controls._compare.text() == "Compare  1"
    assert "Stop comparing" in controlled.controls._compare.toolTip()


def test_the_wheel_changes_no_combo_box(controlled: Controlled) -> None:
    before = controlled.chosen
    for box in (controlled.timeframe, controlled.kind):
        for turned in (-120, 120):
            at = QPointF(box.rect().center())
            where = QPointF(box.mapToGlobal(at))
            phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
            event = QWheelEvent(
                at, where, QPoint(), QPoint(0, turned), none, Qt.KeyboardModifier.NoModifier, phase, False
            )
            QApplication.sendEvent(box, event)
    assert controlled.chosen == before


def test_picture_and_menu_open_a_menu_below_their_buttons(controlled: Controlled, qtbot: QtBot) -> None:
    for button, text in ((controlled.controls._picture, "Copy as image"), (controlled.controls._more, "Reset view")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert text in [action.text().replace("&", "") for action in menu.actions()]
        menu.close()


def test_the_draw_button_offers_the_tools_and_shows_that_one_is_active(qtbot: QtBot) -> None:
    driver, chosen = ChartDriver(qtbot), list[str]()
    menu = ChartMenu(driver.chart, [MenuCommand("&Ray", lambda: chosen.append("ray"))])
    controls = ChartControls(driver.chart, menu)
    qtbot.addWidget(controls)
    button = controls.findChild(QToolButton, "draw_button")
    assert button is not None
    button.click()
    (popup,) = driver.chart.findChildren(QMenu)
    assert [action.text() for action in popup.actions()] == ["&Ray"]
    popup.actions()[0].trigger()
    popup.close()
    assert chosen == ["ray"]
    assert not button.isChecked()
    controls.show_drawing(True)
    assert button.isChecked()
