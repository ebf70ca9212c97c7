from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feed_status.rows import NOW_NS, row
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_status.banner import Banner, BannerAction, Severity, choose_banner
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.formatting import numbers

DEMO = row("demo", mark=FeedMark.DEMO, is_simulated=True, is_built_in=True)
LOST: dict[str, Any] = {
    "down_since_ns": NOW_NS - 40 * SECOND_NS,
    "retry_at_ns": NOW_NS + 6 * SECOND_NS,
    "reason": "It closed (1006).",
}


def test_the_demo_alone_asks_for_a_feed() -> None:
    banner = choose_banner([DEMO], NOW_NS)
    assert banner is not None
    assert banner.sentence == "Demo data: not real prices."
    assert (banner.primary, banner.actions) == (BannerAction.CONNECT, (BannerAction.CONNECT,))


def test_beside_live_feeds_the_demo_notice_is_about_the_demo_only() -> None:
    banner = choose_banner([row("coinbase"), DEMO, row("kraken")], NOW_NS)
    assert banner is not None
    assert banner.sentence == "demo shows simulated data; coinbase and kraken are live."
    assert (banner.primary, banner.actions, banner.severity) == (None, (), Severity.WARNING)


def test_beside_feeds_that_are_not_live_the_demo_notice_does_not_call_them_live() -> None:
    for other in (row("coinbase", FeedStatus.CONNECTING), row("massive", mark=FeedMark.DELAYED)):
        banner = choose_banner([DEMO, other], NOW_NS)
        assert banner is not None
        assert banner.sentence == "demo shows simulated data, not real prices."


def test_live_feeds_need_no_banner() -> None:
    assert choose_banner([row("coinbase"), row("kraken", FeedStatus.QUIET)], NOW_NS) is None
    assert choose_banner([], NOW_NS) is None


def test_a_lost_connection_is_described_with_its_retry() -> None:
    banner = choose_banner([row("coinbase", FeedStatus.WAITING, attempt=4, **LOST)], NOW_NS)
    assert banner is not None
    assert banner.title == "coinbase has been disconnected"
    assert banner.text.endswith(": It closed (1006). Reconnecting in 6 s (attempt 4).")
    assert banner.actions == (BannerAction.RETRY, BannerAction.DETAILS)
    assert banner.severity is Severity.ERROR


def test_a_relay_without_data_cannot_be_retried() -> None:
    lost: dict[str, Any] = {"down_since_ns": NOW_NS - 40 * SECOND_NS, "reason": "The publisher is not connected."}
    banner = choose_banner([row("desk", FeedStatus.WAITING, waits_for_relay=True, **lost)], NOW_NS)
    assert banner is not None
    assert banner.text.endswith(": The publisher is not connected. Waiting for the publisher.")
    assert banner.actions == (BannerAction.DETAILS,)


@pytest.mark.parametrize(("down_s", "is_shown"), [(0, False), (2.9, False), (3, True), (100, True)])
@pytest.mark.parametrize("kind", [FeedStatus.WAITING, FeedStatus.CONNECTING])
def test_a_connection_that_is_lost_for_less_than_three_seconds_has_no_banner(
    down_s: float, is_shown: bool, kind: FeedStatus
) -> None:
    down_since_ns = NOW_NS - int(down_s * SECOND_NS)
    feed = row("coinbase", kind, age_s=0, attempt=2, down_since_ns=down_since_ns)
    assert (choose_banner([feed], NOW_NS) is not None) is is_shown


def test_the_first_attempt_to_connect_has_no_banner() -> None:
    assert choose_banner([row("coinbase", FeedStatus.CONNECTING, attempt=1)], NOW_NS) is None


def test_a_missing_key_can_be_entered() -> None:
    banner = choose_banner([row("finnhub", FeedStatus.REJECTED, wants_key=True, reason="Wrong key.")], NOW_NS)
    assert banner is not None
    assert banner.sentence == "finnhub needs an API key: Wrong key."
    assert banner.actions[0] is BannerAction.ENTER_KEY


def test_a_rejected_feed_says_when_it_stopped_and_why() -> None:
    feed = row("okx", FeedStatus.REJECTED, reason="The address is not a WebSocket.")
    banner = choose_banner([feed], NOW_NS)
    assert banner is not None
    since = numbers.clock_time(feed.state.since_ns)
    assert banner.sentence == f"okx stopped at {since}: The address is not a WebSocket."
    assert banner.actions[0] is BannerAction.RETRY


def test_the_worst_problem_is_shown_and_the_others_are_counted() -> None:
    key = row("finnhub", FeedStatus.REJECTED, wants_key=True)
    rejected, lost = row("okx", FeedStatus.REJECTED), row("kraken", FeedStatus.WAITING, **LOST)
    for feeds in ([DEMO, key, lost, rejected], [rejected, lost, key, DEMO]):
        banner = choose_banner(feeds, NOW_NS)
        assert banner is not None
        assert (banner.feed, banner.more) == ("okx", 3)
    for feeds in ([key, lost], [lost, DEMO]):
        banner = choose_banner(feeds, NOW_NS)
        assert banner is not None
        assert (banner.feed, banner.more) == (feeds[0].name, 1)


def test_disabled_feeds_have_no_banner() -> None:
    disabled = [row("desk", FeedStatus.STOPPED, mark=FeedMark.DISABLED), DEMO._replace(mark=FeedMark.DISABLED)]
    assert choose_banner(disabled, NOW_NS) is None


ROWS = st.lists(
    st.builds(
        row,
        st.text(max_size=60),
        st.sampled_from(FeedStatus),
        age_s=st.floats(0, 1e6),
        is_simulated=st.booleans(),
        reason=st.text(max_size=400),
        wants_key=st.booleans(),
        attempt=st.integers(0, 99),
    ),
    max_size=6,
)


@given(ROWS)
def test_any_banner_is_one_line_and_counts_every_problem_once(feeds: list[FeedRow]) -> None:
    banner = choose_banner(feeds, NOW_NS)
    alone = [choose_banner([feed], NOW_NS) for feed in feeds]
    if banner is None:
        assert not any(alone)
        return
    assert len(banner.sentence.splitlines()) == 1
    problems = [one for one in alone if one is not None and not one.is_demo]
    assert banner.more + 1 == len(problems) + any(feed.is_simulated for feed in feeds)
    assert banner.is_demo is not bool(problems)


def test_notices_about_no_feed_come_first_as_errors_and_before_the_demo_otherwise() -> None:
    error = Banner(Severity.ERROR, "", "Settings:", "wrong.", (BannerAction.DISMISS,))
    change = Banner(Severity.WARNING, "", "Settings:", "changed.", (BannerAction.UNDO, BannerAction.DISMISS))
    rejected = row("finnhub", FeedStatus.REJECTED, reason="No.")
    assert choose_banner([rejected], NOW_NS, [error]) == error._replace(more=1)
    assert choose_banner([DEMO], NOW_NS, [change]) == change._replace(more=1)
    worst = choose_banner([rejected, DEMO], NOW_NS, [change])
    assert worst is not None
    assert (worst.feed, worst.more) == ("finnhub", 2)


def test_a_banner_of_a_replay_offers_no_connection() -> None:
    for one in (row("desk", FeedStatus.WAITING, reason="gone"), row("demo", is_simulated=True)):
        banner = choose_banner([one._replace(is_replay=True)], NOW_NS)
        assert banner is not None
        assert set(banner.actions) <= {BannerAction.DETAILS}
        assert banner.primary is None
