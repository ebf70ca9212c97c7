import gc
from contextlib import suppress
from datetime import UTC
from weakref import ref

import pytest

from tests.doubles import NOON_NS
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.errors import FrameError, SettingsError
from ticker_gui.domain.events import Bar, DayStats, MarketFact, Quote, Reply, Trade
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import Instrument, StockHours
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.session_calendar import US_STOCKS
from ticker_gui.market.subscription import symbol_failure


def test_changes_are_collected_once_with_the_number_of_updates() -> None:
    market = Market()
    feed = market.feed("desk")
    a, b = feed.watch("A", "A"), feed.watch("B", "B")
    for index in range(10):
        feed.apply(Trade("A", 1.0 + index, time_ns=index), 100 + index)
    feed.apply(Quote("B", bid=1.0), 200)
    changes = market.collect_changes()
    assert (changes.states, changes.updates, changes.first_ns) == ([a, b], 11, 100)
    assert market.collect_changes().states == []
    feed.apply(Quote("B", bid=2.0), 300)
    assert market.collect_changes().states == [b]


def test_wake_is_called_once_until_the_changes_are_taken() -> None:
    market, calls = Market(), []
    feed = market.feed("desk")
    feed.watch("A", "A")
    market.wake = lambda: calls.append(1)
    for index in range(5):
        feed.apply(Trade("A", 1.0, time_ns=index), index)
    assert len(calls) == 1
    market.collect_changes()
    feed.apply(Trade("A", 1.0, time_ns=9), 9)
    assert len(calls) == 2


def test_data_is_expected_from_stale_feeds_and_from_those_that_never_sent_any() -> None:
    feed = Market().feed("desk")
    feed.watch("A", "A")
    feed.watch("NEVER", "NEVER")
    assert feed.data_expected(NOON_NS)
    for number in range(10):  # one a minute
        now_ns = NOON_NS + 60 * number * SECOND_NS
        feed.apply(Trade("A", 1.0), now_ns)
    assert not feed.data_expected(now_ns + 170 * SECOND_NS)
    assert feed.data_expected(now_ns + 190 * SECOND_NS)


def test_two_feeds_may_have_a_symbol_of_one_name() -> None:
    market = Market()
    one, other = market.feed("one"), market.feed("other")
    one.watch("AAPL", "AAPL")
    other.watch("AAPL", "AAPL")
    one.apply(Trade("AAPL", 1.0), 1)
    other.apply(Trade("AAPL", 2.0), 1)
    assert [(state.feed, state.last) for state in market.states] == [("one", 1.0), ("other", 2.0)]


def test_updates_for_unwatched_symbols_are_counted_and_dropped() -> None:
    market = Market()
    feed = market.feed("desk")
    assert not feed.apply(Trade("GHOST", 1.0), 1)
    assert (feed.unsubscribed_updates, market.states) == (1, [])
    feed.apply(Trade("L" * 100, 1.0), 1)
    assert list(feed.seen_symbols) == ["GHOST"]
    feed.watch("A", "A")
    feed.unwatch("A")
    assert not feed.apply(Trade("A", 1.0), 1)


def test_watching_twice_is_watching_once() -> None:
    market = Market()
    feed = market.feed("desk")
    assert feed.watch("btc", "BTC") is feed.watch("BTC", "BTC")
    feed.unwatch("NOPE")
    assert market.count == 1
    feed.unwatch("BTC")
    assert market.count == 0


def test_the_number_of_symbols_in_all_feeds_is_limited() -> None:
    market = Market(Limits(symbols=2))
    market.feed("one").watch("A", "A")
    market.feed("two").watch("B", "B")
    with pytest.raises(SettingsError, match=r"limits\.symbols"):
        market.feed("one").watch("C", "C")


