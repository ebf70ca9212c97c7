from ticker_gui.domain.feed_state import FeedKind, FeedState


def test_only_a_line_that_is_up_counts_as_connected() -> None:
    connected = {kind for kind in FeedKind if FeedState(kind, 0).is_connected}
    assert connected == {FeedKind.SUBSCRIBING, FeedKind.LIVE, FeedKind.QUIET}


def test_the_words_are_those_of_the_contract() -> None:
    words = ["connecting", "subscribing", "live", "quiet", "waiting", "rejected", "stopped"]
    assert [kind.value for kind in FeedKind] == words
