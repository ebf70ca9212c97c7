"""Updates of the status bar and the diagnostics; `tests.test_app` and `tests.faults` test the whole program."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.doubles import ScriptedConnector, StillClock
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Quote, Reply, Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.bridge import CALM_INTERVAL_S, MarketBridge
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.status_presenter import StatusPresenter
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS, closes


class Shown:
    """A visible window on an engine that is not running."""

    def __init__(
        self, qtbot: QtBot, is_exposed: Callable[[], bool] | None = None, names: Sequence[str] = ("desk",)
    ) -> None:
        feeds = [Feed(f"ws://{name}", ("A",), name, "demo") for name in names]
        self.engine = Engine(feeds, connector=ScriptedConnector(), clock=StillClock())
        self.window = MainWindow(names, self.engine.clock, load_theme("dark"))
        qtbot.addWidget(self.window)
        self.window.show()
        self.errors = InternalErrors("the program")
        self.bridge = MarketBridge(self.engine, self.window, is_exposed=is_exposed)
        self.status_presenter = StatusPresenter(
            self.engine, self.bridge, self.window, self.errors, Path("/var/log/it.log")
        )

    def text(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_rates_problems_and_states_are_updated_every_second(shown: Shown) -> None:
    shown.engine.feeds["desk"].session.rejected_frames.add(b"?", 1, "no JSON", str)
    shown.status_presenter.show_second()
    assert shown.text("connection_state") == "Ended"
    assert shown.text("skipped_frames") == "1 message rejected"
    assert shown.text("message_rate") == "0 messages/s"


def test_the_countdown_of_the_chart_waits_for_the_frame_of_the_next_prices(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.window.chart.show_symbol(shown.engine.market.states[0])
    shown.window.chart.refresh()
    shown.bridge._timer.stop()
    requested = []
    shown.window.chart.frame_requested.connect(lambda: requested.append(1))
    now_s = time.monotonic()
    monkeypatch.setattr("ticker_gui.gui.bridge.time", SimpleNamespace(monotonic=lambda: now_s))
    shown.status_presenter.show_second()
    assert not requested
    assert shown.bridge._timer.isActive()
    assert shown.bridge._frame_due >= now_s + CALM_INTERVAL_S  # prices that change before bring their own frame
    shown.engine.feeds["desk"].market.apply(Trade("A", 1.0), shown.engine.clock())
    assert shown.bridge._frame_due < now_s + CALM_INTERVAL_S


def test_while_the_window_is_hidden_only_the_states_are_updated(qtbot: QtBot) -> None:
    is_exposed = False
    shown = Shown(qtbot, is_exposed=lambda: is_exposed)
    shown.bridge._on_second()
    shown.status_presenter.show_second()
    assert shown.text("connection_state") == "Ended"
    assert shown.text("message_rate") == ""
    is_exposed = True
    shown.bridge._on_second()
    shown.status_presenter.show_second()
    assert shown.text("message_rate") == "0 messages/s"


def test_internal_errors_are_counted_on_screen_and_the_log_is_named(shown: Shown) -> None:
    shown.status_presenter.show_second()
    assert shown.text("internal_errors") == ""
    shown.engine.feeds["desk"].errors.note(KeyError("x"), "reading a frame")
    shown.errors.note(KeyError("x"), "running a background task")
    shown.status_presenter.show_second()
    assert shown.text("internal_errors") == "2 internal errors"
    shown.status_presenter.show_details()
    report = shown.window.details.findChild(QPlainTextEdit, "report")
    assert isinstance(report, QPlainTextEdit)
    assert "running a background task" in report.toPlainText()
    assert "Log file: /var/log/it.log" in report.toPlainText()


@pytest.mark.parametrize("step", ["update_clock_offset", "update_accessible_text"])
def test_an_error_in_one_part_of_the_window_does_not_affect_the_others(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def crash() -> None:
        raise KeyError(step)

    feed = shown.engine.feeds["desk"]
    owner = {
        "update_clock_offset": feed,
        "update_accessible_text": shown.window.chart,
    }[step]
    monkeypatch.setattr(owner, step, crash)
    feed.session.rejected_frames.add(b"?", 1, "no JSON", str)
    shown.status_presenter.show_second()
    assert shown.text("skipped_frames") == "1 message rejected"
    assert shown.text("internal_errors") == "1 internal error"


def test_the_diagnostics_open_even_if_the_diagnosis_fails(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("ticker_gui.gui.window.status_presenter.diagnose", crash)
    shown.status_presenter.show_details()
    assert shown.window.details.isVisible()
    assert shown.errors.count == 1


def test_an_error_message_is_shown_once(shown: Shown) -> None:
    market = shown.engine.feeds["desk"].market
    market.apply(Reply((), ok=False, message="slow down"), 1)
    shown.status_presenter.show_second()
    assert shown.window.status.currentMessage() == "desk: slow down"
    shown.window.status.clearMessage()
    shown.status_presenter.show_second()
    assert shown.window.status.currentMessage() == ""


def test_delayed_feeds_are_named(shown: Shown) -> None:
    feed = shown.engine.feeds["desk"]
    state = feed.market.states[0]
    now_ns = shown.engine.clock()
    for number in range(10):
        feed.market.apply(Trade("A", 5.0, time_ns=now_ns - 3 * 10**9 + number), now_ns)
        shown.engine.sample_delay(state)
    shown.status_presenter.show_second()
    assert shown.text("late") == "Late messages: desk by 3 s"
    assert msgspec.json.encode(shown.text("late"))


def test_the_sparkline_of_a_delayed_feed_ends_at_its_latest_trade(shown: Shown) -> None:
    feed = shown.engine.feeds["desk"]
    state = feed.market.states[0]
    now_ns = shown.engine.clock()
    for number in range(300):  # a trade in each second, a quarter of an hour ago
        feed.market.apply(Trade("A", 100.0 + number, time_ns=now_ns - (900 + 300 - number) * 10**9), now_ns)
    for _ in range(10):
        feed.market.apply(Trade("A", 400.0, time_ns=now_ns - 900 * 10**9), now_ns)
        shown.engine.sample_delay(state)
    shown.status_presenter.show_second()
    prices = closes(state, SPARKLINE_PERIODS[0], now_ns)  # of ten minutes
    assert prices[-1] == 400.0
    assert prices[-2] < 400.0
    assert np.isnan(prices[0])


def test_old_trades_with_current_quotes_are_not_reported_as_delayed(shown: Shown) -> None:
    feed = shown.engine.feeds["desk"]
    state = feed.market.states[0]
    now_ns = shown.engine.clock()
    for number in range(2):  # those of before the request
        feed.market.apply(Trade("A", 5.0, time_ns=now_ns - 3600 * 10**9 + number), now_ns)
        shown.engine.sample_delay(state)
    for bid in range(1, 10):
        feed.market.apply(Quote("A", bid=4.0 + bid / 100), now_ns + bid)
        shown.engine.sample_delay(state)
    shown.status_presenter.show_second()
    assert shown.text("late") == ""


def test_the_diagnostics_are_those_of_the_requested_symbol(shown: Shown) -> None:
    shown.status_presenter.show_details(shown.engine.market.states[0])
    assert shown.window.details.isVisible()
    assert shown.text("answer") == "The feed has ended."
    retry = shown.window.details.findChild(QPushButton, "details_retry")
    assert isinstance(retry, QPushButton)
    assert not retry.isEnabled()  # there is no wait to end


def test_open_diagnostics_and_the_clock_are_updated_every_second(shown: Shown) -> None:
    state, clock = shown.engine.market.states[0], shown.engine.clock
    assert isinstance(clock, StillClock)
    shown.status_presenter.show_details(state)
    shown.status_presenter.show_second()
    before = shown.text("clock")
    set_status(shown, "desk", FeedStatus.REJECTED)
    clock.advance(1)
    shown.status_presenter.show_second()
    assert shown.text("answer") == "The feed stopped and will not reconnect by itself."
    assert shown.text("clock") != before
    shown.window.chart.set_options(msgspec.structs.replace(shown.window.chart.options, zone="Asia/Kolkata"))
    shown.status_presenter.show_clock()
    assert shown.text("clock").endswith(" IST")


def test_the_feed_is_diagnosed_when_the_data_of_the_symbol_was_replaced(shown: Shown) -> None:
    state = shown.engine.market.states[0]
    set_status(shown, "desk", FeedStatus.LIVE)
    shown.status_presenter.show_details(state)
    assert shown.text("answer") == "Subscribing to A…"
    shown.status_presenter.forget_symbol()
    shown.status_presenter.show_diagnosis()
    assert "A…" not in shown.text("answer")


def test_a_symbol_is_diagnosed_with_the_data_of_its_feed_after_that_was_changed(shown: Shown) -> None:
    shown.status_presenter.show_details(shown.engine.market.states[0])
    assert shown.text("answer") == "The feed has ended."
    shown.engine.set_feeds([Feed("ws://elsewhere", ("A",), "desk", "demo")])
    set_status(shown, "desk", FeedStatus.LIVE)
    state = shown.engine.market.states[0]
    shown.status_presenter.show_second()
    assert shown.status_presenter._symbol is state
    assert shown.text("answer") == "Subscribing to A…"
    shown.engine.feeds["desk"].set_watched(("B",))
    shown.status_presenter.show_second()
    assert shown.status_presenter._symbol is None


@pytest.fixture
def two_feeds(qtbot: QtBot) -> Shown:
    """Two feeds that are live, with a row each; the row of the second one is the current one."""
    shown = Shown(qtbot, names=("desk", "other"))
    shown.window.model.show(shown.engine.market.states)
    shown.window.watchlist.selectRow(1)
    for name in shown.engine.feeds:
        set_status(shown, name, FeedStatus.LIVE)
    return shown


def set_status(shown: Shown, feed: str, status: FeedStatus) -> None:
    shown.engine.feeds[feed].session._states.set(status)


def toggle(shown: Shown) -> None:
    shown.window.docks.toggle(shown.window.details).trigger()


def test_the_diagnostics_open_on_the_feed_of_the_current_row(two_feeds: Shown) -> None:
    details = two_feeds.window.details
    toggle(two_feeds)
    assert details.isVisible()
    assert details.feed == "other"
    two_feeds.window.watchlist.selectRow(0)
    assert details.feed == "other"  # it stays while the panel is open
    toggle(two_feeds)
    assert not details.isVisible()
    toggle(two_feeds)
    assert details.feed == "desk"


def test_the_status_bar_opens_and_closes_the_diagnostics(two_feeds: Shown) -> None:
    details = two_feeds.window.details
    two_feeds.status_presenter.show_details()
    assert details.feed == "other"
    two_feeds.status_presenter.show_details()
    assert not details.isVisible()
    set_status(two_feeds, "desk", FeedStatus.REJECTED)
    two_feeds.status_presenter.show_details()
    assert details.feed == "desk"  # the one with a problem
    two_feeds.status_presenter.show_details()
    set_status(two_feeds, "other", FeedStatus.WAITING)
    two_feeds.status_presenter.show_details()
    assert details.feed == "other"  # both have one: that of the current row


def test_diagnostics_of_something_else_stay_open(two_feeds: Shown) -> None:
    first, second = two_feeds.engine.market.states
    details, show = two_feeds.window.details, two_feeds.status_presenter.show_details
    show(None, "desk")
    show(None, "other")
    assert (details.isVisible(), details.feed) == (True, "other")
    show(second)
    assert (details.isVisible(), details.feed) == (True, "other")
    show(first)
    assert (details.isVisible(), details.feed) == (True, "desk")
    show(first)
    assert not details.isVisible()


def test_diagnostics_behind_another_tab_come_to_the_front(two_feeds: Shown, qtbot: QtBot) -> None:
    window, show = two_feeds.window, two_feeds.status_presenter.show_details
    show(None, "desk")
    window.open_feeds()
    qtbot.waitUntil(lambda: not window.docks.is_in_front(window.details))
    show(None, "desk")
    qtbot.waitUntil(lambda: window.docks.is_in_front(window.details))


def test_a_panel_that_is_open_from_the_start_shows_the_feed_of_the_current_row(two_feeds: Shown) -> None:
    details = two_feeds.window.details
    details.diagnosis_requested.connect(two_feeds.status_presenter.show_diagnosis)
    two_feeds.window.docks.reveal(details)  # as a restored layout does
    assert details.feed == "other"
    details.choose("desk")
    two_feeds.status_presenter.show_diagnosis()
    assert details.feed == "desk"  # the user's choice stays