def test_a_refusal_stays_with_its_symbols_and_an_acknowledgement_lifts_it() -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    feed.apply(Reply(("A", "GHOST"), ok=False, message="not listed\x00"), 1)
    assert state.refusal == "not listed"
    assert market.collect_changes().states == [state]
    feed.apply(Reply(("A",), ok=True), 2)
    assert state.refusal is None
    feed.apply(Reply((), ok=False, message="too many"), 3)
    assert feed.last_error == "too many"


def test_only_the_charts_shown_last_keep_a_charts_history() -> None:
    market = Market(Limits(trades=10, chart_trades=100, charts=2))
    feed = market.feed("desk")
    a, b, c = (feed.watch(name, name) for name in "ABC")
    for state in (a, b, a, c):
        market.chart(state)
        state.bars.add_provider_bar(Bar(state.symbol, "1m", 0, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True))
    assert [bool(state.bars.provided) for state in (a, b, c)] == [True, False, True]
    assert [state.tape.capacity for state in (a, b, c)] == [100, 10, 100]
    feed.unwatch("A")
    market.chart(b)
    assert [state.tape.capacity for state in (b, c)] == [100, 100]


def test_outdated_facts_are_counted() -> None:
    feed = Market().feed("desk")
    feed.watch("A", "A")
    assert feed.apply(Trade("A", 1.0, trade_id=1), 1)
    assert not feed.apply(Trade("A", 1.0, trade_id=1), 1)
    assert feed.outdated_updates == 1


def test_impossible_values_are_errors() -> None:
    feed = Market().feed("desk")
    feed.watch("A", "A")
    with pytest.raises(FrameError, match="not possible"):
        feed.apply(Trade("A", float("nan")), 1)


IMPOSSIBLE: list[MarketFact] = [
    *(Trade("A", price) for price in (1e15, -1e15, 1e300, float("inf"), float("nan"))),
    Quote("A", 2e15, 1.0, 3e15, 1.0),
    Quote("A", 1.0, -1.0, 2.0, 1.0),
    DayStats("A", high=1e15),
    DayStats("A", high=1.0, low=2.0),
    Bar("A", "1m", 60 * 10**9, 1.0, 2e15, 1.0, 1.0, 1.0, is_closed=True),
    Trade("A", 0.0),
]


@pytest.mark.parametrize("fact", IMPOSSIBLE, ids=str)
def test_a_symbol_whose_data_is_rejected_has_a_reason_until_data_is_accepted(fact: MarketFact) -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    feed.on_connected(1)
    for _ in range(3):
        with pytest.raises(FrameError):
            feed.apply(fact, 10**18)
    assert state.status(10**18) is SymbolStatus.REJECTED
    assert state.rejection is not None
    assert market.collect_changes().updates == 1  # it is painted once, and not again for each of them
    failure = symbol_failure(state)
    assert failure is not None
    assert failure.reason == state.rejection
    feed.apply(Trade("A", 5.0), 10**18)
    assert (state.status(10**18), state.rejection, symbol_failure(state)) == (SymbolStatus.LIVE, None, None)
    with pytest.raises(FrameError):
        feed.apply(fact, 10**18)
    assert (state.status(10**18), symbol_failure(state)) == (SymbolStatus.LIVE, None)
    feed.on_connected(10**18 + 1)
    assert state.rejection is None


def test_a_held_price_is_not_a_rejected_one() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    for price in (50.0, 500.0):
        with suppress(FrameError):
            feed.apply(Trade("A", price), 1)
    assert (state.held_price, state.rejection) == (500.0, None)


def test_a_held_price_is_a_change_and_unread_confirmed_trades_are_few() -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    feed.apply(Trade("A", 50.0), 1)
    assert market.collect_changes().states == [state]
    with pytest.raises(FrameError):
        feed.apply(Trade("A", 9.0), 2)
    assert market.collect_changes().states == [state]
    for number in range(100):
        for price in (50.0 * 10.0 ** (number % 2), 51.0 * 10.0 ** (number % 2)):
            with suppress(FrameError):
                feed.apply(Trade("A", price), 3)
    assert state.trades > 100
    assert len(feed.related_facts) == 1


