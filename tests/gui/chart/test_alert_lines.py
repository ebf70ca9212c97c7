from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPicture
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.chart.painted import DARK, Pixels, block, ink, painted, pixels_of, row
from tests.gui.pixels import argb
from ticker_gui.chart.axis_tags import Role
from ticker_gui.gui.chart.alert_lines import BELL_SIZE, AlertLine, AlertLines, AlertState, draw_bell
from ticker_gui.gui.widgets.menus import MenuCommand

ABOVE = AlertLine("above", 108.0, "Above 108, once a day")
BELOW = AlertLine("below", 102.0, "Below 102")


class AlertDriver(ChartDriver):
    """A chart whose prices go from 100 to 110 and end at 105, with two alert lines."""

    def __init__(self, qtbot: QtBot, **options: str) -> None:
        super().__init__(qtbot, "A", "B", timeframe="1s", **options)
        self.trades(*(100.0 + index % 11 for index in range(100)), 105.0)
        self.alerts = AlertLines(self.chart)
        self.moves, self.requests = list[tuple[str, float]](), list[float]()
        self.alerts.moved.connect(lambda id, price: self.moves.append((id, price)))
        self.alerts.create_requested.connect(self.requests.append)
        self.alerts.set_lines([ABOVE, BELOW])
        self.chart.refresh()

    def y(self, price: float) -> float:
        return float(self.viewport.y(price))

    def prices(self) -> list[float]:
        return [line.price for line in self.alerts.lines]

    def pixels(self) -> Pixels:
        """The pixels of the canvas of the price pane."""
        self.chart.refresh()
        pane = self.chart.price
        return argb(pane.grab().toImage())[pane.corner.y() :, pane.corner.x() :]

    def chip(self, price: float) -> set[tuple[int, int]]:
        """The background of the sentences beside the line at a price."""
        width, middle = self.chart.price.extent[0], round(self.y(price))
        found = pixels_of(self.pixels(), DARK.raised)
        return {(x, y) for x, y in found if x < width and abs(y - middle) < BELL_SIZE}

    def button(self, name: str) -> QPushButton:
        question = self.chart.findChild(QMessageBox, "move_alert_question")
        assert question is not None
        return next(button for button in question.findChildren(QPushButton) if name in button.text().replace("&", ""))


@pytest.fixture
def driver(qtbot: QtBot) -> AlertDriver:
    return AlertDriver(qtbot)


def tags(driver: AlertDriver) -> dict[str, Role]:
    return {tag.lines[0]: tag.role for tag in driver.alerts.tags(driver.viewport, driver.scene)}


def test_a_line_is_dashed_in_the_accent_color_and_has_a_tag(driver: AlertDriver) -> None:
    image = driver.chart.price.grab().toImage()
    corner, row = driver.chart.price.corner, driver.viewport.row(108.0)
    colors = [image.pixelColor(corner.x() + x, corner.y() + row) for x in range(300, 400)]
    assert 0 < colors.count(DARK.accent) < 100
    assert tags(driver) == {"108.00": Role.ALERT, "102.00": Role.ALERT}


def test_the_color_says_whether_an_alert_is_monitored(driver: AlertDriver) -> None:
    for state, color in (
        (AlertState.MONITORED, DARK.accent),
        (AlertState.FIRED, DARK.warning),
        (AlertState.NOT_MONITORED, DARK.muted),
    ):
        driver.alerts.set_lines([ABOVE._replace(state=state)])
        driver.chart.refresh()
        assert driver.alerts.tags(driver.viewport, driver.scene)[0].edge == color


def test_a_sentence_is_written_beside_a_bell_on_its_line(driver: AlertDriver) -> None:
    chip = driver.chip(108.0)
    left, right = min(x for x, _ in chip), max(x for x, _ in chip)
    top, bottom = min(y for _, y in chip), max(y for _, y in chip)
    text_left = left + BELL_SIZE + 6
    inside = driver.pixels()[top : bottom + 1]
    texts = driver.chart.price.texts
    assert right - text_left == pytest.approx(texts.get(ABOVE.sentence).width, abs=8)
    assert pixels_of(inside[:, left:text_left], DARK.accent)
    assert pixels_of(inside[:, text_left:right], DARK.text)
    assert (top + bottom) / 2 == pytest.approx(driver.y(108.0), abs=1.0)


@pytest.mark.parametrize("color", [DARK.accent, DARK.warning])
def test_a_bell_fills_its_area_and_nothing_else(color: QColor) -> None:
    bell = painted(lambda painter: draw_bell(painter, QRectF(20, 30, BELL_SIZE, BELL_SIZE), color))
    assert pixels_of(bell, color) <= ink(bell) <= block(20, 30, 20 + BELL_SIZE, 30 + BELL_SIZE)
    assert pixels_of(bell, color)


