from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.market_of import NOW_NS
from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.gui.status.bar import StatusBar, in_words


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


@pytest.mark.parametrize("kind", FeedStatus)
def test_each_state_has_words_and_says_since_when(kind: FeedStatus) -> None:
    words = in_words(FeedState(kind, NOW_NS, "It rains.", NOW_NS + 1), NOW_NS)
    assert re.search(r"\d\d:\d\d:\d\d", words) or kind is FeedStatus.STOPPED
    if kind in (FeedStatus.QUIET, FeedStatus.WAITING, FeedStatus.REJECTED):
        assert "It rains." in words


def test_a_wait_counts_down_to_nothing_and_not_beyond() -> None:
    state = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS + 2 * SECOND_NS)
    left = [in_words(state, NOW_NS + int(seconds * SECOND_NS)).split()[-2] for seconds in (0, 0.5, 1.5, 2, 9)]
    assert left == ["2", "2", "1", "0", "0"]


def test_what_is_waited_for_is_told_from_other_waits() -> None:
    connecting = FeedState(FeedStatus.CONNECTING, NOW_NS, attempt=3)
    assert in_words(connecting, NOW_NS, Phase.TLS).endswith("(TLS, attempt 3)")
    again = FeedState(FeedStatus.CONNECTING, NOW_NS, "Gone.", attempt=3)
    assert in_words(again, NOW_NS, Phase.TCP).endswith("(TCP, attempt 3): Gone.")
    waiting = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS + 7 * SECOND_NS, attempt=4)
    assert ": Gone. Reconnecting in 7 s (attempt 4)." in in_words(waiting, NOW_NS)
    limited = FeedState(FeedStatus.WAITING, NOW_NS, "Fewer.", NOW_NS + 7 * SECOND_NS, is_limited=True)
    assert in_words(limited, NOW_NS).startswith("Rate limited until")
    assert in_words(FeedState(FeedStatus.REJECTED, NOW_NS, "Who?", wants_key=True), NOW_NS).startswith("Key needed")


def test_an_internal_error_counts_down_to_the_next_attempt() -> None:
    reason = InternalError("coinbase").for_user
    state = FeedState(FeedStatus.WAITING, NOW_NS, reason, NOW_NS + 30 * SECOND_NS, is_internal=True)
    assert in_words(state, NOW_NS) == ("Internal error in feed coinbase. Reconnecting in 30 s. Details are in the log.")
    assert "Reconnecting in 12 s." in in_words(state, NOW_NS + 18 * SECOND_NS)


def test_an_outage_began_when_the_line_was_lost_and_not_with_the_last_attempt() -> None:
    lost = FeedState(FeedStatus.WAITING, NOW_NS, "Gone.", NOW_NS, attempt=9, down_since_ns=NOW_NS - 600 * SECOND_NS)
    assert in_words(lost, NOW_NS).startswith(f"Disconnected since {clock_time(NOW_NS - 600 * SECOND_NS)}: ")


def test_trouble_is_shown_where_there_is_some(bar: StatusBar) -> None:
    bar.show_trouble(0, [])
    assert (label(bar, "skipped_frames"), label(bar, "late")) == ("", "")
    bar.show_trouble(1, ["desk", "<b>"])
    assert (label(bar, "skipped_frames"), label(bar, "late")) == ("1 frame skipped", "Delayed: desk, <b>")
    bar.show_trouble(1200, [])
    assert label(bar, "skipped_frames") == "1,200 frames skipped"


def test_details_are_one_click_away(bar: StatusBar, qtbot: QtBot) -> None:
    button = bar.findChild(QPushButton, "details")
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(bar.details_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_one_feed_needs_no_name_and_several_do(bar: StatusBar) -> None:
    live = FeedState(FeedStatus.LIVE, NOW_NS)
    bar.show_states([("desk", live)], NOW_NS)
    assert label(bar, "connection_state").startswith("Live since")
    bar.show_states([("desk", live), ("other", FeedState(FeedStatus.STOPPED, NOW_NS))], NOW_NS)
    assert label(bar, "connection_state") == "1 of 2 feeds live · other: Stopped"


def test_every_feed_is_in_the_tool_tip(bar: StatusBar) -> None:
    bar.show_states(
        [("<b>", FeedState(FeedStatus.LIVE, NOW_NS)), ("other", FeedState(FeedStatus.STOPPED, NOW_NS))], NOW_NS
    )
    found = bar.findChild(QLabel, "connection_state")
    assert isinstance(found, QLabel)
    assert re.fullmatch(r"<qt>&lt;b&gt;: Live since \S+<br>other: Stopped</qt>", found.toolTip())


def test_many_words_do_not_widen_the_window(bar: StatusBar) -> None:
    before = bar.minimumSizeHint().width()
    feeds = [(f"feed {number}", FeedState(FeedStatus.REJECTED, NOW_NS, "It rains. " * 20)) for number in range(20)]
    bar.show_states(feeds, NOW_NS)
    assert bar.minimumSizeHint().width() - before < 200  # the button to retry


def test_retrying_is_offered_where_it_helps(bar: StatusBar, qtbot: QtBot) -> None:
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
    assert label(bar, "merged_updates") == "8,340 updates merged into 60 frames/s, 12 ms to paint"
    bar.show_rates(0.0, 0.0, 0.0, None)
    assert label(bar, "merged_updates") == "0 updates merged into 0 frames/s"


def test_what_a_server_says_is_shown_literally(bar: StatusBar) -> None:
    bar.show_states([("desk", FeedState(FeedStatus.REJECTED, NOW_NS, "<img src=x width=9999>"))], NOW_NS)
    assert "<img src=x width=9999>" in label(bar, "connection_state")
    assert all(found.textFormat() == Qt.TextFormat.PlainText for found in bar.findChildren(QLabel) if found.text())
    bar.tell("too many\x00 symbols")
    assert bar.currentMessage() == "too many symbols"