SATURDAY_NS, MONDAY_NS = (int(f"{second}") * 10**9 for second in (1_767_452_400, 1_767_625_200))


@pytest.mark.parametrize(
    ("symbols", "is_due_on_saturday"),
    [(["AAPL", "BRK.B"], False), (["AAPL", "SAP.DE", "EURUSD=X"], False), (["AAPL", "BTC-USD"], True), ([], True)],
)
def test_a_feed_of_closed_markets_owes_no_data(symbols: list[str], is_due_on_saturday: bool) -> None:
    feed = Market().feed("stocks", has_us_stocks=True)
    for symbol in symbols:
        feed.watch(symbol, symbol)
    assert (feed.data_expected(SATURDAY_NS), feed.data_expected(MONDAY_NS)) == (is_due_on_saturday, True)
    assert bool(feed.why_closed(SATURDAY_NS)) is not is_due_on_saturday
    assert not feed.why_closed(MONDAY_NS)


def test_only_the_symbols_whose_market_is_open_are_expected_to_send_data() -> None:
    feed = Market().feed("stocks", has_us_stocks=True)
    stock, coin = feed.watch("AAPL", "AAPL"), feed.watch("BTC-USD", "BTC-USD")
    feed.apply(Trade("BTC-USD", 5.0), SATURDAY_NS)
    assert not feed.data_expected(SATURDAY_NS)
    assert feed.data_expected(SATURDAY_NS + 3600 * 10**9)  # the coin is silent
    assert (stock.day.calendar.is_us_stock, coin.day.calendar.is_rolling) == (True, True)
    assert Market().feed("coins").watch("AAPL", "AAPL").day.calendar.is_rolling


def test_a_new_connection_forgets_replies_and_a_lost_one_leaves_a_gap() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.on_connected(100)
    feed.apply(Reply(("A",), ok=False, message="not listed"), 101)
    feed.apply(Reply((), ok=False, message="slow down"), 101)
    feed.on_disconnected(150)
    assert not state.is_live(160)
    feed.on_connected(200)
    assert (state.refusal, feed.last_error) == (None, "")
    assert state.coverage.gaps == (Gap(150, 200),)


def test_feeds_are_added_dropped_and_ordered() -> None:
    market = Market()
    states = [market.feed(name).watch("A", "A") for name in ("one", "two", "three")]
    for state in states:
        market.chart(state)
    revision = market.revision
    market.drop("two")
    market.drop("two")
    assert [state.feed for state in market.states] == ["one", "three"]
    assert [market.holds(state) for state in states] == [True, False, True]
    assert (market.count, market.revision) == (2, revision + 1)
    market.set_order(["three", "one", "unknown"])
    assert [state.feed for state in market.states] == ["three", "one"]
    assert market.feed("two").states == []


def test_a_symbol_is_held_and_found_while_it_is_watched() -> None:
    market = Market(Limits(symbols=3))
    one, two = market.feed("one"), market.feed("two")
    state = one.watch("BTC", "btcusd")
    two.watch("A", "A")
    assert (one.find("btcusd"), one.find("BTC"), two.find("btcusd")) == (state, None, None)
    assert (one.room, two.room) == (2, 2)
    one.unwatch("btcusd")
    assert not market.holds(state)
    again = one.watch("BTC", "btcusd")
    assert (market.holds(state), market.holds(again)) == (False, True)  # another state of the same symbol
    two.watch("B", "B")
    assert (one.room, two.room) == (1, 2)


def test_symbols_that_turn_out_to_be_us_stocks_begin_again_with_their_sessions() -> None:
    market = Market()
    feed = market.feed("desk")
    stock, pair = feed.watch("AAPL", "AAPL"), feed.watch("BTC-USD", "BTC-USD")
    feed.apply(Trade("AAPL", 100.0, time_ns=NOON_NS), NOON_NS)
    feed.set_us_stocks(StockHours.ON_THE_HOUR)
    begun = feed.find("AAPL")
    assert begun is not None
    assert (begun.last, begun.day.calendar == US_STOCKS, stock.last) == (None, True, 100.0)
    assert feed.find("BTC-USD") is pair
    assert not market.holds(stock)


