from ticker_gui.demo.market import INSTRUMENTS, DemoMarket, make_instrument
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS

NOW_NS = 1_700_000_000 * SECOND_NS


def generated(count: int = 20_000) -> tuple[DemoMarket, list[object]]:
    market = DemoMarket(seed=5)
    market.generate_history(NOW_NS, 40.0)
    return market, list(market.generate(count, NOW_NS))


def test_instruments_differ_in_price_volatility_and_tick_size() -> None:
    assert len(INSTRUMENTS) == 12
    assert max(i.opening for i in INSTRUMENTS) / min(i.opening for i in INSTRUMENTS) > 1e6
    assert max(i.volatility for i in INSTRUMENTS) / min(i.volatility for i in INSTRUMENTS) > 5
    assert len({instrument.tick for instrument in INSTRUMENTS}) >= 5


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
    market.generate_history(NOW_NS, 40.0)
    times = [fact.time_ns for fact in market.snapshot("NIMB", NOW_NS) if isinstance(fact, Trade)]
    assert len(times) == 400
    assert all(time_ns is not None for time_ns in times)
    known = [time_ns for time_ns in times if time_ns is not None]
    assert known == sorted(known)
    assert known[-1] <= NOW_NS
    assert NOW_NS - known[0] > 10 * SECOND_NS


def test_trading_continues_while_a_snapshot_is_sent() -> None:
    market = DemoMarket(["NIMB"], seed=1)
    market.generate_history(NOW_NS, 40.0)
    for _ in market.snapshot("NIMB", NOW_NS):
        assert list(market.generate(3, NOW_NS))


def test_volume_comes_in_bursts() -> None:
    _, facts = generated(60_000)
    sizes = [fact.size or 0.0 for fact in facts if isinstance(fact, Trade) and fact.symbol == "NIMB"]
    calm = sorted(sizes)[len(sizes) // 2]
    assert max(sizes) > 8 * calm


def test_any_symbol_is_an_instrument_and_always_the_same() -> None:
    assert make_instrument("FOO") == make_instrument("FOO") != make_instrument("BAR")
    assert DemoMarket(["FOO", "BAR"]).symbols == ("FOO", "BAR")


def test_the_same_seed_is_the_same_market() -> None:
    assert generated(500)[1] == generated(500)[1]