def test_a_bell_is_not_a_bitmap_in_a_vector_picture() -> None:
    picture = QPicture()
    painter = QPainter(picture)
    draw_bell(painter, QRectF(20, 30, BELL_SIZE, BELL_SIZE), DARK.accent)
    painter.end()
    assert pixels_of(painted(lambda painter: painter.drawPicture(0, 0, picture)), DARK.accent)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer)
    assert b"PNG" not in buffer.data().data()  # as which it would hold a bitmap


def test_a_double_click_on_a_line_does_not_reset_the_view(driver: AlertDriver) -> None:
    time_range = driver.chart.time_range
    driver.drag((400, 60), (500, 60))
    left = time_range.left
    driver.double_click(400, driver.y(108.0))
    assert time_range.left == left
    driver.double_click(400, driver.y(105.0))
    assert time_range.left != left


def test_dragging_a_line_reports_its_new_price_once_at_the_end(driver: AlertDriver) -> None:
    driver.press(400, driver.y(108.0) + 3)
    for price in (107.5, 107.0):
        driver.move(400, driver.y(price) + 3, is_pressed=True)
        assert driver.prices()[0] == pytest.approx(price, abs=0.1)
    assert tags(driver)[f"{driver.prices()[0]:.2f}"] is Role.DRAGGED
    assert not driver.moves
    driver.release(400, driver.y(107.0) + 3)
    (id_, price), *others = driver.moves
    assert (id_, others) == ("above", [])
    assert price == pytest.approx(107.0, abs=0.1)
    assert driver.chart.time_range.is_following  # the chart was not panned


def test_a_line_can_be_grabbed_four_pixels_beside_it_and_not_further(driver: AlertDriver) -> None:
    alerts = driver.alerts
    for offset, shape in ((-4, Qt.CursorShape.SizeVerCursor), (4, Qt.CursorShape.SizeVerCursor), (6, None)):
        assert alerts.hover(QPointF(400, driver.viewport.row(108.0) + offset)) is shape
    driver.drag((400, driver.y(108.0) + 6), (450, driver.y(108.0) + 40))
    assert not driver.moves
    assert driver.prices() == [108.0, 102.0]


def test_a_click_on_a_line_does_not_move_it(driver: AlertDriver) -> None:
    driver.drag((400, driver.y(108.0) + 2), (400, driver.y(108.0) + 2))
    assert not driver.moves
    assert driver.prices()[0] == 108.0


def test_escape_ends_a_drag_without_a_change(driver: AlertDriver, qtbot: QtBot) -> None:
    driver.press(400, driver.y(108.0))
    driver.move(400, driver.y(107.0), is_pressed=True)
    qtbot.keyClick(driver.chart, Qt.Key.Key_Escape)
    assert driver.prices()[0] == 108.0
    driver.release(400, driver.y(107.0))
    assert not driver.moves


def test_the_sentence_of_a_dragged_line_is_that_of_its_new_price(driver: AlertDriver) -> None:
    driver.alerts.sentence_at = lambda line, price: f"{line.id} at {price:.1f}"
    sentences = lambda: [line.sentence for line in driver.alerts.lines]  # noqa: E731
    driver.press(400, driver.y(108.0))
    assert sentences() == [ABOVE.sentence, BELOW.sentence]
    driver.move(400, driver.y(107.0), is_pressed=True)
    assert sentences() == [f"above at {driver.prices()[0]:.1f}", BELOW.sentence]
    driver.move(400, driver.y(103.0), is_pressed=True)
    driver.release(400, driver.y(103.0))
    assert sentences() == [f"above at {driver.prices()[0]:.1f}", BELOW.sentence]  # while the question is open
    assert driver.alerts.question is not None
    assert driver.alerts.question.informativeText().startswith(ABOVE.sentence)
    driver.button("Cancel").click()
    assert sentences() == [ABOVE.sentence, BELOW.sentence]


@pytest.mark.parametrize(("button", "moves"), [("Move alert", True), ("Cancel", False)])
def test_a_line_dragged_across_the_current_price_asks_first(driver: AlertDriver, button: str, moves: bool) -> None:
    driver.drag((400, driver.y(108.0)), (400, driver.y(103.0)))
    assert not driver.moves
    assert driver.prices()[0] == pytest.approx(103.0, abs=0.1)  # where the user left it, while the question is open
    assert driver.alerts.question is not None
    assert "105.00" in driver.alerts.question.informativeText()
    driver.button(button).click()
    assert [id for id, _ in driver.moves] == (["above"] if moves else [])
    assert driver.alerts.question is None
    assert driver.prices()[0] == 108.0  # until the new lines are set


def test_the_question_closes_with_its_alert(driver: AlertDriver) -> None:
    driver.drag((400, driver.y(108.0)), (400, driver.y(103.0)))
    driver.alerts.set_lines([BELOW])
    assert driver.alerts.question is None
    assert not driver.moves