def test_symbols_that_are_found_join_the_list_of_symbols() -> None:
    market = Market()
    feed = market.feed("desk")
    state, other = feed.watch("A", "a"), feed.watch("B", "b")
    feed.set_instruments({"a": Instrument("A", "Alpha")}, 100)
    market.collect_changes()
    feed.add_instruments({"a": Instrument("A", "Alpha")}, 200)
    assert market.collect_changes().states == []
    feed.add_instruments({"b": Instrument("B", "Beta")}, 300)
    assert market.collect_changes().states == [other]
    assert (state.name, other.name) == ("Alpha", "Beta")
    feed.add_instruments({"a": Instrument("A", "Aleph")}, 400)
    assert (state.name, other.name) == ("Aleph", "Beta")


def test_what_an_earlier_session_stored_can_be_forgotten() -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    feed.remember("A", RememberedValues(NOON_NS, 5.0, NOON_NS, None, 6.0, 4.0, None, 10.0), NOON_NS)
    state.bars.provided.add(MINUTE, [Bar("A", "1m", 0, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True)])
    market.collect_changes()
    version = state.version
    feed.forget_stored(NOON_NS)
    assert state.remembered is None
    assert not state.bars.provided
    assert state.version > version
    assert market.collect_changes().states == [state]


def test_the_trading_period_of_a_watched_symbol_is_a_change_once() -> None:
    market = Market()
    feed = market.feed("desk")
    state, period = feed.watch("A", "A"), TradingPeriod(NOON_NS, None, UTC)
    for changes in ([state], []):
        feed.set_trading_period("A", period, NOON_NS)
        feed.set_trading_period("unknown", period, NOON_NS)
        assert state.trading_period == period
        assert market.collect_changes().states == changes


def test_watched_symbols_get_the_name_and_the_decimals_of_the_list_of_symbols() -> None:
    market = Market()
    feed = market.feed("desk")
    early, other = feed.watch("ABC", "abc"), feed.watch("X", "x")
    feed.apply(Trade("abc", 50_000.0), 100)
    market.collect_changes()
    listed = {"abc": Instrument("ABC", "Alpha Beta", tick_size=0.1), "late": Instrument("LATE", "Late one")}
    feed.set_instruments(listed, 200)
    assert (early.name, feed.watch("LATE", "late").name, other.name) == ("Alpha Beta", "Late one", "")
    assert early.price_decimals == 1
    assert market.collect_changes().states == [early]
    feed.set_instruments(listed, 300)
    assert market.collect_changes().states == []
    feed.set_instruments({}, 400)
    assert early.name == ""


def test_the_bars_of_a_symbol_that_is_no_longer_on_a_chart_or_watched_need_no_memory() -> None:
    market = Market(Limits(minute_bars=60, chart_minute_bars=1_000, charts=1))
    feed = market.feed("desk")
    states = [feed.watch(symbol, symbol) for symbol in ("A", "B")]
    starts_ns = [MINUTE_NS * (NOON_NS // MINUTE_NS + minute) for minute in range(-600, 0)]

    def add_bars() -> int:
        for start_ns in starts_ns:
            for symbol in ("A", "B"):
                feed.apply(Bar(symbol, "1m", start_ns, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True), NOON_NS)
        return len(states[0].bars.provided.read(MINUTE).start_ns)

    assert add_bars() == 60
    market.chart(states[0])
    assert add_bars() == 600
    market.chart(states[1])
    assert not states[0].bars.provided
    assert add_bars() == 60
    provided = ref(states[1].bars.provided)
    feed.unwatch("B")
    states.clear()
    market.collect_changes()
    gc.collect()
    assert provided() is None
