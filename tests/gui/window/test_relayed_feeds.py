"""What a relay reports reaches the lists, the title and the status bar of the window."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QLabel

from tests.conftest import RunQt
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.events import Relay
from ticker_gui.gui.application import Application
from ticker_gui.market.limits import Limits

DESK = Feed("ws://127.0.0.1:1", ("*",), "desk", "nats")
DEMO = Feed(name="demo", provider="demo")


def report(app: App, relay: Relay) -> None:
    on_relay = app.engine.feeds["desk"].session.callbacks.on_relay
    assert on_relay is not None
    on_relay(relay)


def rows(app: App) -> list[str]:
    return [entry.symbol for entry in app.list_controller.active_list.entries]


def delayed_prices(app: App) -> str:
    label = app.window.findChild(QLabel, "delayed")
    assert isinstance(label, QLabel)
    return label.text()


def test_reported_symbols_become_rows_and_those_left_out_are_counted(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        app = App(qapp, Settings(feeds=(DESK,), limits=Limits(symbols=2)), AppEnvironment())
        messages: list[str] = []
        app.window.status.messageChanged.connect(messages.append)
        report(app, Relay(("A",)))
        report(app, Relay(("A", "B", "C")))
        assert rows(app) == []  # the lists change in a step of their own
        await asyncio.sleep(0)
        assert rows(app) == ["A", "B"]
        assert messages[-1].startswith("desk: 1 of 3 symbols is left out")

    run_qt(test())


def test_the_title_does_not_call_the_data_simulated_if_another_feed_is_real(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        app = App(qapp, Settings(feeds=(DESK, DEMO)), AppEnvironment())
        app.feed_presenter.show_feeds()
        assert app.window.windowTitle() == "Ticker GUI"
        report(app, Relay(("A",), is_simulated=True))
        app.feed_presenter.show_feeds()
        assert app.window.windowTitle().endswith(" – demo data")

    run_qt(test())


def test_title_and_status_bar_name_the_kind_of_data_that_a_relay_reports(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment())
        app.feed_presenter.show_feeds()
        assert "demo data" not in app.window.windowTitle()
        report(app, Relay(("A",), is_simulated=True))
        app.feed_presenter.show_feeds()
        assert app.window.windowTitle().endswith(" – demo data")
        report(app, Relay(("A",), is_delayed=True))
        app.feed_presenter.show_feeds()
        assert "demo data" not in app.window.windowTitle()
        assert delayed_prices(app) == "Delayed prices: desk"

    run_qt(test())
