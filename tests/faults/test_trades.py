"""Faults in trades: wrong times, useless ids, many old trades at once, and cancelled trades."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import program, status_program
from ticker_gui.watchlist.columns import COLUMN_INDEX

HOUR_NS = 3_600 * 10**9


def send(event: str, **fields: Any) -> str:
    return f"send:{json.dumps({'event': event, 'symbol': 'A', **fields})}"


def test_f72_trades_and_quotes_stamped_in_the_future(run_qt: RunQt) -> None:
    async def test() -> None:
        stamps = [time.time_ns() + ahead_ns for ahead_ns in (16 * 10**9, HOUR_NS, 20 * HOUR_NS, 35 * 8_766 * HOUR_NS)]
        wrong = [
            word
            for time_ns in stamps
            for word in (
                send("trade", price=101.5, size=1.0, time_ns=time_ns),
                send("quote", bid=90.0, ask=110.0, time_ns=time_ns),
            )
        ]
        with fault_server("subscribe", "trades:10", *wrong, "trades:5", "quote:100:100.2", "idle") as server:
            async with program(server.url) as it:
                await it.receives(19)
                await until(lambda: it.symbol().bid == 100.0)
                assert it.symbol().last == 100.15
                assert abs(int(it.symbol().tape.times_ns[-1]) - time.time_ns()) < 60e9
                time_range = it.app.window.chart.time_range
                assert time_range.right - time_range.left < 400
                cell = it.app.window.watchlist.model().index(0, COLUMN_INDEX["last"])
                await until(lambda: cell.data() == "100.15")
                it.shown.append(f"{await it.shows('live since')} · Last {cell.data()}")

    run_qt(test())


def test_f73_trade_ids_that_restart_or_are_constant(run_qt: RunQt) -> None:
    async def test() -> None:
        # In whole microseconds, and none in whole milliseconds: times are compared in the coarser of their precisions.
        base_us = time.time_ns() // 1_000_000 * 1_000 + 1
        ids = [*range(1, 21), *range(1, 21), *[7] * 20]
        trades = [
            send("trade", price=100.0, size=1.0, time_ns=(base_us + number) * 1_000, trade_id=trade_id)
            for number, trade_id in enumerate(ids)
        ]
        again = (*trades[:40], *trades[:20], *trades[40:])
        with fault_server("subscribe", *again, "quote:100:100.2", "idle") as server:
            async with status_program(server.url) as it:
                await until(lambda: it.symbol().bid == 100.0)
                assert it.symbol().trades == len(ids)
                assert it.symbol().day.volume == len(ids)
                assert it.feed.market.outdated_updates == 20  # those that were sent again
                it.shown.append(f"{len(ids)} trades counted once each")

    run_qt(test())


def test_f74_fifty_thousand_old_trades_at_once(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trades:20", "page:50000:3600", "trades:20", "idle") as server:
            async with program(server.url) as it:
                await it.receives(50_040)
                state = it.symbol()
                times = state.tape.times_ns
                assert len(times) == 50_040
                assert state.day.volume == (times >= state.day.begins_ns).sum()  # fewer in the first hour of a day
                assert (times[1:] >= times[:-1]).all()
                state.bars.aggregate_pending()
                assert state.bars.seconds.column(5).sum() == state.bars.minutes.column(5).sum() == 50_040
                await it.shows("live since")

    run_qt(test())


def test_f75_cancelled_and_corrected_trades(run_qt: RunQt) -> None:
    async def test() -> None:
        bad = [send("trade", price=price, size=50.0, trade_id=f"x{price}") for price in (108.0, 109.0)]
        taken_back = [
            send("correction", trade_id="x109.0"),
            send("correction", trade_id="x108.0", price=100.5, size=2.0),
        ]
        with fault_server("subscribe", "trades:10", *bad, "wait", *taken_back, "idle") as server:
            async with program(server.url) as it:
                await until(lambda: it.symbol().last == 109.0)
                server.send_line("take them back")
                await until(lambda: it.symbol().last == 100.5)
                state = it.symbol()
                assert (state.day.high, state.day.volume, state.trades) == (100.5, 12.0, 11)
                assert 109.0 not in state.tape.prices
                cell = it.app.window.watchlist.model().index(0, COLUMN_INDEX["last"])
                await until(lambda: cell.data() == "100.50")
                it.shown.append(f"Last {cell.data()}, high {state.day.high:.2f}")

    run_qt(test())


def test_f241_a_trade_that_arrives_after_its_correction(run_qt: RunQt) -> None:
    async def test() -> None:
        corrected = send("correction", trade_id="x1", price=100.5, size=2.0, original_price=109.0)
        late = send("trade", price=109.0, size=50.0, trade_id="x1")
        with fault_server("subscribe", "trades:10", corrected, "sleep:0.2", late, "idle") as server:
            async with program(server.url) as it:
                await until(lambda: it.symbol().last == 100.5)
                state = it.symbol()
                assert (state.day.high, state.day.volume, state.trades) == (100.5, 12.0, 11)
                cell = it.app.window.watchlist.model().index(0, COLUMN_INDEX["last"])
                await until(lambda: cell.data() == "100.50")
                it.shown.append(f"Last {cell.data()}, high {state.day.high:.2f}")

    run_qt(test())


def test_f243_prices_that_begin_just_below_zero_and_pass_through_it(run_qt: RunQt) -> None:
    async def test() -> None:
        prices = (-0.1, 0.0, 0.1, 0.05, -0.05)
        trades = [send("trade", price=price, size=1.0, trade_id=number) for number, price in enumerate(prices)]
        with fault_server("subscribe", *trades, "idle") as server:
            async with status_program(server.url) as it:
                await until(lambda: it.symbol().last == -0.05)
                state = it.symbol()
                assert (state.tape.prices.tolist(), state.held_price) == (list(prices), None)
                it.shown.append(f"Last {state.last}, low {state.day.low}, high {state.day.high}")

    run_qt(test())
