"""What users of other programs complain about most, as they would see it in the window.

The same complaints about what is evaluated, without a window, are in `tests.alerts.test_complaints`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_engine import payload
from tests.gui.window.test_alerts_presenter import Desk, open_desk
from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.gui.alerts.alert_rows import AlertRow, HistoryRow


def rows(desk: Desk) -> list[AlertRow]:
    """Return the rows of the panel as they are now."""
    panel = desk.panel
    desk.presenter.refresh()
    return list(panel.model.rows)


def history(desk: Desk) -> list[HistoryRow]:
    panel = desk.panel
    desk.presenter.refresh()
    return list(panel.history_model.rows)


def test_after_a_reconnect_the_history_says_between_which_times(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("last > 101")
            desk.line.end(ConnectionLost("gone"))
            await until(lambda: not desk.engine.feeds["desk"].state.is_connected)
            assert [(row.state_text, "gone" in row.reason) for row in rows(desk)] == [("Cannot be monitored", True)]
            desk.engine.retry_now()
            desk.line = await desk.connector.connection(2)
            desk.trade(105.0, 105.0)
            (row,) = history(desk)
            assert row.is_notable
            assert "between" in row.text
            assert row.text.endswith("while disconnected")

    run_qt(test())


def test_after_a_restart_a_price_past_the_level_is_already_true_and_does_not_fire(
    run_qt: RunQt, tmp_path: Path
) -> None:
    async def test() -> None:
        async with open_desk(tmp_path) as desk:
            desk.trade(100.0)
            desk.add("last > 101")
        async with open_desk(tmp_path) as desk:
            desk.trade(105.0, 106.0)
            (row,) = rows(desk)
            assert (row.status, row.reason) == (
                AlertStatus.ARMED,
                "Already true. It fires the next time it becomes true.",
            )
            assert history(desk) == []
            assert desk.presenter.question is None

    run_qt(test())


def test_a_hovering_price_says_how_often_it_did_not_fire(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("last crosses 101", is_confirmed=False)
            desk.trade(101.05, *[100.95, 101.05] * 20, 99.0, 102.0)
            newest, first = history(desk)
            assert "did not fire" not in first.details
            assert "41 earlier crossings did not fire: too close or too soon." in newest.details

    run_qt(test())


def test_an_alert_that_fires_much_too_often_is_paused_and_says_why(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("moves 0.5 in 10m")
            desk.trade(*[101.0, 100.0] * 20)
            (row,) = rows(desk)
            assert row.state_text == "Paused"
            assert "more than 15 times in 3 minutes" in row.details
            assert history(desk)[0].text.startswith("Paused: it fired")

    run_qt(test())


def test_an_alert_fires_for_a_symbol_that_no_list_contains(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:  # whose only list contains A
            desk.add("last > 101", symbol="B")
            for price in (100.0, 102.0, 102.0):
                desk.line.deliver(payload(Trade("B", price, 1.0, desk.engine.clock())))
            assert [row.symbol for row in history(desk)] == ["B"]

    run_qt(test())


def test_alerts_that_cannot_be_read_are_reported_and_kept(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        async with open_desk(tmp_path) as desk:
            desk.add("last > 101")
        path = tmp_path / "alerts.json"
        content = path.read_bytes()[:-20]
        path.write_bytes(content)
        async with open_desk(tmp_path) as desk:
            assert rows(desk) == []
            (notice,) = desk.presenter.notices
            empty = desk.panel.empty.text
            assert (empty.title, empty.sentence) == ("The saved alerts could not be read", notice)
            assert path.with_name("alerts.json.bad").read_bytes() == content

    run_qt(test())


def test_an_alert_whose_symbol_became_invalid_says_so_first(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("last > 100.1")
            desk.add("last > 101", symbol="B")
            desk.line.deliver(payload(Reply(("B",), ok=False, message="no such symbol")))
            invalid, armed = rows(desk)
            assert (invalid.symbol, invalid.state_text) == ("B", "Cannot be monitored")
            assert "no such symbol" in invalid.details
            assert armed.status is AlertStatus.ARMED

    run_qt(test())


def test_the_return_of_the_price_is_next_to_a_fired_alert(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            alert_id = desk.add("last > 101")
            desk.trade(102.0, 102.5, 99.5)
            (row,) = rows(desk)
            assert (row.status, row.last_text) == (AlertStatus.FIRED, "99.50")
            assert desk.window.windowTitle().startswith("(1) ")
            desk.book.acknowledge([alert_id])
            assert rows(desk)[0].status is AlertStatus.ARMED

    run_qt(test())


@pytest.mark.parametrize("is_confirmed", [None, True])
def test_a_single_odd_trade_does_not_fire(run_qt: RunQt, is_confirmed: bool | None) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            desk.trade(100.0)
            desk.add("last > 101", is_confirmed=is_confirmed)
            desk.trade(103.0, 100.0)
            assert history(desk) == []

    run_qt(test())
