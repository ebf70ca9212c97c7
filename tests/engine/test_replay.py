"""A replay: the market at each time of the recording, and again after going back."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import msgspec
import pytest

from tests.conftest import run_plain
from tests.engine.recordings import DESK, last_price, opening, play_until, replay_of, trade
from tests.recording.recorded import T0, write, write_text
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine import replay_responses
from ticker_gui.engine.replay import Replay
from ticker_gui.feeds.history import HistoryError, HttpRequest
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.recording.format import Line, RecordedFeed, RecordingError, new_header
from ticker_gui.recording.line_encoder import FrameBatch
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.replay_loop import ReplayLoop
from ticker_gui.recording.summary import summarize


def test_the_market_has_what_it_had_at_each_time(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, opening(), trade(1, 1), trade(2, 2), trade(3, 240))
    feed = replay.engine.feeds["desk"]
    play_until(replay, T0 + 1 * SECOND_NS)
    assert (last_price(replay), feed.state.kind, replay.now_ns) == (101.0, FeedStatus.LIVE, T0 + SECOND_NS)
    assert feed.state.since_ns == T0 + SECOND_NS
    play_until(replay, T0 + 2 * SECOND_NS)
    assert last_price(replay) == 102.0
    play_until(replay, T0 + 20 * SECOND_NS)
    assert feed.state.kind is FeedStatus.QUIET  # ages use the time of the recording
    assert not replay.is_at_end
    play_until(replay, replay.summary.ended_ns)
    assert (last_price(replay), replay.is_at_end, feed.state.kind) == (103.0, True, FeedStatus.LIVE)
    replay.close()
    assert feed.state.kind is FeedStatus.STOPPED
    assert not replay.errors.count


def test_going_back_rebuilds_the_market_in_the_same_engine(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, opening(), trade(1, 1), trade(2, 2))
    engine = replay.engine
    play_until(replay, replay.summary.ended_ns)
    (before,) = engine.market.states
    replay.rewind()
    assert last_price(replay) is None
    assert (before.last, before.coverage.is_connected) == (102.0, True)  # it is shown until the market is rebuilt
    play_until(replay, T0 + 1 * SECOND_NS)
    assert last_price(replay) == 101.0
    assert replay.engine is engine
    assert engine.feeds["desk"].market.find("NIMB") is engine.market.states[0]
    replay.close()


def test_after_going_back_past_data_arrives_at_its_own_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_responses, "_TIMEOUT_S", 0.0)
    request, access = HttpRequest("https://venue.example/bars"), Credentials("wss://venue.example")
    replay = replay_of(
        tmp_path,
        opening(),
        Line(T0 + 1 * SECOND_NS, "http", "desk", url=request.url, status=200, frame="[1]"),
        Line(T0 + 2 * SECOND_NS, "http", "desk", url=request.url, status=200, frame="[2]"),
        trade(1, 3),
    )
    play_until(replay, replay.summary.ended_ns)
    assert run_plain(replay.responses.get(request, access)).body == b"[2]"
    replay.rewind()
    with pytest.raises(HistoryError, match="does not contain"):
        run_plain(replay.responses.get(request, access))
    play_until(replay, T0 + 1 * SECOND_NS)
    assert run_plain(replay.responses.get(request, access)).body == b"[1]"
    replay.close()


def test_symbols_and_feeds_that_were_added_later_are_added_at_that_time(tmp_path: Path) -> None:
    more = msgspec.structs.replace(DESK, symbols=("NIMB", "RIVL"))
    other = RecordedFeed("other", "demo", symbols=("X",))
    replay = replay_of(
        tmp_path,
        opening(),
        trade(1, 1, "RIVL"),
        Line(T0 + 2 * SECOND_NS, "feed", "desk", settings=more),
        Line(T0 + 3 * SECOND_NS, "feed", "other", settings=other),
        trade(2, 4, "RIVL"),
        Line(T0 + 5 * SECOND_NS, "state", "other", state="stopped"),
    )
    assert list(replay.engine.feeds) == ["desk"]
    play_until(replay, T0 + 3 * SECOND_NS)
    assert list(replay.engine.feeds) == ["desk", "other"]
    assert last_price(replay, "RIVL") is None
    play_until(replay, replay.summary.ended_ns)
    assert last_price(replay, "RIVL") == 102.0
    assert replay.engine.feeds["other"].settings.disabled
    replay.close()


def test_a_recording_without_the_beginning_of_a_connection_is_played(tmp_path: Path) -> None:
    closed = Line(T0 + 2 * SECOND_NS, "close", "desk", 1, frame="gone", state="waiting", retry_at=T0 + 7 * SECOND_NS)
    replay = replay_of(tmp_path, trade(1, 1), closed, trade(2, 3))
    play_until(replay, T0 + 3 * SECOND_NS)
    feed = replay.engine.feeds["desk"]
    assert last_price(replay) == 101.0  # what is after the end of a connection is ignored
    assert (feed.state.kind, feed.state.reason) == (FeedStatus.WAITING, "gone")
    assert feed.state.seconds_left(replay.now_ns) == 4
    replay.close()


def test_playing_ends_in_time_and_reports_remarks(tmp_path: Path) -> None:
    notes: list[str] = []
    replay = replay_of(tmp_path, opening(), *(trade(number, number / 100) for number in range(500)),
                       Line(T0 + 9 * SECOND_NS, "note", frame="mark"))  # fmt: skip
    replay.on_note = lambda time_ns, text: notes.append(text)
    assert not replay.run_until(replay.summary.ended_ns, perf_counter())
    play_until(replay, replay.summary.ended_ns)
    assert notes == ["mark"]
    replay.close()


@pytest.mark.parametrize(
    ("feeds", "reason"),
    [
        ((RecordedFeed("a", "future"),), '"future".*Update'),
        ((), "contains no feed"),
        ((RecordedFeed("\x1b[31m", "demo"),), "cannot be played. The name of a feed must be one line"),
        ((RecordedFeed("n" * 65, "demo"),), "cannot be played. The name of a feed must be one line"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_reported_in_a_sentence(
    feeds: tuple[RecordedFeed, ...], reason: str, tmp_path: Path
) -> None:
    recording = Recording(write(tmp_path / "a.gz", header=new_header("", feeds)))
    with pytest.raises(RecordingError, match=reason):
        Replay(recording, summarize(recording))


def test_the_user_can_neither_connect_nor_add_what_was_not_recorded(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, opening(), trade(1, 1))
    play_until(replay, replay.summary.ended_ns)
    feed = replay.engine.feeds["desk"]
    before = feed.state
    replay.engine.reconnect("desk")
    replay.engine.retry_now()
    assert feed.state is before
    assert (feed.may_have("NIMB"), feed.may_have("RIVL")) == (True, False)
    assert feed.known_symbols == ["NIMB"]
    replay.close()


def test_states_change_when_the_recorded_ones_did(tmp_path: Path) -> None:
    """They are not exactly at the times of timers, and with several feeds their order is printed."""

    def state(seconds: float, kind: str, reason: str = "") -> Line:
        return Line(T0 + int(seconds * SECOND_NS), "state", "desk", state=kind, frame=reason)

    closed = Line(T0 + 14 * SECOND_NS, "close", "desk", 1, frame="gone", state="waiting", retry_at=T0 + 15 * SECOND_NS)
    failed = Line(T0 + 17 * SECOND_NS, "close", "desk", 2, frame="no", state="waiting", retry_at=T0 + 90 * SECOND_NS)
    replay = replay_of(
        tmp_path, opening(), trade(1, 1), state(11.7, "quiet", "Silent."), closed, state(14, "waiting", "gone"),
        state(15.4, "connecting", "gone"), failed,
    )  # fmt: skip
    expected = [(1.0, FeedStatus.LIVE), (11.7, FeedStatus.QUIET), (14, FeedStatus.WAITING),
                (15.4, FeedStatus.CONNECTING), (17, FeedStatus.WAITING)]  # fmt: skip
    feed = replay.engine.feeds["desk"]
    for seconds, kind in expected:
        time_ns = T0 + int(seconds * SECOND_NS)
        play_until(replay, time_ns - 1)
        assert feed.state.kind is not kind
        play_until(replay, time_ns)
        assert (feed.state.kind, feed.state.since_ns) == (kind, time_ns)
        if kind is FeedStatus.QUIET:
            assert feed.state.reason == "Silent."
    assert feed.state.seconds_left(replay.now_ns) == 73
    replay.close()
    assert not replay.errors.count


def test_a_jump_of_the_clock_by_decades_is_not_played_second_by_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0

    def count(loop: ReplayLoop, now_ns: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 100_000
        set_time(loop, now_ns)

    set_time = ReplayLoop.set_time
    monkeypatch.setattr(ReplayLoop, "set_time", count)
    replay = replay_of(tmp_path, opening(), trade(1, 1), trade(2, 20 * 365 * 24 * 3600))
    play_until(replay, replay.summary.ended_ns)
    assert (last_price(replay), replay.is_at_end) == (102.0, True)
    replay.close()


def test_a_feed_that_is_not_connected_does_not_become_quiet(tmp_path: Path) -> None:
    def quiet(seconds: int) -> Line:
        return Line(T0 + seconds * SECOND_NS, "state", "desk", state="quiet", frame="Silent.")

    closed = Line(T0 + 4 * SECOND_NS, "close", "desk", 1, frame="gone", state="waiting", retry_at=T0 + 9 * SECOND_NS)
    replay = replay_of(tmp_path, quiet(1), opening(2), trade(1, 3), closed, quiet(5), trade(2, 6))
    feed = replay.engine.feeds["desk"]
    for seconds, kind in ((1, FeedStatus.CONNECTING), (3, FeedStatus.LIVE), (5, FeedStatus.WAITING)):
        play_until(replay, T0 + seconds * SECOND_NS)
        assert feed.state.kind is kind
    assert not replay.errors.count
    replay.close()


def test_a_recorded_key_that_expires_is_read_again_as_it_was(tmp_path: Path) -> None:
    stocks = RecordedFeed("desk", "finnhub", "wss://venue.example/", ("AAPL",), has_key=True)
    frames = [
        b'{"type":"trade","data":[{"s":"AAPL","p":7.0,"v":1,"t":0}]}',
        b'{"type":"error","msg":"Invalid API key"}',
    ]
    received = [FrameBatch("desk", 1, (frame,), "in", T0 + SECOND_NS + n, str) for n, frame in enumerate(frames)]
    replay = replay_of(tmp_path, opening(), *received, feeds=(stocks,))
    play_until(replay, replay.summary.ended_ns)
    assert last_price(replay, "AAPL") == 7.0
    assert replay.engine.feeds["desk"].state.kind is FeedStatus.WAITING
    replay.close()


def test_a_recorded_rejection_waits_for_the_user_if_it_did_then(tmp_path: Path) -> None:
    closed = Line(T0 + 2 * SECOND_NS, "close", "desk", 1, frame="Not allowed.", state="rejected")
    replay = replay_of(tmp_path, opening(), trade(1, 1), closed)
    play_until(replay, T0 + 2 * SECOND_NS)
    assert replay.engine.feeds["desk"].state.kind is FeedStatus.REJECTED
    assert not replay.errors.count
    replay.close()


def test_a_capture_without_the_name_of_its_feed_is_played(tmp_path: Path) -> None:
    ticker = (
        r"{\"type\":\"ticker\",\"product_id\":\"BTC-USD\",\"price\":\"%d\",\"trade_id\":%d,"
        r"\"time\":\"2021-04-17T16:44:06.669388Z\",\"best_bid\":\"1\",\"best_ask\":\"2\"}"
    )
    lines = [
        '{"t":1618677816,"dir":"open","frame":"wss://ws-feed.exchange.coinbase.com"}',
        *(f'{{"t":{1618677816 + number},"dir":"in","frame":"{ticker % (number, number)}"}}' for number in (1, 2)),
    ]
    recording = Recording(write_text(tmp_path / "a.jsonl", lines))
    replay = Replay(recording, summarize(recording))
    play_until(replay, replay.summary.ended_ns)
    assert replay.engine.feeds["coinbase"].market.states[0].last == 2.0
    replay.close()


def test_a_session_that_waits_connects_when_the_recorded_one_did(tmp_path: Path) -> None:
    lost = Line(T0 + 5 * SECOND_NS, "close", "desk", 1, frame="gone", state="waiting", retry_at=T0 + 90 * SECOND_NS)
    later = trade(2, 21)._replace(conn=2)
    replay = replay_of(tmp_path, opening(), trade(1, 1), lost, Line(T0 + 20 * SECOND_NS, "open", "desk", 2), later)
    feed = replay.engine.feeds["desk"]
    play_until(replay, T0 + 10 * SECOND_NS)
    assert feed.state.kind is FeedStatus.WAITING
    play_until(replay, T0 + 21 * SECOND_NS)
    assert (feed.state.kind, last_price(replay)) == (FeedStatus.LIVE, 102.0)
    replay.close()
