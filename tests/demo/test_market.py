import functools
from statistics import median

import pytest

from ticker_gui.demo.instruments import INSTRUMENTS, make_instrument
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.past import Past, id_at
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery
from ticker_gui.feeds.providers.demo import Demo

NOW_NS = 1_700_000_000 * SECOND_NS


@functools.cache
def generated(count: int = 20_000) -> tuple[DemoMarket, list[object]]:
    market = DemoMarket(seed=5)
    list(market.generate_history(NOW_NS, 40.0))
    return market, list(market.generate(count, NOW_NS))


def test_a_symbol_is_listed_once_in_the_notation_in_which_clients_request_it() -> None:
    assert DemoMarket(["kite", "Kite", "btc-usd"]).symbols == ("KITE", "BTC-USD")
    assert Demo.wire_symbol("kite") == "KITE"


def test_prices_are_on_the_tick_and_near_the_opening() -> None:
    _, facts = generated()
    for fact in facts:
        if isinstance(fact, Trade):
            instrument = make_instrument(fact.symbol)
            ticks = fact.price / instrument.tick
            assert abs(ticks - round(ticks)) < 1e-6
            assert 0.5 < fact.price / instrument.opening < 2.0
            assert fact.size


def test_bids_are_below_asks() -> None:
    _, facts = generated()
    quotes = [fact for fact in facts if isinstance(fact, Quote)]
    assert len(quotes) > 1000
    assert all(quote.bid is not None and quote.ask is not None and quote.bid < quote.ask for quote in quotes)


def test_day_statistics_include_every_trade() -> None:
    market, _ = generated()
    prices: dict[str, list[float]] = {}
    for symbol in market.symbols:
        prices[symbol] = [fact.price for fact in market.snapshot(symbol, NOW_NS) if isinstance(fact, Trade)]
    for symbol in market.symbols:
        (day,) = (fact for fact in market.snapshot(symbol, NOW_NS) if isinstance(fact, DayStats))
        assert day.low is not None
        assert day.high is not None
        assert day.low <= min(prices[symbol])
        assert day.high >= max(prices[symbol])
        assert day.previous_close != 0


def test_a_new_subscriber_gets_history_up_to_the_present() -> None:
    market = DemoMarket(["NIMB"], seed=1)
    list(market.generate_history(NOW_NS, 40.0))
    times = [fact.time_ns for fact in market.snapshot("NIMB", NOW_NS) if isinstance(fact, Trade)]
    assert len(times) == 400
    assert all(time_ns is not None for time_ns in times)
    known = [time_ns for time_ns in times if time_ns is not None]
    assert known == sorted(known)
    assert known[-1] <= NOW_NS
    assert NOW_NS - known[0] > 10 * SECOND_NS


def test_history_is_generated_for_some_minutes_only_however_rare_trades_are() -> None:
    names = [f"S{number}" for number in range(200)]
    market = DemoMarket(names, seed=1)
    trades = list(market.generate_history(NOW_NS, 40.0))
    assert {trade.symbol for trade in trades} == set(names)
    assert min(trade.time_ns or 0 for trade in trades) >= NOW_NS - 15 * MINUTE_NS
    assert list(market.generate_history(NOW_NS, 0.001)) == []  # the market continues
    assert len(list(DemoMarket(["NIMB"]).generate_history(NOW_NS, 0.001))) == 1


def test_trading_continues_while_a_snapshot_is_sent() -> None:
    market = DemoMarket(["NIMB"], seed=1)
    list(market.generate_history(NOW_NS, 40.0))
    for _ in market.snapshot("NIMB", NOW_NS):
        assert list(market.generate(3, NOW_NS))


def test_volume_comes_in_bursts() -> None:
    _, facts = generated()
    sizes = [fact.size or 0.0 for fact in facts if isinstance(fact, Trade) and fact.symbol == "NIMB"]
    calm = sorted(sizes)[len(sizes) // 2]
    assert max(sizes) > 8 * calm


def test_a_market_lists_the_symbols_it_is_given() -> None:
    assert DemoMarket(["FOO", "BAR"]).symbols == ("FOO", "BAR")


def test_the_same_seed_is_the_same_market() -> None:
    assert generated.__wrapped__(500)[1] == generated.__wrapped__(500)[1]


def test_prices_continue_those_of_the_past() -> None:
    market, _ = generated(0)
    for symbol in market.symbols:
        first, past = market.snapshot(symbol, NOW_NS)[0], Past(make_instrument(symbol))
        assert isinstance(first, Trade)
        assert first.time_ns is not None
        assert first.price == pytest.approx(past.price(first.time_ns // SECOND_NS), rel=0.02)
        assert first.trade_id == id_at(first.time_ns // SECOND_NS)


def test_two_markets_at_different_times_have_the_same_past() -> None:
    query = BarsQuery("NIMB", "1h", NOW_NS - 100 * HOUR_NS, NOW_NS - 10 * HOUR_NS)
    early, late = DemoMarket(["NIMB"]), DemoMarket(["NIMB"])
    list(early.generate_history(NOW_NS - HOUR_NS, 40.0))
    list(late.generate_history(NOW_NS, 40.0))
    bars = [list(market.history("NIMB", NOW_NS).bars(query, NOW_NS)) for market in (early, late)]
    assert bars[0] == bars[1]
    assert len(bars[0]) == 90


def test_a_market_that_is_started_again_continues_where_it_was() -> None:
    market = DemoMarket(["NIMB"], seed=1)
    list(market.generate_history(NOW_NS, 40.0))
    before = market.snapshot("NIMB", NOW_NS)[:-1]
    list(market.generate_history(NOW_NS, 40.0))
    assert market.snapshot("NIMB", NOW_NS)[:-1] == before


def test_day_statistics_are_those_of_the_daily_bar_and_begin_again_at_midnight() -> None:
    market = DemoMarket(["NIMB"], seed=1)
    list(market.generate_history(NOW_NS, 40.0))
    for now_ns in (NOW_NS, NOW_NS + DAY_NS):
        list(market.generate(2_000, now_ns))
        midnight = now_ns - now_ns % DAY_NS
        (bar,) = market.history("NIMB", now_ns + 1).bars(BarsQuery("NIMB", "1d", midnight, now_ns), now_ns + 1)
        (day,) = (fact for fact in market.snapshot("NIMB", now_ns) if isinstance(fact, DayStats))
        assert (day.open, day.high, day.low) == (bar.open, bar.high, bar.low)
        assert day.volume == pytest.approx(bar.volume)
    assert day.previous_close is not None


def test_minutes_of_the_past_move_about_as_far_as_those_of_the_running_market() -> None:
    market, now_s, ranges = DemoMarket(seed=1), 1_796_000_000, dict[str, list[float]]()
    for minute in range(5):
        prices = dict[str, list[float]]()
        for second in range(now_s + 60 * minute, now_s + 60 * minute + 60):
            for fact in market.generate(40, second * SECOND_NS):
                if isinstance(fact, Trade):
                    prices.setdefault(fact.symbol, []).append(fact.price)
        for symbol, of_minute in prices.items():
            ranges.setdefault(symbol, []).append(max(of_minute) - min(of_minute))
    for instrument in INSTRUMENTS:
        past, moves = Past(instrument), []
        for begin_s in range(now_s - 60 * 60_000, now_s, 60_000):
            candle = past.candle(begin_s, begin_s + 60)
            assert candle is not None
            moves.append(candle.high - candle.low)
        assert 1 / 4 < median(moves) / median(ranges[instrument.symbol]) < 2, instrument.symbol
