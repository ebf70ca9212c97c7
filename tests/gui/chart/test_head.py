from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import color_names
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.feed_status.charted_status import ChartedStatus, Remedy
from ticker_gui.gui.chart.accessible_summary import Headline
from ticker_gui.gui.chart.head import ChartHead
from ticker_gui.gui.widgets.state_marks import mark_color
from ticker_gui.gui.widgets.theme import load_theme

THEME = load_theme("dark")
LINE = Headline("BTC-USD", "Bitcoin", "97,412.55", "+1,760.15", "+1.84%", 1)
LIVE = ChartedStatus(StateMark.LIVE, "Live", "coinbase · 0 s ago")
DOWN = ChartedStatus(StateMark.NOT_CONNECTED, "Not connected", "coinbase · 40 s ago", "Gone.", Remedy.RETRY, True)


def head(qtbot: QtBot, width: int = 900) -> ChartHead:
    made = ChartHead(THEME)
    qtbot.addWidget(made)
    made.resize(width, made.height())
    made.show_headline(LINE)
    made.show()
    return made


def colors(made: ChartHead) -> set[str]:
    image = made.grab().toImage()
    return color_names(image)


def test_a_remembered_price_has_a_date_and_no_color_whatever_the_status_says(qtbot: QtBot) -> None:
    made = head(qtbot)
    made.show_headline(LINE._replace(date="last known, from yesterday 22:01"))
    for status in (None, LIVE):
        made.show_status(status)
        parts = made.parts_before(900)
        assert [part.text for part in parts][3] == "last known, from yesterday 22:01"
        assert {part.color for part in parts} == {THEME.text3}
        for end in range(900, 0, -10):
            texts = [part.text for part in made.parts_before(end)]
            assert ("97,412.55" in texts) == ("last known, from yesterday 22:01" in texts)
    assert made.accessibleName().endswith("last known, from yesterday 22:01")


def test_parts_that_do_not_fit_are_left_out_and_never_cut(qtbot: QtBot) -> None:
    made = head(qtbot)
    texts = [tuple(part.text for part in made.parts_before(end)) for end in range(900, 0, -10)]
    assert texts[0] == ("BTC-USD", "Bitcoin", "97,412.55", "▲ +1,760.15", "+1.84%")
    assert texts[-1] == ("BTC-USD",)
    assert len(set(texts)) == 5  # the name is left out first
    for end in range(900, 200, -10):
        for part in made.parts_before(end)[1:]:
            assert part.left + part.texts.get(part.text).width <= end


def test_a_connected_symbol_is_in_the_color_of_its_direction(qtbot: QtBot) -> None:
    made = head(qtbot)
    made.show_status(LIVE)
    assert {THEME.up, mark_color(StateMark.LIVE, THEME)} <= colors(made)
    assert made.text() == "BTC-USD   97,412.55   +1,760.15   +1.84%"
    assert made.accessibleDescription() == "Live, coinbase · 0 s ago"


def test_the_head_dims_with_its_feed_and_says_why(qtbot: QtBot) -> None:
    made = head(qtbot)
    made.show_status(DOWN)
    assert THEME.up not in colors(made)
    assert {part.color for part in made.parts_before(900)} == {THEME.text3}
    assert QColor(THEME.error).name() in colors(made)
    assert "Gone." in made.toolTip()
    assert made.accessibleDescription() == "Not connected, coinbase · 40 s ago. Gone."


def test_another_theme_applies_at_once(qtbot: QtBot) -> None:
    made, light = head(qtbot), load_theme("light")
    before = colors(made)
    made.set_theme(light)
    assert {light.base, light.text} <= colors(made)
    assert THEME.base in before
    assert THEME.base not in colors(made)


def test_the_button_requests_the_remedy(qtbot: QtBot) -> None:
    made = head(qtbot)
    made.show_status(LIVE)
    assert not made._button.isVisible()
    made.show_status(DOWN)
    assert made._button.text() == "Retry now"
    with qtbot.waitSignal(made.remedy_requested) as requested:
        made._button.click()
    assert requested.args == [Remedy.RETRY]
    made.show_status(DOWN, has_button=False)
    assert not made._button.isVisible()


def test_the_head_has_the_minus_sign_of_the_table_and_its_accessible_text_a_plain_one(qtbot: QtBot) -> None:
    made = head(qtbot)
    made.show_headline(Headline("OIL", "", "-37.63", "-55.90", "-305.97%", -1))
    assert [part.text for part in made.parts_before(900)] == ["OIL", "−37.63", "▼ −55.90", "−305.97%"]
    assert made.text() == "OIL   -37.63   -55.90   -305.97%"


def test_the_focus_of_the_keyboard_is_shown_around_the_head(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot)
    chart = driver.chart
    other = QLineEdit(chart)
    other.show()
    chart.activateWindow()
    head, focus = chart.head, QColor(load_theme("dark").focus)

    def has_ring() -> bool:
        return head.grab().toImage().pixelColor(1, head.height() // 2) == focus

    other.setFocus()
    for reason, ring in ((Qt.FocusReason.MouseFocusReason, False), (Qt.FocusReason.TabFocusReason, True)):
        chart.setFocus(reason)
        qtbot.waitUntil(chart.hasFocus)
        assert has_ring() is ring
        other.setFocus()
        assert not has_ring()


def test_a_click_on_a_pane_gives_the_focus_to_the_chart(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot)
    driver.trades(100.0, 101.0)
    other = QLineEdit(driver.chart)
    other.show()
    driver.chart.activateWindow()
    other.setFocus()
    driver.press(100, 100)
    driver.release(100, 100)
    qtbot.waitUntil(driver.chart.hasFocus)
