from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.market_of import NOW_NS
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.status.bar import StatusBar
from ticker_gui.gui.widgets.mark_view import MarkView
from ticker_gui.gui.widgets.measures import PANEL_MARGIN


@pytest.fixture
def bar(qtbot: QtBot) -> StatusBar:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def label(bar: StatusBar, name: str) -> str:
    found = bar.findChild(QLabel, name)
    assert isinstance(found, QLabel)
    return found.text()


def rate_help(bar: StatusBar) -> str:
    found = bar.findChild(QLabel, "message_rate")
    assert isinstance(found, QLabel)
    return found.accessibleDescription()


def test_the_mark_is_at_the_margin_of_panels(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(900, 28)
    bar.show_states([("desk", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS, marks=[StateMark.LIVE])
    bar.show_message("A message")
    mark = bar.findChild(MarkView, "connection_mark")
    assert isinstance(mark, MarkView)
    qtbot.waitUntil(lambda: mark.x() == PANEL_MARGIN)


def test_the_last_part_ends_at_the_margin_of_panels(bar: StatusBar, qtbot: QtBot) -> None:
    clock, retry = bar.findChild(QLabel, "clock"), bar.findChild(QPushButton, "retry_now")
    assert isinstance(clock, QLabel)
    assert isinstance(retry, QPushButton)
    bar.resize(900, 28)
    bar.show_clock("Tue 24 Nov 15:42:07 UTC")
    qtbot.waitUntil(lambda: clock.geometry().right() + 1 == bar.width() - PANEL_MARGIN)
    waiting = FeedState(FeedStatus.WAITING, NOW_NS, "refused " * 40, NOW_NS + 10**9, 2)
    bar.show_states([("a", waiting)], NOW_NS)  # its text leaves out everything else
    qtbot.waitUntil(lambda: retry.geometry().right() + 1 == bar.width() - PANEL_MARGIN)


def test_problems_are_shown_if_there_are_any(bar: StatusBar) -> None:
    bar.show_problems(0, [])
    assert (label(bar, "skipped_frames"), label(bar, "late")) == ("", "")
    bar.show_problems(1, ["desk", "<b>"])
    assert (label(bar, "skipped_frames"), label(bar, "late")) == ("1 message rejected", "Late messages: desk, <b>")
    bar.show_problems(1200, [])
    assert label(bar, "skipped_frames") == "1,200 messages rejected"


def test_the_diagnostics_are_one_click_away(bar: StatusBar, qtbot: QtBot) -> None:
    bar.show_states([("desk", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS)
    state = bar.findChild(QLabel, "connection_state")
    assert isinstance(state, QLabel)
    with qtbot.waitSignal(bar.details_requested):
        qtbot.mouseClick(state, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(bar.details_requested, wait=0):
        qtbot.mouseClick(state, Qt.MouseButton.RightButton)


def test_the_number_of_live_feeds_opens_their_panel(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(900, 30)
    live, stopped = FeedState(FeedStatus.LIVE, NOW_NS), FeedState(FeedStatus.STOPPED, NOW_NS)
    button = bar.findChild(QPushButton, "feeds_count")
    assert isinstance(button, QPushButton)
    for states, text in (([live], ""), ([live, live, live], "3 of 3 feeds"), ([live, stopped], "1 of 2 feeds")):
        bar.show_states([(f"feed{number}", state) for number, state in enumerate(states)], NOW_NS)
        assert (button.text(), button.isVisible()) == (text, bool(text))
        assert button.accessibleName() == (text or "Live feeds")
    with qtbot.waitSignal(bar.feeds_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bar.show_states([("desk", live)], NOW_NS)
    assert not button.isVisible()


def test_fired_alerts_are_one_click_away_and_stand_before_the_rate(bar: StatusBar, qtbot: QtBot) -> None:
    button = bar.findChild(QPushButton, "fired_alerts")
    rate = bar.findChild(QLabel, "message_rate")
    assert isinstance(button, QPushButton)
    assert isinstance(rate, QLabel)
    assert button.isHidden()
    for count, text in ((1, "1 alert fired"), (1200, "1,200 alerts fired")):
        bar.show_fired_alerts(count)
        assert (button.isVisible(), button.text()) == (True, text)
    bar.show_rates(40.0, 0.0, 60.0, None)
    assert button.x() < rate.x()
    with qtbot.waitSignal(bar.alerts_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bar.show_fired_alerts(0)
    assert button.isHidden()


def test_several_simulated_feeds_are_not_called_live(bar: StatusBar) -> None:
    feeds = [(name, FeedState(FeedStatus.LIVE, NOW_NS)) for name in ("a", "b")]
    bar.show_states(feeds, NOW_NS, marks=[StateMark.DEMO, StateMark.DEMO])
    assert label(bar, "connection_state") == "Demo"
    bar.show_states(feeds, NOW_NS, marks=[StateMark.LIVE, StateMark.DEMO])
    assert label(bar, "connection_state") == "Live"


def test_feeds_are_named_only_if_there_are_several(bar: StatusBar) -> None:
    live = FeedState(FeedStatus.LIVE, NOW_NS)
    bar.show_states([("desk", live)], NOW_NS)
    assert label(bar, "connection_state").startswith("Live since")
    bar.show_states([("desk", live), ("other", FeedState(FeedStatus.STOPPED, NOW_NS))], NOW_NS)
    assert label(bar, "connection_state") == "other: Ended"


def test_every_feed_is_in_the_tooltip(bar: StatusBar) -> None:
    bar.show_states(
        [("<b>", FeedState(FeedStatus.LIVE, NOW_NS)), ("other", FeedState(FeedStatus.STOPPED, NOW_NS))], NOW_NS
    )
    found = bar.findChild(QLabel, "connection_state")
    assert isinstance(found, QLabel)
    assert re.fullmatch(
        r"<qt>&lt;b&gt;: Live since \S+<br>other: Ended<br>Click to open the feed diagnostics</qt>", found.toolTip()
    )


def test_long_texts_do_not_widen_the_window(bar: StatusBar) -> None:
    before = bar.minimumSizeHint().width()
    feeds = [(f"feed {number}", FeedState(FeedStatus.REJECTED, NOW_NS, "It rains. " * 20)) for number in range(20)]
    bar.show_states(feeds, NOW_NS)
    assert bar.minimumSizeHint().width() - before < 200  # the button to retry


def test_retry_is_offered_when_it_helps(bar: StatusBar, qtbot: QtBot) -> None:
    button = bar.findChild(QPushButton, "retry_now")
    assert isinstance(button, QPushButton)
    bar.show_states([("desk", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS)
    assert not button.isVisible()
    for kind in (FeedStatus.WAITING, FeedStatus.REJECTED):
        bar.show_states([("desk", FeedState(kind, NOW_NS, "Gone."))], NOW_NS)
        assert button.isVisible()
    with qtbot.waitSignal(bar.retry_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_rates_are_shown(bar: StatusBar) -> None:
    bar.show_rates(8400.0, 8340.0, 60.0, 12_000_000)
    assert label(bar, "message_rate") == "8,400 messages/s"
    assert "60 fps · 8,340 updates merged · 12 ms latency" in rate_help(bar)
    bar.show_rates(1.2, 1.0, 1.0, None)
    assert label(bar, "message_rate") == "1 message/s"
    bar.show_rates(0.0, 0.0, 0.0, None)
    assert "0 fps · 0 updates merged" in rate_help(bar)
    bar.show_clock("Sat 28 Nov 15:42:07 UTC")
    assert label(bar, "clock") == "Sat 28 Nov 15:42:07 UTC"


def test_server_text_is_shown_literally(bar: StatusBar) -> None:
    bar.show_states([("desk", FeedState(FeedStatus.REJECTED, NOW_NS, "<img src=x width=9999>"))], NOW_NS)
    assert "<img src=x width=9999>" in label(bar, "connection_state")
    assert all(found.textFormat() == Qt.TextFormat.PlainText for found in bar.findChildren(QLabel) if found.text())
    bar.show_message("too many\x00 symbols")
    assert bar.currentMessage() == "too many symbols"


@given(width=st.integers(300, 1600), count=st.integers(1, 6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_connection_state_is_cut_only_when_everything_else_is_left_out(
    qapp: QApplication, width: int, count: int
) -> None:
    bar = StatusBar()
    bar.resize(width, 24)
    bar.show()
    bar.show_states([(f"feed{number}", FeedState(FeedStatus.LIVE, 0)) for number in range(count)], 10**9)
    bar.show_rates(1_000, 20, 60, 5e6)
    bar.show_clock("Sat 28 Nov 15:42:07 UTC")
    bar.show_problems(3, ["feed1 by 5 s"])
    bar.show_unsaved("The disk is full.")
    qapp.processEvents()
    state = bar.findChild(QLabel, "connection_state")
    assert state is not None
    is_whole = state.width() >= state.fontMetrics().horizontalAdvance(state.text())
    others = [bar.findChild(QLabel, name) for name in ("message_rate", "clock", "skipped_frames", "unsaved")]
    assert is_whole or all(label is not None and not label.isVisible() for label in others)
    bar.deleteLater()


def test_a_wide_status_bar_shows_everything(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.show_rates(1_000, 20, 60, 5e6)
    bar.show_clock("Sat 28 Nov 15:42:07 UTC")
    bar.show()
    for width, is_visible in ((300, False), (1200, True)):
        bar.resize(width, 24)
        label = bar.findChild(QLabel, "clock")
        assert label is not None
        assert label.isVisible() is is_visible


def test_queued_messages_are_shown_one_after_the_other(bar: StatusBar) -> None:
    shown = list[str]()
    bar.messageChanged.connect(shown.append)
    bar.queue_messages(["First", "Second"])
    bar.queue_messages(["Third"])
    assert shown == ["First"]
    bar.show_message("Urgent")
    for _ in range(3):
        bar.clearMessage()
    assert shown == ["First", "Urgent", "Second", "Third", ""]
    bar.queue_messages(f"{number}" for number in range(1_000))
    assert bar.currentMessage() == "980"


def test_a_message_ends_after_ten_seconds(bar: StatusBar) -> None:
    bar.queue_messages(["First", "Second"])
    (end,) = (timer for timer in bar.findChildren(QTimer) if timer.interval() == 10_000)
    assert end.isActive()
    end.timeout.emit()
    assert bar.currentMessage() == "Second"
    end.timeout.emit()
    assert (bar.currentMessage(), end.isActive()) == ("", False)


def test_undo_is_offered_with_its_message_and_goes_with_it(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(900, 30)
    undo = bar.findChild(QPushButton, "undo_message")
    assert isinstance(undo, QPushButton)
    bar.show_message("Something else")
    assert not undo.isVisible()
    bar.offer_undo("Removed AAPL from Main.")
    assert bar.currentMessage() == "Removed AAPL from Main."
    assert (undo.isVisible(), undo.accessibleName()) == (True, "Undo: Removed AAPL from Main.")
    with qtbot.waitSignal(bar.undo_requested):
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    for end in (bar.withdraw_undo, bar.clearMessage, lambda: bar.show_message("Another message")):
        bar.offer_undo("Removed AAPL from Main.")
        end()
        assert not undo.isVisible()
        assert bar.currentMessage() != "Removed AAPL from Main."
    bar.withdraw_undo()
    assert bar.currentMessage() == "Another message"  # which is not about a change


def test_a_recording_is_shown_with_a_button_that_stops_it(bar: StatusBar, qtbot: QtBot) -> None:
    button = bar.findChild(QPushButton, "stop_recording")
    assert isinstance(button, QPushButton)
    assert not button.isVisible()
    bar.resize(300, 30)
    bar.show_recording("Recording · 1.2 MB", "12 messages")
    assert label(bar, "recording") == "Recording · 1.2 MB"
    with qtbot.waitSignal(bar.stop_recording_requested):
        button.click()
    bar.show_recording("Recording failed", "The disk is full.", is_running=False)
    assert (button.text(), button.isVisible()) == ("Dismiss", True)
    failed = bar.findChild(QLabel, "recording")
    assert failed is not None
    assert failed.property("failed") is True
    bar.show_recording("")
    assert (label(bar, "recording"), button.isVisible()) == ("", False)


def test_a_message_leaves_the_connection_state_in_view(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(900, 28)
    bar.show_states([("desk", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS)
    bar.show_message("Copied 3 rows.")
    for name in ("connection_state", "message"):
        found = bar.findChild(QLabel, name)
        assert isinstance(found, QLabel)
        assert found.isVisible()
        needed = found.fontMetrics().horizontalAdvance(found.text())
        qtbot.waitUntil(lambda found=found, needed=needed: found.width() >= needed)  # type: ignore[misc]


@given(st.lists(st.sampled_from(StateMark), min_size=1))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_mark_is_that_of_the_worst_feed(qapp: QApplication, marks: list[StateMark]) -> None:
    bar = StatusBar()
    feeds = [(f"feed {number}", FeedState(FeedStatus.LIVE, NOW_NS)) for number in range(len(marks))]
    bar.show_states(feeds, NOW_NS, marks=marks)
    view = bar.findChild(MarkView, "connection_mark")
    assert isinstance(view, MarkView)
    for worst in (StateMark.REFUSED, StateMark.KEY_NEEDED, StateMark.NOT_CONNECTED):
        if worst in marks:
            assert view.mark is worst
            break
    assert (view.mark is StateMark.LIVE) is (set(marks) == {StateMark.LIVE})


def test_simulated_data_is_not_called_live(bar: StatusBar) -> None:
    bar.show_states([("demo", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS, marks=[StateMark.DEMO])
    found = bar.findChild(QLabel, "connection_state")
    assert isinstance(found, QLabel)
    assert found.text().startswith("Demo since ")
    assert found.accessibleDescription().startswith("demo: Demo since ")


def test_what_yields_first_in_a_narrow_bar_is_the_clock_and_then_the_rate(bar: StatusBar) -> None:
    bar.show_states([("desk", FeedState(FeedStatus.LIVE, NOW_NS))], NOW_NS)
    bar.show_rates(1_000, 20, 60, 5e6)
    bar.show_clock("Sat 28 Nov 15:42:07 UTC")
    seen = []
    for width in range(900, 100, -10):
        bar.resize(width, 28)
        visible = tuple(
            name
            for name in ("clock", "message_rate", "connection_state")
            if (found := bar.findChild(QLabel, name)) is not None and found.isVisible()
        )
        if visible not in seen:
            seen.append(visible)
    assert seen == [
        ("clock", "message_rate", "connection_state"),
        ("message_rate", "connection_state"),
        ("connection_state",),
    ]


def test_the_time_of_day_changes_without_a_new_layout_and_is_never_cut(bar: StatusBar, qtbot: QtBot) -> None:
    bar.resize(900, 30)
    clock = bar.findChild(QLabel, "clock")
    assert isinstance(clock, QLabel)
    bar.show_clock("Sun 29 Nov 12:00:00")
    qtbot.wait(1)
    layouts: list[QEvent.Type] = []

    class Counter(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                layouts.append(event.type())
            return False

    counter = Counter()
    bar.installEventFilter(counter)
    for second in range(1, 9):
        bar.show_clock(f"Sun 29 Nov 12:00:0{second}")
        qtbot.wait(1)
    assert layouts == []
    for text in ("Wednesday 29 November 12:00:09 UTC+13:45", "12:00"):
        bar.show_clock(text)
        assert 0 <= clock.width() - clock.sizeHint().width() <= 16


def test_a_replay_is_not_called_live_with_one_feed_or_several(bar: StatusBar) -> None:
    feeds = [("one", FeedState(FeedStatus.LIVE, NOW_NS)), ("two", FeedState(FeedStatus.LIVE, NOW_NS))]
    found = bar.findChild(QLabel, "connection_state")
    assert isinstance(found, QLabel)
    for count, text in ((1, "Replay since "), (2, "Replay")):
        bar.show_states(feeds[:count], NOW_NS, marks=[StateMark.REPLAY] * count)
        assert found.text().startswith(text)
        assert "live" not in f"{found.text()} {found.toolTip()}".lower()


def test_changes_that_are_not_saved_are_shown_until_they_are(bar: StatusBar) -> None:
    failure = "Could not save lists.json: the disk is full."
    bar.show_unsaved(failure)
    assert label(bar, "unsaved") == "Changes not saved"
    assert bar.currentMessage().startswith(f"{failure} Your changes are kept")
    bar.clearMessage()
    bar.show_unsaved(failure)
    assert bar.currentMessage() == ""  # it is known
    bar.show_unsaved("")
    assert label(bar, "unsaved") == ""


def test_internal_errors_are_counted_with_their_details(bar: StatusBar) -> None:
    for count, text in ((1, "1 internal error"), (1200, "1,200 internal errors"), (0, "")):
        bar.show_internal_errors(count, "See the log.")
        assert label(bar, "internal_errors") == text


def test_feeds_with_delayed_prices_are_named(bar: StatusBar) -> None:
    bar.show_delayed_feeds(["desk", "<b>"])
    assert label(bar, "delayed") == "Delayed prices: desk, <b>"
    bar.show_delayed_feeds([])
    assert label(bar, "delayed") == ""
