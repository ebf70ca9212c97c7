from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from tests.conftest import RunQt
from tests.gui.window.test_alerts_presenter import Desk, open_desk
from ticker_gui.alerts.alert import Alert
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.domain.timeframe import HOUR_NS
from ticker_gui.gui.window.undo_history import UndoHistory


class Drawn:
    """A desk whose chart has one drawing with an alert; the price is 100."""

    def __init__(self, desk: Desk, kind: DrawingKind = DrawingKind.HORIZONTAL) -> None:
        self.desk, self.tools = desk, desk.window.drawings
        self.undo = UndoHistory()
        self.tools.step_recorded.connect(lambda: self.undo.record(self.tools))
        desk.presenter.step_recorded.connect(lambda: self.undo.record(desk.presenter))
        desk.trade(100.0)
        desk.window.chart.show_symbol(desk.state)
        now_ns = desk.engine.clock() // 1_000_000 * 1_000_000
        end = None if kind is DrawingKind.HORIZONTAL else Anchor(now_ns + HOUR_NS, 107.0)
        self.tools.put("draw", Drawing("d", kind, Anchor(now_ns - HOUR_NS, 105.0), end))
        self.tools.alert_requested.emit(self.drawing)
        self.save()

    @property
    def drawing(self) -> Drawing:
        assert self.tools.symbol is not None
        (drawing,) = self.tools.book.of(self.tools.symbol)
        return drawing

    @property
    def alert(self) -> Alert:
        (record,) = self.desk.book.records
        return record.alert

    def save(self) -> None:
        assert self.desk.presenter.dialog is not None
        self.desk.presenter.dialog.save_button.click()

    def moved_to(self, price: float) -> Drawing:
        drawing = self.drawing
        end = None if drawing.end is None else Anchor(drawing.end.time_ns, price + 2.0)
        return Drawing("d", drawing.kind, Anchor(drawing.begin.time_ns, price), end)

    def answer(self, text: str) -> None:
        question = self.desk.presenter.drawings.question
        assert question is not None
        (button,) = [one for one in question.findChildren(QPushButton) if one.text().replace("&", "") == text]
        button.click()


@pytest.mark.parametrize("kind", DrawingKind)
def test_a_moved_drawing_moves_its_alert_and_undo_moves_both_back(run_qt: RunQt, kind: DrawingKind) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk, kind)
            drawing, alert = own.drawing, own.alert
            own.tools.move(own.moved_to(110.0))
            assert "110" in own.alert.condition
            assert own.alert.id == alert.id
            own.undo.undo()
            assert (own.drawing, own.alert) == (drawing, alert)
            own.undo.redo()
            assert (own.drawing, "110" in own.alert.condition) == (own.moved_to(110.0), True)

    run_qt(test())


def test_a_moved_alert_line_moves_the_drawing_as_one_step(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk)
            desk.window.alert_lines.moved.emit(own.alert.id, 108.0)
            assert (own.drawing.begin.price, own.alert.condition) == (108.0, "last crosses 108")
            own.undo.undo()
            assert (own.drawing.begin.price, own.alert.condition) == (105.0, "last crosses 105")

    run_qt(test())


def test_the_dialog_moves_the_drawing_and_changes_the_rest(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk)
            own.tools.alert_requested.emit(own.drawing)  # it has an alert, which is edited
            dialog = desk.presenter.dialog
            assert dialog is not None
            assert dialog.windowTitle() == "Edit alert"
            dialog.condition.set_text("last crosses above 109")
            dialog.note.setText("Sell")
            own.save()
            assert own.drawing.begin.price == 109.0
            assert (own.alert.condition, own.alert.note) == ("last crosses above 109", "Sell")
            own.tools.move(own.moved_to(110.0))
            assert own.alert.condition == "last crosses above 110"

    run_qt(test())


def test_an_alert_with_another_condition_leaves_its_drawing(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk)
            own.tools.alert_requested.emit(own.drawing)
            assert desk.presenter.dialog is not None
            desk.presenter.dialog.condition.set_text("moves 2% in 5m")
            own.save()
            own.tools.move(own.moved_to(110.0))
            assert (own.alert.condition, own.alert.drawing_id) == ("moves 2% in 5m", "")

    run_qt(test())


def test_a_deleted_drawing_leaves_its_alert_until_the_deletion_is_undone(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own, offers = Drawn(desk), list[str]()
            own.tools.undo_offered.connect(offers.append)
            own.tools.delete(own.drawing)
            assert offers == ["Deleted a horizontal line. Its alert is kept."]
            desk.window.alert_lines.moved.emit(own.alert.id, 111.0)
            assert own.alert.condition == "last crosses 111"
            own.undo.undo()
            own.undo.undo()
            assert (own.drawing.begin.price, own.alert.condition) == (105.0, "last crosses 105")
            own.tools.delete_all()
            assert offers[1:] == ["Deleted all drawings for A. Their alerts are kept."]

    run_qt(test())


@pytest.mark.parametrize("answer", ["Move alert", "Cancel"])
@pytest.mark.parametrize("kind", DrawingKind)
def test_a_drawing_with_an_alert_asks_before_it_crosses_the_price(
    run_qt: RunQt, answer: str, kind: DrawingKind
) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk, kind)
            drawing = own.drawing
            own.tools.move(own.moved_to(90.0))
            assert own.drawing == drawing
            assert own.tools.draft == own.moved_to(90.0)  # it is displayed there
            own.answer(answer)
            assert own.tools.draft is None
            is_moved = answer == "Move alert"
            assert own.drawing == (own.moved_to(90.0) if is_moved else drawing)
            assert (" 90" in own.alert.condition) is is_moved

    run_qt(test())


def test_a_locked_drawing_holds_its_alert(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk)
            own.tools.set_locked(own.drawing, True)
            desk.window.alert_lines.moved.emit(own.alert.id, 108.0)
            assert (own.drawing.begin.price, own.alert.condition) == (105.0, "last crosses 105")

    run_qt(test())


def test_a_deleted_alert_is_linked_again_when_that_is_undone(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk)
            desk.presenter.remove([own.alert.id])
            own.tools.move(own.moved_to(110.0))
            own.undo.undo()
            own.undo.undo()
            assert own.alert.condition == "last crosses 105"
            own.tools.move(own.moved_to(112.0))
            assert own.alert.condition == "last crosses 112"

    run_qt(test())


def test_the_bell_of_a_line_is_visible_until_its_alert_is_done(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            own = Drawn(desk, DrawingKind.RAY)
            assert own.tools.has_bell(own.drawing)
            desk.trade(120.0, 120.0)
            assert own.tools.has_bell(own.drawing)
            desk.book.acknowledge()
            assert not own.tools.has_bell(own.drawing)
            desk.book.resume([own.alert.id])
            assert own.tools.has_bell(own.drawing)

    run_qt(test())
