from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.alerts.alert import Alert, AlertStatus, Repeat
from ticker_gui.alerts.alert_text import export_alerts
from ticker_gui.alerts.book import new_alert_id
from ticker_gui.alerts.saved_alerts import SavedAlerts
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.engine.alerting import Alerting, AlertView
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.alerts.panel import AlertsPanel
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.chart.alert_lines import AlertState
from ticker_gui.gui.widgets.menus import MenuCommand
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.alerts_presenter import AlertsPresenter
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList

LISTS = Lists((NamedList("Main", (ListEntry("desk", "A"),)),))


class Desk:
    """A window with alerts and one connected feed, whose server is the test."""

    def __init__(self, folder: Path | None) -> None:
        self.connector = ScriptedConnector()
        self.engine = Engine([feed("desk", "A", "B")], connector=self.connector)
        self.window = MainWindow(["desk"], self.engine.clock, load_theme("dark"))
        self.presenter = AlertsPresenter(self.engine, self.window, BackgroundTasks(), lambda: LISTS, folder)
        self.book = self.presenter.book
        self.line: ScriptedConnection

    @property
    def state(self) -> SymbolState:
        return self.engine.market.states[0]

    @property
    def panel(self) -> AlertsPanel:
        """The panel, which is visible."""
        self.window.show()
        self.window.docks.open(self.window.alerts)
        return self.window.alerts.panel

    def trade(self, *prices: float) -> None:
        for price in prices:
            self.line.deliver(payload(Trade("A", price, 1.0, self.engine.clock())))

    def add(self, condition: str, symbol: str = "A", **options: Any) -> str:
        repeat = Repeat.EVERY_TIME
        alert = Alert(new_alert_id(), condition, symbol, repeat=repeat, cooldown_s=0.0, **options)
        self.presenter.add([alert], "added")
        return alert.id

    def status(self, alert_id: str) -> AlertStatus:
        return self.presenter.alerting.view(alert_id).status


@contextlib.asynccontextmanager
async def open_desk(folder: Path | None = None) -> AsyncIterator[Desk]:
    desk = Desk(folder)
    tasks = [asyncio.create_task(work()) for work in (desk.presenter.run, desk.presenter.save_changes)]
    try:
        async with running(desk.engine):
            desk.line = await desk.connector.connection()
            yield desk
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await desk.presenter.close()
        desk.window.close()


def fired_alerts(desk: Desk) -> QPushButton:
    button = desk.window.status.findChild(QPushButton, "fired_alerts")
    assert isinstance(button, QPushButton)
    return button


