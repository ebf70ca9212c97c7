from __future__ import annotations

from ticker_gui.desk.minute_bars import MinuteBars
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.market.market import FeedMarket, Market

START_NS = 28_333_333 * MINUTE_NS


def make_feed() -> FeedMarket:
    feed = Market().feed("desk")
    feed.watch("a", "A")
    feed.on_connected(START_NS + 20 * SECOND_NS)
    return feed


def trade_every_second(feed: FeedMarket, first: int, last: int) -> None:
    for second in range(first, last):
        time_ns = START_NS + second * SECOND_NS
        feed.apply(Trade("A", 100.0 + second, 1.0, time_ns, str(second)), time_ns)


def minutes(bars: MinuteBars, feed: FeedMarket, now_s: int) -> list[int]:
    (state,) = feed.states
    return [(bar.start_ns - START_NS) // MINUTE_NS for bar in bars.new_bars(state, START_NS + now_s * SECOND_NS)]


def test_each_complete_minute_is_published_once_after_its_end() -> None:
    feed, bars = make_feed(), MinuteBars()
    trade_every_second(feed, 25, 200)
    assert minutes(bars, feed, 181) == [1]  # the first is partial, and the trades of the third may still arrive
    assert minutes(bars, feed, 182) == [2]
    assert minutes(bars, feed, 200) == []


def test_a_bar_has_the_values_of_its_trades_and_the_symbol_of_the_user() -> None:
    feed, bars = make_feed(), MinuteBars()
    trade_every_second(feed, 25, 130)
    (state,) = feed.states
    (bar,) = bars.new_bars(state, START_NS + 130 * SECOND_NS)
    assert bar == Bar("a", "1m", START_NS + MINUTE_NS, 160.0, 219.0, 160.0, 219.0, 60.0, is_closed=True)


def test_a_minute_with_a_gap_is_not_published_until_it_is_backfilled() -> None:
    feed, bars = make_feed(), MinuteBars()
    trade_every_second(feed, 25, 90)
    feed.on_disconnected(START_NS + 90 * SECOND_NS)
    feed.on_connected(START_NS + 100 * SECOND_NS)
    trade_every_second(feed, 100, 250)
    assert minutes(bars, feed, 250) == [2, 3]


def test_a_minute_of_the_provider_is_not_published_again() -> None:
    feed, bars = make_feed(), MinuteBars()
    trade_every_second(feed, 25, 200)
    provided = Bar("A", "1m", START_NS + MINUTE_NS, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True)
    assert bars.note_provided("desk", provided)
    assert not bars.note_provided("desk", Bar("A", "1m", START_NS, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=False))
    assert not bars.note_provided("desk", Bar("A", "1h", START_NS, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True))
    assert minutes(bars, feed, 190) == [2]


def test_the_minutes_of_a_provider_that_sends_no_trades_take_no_more_memory_every_day() -> None:
    bars = MinuteBars()
    for minute in range(1_000):
        start_ns = START_NS + minute * MINUTE_NS
        assert bars.note_provided("desk", Bar("A", "1m", start_ns, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True))
    noted = bars._starts("desk", "A")
    assert START_NS + 999 * MINUTE_NS in noted
    assert len(noted) <= 240
