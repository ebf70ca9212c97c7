from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.gui.market_of import Desk
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feed_status import charted_status as charted_status_module
from ticker_gui.feed_status.charted_status import ChartedStatus, Remedy, charted_status
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.formatting.status_words import FEED_MARK_WORDS
from ticker_gui.market.day import Day
from ticker_gui.market.session_calendar import US_STOCKS, calendar_of

SUNDAY_NS = 1_700_000_000 * SECOND_NS + 5 * 86_400 * SECOND_NS


@pytest.fixture
def desk() -> Desk:
    return Desk("A")


def row(desk: Desk, mark: FeedMark, reason: str = "", *, simulated: bool = False) -> FeedRow:
    state = FeedState(FeedStatus.LIVE, desk.now_ns - 40 * SECOND_NS, reason)
    return FeedRow("desk", "Desk", mark, FEED_MARK_WORDS[mark], "", 0, "", state, simulated, simulated)


def status(
    desk: Desk, mark: FeedMark | None = FeedMark.LIVE, reason: str = "", *, simulated: bool = False
) -> ChartedStatus:
    feed = None if mark is None else row(desk, mark, reason, simulated=simulated)
    return charted_status(desk.market.states[0], feed, desk.now_ns)


def disconnect(desk: Desk) -> None:
    coverage = desk.market.states[0].coverage
    coverage.mark_connected(desk.now_ns)
    coverage.mark_disconnected(desk.now_ns)


def test_live_data_has_its_age_and_nothing_to_remedy(desk: Desk) -> None:
    desk.trade("A", 100.0)
    assert status(desk) == (StateMark.LIVE, "Live", "desk · 0 s ago", "", None, False, False, "", False)
    assert status(desk, FeedMark.DELAYED).mark is StateMark.DELAYED
    assert status(desk, simulated=True)[:3] == (StateMark.DEMO, "Demo", "built-in market")
    assert status(desk, simulated=True).is_simulated


def test_quiet_data_says_for_how_long(desk: Desk) -> None:
    desk.trade("A", 100.0)
    desk.now_ns += 86_400 * SECOND_NS
    assert status(desk)[:2] == (StateMark.QUIET, "Quiet for 1 d")


def test_data_of_a_quiet_feed_is_stale(desk: Desk) -> None:
    desk.trade("A", 100.0)
    desk.now_ns += 12 * SECOND_NS
    assert not status(desk).is_stale
    desk.feed.coverage.is_quiet = True
    assert status(desk, FeedMark.QUIET)[:2] == (StateMark.QUIET, "Quiet for 12 s")
    assert status(desk, FeedMark.QUIET).is_stale


@pytest.mark.parametrize("mark", [FeedMark.LIVE, FeedMark.CONNECTING, FeedMark.NOT_CONNECTED])
def test_remembered_values_are_stale_and_dated(desk: Desk, mark: FeedMark) -> None:
    desk.remember("A", 50.0)
    if mark is not FeedMark.LIVE:
        disconnect(desk)
    assert status(desk, mark).is_stale
    assert status(desk, mark).date.startswith("yesterday ")
    desk.trade("A", 51.0)
    assert status(desk, mark).date == ""


def test_a_delay_is_named_if_it_is_known(desk: Desk) -> None:
    desk.trade("A", 100.0)
    assert status(desk, FeedMark.DELAYED).word == "Delayed"
    delayed = row(desk, FeedMark.DELAYED)._replace(delay_minutes=15)
    assert charted_status(desk.market.states[0], delayed, desk.now_ns).word == "Delayed 15 min"


