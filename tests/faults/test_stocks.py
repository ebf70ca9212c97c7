"""Faults of consolidated stock data: names that differ in case, and trades that may not update last."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import program
from ticker_gui.market.columns import PLACES


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_KEY", "name:s3cret")


def finnhub_trade(symbol: str, price: float, **fields: Any) -> str:
    trade = {"s": symbol, "p": price, "v": 100, "t": int(time.time() * 1000), **fields}
    return f"send:{json.dumps({'type': 'trade', 'data': [trade]})}"


def test_f82_names_that_differ_only_in_case(run_qt: RunQt) -> None:
    async def test() -> None:
        trades = (finnhub_trade("AMpB", 25.5), finnhub_trade("AMPB", 310.25))
        with fault_server(*trades, "mute") as server:
            desk = program(server.url, symbols=("AMpB", "AMPB"), provider="finnhub", key_env="DESK_KEY")
            async with desk as it:
                await until(lambda: (it.symbol(0).last, it.symbol(1).last) == (25.5, 310.25))
                table = it.app.window.watchlist.model()
                rows = [[table.index(row, PLACES[key]).data() for key in ("symbol", "last")] for row in range(2)]
                assert rows == [["AMpB", "25.50"], ["AMPB", "310.25"]]
                it.shown.append(" · ".join(" ".join(row) for row in rows))

    run_qt(test())