def test_a_drag_ends_when_its_alert_or_its_symbol_is_removed(driver: AlertDriver) -> None:
    driver.press(400, driver.y(108.0))
    driver.alerts.set_lines([BELOW])
    driver.move(400, driver.y(107.0), is_pressed=True)
    driver.release(400, driver.y(107.0))
    driver.press(400, driver.y(102.0))
    driver.show(1)
    driver.release(400, 100)
    assert not driver.moves
    assert not driver.alerts.lines


def test_alt_and_click_requests_an_alert_at_the_price_under_the_pointer(driver: AlertDriver) -> None:
    driver.press(400, driver.y(104.0), modifiers=Qt.KeyboardModifier.AltModifier)
    driver.release(400, driver.y(104.0))
    assert driver.requests == [pytest.approx(104.0, abs=0.1)]
    driver.drag((400, driver.y(104.5)), (450, driver.y(104.5)))  # without Alt, the chart pans
    assert len(driver.requests) == 1


def test_the_menu_offers_an_alert_at_the_price_under_the_pointer(driver: AlertDriver) -> None:
    pane = driver.chart.price
    where = pane.mapToGlobal(pane.corner + QPoint(200, round(driver.y(104.0))))
    command = driver.alerts.menu_items(where)[0]
    assert isinstance(command, MenuCommand)
    command.act()
    assert driver.requests == [pytest.approx(104.0, abs=0.1)]
    assert command.text == f"&Alert at {driver.requests[0]:.{len(str(driver.requests[0]).partition('.')[2])}f}…"


def test_the_menu_of_the_keyboard_offers_the_last_price(driver: AlertDriver) -> None:
    command = driver.alerts.menu_items(driver.chart.mapToGlobal(QPoint(-5, -5)))[0]
    assert isinstance(command, MenuCommand)
    assert command.text == "&Alert at 105.00…"  # with the decimals of the axis


def test_without_anything_that_creates_alerts_none_is_offered(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.trades(100.0, 101.0)
    alerts, left = AlertLines(driver.chart), driver.chart.time_range.left
    assert not alerts.menu_items(driver.chart.mapToGlobal(QPoint(-5, -5)))
    driver.press(300, 50, modifiers=Qt.KeyboardModifier.AltModifier)
    driver.move(400, 50, is_pressed=True)
    assert driver.chart.time_range.left < left  # as without Alt


def test_of_the_lines_out_of_view_only_the_nearest_have_a_tag(driver: AlertDriver) -> None:
    prices = (50.0, 60.0, 108.0, 150.0, 160.0)
    driver.alerts.set_lines([AlertLine(str(price), price, "x") for price in prices])
    driver.chart.refresh()
    assert sorted(tags(driver)) == ["108.00", "150.00", "60.00"]
    assert QApplication.focusWidget() is not driver.alerts.question


def test_sentences_at_one_price_do_not_cover_each_other(driver: AlertDriver) -> None:
    driver.alerts.set_lines([AlertLine(str(n), 108.0, "Alert " + n * "x") for n in range(1, 4)])
    chip = driver.chip(108.0)
    columns = np.array(row(chip, min(y for _, y in chip) + 1))  # above the texts
    ends = np.flatnonzero(np.diff(columns) > 1)
    begins, widths = columns[[0, *(ends + 1)]], columns[[*ends, -1]] - columns[[0, *(ends + 1)]]
    assert len(begins) == 3  # side by side
    assert widths.tolist() == sorted(set(widths.tolist()))


def test_sentences_without_room_are_left_out(driver: AlertDriver) -> None:
    driver.alerts.set_lines([AlertLine(str(n), 108.0, f"Alert {n} with a long sentence" * n) for n in range(1, 8)])
    width = driver.chart.price.extent[0]
    assert max(x for x, _ in pixels_of(driver.pixels(), DARK.raised) if x < width) < width - 1
    assert not driver.chart.price.canvas.guard.failed


def test_without_lines_nothing_is_drawn_and_a_point_has_no_shape(driver: AlertDriver) -> None:
    driver.alerts.set_lines([])
    assert not driver.alerts.layers_on_top(driver.scene, ())
    assert not driver.alerts.tags(driver.viewport, driver.scene)
    assert driver.alerts.hover(QPointF(100, 100)) is None


@pytest.mark.parametrize("scale", ["log", "percent"])
def test_lines_are_at_their_prices_on_every_scale(qtbot: QtBot, scale: str) -> None:
    driver = AlertDriver(qtbot, scale=scale)
    driver.drag((400, driver.y(108.0)), (400, driver.y(109.0)))
    assert driver.moves == [("above", pytest.approx(109.0, abs=0.1))]


def test_a_hostile_sentence_is_drawn_on_one_line_as_it_is(driver: AlertDriver) -> None:
    usual = driver.chip(108.0)
    driver.alerts.set_lines([ABOVE._replace(sentence="<b>\n\u202e" + 500 * "x")])
    hostile = driver.chip(108.0)
    assert {y for _, y in hostile} == {y for _, y in usual}
    assert max(x for x, _ in usual) < max(x for x, _ in hostile) <= driver.chart.price.extent[0] / 2