@pytest.mark.parametrize(
    ("now", "word"),
    [
        ("2023-11-16T06:30", "Closed, opens 09:00"),  # by UTC; 04:00 in New York
        ("2023-11-18T15:00", "Closed, opens Mon 09:00"),
        ("2023-11-15T01:30", "Closed, opens 09:00"),
    ],
)
def test_a_closed_market_says_when_it_opens(monkeypatch: pytest.MonkeyPatch, now: str, word: str) -> None:
    desk = Desk("AAPL")
    monkeypatch.setattr(charted_status_module, "local_time", lambda seconds, _: datetime.fromtimestamp(seconds, UTC))
    state = desk.market.states[0]
    monkeypatch.setattr(state, "day", Day(US_STOCKS))
    desk.trade("AAPL", 100.0)
    desk.now_ns = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()) * SECOND_NS
    assert desk.now_ns - state.last_ns > 3600 * SECOND_NS
    assert status(desk)[:2] == (StateMark.CLOSED, word)


def test_the_last_trade_of_a_closed_market_is_not_live_when_it_has_just_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk("AAPL")
    state = desk.market.states[0]
    monkeypatch.setattr(state, "day", Day(US_STOCKS))
    friday_ns, desk.now_ns = desk.now_ns, SUNDAY_NS
    assert status(desk).reason.startswith("No price has arrived yet. US markets are closed")
    state.apply(Trade("AAPL", 100.0, 1.0, friday_ns), SUNDAY_NS)
    assert status(desk).mark is StateMark.CLOSED
    assert status(desk).word.startswith("Closed, opens Mon")


def test_a_quiet_feed_is_named_as_the_reason_and_can_be_connected_again(desk: Desk) -> None:
    quiet = "The server sends no messages."
    found = status(desk, FeedMark.QUIET, quiet)
    assert (found.word, found.reason, found.remedy) == ("Waiting for the first price", quiet, Remedy.RETRY)
    desk.market.states[0].overdue = "Check the spelling."
    found = status(desk, FeedMark.QUIET, quiet)
    assert (found.word, found.reason, found.remedy) == ("No answer", quiet, Remedy.RETRY)
    assert status(desk).reason == "Check the spelling."


def test_data_that_is_not_current_has_a_dim_head(desk: Desk) -> None:
    state = desk.market.states[0]
    assert status(desk).is_stale
    state.overdue = "Check the spelling."
    assert status(desk).is_stale
    state.overdue = None
    desk.trade("A", 100.0)
    assert not status(desk).is_stale
    desk.now_ns += 86_400 * SECOND_NS
    assert status(desk).is_stale


def test_before_the_first_price_the_chart_waits(desk: Desk) -> None:
    assert status(desk).word == "Waiting for the first price"


@pytest.mark.parametrize(
    ("mark", "expected", "remedy"),
    [
        (FeedMark.NOT_CONNECTED, StateMark.NOT_CONNECTED, Remedy.RETRY),
        (FeedMark.REJECTED, StateMark.REFUSED, Remedy.RETRY),
        (FeedMark.KEY_NEEDED, StateMark.KEY_NEEDED, Remedy.ENTER_KEY),
        (FeedMark.CONNECTING, StateMark.CONNECTING, None),
        (FeedMark.DISABLED, StateMark.DISABLED, Remedy.ENABLE),
    ],
)
def test_without_a_connection_the_data_is_stale_and_there_is_a_remedy(
    desk: Desk, mark: FeedMark, expected: StateMark, remedy: Remedy | None
) -> None:
    desk.trade("A", 100.0)
    disconnect(desk)
    found = status(desk, mark, "The server closed the connection.")
    assert (found.mark, found.remedy, found.is_stale) == (expected, remedy, True)
    assert found.reason


def test_a_lost_connection_says_since_when_and_why(desk: Desk) -> None:
    disconnect(desk)
    found = status(desk, FeedMark.NOT_CONNECTED, "The server closed the connection.")
    assert (found.word, found.detail) == ("Not connected", "desk · 40 s ago")
    assert found.reason.startswith("The server closed the connection.")


def test_a_refused_symbol_is_found_elsewhere_and_in_the_demo_market_by_another_feed(desk: Desk) -> None:
    desk.market.states[0].note_reply("unknown symbol")
    found = status(desk)
    assert (found.mark, found.word, found.remedy) == (StateMark.REFUSED, "Unavailable", Remedy.FIND)
    assert found.reason == "A is not available: unknown symbol"
    found = status(desk, simulated=True)
    assert (found.word, found.remedy) == ("Not in the demo market", Remedy.CONNECT)


