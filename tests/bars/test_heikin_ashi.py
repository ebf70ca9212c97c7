from __future__ import annotations

import numpy as np
import pytest

from ticker_gui.bars.bar_history import Bars
from ticker_gui.bars.heikin_ashi import WARM_UP, heikin_ashi


def random_bars(count: int) -> Bars:
    rng = np.random.default_rng(1)
    opens = 100 + np.cumsum(rng.normal(0, 1, count))
    closes = opens + rng.normal(0, 1, count)
    highs, lows = np.maximum(opens, closes) + 1, np.minimum(opens, closes) - 1
    return Bars(np.arange(count), opens, highs, lows, closes, np.ones(count))


def test_each_bar_is_averaged_with_those_before() -> None:
    bars = random_bars(3)
    averaged = heikin_ashi(bars)
    assert averaged.open[0] == (bars.open[0] + bars.close[0]) / 2
    for row in range(3):
        assert averaged.close[row] == (bars.open[row] + bars.high[row] + bars.low[row] + bars.close[row]) / 4
    for row in (1, 2):
        assert averaged.open[row] == (averaged.open[row - 1] + averaged.close[row - 1]) / 2
    assert (averaged.high >= np.maximum(averaged.open, averaged.close)).all()
    assert (averaged.low <= np.minimum(averaged.open, averaged.close)).all()


def test_the_first_bar_has_no_influence_after_the_warm_up() -> None:
    bars = random_bars(500)
    later = bars.rows(200)
    np.testing.assert_allclose(heikin_ashi(later).open[WARM_UP:], heikin_ashi(bars).open[200 + WARM_UP :], rtol=1e-15)


@pytest.mark.parametrize("count", [0, 1])
def test_empty_and_single_bars_are_averaged(count: int) -> None:
    assert len(heikin_ashi(random_bars(count)).open) == count
