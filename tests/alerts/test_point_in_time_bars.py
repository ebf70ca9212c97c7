from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.monitored import Monitored
from ticker_gui.alerts.point_in_time_bars import PointInTimeBars
from ticker_gui.bars.series import TimeSeries
from ticker_gui.bars.tape import EVERYTHING, UPDATES_VOLUME
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import BY_NAME, SECOND_NS

TRADES = st.lists(st.tuples(st.integers(0, 90), st.sampled_from([98.0, 99.0, 100.0])), min_size=1, max_size=40)


@given(TRADES, st.integers(0, 39), st.sampled_from(["1m", "5m", "1h"]))
def test_bars_to_which_trades_are_added_are_those_of_all_trades(
    trades: list[tuple[int, float]], known: int, timeframe: str
) -> None:
    own = Monitored()
    for seconds, price in trades:
        own.now_ns += seconds * SECOND_NS
        own.apply(Trade("A", price, 1.0, own.now_ns))
    series, tape = TimeSeries(own.state.bars, BY_NAME[timeframe]), own.state.tape
    times = tape.times_ns.tolist()
    time_ns = times[min(known, len(times) - 1)]
    past = PointInTimeBars(series, tape, time_ns)
    for row in zip(*(column.tolist() for column in tape.between(time_ns + 1, times[-1] + 1)), strict=True):
        past.add_trade(*row)
    assert len(past) == len(series)
    assert [column.tolist() for column in past.bars] == [column.tolist() for column in series.bars]


def test_a_trade_that_may_update_nothing_but_the_volume_adds_its_size() -> None:
    own = Monitored()
    own.trades(99.0)
    past = PointInTimeBars(TimeSeries(own.state.bars, BY_NAME["1h"]), own.state.tape, own.now_ns)
    past.add_trade(own.now_ns, 150.0, 3.0, UPDATES_VOLUME)
    past.add_trade(own.now_ns, 100.0, 2.0, EVERYTHING)
    assert past.bars.high.tolist() == [100.0]
    assert past.bars.volume.tolist() == [pytest.approx(6.0)]