def test_a_firing_is_counted_in_the_title_until_it_is_acknowledged(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            alert_id = desk.add("last > 101")
            desk.trade(101.5, 101.6)
            await until(lambda: desk.window.windowTitle().startswith("(1) "))
            assert fired_alerts(desk).text() == "1 alert fired"
            assert desk.window.watchlist._alerted == {desk.state: True}
            assert desk.status(alert_id) is AlertStatus.FIRED
            desk.window.alerts.requests.acknowledgement_requested.emit(None)
            await until(lambda: not desk.window.windowTitle().startswith("("))
            assert fired_alerts(desk).isHidden()

    run_qt(test())


def test_an_expired_alert_is_not_called_armed(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            requests, alert_id = desk.window.alerts.requests, desk.add("last > 101", expires_ns=1)
            requests.pause_requested.emit([alert_id])
            requests.resumption_requested.emit([alert_id])
            assert desk.status(alert_id) is AlertStatus.EXPIRED
            assert desk.window.status.currentMessage() == "The alert has expired. Edit it to choose a later time."

    run_qt(test())


def test_what_the_user_changes_is_offered_to_be_undone_and_nothing_else(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            requests, status, steps = desk.window.alerts.requests, desk.window.status, list[str]()
            desk.presenter.step_recorded.connect(lambda: steps.append(desk.book.steps.undo_text))
            desk.trade(100.0)
            alert_id = desk.add("last > 101")
            requests.pause_requested.emit([alert_id])
            assert status.currentMessage() == "The alert was paused."
            assert desk.status(alert_id) is AlertStatus.PAUSED
            status.withdraw_undo()
            requests.pause_requested.emit([alert_id])  # it is paused already
            assert status._undo.isHidden()
            desk.presenter.undo()
            assert desk.status(alert_id) is AlertStatus.ARMED
            requests.quiet_requested.emit(15)
            requests.muting_requested.emit("desk", True)
            requests.history_removal_requested.emit()  # there is none
            assert steps == [
                "Undo: add an alert",
                "Undo: pause an alert",
                "Undo: do not disturb",
                "Undo: mute the alerts for a feed",
            ]
            desk.presenter.undo()
            desk.presenter.undo()
            assert (desk.book.muted_feeds, desk.book.do_not_disturb_until_ns) == (frozenset(), None)

    run_qt(test())


def test_an_alert_that_cannot_be_monitored_says_why_when_it_is_added(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("rsi(14,1h) < 30")
            message = desk.window.status.currentMessage()
            assert message.startswith("The alert cannot be monitored. It needs more 1h bars")

    run_qt(test())


def test_an_alert_that_is_armed_again_while_it_is_true_asks(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            alert_id = desk.add("last > 101")
            desk.window.alerts.requests.pause_requested.emit([alert_id])
            desk.trade(102.0, 102.0)  # the second confirms it
            desk.window.alerts.requests.resumption_requested.emit([alert_id])
            assert desk.presenter.question is not None
            desk.presenter.question.buttons()[0].click()
            assert [firing.observation.price for firing in desk.book.history] == [102.0]

    run_qt(test())


def test_without_the_panel_only_the_alerts_of_the_chart_are_examined_every_second(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            charted = desk.add("last > 101")
            for symbol in ("B", "GHOST"):
                desk.add("last > 101", symbol=symbol)
            desk.window.chart.show_symbol(desk.state)
            alerting, viewed = desk.presenter.alerting, list[str]()

            def view(alert_id: str) -> AlertView:
                viewed.append(alert_id)
                return Alerting.view(alerting, alert_id)

            monkeypatch.setattr(alerting, "view", view)
            desk.presenter.refresh()
            assert viewed == [charted]
            assert [line.id for line in desk.window.alert_lines.lines] == [charted]
            assert {state.symbol for state in desk.window.watchlist._alerted} == {"A", "B", "GHOST"}

    run_qt(test())


def test_the_panel_shows_alerts_and_history(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            panel = desk.panel
            desk.trade(100.0)
            first, second = desk.add("last > 101"), desk.add("last > 500", symbol="GHOST")
            desk.trade(102.0, 102.1)
            await until(lambda: panel.history_model.rows)
            assert [row.id for row in panel.model.rows] == [first, second]
            assert panel.model.rows[1].status is AlertStatus.WAITING
            assert float(panel.history_model.rows[0].price) == 102.0
            panel.history.activated.emit(panel.history_model.index(0, 0))
            desk.presenter.show_second()

    run_qt(test())


def test_the_distance_to_the_level_is_shown_every_second(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            panel = desk.panel
            desk.trade(100.0)
            desk.add("last > 110")
            await until(lambda: panel.model.rows)
            assert panel.model.rows[0].distance == pytest.approx(10.0)
            desk.trade(109.0, 109.0)
            desk.presenter.show_second()
            assert panel.model.rows[0].distance == pytest.approx(100 / 109)

    run_qt(test())


def test_a_panel_that_was_closed_is_shown_as_it_is_now_when_it_is_opened_again(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            panel = desk.panel
            desk.trade(100.0)
            first = desk.add("last > 101")
            await until(lambda: panel.model.rows)
            desk.window.docks.close(desk.window.alerts)
            assert not panel.isVisible()
            second = desk.add("last > 500")
            desk.presenter.show_second()
            await until(lambda: not desk.presenter._refresh_timer.isActive())
            desk.presenter.show_second()
            assert [row.id for row in panel.model.rows] == [first]
            desk.window.docks.open(desk.window.alerts)
            assert {row.id for row in panel.model.rows} == {first, second}

    run_qt(test())


def test_changes_can_be_undone_in_the_order_of_the_window(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            steps = list[bool]()
            desk.presenter.step_recorded.connect(lambda: steps.append(True))
            alert_id = desk.add("last > 101")
            desk.presenter.remove([alert_id])
            assert (len(steps), desk.presenter.history.undo_text) == (2, "Undo: delete an alert")
            desk.presenter.undo()
            assert desk.book.find(alert_id) is not None
            assert desk.window.status.currentMessage() == "Undo: delete an alert"
            desk.presenter.redo()
            assert desk.book.find(alert_id) is None
            assert desk.window.status.currentMessage() == "Redo: delete an alert"
            desk.presenter.undo()
            desk.presenter.history.forget_undone()
            assert not desk.presenter.history.can_redo

    run_qt(test())


def test_levels_of_the_charted_symbol_are_lines_that_can_be_dragged(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.window.chart.show_symbol(desk.state)
            alert_id, other = desk.add("last crosses 105"), desk.add("moves 2% in 5m")
            lines = desk.window.alert_lines
            await until(lambda: lines.lines)
            (line,) = lines.lines
            assert (line.id, line.price, line.state) == (alert_id, 105.0, AlertState.MONITORED)
            assert line.sentence == "Crosses 105.00 · every time"
            assert lines.sentence_at(line, 107.5) == "Crosses 107.50 · every time"
            assert lines.sentence_at(line._replace(id="removed"), 107.5) == line.sentence
            lines.moved.emit(alert_id, 107.5)
            record = desk.book.find(alert_id)
            assert record is not None
            assert record.alert.condition == "last crosses 107.5"
            assert desk.presenter.history.undo_text == "Undo: move an alert to 107.5"
            lines.moved.emit(other, 1.0)  # it has no level
            desk.presenter.remove([alert_id])
            await until(lambda: not lines.lines)

    run_qt(test())


def test_an_alert_is_created_at_a_price_of_the_chart_and_edited(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.window.chart.show_symbol(desk.state)
            desk.window.alert_lines.create_requested.emit(103.0)
            dialog = desk.presenter.dialog
            assert dialog is not None
            assert dialog.symbol.text() == "A"
            assert dialog.condition.text == "last crosses 103"
            dialog.save_button.click()
            (record,) = desk.book.records
            desk.window.alerts.requests.edit_requested.emit(record.alert.id)
            dialog.condition.set_text("last > 104")
            dialog.save_button.click()
            assert [one.alert.condition for one in desk.book.records] == ["last > 104"]
            assert desk.presenter.question is None

    run_qt(test())


def test_an_alert_of_the_dialog_fires_once_unless_that_is_changed(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.presenter.create(desk.state, 103.0)
            assert desk.presenter.dialog is not None
            desk.presenter.dialog.save_button.click()
            desk.trade(104.0, 104.0, 102.0, 102.0)
            (record,) = desk.book.records
            assert (record.firings, record.is_done) == (1, True)

    run_qt(test())


@pytest.mark.parametrize("choice", ["Fire now", "Next time"])
def test_an_alert_that_is_already_true_asks(run_qt: RunQt, choice: str) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("last > 50")
            question = desk.presenter.question
            assert question is not None
            assert question.text() == "A: Above 50.00 is already true."
            next(button for button in question.buttons() if button.text() == choice).click()
            assert len(desk.book.history) == (choice == "Fire now")

    run_qt(test())


def saved_notes(folder: Path) -> list[str]:
    path = folder / "alerts.json"
    saved = msgspec.json.decode(path.read_bytes(), type=SavedAlerts) if path.exists() else SavedAlerts()
    return [record.alert.note for record in saved.records]


def test_alerts_are_saved_while_the_program_runs_and_restored(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        async with open_desk(tmp_path) as desk:
            alert_id = desk.add("last > 101", note="Sell")
            await until(lambda: saved_notes(tmp_path) == ["Sell"])
        async with open_desk(tmp_path) as desk:
            record = desk.book.find(alert_id)
            assert record is not None
            assert record.alert.note == "Sell"

    run_qt(test())


def test_a_change_right_before_the_end_is_saved(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        desk = Desk(tmp_path)
        desk.add("last > 101", note="Sell")
        assert not saved_notes(tmp_path)
        await desk.presenter.close()
        assert saved_notes(tmp_path) == ["Sell"]
        desk.window.close()

    run_qt(test())


def test_alerts_that_cannot_be_saved_are_reported(run_qt: RunQt, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    async def test() -> None:
        async with open_desk(tmp_path / "file") as desk:
            desk.add("last > 101")
            await until(lambda: desk.window.status.currentMessage().startswith("Could not save alerts.json"))

    run_qt(test())


def test_the_command_palette_adds_an_alert(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            (find,) = desk.window.extra_entries
            (entry,) = find("alert A > 230")
            entry.run()
            assert [record.alert.condition for record in desk.book.records] == ["last > 230"]

    run_qt(test())


def test_an_alert_of_a_list_is_muted_while_do_not_disturb_is_on(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            panel = desk.panel
            desk.add("last > 101", symbol="", list_name="Main")
            desk.window.alerts.requests.quiet_requested.emit(15)
            desk.trade(102.0, 102.1)
            assert desk.book.history[-1].is_muted
            await until(lambda: panel.quiet_button.text().startswith("Do not disturb until "))
            desk.window.alerts.requests.quiet_requested.emit(0)
            await until(lambda: panel.quiet_button.text() == "Do not disturb")
            desk.window.alerts.requests.history_removal_requested.emit()
            assert not desk.book.history

    run_qt(test())


def test_a_row_of_the_watchlist_offers_an_alert(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            (items,) = desk.window.watchlist.extra_row_items
            assert not items([])
            (item,) = items([desk.state])
            assert isinstance(item, MenuCommand)
            assert item.text == "New a&lert…"
            desk.trade(100.25)
            (item,) = items([desk.state])
            assert isinstance(item, MenuCommand)
            assert item.text == "A&lert at 100.25…"
            item.act()
            assert desk.presenter.dialog is not None
            assert desk.presenter.dialog.symbol.text() == "A"
            assert desk.presenter.dialog.condition.text == "last crosses 100.25"

    run_qt(test())


def test_a_duplicate_is_another_alert(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            alert_id = desk.add("last > 101", note="Sell")
            desk.window.alerts.requests.duplication_requested.emit(alert_id)
            assert desk.presenter.dialog is not None
            desk.presenter.dialog.condition.set_text("last > 102")
            desk.presenter.dialog.save_button.click()
            first, second = (record.alert for record in desk.book.records)
            assert (first.condition, second.condition, second.note) == ("last > 101", "last > 102", "Sell")
            assert first.id != second.id

    run_qt(test())


@pytest.mark.parametrize("kind", DrawingKind)
def test_any_drawing_can_become_an_alert(run_qt: RunQt, kind: DrawingKind) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.window.chart.show_symbol(desk.state)
            begin, end = Anchor(desk.engine.clock(), 101.0), Anchor(desk.engine.clock() + MINUTE_NS, 102.0)
            drawing = Drawing("line", kind, begin, None if kind is DrawingKind.HORIZONTAL else end)
            desk.window.drawings.alert_requested.emit(drawing)
            dialog = desk.presenter.dialog
            assert dialog is not None
            assert not dialog.problem
            expected = "last crosses 101" if kind is DrawingKind.HORIZONTAL else "last crosses line "
            assert dialog.alert.condition.startswith(expected)
            assert (dialog.alert.expires_ns is not None) is (kind is DrawingKind.TREND)

    run_qt(test())


def test_the_symbol_of_an_alert_is_shown_on_the_chart(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            chosen: list[tuple[str, str]] = []
            desk.window.symbol_chosen.connect(lambda feed, symbol: chosen.append((feed, symbol)))
            alert_id, unknown = desk.add("last > 101", "b"), desk.add("last > 101", feed="other")
            desk.window.alerts.requests.chart_requested.emit(unknown)
            desk.window.alerts.requests.chart_requested.emit(alert_id)
            assert chosen == [("desk", "B")]

    run_qt(test())


def test_imported_alerts_are_added_beside_those_with_the_same_id(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            alert_id = desk.add("last > 101", drawing_id="line")
            path = tmp_path / "alerts.json"
            path.write_bytes(export_alerts([record.alert for record in desk.book.records]))
            await desk.presenter.files.import_file(path)
            assert desk.window.status.currentMessage() == "1 alert was imported."
            first, second = (record.alert for record in desk.book.records)
            assert first.id == alert_id != second.id
            assert (second.condition, second.drawing_id) == ("last > 101", "")
            desk.presenter.undo()
            assert len(desk.book.records) == 1

    run_qt(test())


def test_the_symbol_of_a_firing_is_shown_on_the_chart(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            chosen: list[tuple[str, str]] = []
            desk.window.symbol_chosen.connect(lambda feed, symbol: chosen.append((feed, symbol)))
            desk.trade(100.0)
            desk.add("last > 101")
            desk.trade(102.0, 102.0)  # the second confirms it
            await until(lambda: desk.book.history)
            (firing,) = desk.book.history
            desk.window.alerts.requests.firing_chosen.emit(firing.number + 1)  # it is no longer in the history
            desk.window.alerts.requests.firing_chosen.emit(firing.number)
            assert chosen == [("desk", "A")]

    run_qt(test())
