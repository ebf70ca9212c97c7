from ticker_gui.demo.instruments import INSTRUMENTS, make_instrument


def test_instruments_differ_in_price_volatility_and_tick_size() -> None:
    assert len(INSTRUMENTS) == 12
    assert max(i.opening for i in INSTRUMENTS) / min(i.opening for i in INSTRUMENTS) > 1e6
    assert max(i.volatility for i in INSTRUMENTS) / min(i.volatility for i in INSTRUMENTS) > 5
    assert len({instrument.tick for instrument in INSTRUMENTS}) >= 5


def test_any_symbol_is_an_instrument_and_always_the_same() -> None:
    assert make_instrument("FOO") == make_instrument("FOO") != make_instrument("BAR")
    assert make_instrument("NIMB") in INSTRUMENTS