def test_a_symbol_whose_feed_is_gone_offers_to_connect_one(desk: Desk) -> None:
    assert status(desk, None)[:2] == (StateMark.NO_FEED, "No connected feed has it")
    assert status(desk, None).remedy is Remedy.CONNECT


def test_a_symbol_of_a_disabled_feed_offers_to_enable_it(desk: Desk) -> None:
    found = status(desk, FeedMark.DISABLED)
    assert (found.mark, found.word, found.remedy) == (StateMark.DISABLED, "Its feed is disabled", Remedy.ENABLE)
    assert found.reason == "desk is disabled, so no data is arriving for this symbol."


def test_hostile_names_and_reasons_are_one_line_of_text(desk: Desk) -> None:
    desk.market.states[0].note_reply("bad\n\x1b[31m" + "x" * 10_000)
    found = status(desk)
    assert "\n" not in found.reason
    assert len(found.reason) < 500


def test_a_market_is_closed_and_opens_as_its_provider_states(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("7203.T")
    monkeypatch.setattr(charted_status_module, "local_time", lambda seconds, _: datetime.fromtimestamp(seconds, UTC))
    state = desk.market.states[0]
    monkeypatch.setattr(state, "day", Day(calendar_of("7203.T")))
    desk.trade("7203.T", 100.0)
    desk.now_ns += 3600 * SECOND_NS
    unknown = status(desk)
    assert (unknown.mark, unknown.reason) == (
        StateMark.QUIET,
        "The market may be closed: its trading hours are unknown.",
    )
    opens_ns = desk.now_ns + 6 * 3600 * SECOND_NS
    desk.feed.set_trading_period("7203.T", TradingPeriod(opens_ns, opens_ns + 3600 * SECOND_NS, UTC), desk.now_ns)
    opens = datetime.fromtimestamp(opens_ns / SECOND_NS, UTC)
    closed = status(desk)
    assert (closed.mark, closed.word.split()[-1]) == (StateMark.CLOSED, f"{opens:%H:%M}")
    assert "According to the provider" in closed.reason
    assert not closed.is_stale


def test_an_opening_after_a_week_has_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("7203.T")
    state = desk.market.states[0]
    monkeypatch.setattr(state, "day", Day(calendar_of("7203.T")))
    desk.trade("7203.T", 100.0)
    desk.now_ns += 3600 * SECOND_NS
    opens_ns = desk.now_ns + 8 * 86_400 * SECOND_NS
    desk.feed.set_trading_period("7203.T", TradingPeriod(opens_ns, opens_ns + 1, UTC), desk.now_ns)
    opens = datetime.fromtimestamp(opens_ns / SECOND_NS)
    assert status(desk).word == f"Closed, opens {opens.day} {opens:%b %H:%M}"


def test_a_desk_without_data_is_waited_for(desk: Desk) -> None:
    disconnect(desk)
    feed = row(desk, FeedMark.NOT_CONNECTED)
    state = FeedState(FeedStatus.WAITING, desk.now_ns, "The publisher is not connected.", waits_for_relay=True)
    found = charted_status(desk.market.states[0], feed._replace(state=state), desk.now_ns)
    assert found.reason == "The publisher is not connected. Waiting for the publisher."
    assert found.remedy is None


def test_a_symbol_that_a_desk_with_simulated_data_does_not_have_is_unavailable(desk: Desk) -> None:
    state = desk.market.states[0]
    state.coverage.mark_connected(desk.now_ns)
    state.note_reply("No publisher of this desk has it.")
    feed = row(desk, FeedMark.DEMO, simulated=True)._replace(is_built_in=False, is_relayed=True)
    found = charted_status(state, feed, desk.now_ns)
    assert (found.word, found.remedy) == ("Unavailable", Remedy.FIND)
    assert found.reason == "A is not available: No publisher of this desk has it."
