from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS

NOW_NS = 1_800_000_000 * SECOND_NS


def test_three_statuses_count_as_connected() -> None:
    connected = {kind for kind in FeedStatus if FeedState(kind, 0).is_connected}
    assert connected == {FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET}


def test_the_next_attempt_can_be_made_now_unless_the_feed_waits_for_a_relay() -> None:
    assert [kind for kind in FeedStatus if FeedState(kind, 0).can_retry] == [FeedStatus.WAITING, FeedStatus.REJECTED]
    assert not FeedState(FeedStatus.WAITING, 0, waits_for_relay=True).can_retry


def test_after_an_internal_error_the_reason_has_the_time_of_the_reconnect() -> None:
    reason = InternalError("coinbase").for_user
    state = FeedState(FeedStatus.WAITING, NOW_NS, reason, NOW_NS + 30 * SECOND_NS, is_internal=True)
    assert state.reason_at(NOW_NS) == "Internal error in feed coinbase. Reconnecting in 30 s. Details are in the log."
    assert "Reconnecting in 12 s." in state.reason_at(NOW_NS + 18 * SECOND_NS + 1)
    assert "Reconnecting in 0 s." in state.reason_at(NOW_NS + 60 * SECOND_NS)
    for other in (
        FeedState(FeedStatus.WAITING, NOW_NS, "gone", NOW_NS),
        FeedState(FeedStatus.CONNECTING, NOW_NS, reason),
    ):
        assert other.reason_at(NOW_NS) == other.reason


def test_the_statuses_have_the_documented_values() -> None:
    words = ["connecting", "subscribing", "live", "quiet", "waiting", "rejected", "stopped"]
    assert [kind.value for kind in FeedStatus] == words
