from __future__ import annotations

from ticker_gui.console.frame_rates import FrameRates


def test_rates_are_those_of_the_last_period() -> None:
    rates = FrameRates()
    for type in ("trade", "trade", "quote"):
        rates.count(type)
    assert rates.types == ["quote", "trade"]
    rates.update()
    assert rates.rates == [("trade", 2), ("quote", 1)]
    rates.count("quote")
    rates.update(0.5)
    assert rates.rates == [("quote", 2), ("trade", 0)]
    rates.clear()
    assert not rates.types


def test_the_number_of_types_is_limited() -> None:
    rates = FrameRates()
    for _ in range(3):
        for number in range(1000):
            rates.count(str(number))
        rates.update()
        assert len(rates.types) <= 81
    assert ("other", 960) in rates.rates
