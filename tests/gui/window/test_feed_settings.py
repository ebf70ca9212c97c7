"""Feeds of the settings, applied to engine, window and lists while the program runs."""

from __future__ import annotations

import pytest

from tests.conftest import RunQt
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import BUILT_IN, Feed, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.application import Application
from ticker_gui.market.limits import Limits

DESK = Feed("ws://desk", ("A",), "desk", "demo")
SLOW = Feed("wss://delayed.massive.com/stocks", ("AAPL",), "slow", "massive")


def test_reloaded_feeds_reach_engine_window_and_lists(qapp: Application) -> None:
    app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment(reload=lambda: Settings(feeds=(SLOW,))))
    app.feed_settings.reload()
    assert list(app.engine.feeds) == ["slow"]
    assert [entry.symbol for entry in app.list_controller.active_list.entries] == ["AAPL"]
    assert app.window.feed_to_add_to == "slow"


def test_feeds_that_cannot_be_used_leave_those_in_force(qapp: Application) -> None:
    def reload() -> Settings:
        raise SettingsError("feeds[0]: not so.")

    app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment(reload=reload))
    app.feed_settings.reload()
    assert list(app.engine.feeds) == ["desk"]
    assert app.settings.notice is not None


def test_feeds_whose_symbols_have_no_room_are_shown_with_the_reason(qapp: Application) -> None:
    full = Feed("ws://full", ("A", "B", "C"), "full", "demo")
    settings = Settings(feeds=(DESK,), limits=Limits(symbols=2))
    changed = Settings(feeds=(full, SLOW), limits=Limits(symbols=2))
    app = App(qapp, settings, AppEnvironment(reload=lambda: changed))
    app.feed_settings.reload()
    assert list(app.engine.feeds) == ["full", "slow"]
    assert app.settings.notice is not None
    assert "the limit of 2 symbols" in app.settings.notice.text
    assert [entry.symbol for entry in app.list_controller.active_list.entries] == ["A", "B", "C", "AAPL"]


def test_without_feeds_the_built_in_market_is_used(qapp: Application) -> None:
    app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment(reload=Settings))
    app.feed_settings.reload()
    assert list(app.engine.feeds) == [BUILT_IN.name]


def test_a_saved_feed_runs_beside_those_of_the_command_line(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment(reload=lambda: Settings(feeds=(DESK,))))
        app.feed_settings.use_saved(SLOW)
        assert list(app.engine.feeds) == ["desk", "slow"]
        assert app.window.status.currentMessage() == "Saved slow."
        app.feed_settings.reload()
        assert list(app.engine.feeds) == ["desk", "slow"]

    run_qt(test())


def test_a_feed_that_is_saved_unchanged_reconnects_as_its_key_may_be_another(
    qapp: Application, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        app = App(qapp, Settings(feeds=(DESK,)), AppEnvironment(reload=lambda: Settings(feeds=(DESK,))))
        reconnected: list[str] = []
        monkeypatch.setattr(app.engine, "reconnect", reconnected.append)
        app.feed_settings.use_saved(DESK)
        assert reconnected == ["desk"]

    run_qt(test())
