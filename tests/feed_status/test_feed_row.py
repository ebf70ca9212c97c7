from __future__ import annotations

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.engine.engine import Engine
from ticker_gui.feed_status.feed_row import FeedMark, feed_row, mark_of


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
            assert (row.mark, row.word, row.rate, row.can_be_saved) == (mark, mark.value, 7, True)
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
    assert {mark.state_mark for mark in FeedMark} == set(StateMark) - {StateMark.CLOSED}


def test_the_list_of_symbols_is_described_after_the_state() -> None:
    engine = Engine([feed("desk", "A")])
    desk, note = engine.feeds["desk"], "List of symbols from yesterday 14:02."
    plain, noted = feed_row(desk, engine.clock()), feed_row(desk, engine.clock(), catalog_note=note)
    assert plain.details == plain.description
    assert noted.details == f"{plain.description.rstrip('.')}. {note}"
