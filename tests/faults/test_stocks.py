"""Faults of consolidated stock data: symbols that differ in case, and trades that may not update the last price."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import program, status_program
from ticker_gui.watchlist.columns import COLUMN_INDEX


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_KEY", "name:s3cret")


def finnhub_trade(symbol: str, price: float, **fields: Any) -> str:
    trade = {"s": symbol, "p": price, "v": 100, "t": int(time.time() * 1000), **fields}
    return f"send:{json.dumps({'type': 'trade', 'data': [trade]})}"


def alpaca(*events: dict[str, Any]) -> str:
    return f"send:{json.dumps(events)}"


def alpaca_trade(trade_id: int, price: float, **fields: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    return {
        "T": "t",
        "S": "A",
        "i": trade_id,
        "x": "V",
        "p": price,
        "s": 100,
        "t": moment,
        "c": ["@"],
        "z": "C",
        **fields,
    }


def test_f80_a_contingent_trade_far_from_the_market(run_qt: RunQt) -> None:
    async def test() -> None:
        trades = (finnhub_trade("A", 109.4, c=["1"]), finnhub_trade("A", 114.6247, v=125_984, c=["37", "26", "41"]))
        with fault_server(*trades, "idle") as server:
            async with program(server.url, provider="finnhub", key_env="DESK_KEY") as it:
                await until(lambda: it.symbol().day.volume == 126_084.0)
                assert (it.symbol().last, it.symbol().day.high) == (109.4, 109.4)
                table = it.app.window.watchlist.model()
                it.shown.append(
                    " · ".join(
                        f"{key} {table.index(0, COLUMN_INDEX[key]).data()}" for key in ("last", "high", "volume")
                    )
                )

    run_qt(test())


def test_f81_a_trade_is_cancelled_and_another_one_corrected(run_qt: RunQt) -> None:
    async def test() -> None:
        login = (
            alpaca({"T": "success", "msg": "connected"}),
            "sleep:0.2",
            alpaca({"T": "success", "msg": "authenticated"}),
        )
        trades = (alpaca_trade(1, 100.0), alpaca_trade(2, 101.0), alpaca_trade(3, 104.0))
        cancelled = {
            "T": "x",
            "S": "A",
            "i": 3,
            "x": "V",
            "p": 104.0,
            "s": 100,
            "a": "C",
            "z": "C",
            "t": trades[2]["t"],
        }
        corrected = {
            "T": "c", "S": "A", "x": "V", "oi": 2, "op": 101.0, "os": 100, "oc": ["@"], "ci": 4, "cp": 100.5, "cs": 50,
            "cc": ["@"], "z": "C", "t": trades[2]["t"],
        }  # fmt: skip
        steps = (*login, "sleep:0.3", alpaca(*trades), alpaca(cancelled), alpaca(corrected), "idle")
        with fault_server(*steps) as server:
            async with status_program(server.url, provider="alpaca", key_env="DESK_KEY") as it:
                await until(lambda: it.symbol().last == 100.5)
                assert (it.symbol().day.high, it.symbol().day.volume) == (100.5, 150.0)
                assert it.symbol().tape.prices.tolist() == [100.0, 100.5]
                it.shown.append("Last 100.50, High 100.50, Volume 150")

    run_qt(test())


def test_f82_symbols_that_differ_only_in_case(run_qt: RunQt) -> None:
    async def test() -> None:
        trades = (finnhub_trade("AMpB", 25.5), finnhub_trade("AMPB", 310.25))
        with fault_server(*trades, "idle") as server:
            desk = program(server.url, symbols=("AMpB", "AMPB"), provider="finnhub", key_env="DESK_KEY")
            async with desk as it:
                await until(lambda: (it.symbol(0).last, it.symbol(1).last) == (25.5, 310.25))
                table = it.app.window.watchlist.model()
                rows = [[table.index(row, COLUMN_INDEX[key]).data() for key in ("symbol", "last")] for row in range(2)]
                assert rows == [["AMpB", "25.50"], ["AMPB", "310.25"]]
                it.shown.append(" · ".join(" ".join(row) for row in rows))

    run_qt(test())
