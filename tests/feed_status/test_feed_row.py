from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from tests.engine.recordings import opening, play_until, replay_of, trade
from tests.engine.test_engine import feed, payload, running
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected
from ticker_gui.domain.events import Relay, Trade
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.feed_report import report
from ticker_gui.feed_status.charted_status import charted_status
from ticker_gui.feed_status.feed_row import feed_row, mark_of, state_mark
from ticker_gui.formatting.status_words import FEED_MARK_WORDS
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.row_status import row_status


@pytest.mark.parametrize(
    ("error", "mark"),
    [
        (KeyRejected("Wrong key."), FeedMark.KEY_NEEDED),
        (FeedRejected("No such channel."), FeedMark.REJECTED),
        (ConnectionLost("Gone.", retry_after=600.0), FeedMark.NOT_CONNECTED),
    ],
)
def test_a_feed_that_cannot_connect_has_a_mark_a_word_and_its_reason(
    run: RunQt, error: Exception, mark: FeedMark
) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        connector.failures = [error]
        async with running(Engine([feed("desk", "A")], connector=connector)) as engine:
            desk = engine.feeds["desk"]
            await until(lambda: desk.state.kind in (FeedStatus.REJECTED, FeedStatus.WAITING))
            row = feed_row(desk, engine.clock(), 7, is_saved=False)
            assert (row.mark, row.word, row.rate, row.can_be_saved) == (mark, FEED_MARK_WORDS[mark], 7, True)
            assert desk.state.reason in row.description
            assert row.since.count(":") == 2

    run(test())


@pytest.mark.parametrize(
    ("settings", "mark"),
    [
        (feed("desk", "A"), FeedMark.DEMO),
        (feed("desk", "A", provider="mapped", url="ws://delayed.example"), FeedMark.DELAYED),
    ],
)
def test_simulated_and_delayed_data_is_not_called_live(run: RunQt, settings: Feed, mark: FeedMark) -> None:
    async def test() -> None:
        connector = ScriptedConnector()
        async with running(Engine([settings], connector=connector)) as engine:
            desk = engine.feeds["desk"]
            line = await connector.connection()
            if settings.provider == "demo":
                line.deliver(payload(Trade("A", 5.0)))
            else:
                await until(lambda: desk.state.kind is FeedStatus.SUBSCRIBING)
                assert feed_row(desk, engine.clock()).word == "Connected"
                desk.session.mark_live()
            assert feed_row(desk, engine.clock()).mark is mark

    run(test())


def test_a_disabled_feed_says_so_and_can_be_changed() -> None:
    engine = Engine([msgspec.structs.replace(feed("desk", "A"), disabled=True), BUILT_IN])
    row, demo = (feed_row(one, engine.clock(), is_saved=one.name == "desk") for one in engine.feeds.values())
    assert (row.word, row.is_disabled, row.can_be_changed, row.can_be_saved) == ("Disabled", True, True, False)
    assert (demo.can_be_changed, demo.can_be_saved) == (False, False)


def test_each_state_has_a_mark() -> None:
    marks = [mark_of(FeedState(kind, 0)) for kind in FeedStatus]
    assert all(mark in FeedMark for mark in marks)
    assert mark_of(FeedState(FeedStatus.LIVE, 0), is_disabled=True) is FeedMark.DISABLED


def test_every_state_of_a_feed_has_a_mark() -> None:
    assert {mark.state_mark for mark in FeedMark} == set(StateMark) - {StateMark.NO_FEED}  # that is one of symbols


def test_the_list_of_symbols_is_described_after_the_state() -> None:
    engine = Engine([feed("desk", "A")])
    desk, note = engine.feeds["desk"], "List of symbols from yesterday 14:02."
    plain, noted = feed_row(desk, engine.clock()), feed_row(desk, engine.clock(), catalog_note=note)
    assert plain.details == plain.description
    assert noted.details == f"{plain.description.rstrip('.')}. {note}"


def test_a_recorded_feed_is_a_replay_and_never_live_demo_or_delayed(tmp_path: Path) -> None:
    replay = replay_of(tmp_path, opening(), trade(1, 1))
    play_until(replay, replay.summary.ended_ns)
    desk = replay.engine.feeds["desk"]
    row = feed_row(desk, replay.now_ns)
    assert (row.mark, row.word, row.is_replay) == (FeedMark.REPLAY, "Replay", True)
    assert row.description.startswith("Replay since ")
    assert state_mark(desk) is StateMark.REPLAY
    (state,) = desk.market.states
    assert charted_status(state, row, replay.now_ns).word == "Replay"
    assert row_status(state, replay.now_ns, StateMark.REPLAY).mark is StateMark.REPLAY
    assert COLUMNS[COLUMN_INDEX["state"]].value(state, replay.now_ns) == "replay"
    text = report(desk, replay.now_ns, state)
    assert [line for line in text.lower().splitlines() if "live" in line] == [
        "this is a replay of a recording: all times are those of the recording, and nothing is live."
    ]
    replay.close()


@pytest.mark.parametrize(("closed", "mark"), [("", FeedMark.QUIET), ("The market is closed.", FeedMark.CLOSED)])
def test_a_quiet_feed_of_closed_markets_is_closed(monkeypatch: pytest.MonkeyPatch, closed: str, mark: FeedMark) -> None:
    engine = Engine([feed("desk", "A")])
    desk = engine.feeds["desk"]
    state = FeedState(FeedStatus.QUIET, 0, "Nothing arrives.")
    monkeypatch.setattr(EngineFeed, "state", property(lambda feed: state))
    monkeypatch.setattr(desk.market, "why_closed", lambda now_ns: closed)
    row = feed_row(desk, engine.clock())
    assert (row.mark, row.word) == (mark, FEED_MARK_WORDS[mark])


def test_data_of_a_desk_is_called_what_its_publisher_reports() -> None:
    one = Engine([feed("desk", "A", provider="nats", url="ws://127.0.0.1:1")], connector=ScriptedConnector()).feeds[
        "desk"
    ]
    on_relay = one.session.callbacks.on_relay
    assert on_relay is not None
    on_relay(Relay(("A",), is_simulated=True))
    row = feed_row(one, 0)
    assert (row.is_simulated, row.is_delayed, row.is_relayed) == (True, False, True)
    on_relay(Relay(("A",), is_delayed=True, delay_minutes=15))
    row = feed_row(one, 0)
    assert (row.is_simulated, row.is_delayed, row.delay_minutes) == (False, True, 15)
    one.session._states.set(FeedStatus.LIVE)
    assert feed_row(one, 0).mark is FeedMark.DELAYED
    assert state_mark(one) is StateMark.DELAYED
