from __future__ import annotations

import asyncio

import msgspec
import numpy as np

from tests.conftest import RunQt
from tests.doubles import StillClock, until
from tests.engine.test_engine import feed, running
from ticker_gui.bars.series import TimeSeries
from ticker_gui.config.settings import BUILT_IN
from ticker_gui.domain.timeframe import DAY, DAY_NS, MINUTE, MINUTE_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.history.bar_loader import BarsRequest


def test_a_chart_of_the_built_in_market_is_full_and_continues_with_its_trades(run_qt: RunQt) -> None:
    async def test() -> None:
        async with running(Engine([msgspec.structs.replace(BUILT_IN, symbols=("NIMB",))])) as engine:
            demo = engine.feeds[BUILT_IN.name]
            (state,) = engine.market.states
            now_ns = engine.clock()
            demo.past.bars.set_requests([BarsRequest("NIMB", MINUTE, now_ns - 200 * MINUTE_NS, now_ns + MINUTE_NS)])
            await until(lambda: len(state.bars.provided.read(MINUTE).start_ns) > 190 and state.trades > 3)
            minutes = TimeSeries(state.bars, MINUTE)
            assert (np.diff(minutes.bars.start_ns) == MINUTE_NS).all()
            assert len(minutes) >= 200
            jump = abs(minutes.bars.open[-1] / minutes.bars.close[-2] - 1)
            assert jump < 0.02  # the live prices continue the past ones
            demo.past.bars.set_requests([BarsRequest("NIMB", DAY, now_ns - 500 * DAY_NS, now_ns)])
            await until(lambda: len(TimeSeries(state.bars, DAY)) >= 500)
            assert state.bars.coverage.gaps == ()

    run_qt(test())


def test_nothing_is_requested_without_a_connection(run: RunQt) -> None:
    async def test() -> None:
        engine = Engine([feed("desk", "A")], clock=StillClock())
        past = engine.feeds["desk"].past
        past.bars.set_requests([BarsRequest("A", MINUTE, 0, MINUTE_NS)])
        past.send(["lost"])
        loading = asyncio.create_task(past.run())
        await asyncio.sleep(0.02)
        loading.cancel()
        assert past.past_data_protocol is None
        assert not past.bars.status("A").is_loading

    run(test())
