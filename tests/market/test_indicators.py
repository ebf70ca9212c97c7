import numpy as np
import pytest
import talib

from ticker_gui.market.bars import Bars
from ticker_gui.market.indicators import INDICATORS, Indicator

CLOSE = np.cumsum(np.random.default_rng(3).normal(0, 1, 300)) + 100
BARS = Bars(np.arange(300) * 10**9, CLOSE, CLOSE + 1, CLOSE - 1, CLOSE, np.ones(300))


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.key)
def test_an_indicator_has_a_value_for_each_bar(indicator: Indicator) -> None:
    values = indicator.compute(BARS)
    assert values.shape == (300,)
    assert np.isfinite(values[100:]).all()
    few = Bars(*(column[:3] for column in BARS))  # type: ignore[arg-type]
    assert np.isnan(indicator.compute(few)).all()


def test_a_moving_average_is_one() -> None:
    sma = next(indicator for indicator in INDICATORS if indicator.key == "sma20")
    np.testing.assert_allclose(sma.compute(BARS)[19:], np.convolve(CLOSE, np.ones(20) / 20, "valid"))
    ema = next(indicator for indicator in INDICATORS if indicator.key == "ema20")
    np.testing.assert_array_equal(ema.compute(BARS), talib.EMA(CLOSE, 20))
