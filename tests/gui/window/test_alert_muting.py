from __future__ import annotations

from pathlib import Path

from tests.conftest import RunQt
from tests.doubles import until
from tests.gui.window.test_alerts_presenter import open_desk


def test_a_feed_is_muted_in_the_dock_and_in_its_menu_also_after_a_restart(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        async with open_desk(tmp_path) as desk:
            panel, feeds = desk.panel, desk.window.feeds_panel.requests
            desk.trade(100.0)
            desk.add("last > 101")
            desk.window.alerts.requests.muting_requested.emit("desk", True)
            assert feeds.is_muted("desk")
            desk.trade(102.0, 102.1)
            assert desk.book.history[-1].is_muted
            await until(lambda: panel.quiet_button.text() == "1 feed muted")
        async with open_desk(tmp_path) as desk:
            panel, feeds = desk.panel, desk.window.feeds_panel.requests
            assert feeds.is_muted("desk")
            assert desk.window.alerts.requests.muted_feeds() == {"desk": True}
            feeds.muting_requested.emit("desk", False)
            assert not feeds.is_muted("desk")
            await until(lambda: panel.quiet_button.text() == "Do not disturb")

    run_qt(test())


def test_do_not_disturb_can_be_ended_while_it_is_on(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            requests = desk.window.alerts.requests
            assert not requests.is_quiet()
            requests.quiet_requested.emit(15)
            assert requests.is_quiet()
            requests.quiet_requested.emit(0)
            assert not requests.is_quiet()

    run_qt(test())


def test_the_history_can_be_cleared_once_an_alert_has_fired(run_qt: RunQt) -> None:
    async def test() -> None:
        async with open_desk() as desk:
            requests = desk.window.alerts.requests
            assert requests.why_no_history() == "Nothing has fired yet"
            desk.trade(100.0)
            desk.add("last > 101")
            desk.trade(102.0, 102.1)
            assert requests.why_no_history() == ""

    run_qt(test())
