"""Faults of crypto exchanges: symbols of another exchange, shared order books, trades outside the order book."""

from __future__ import annotations

import json
import time

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import program, status_program
from ticker_gui.watchlist.columns import COLUMN_INDEX


def binance_trade(number: int, price: str, quantity: str = "1", **fields: str) -> str:
    now_ms = int(time.time() * 1000)
    trade = {"e": "trade", "s": "BTCUSDT", "t": number, "p": price, "q": quantity, "T": now_ms, **fields}
    return f"send:{json.dumps(trade)}"


def advanced_trade(number: int, price: float) -> str:
    trade = {"trade_id": str(number), "product_id": "BTC-USD", "price": str(price), "size": "1", "side": "BUY"}
    trade["time"] = "2023-11-14T22:13:20Z"
    return f"send:{json.dumps({'channel': 'market_trades', 'events': [{'trades': [trade]}]})}"


def test_f83_a_symbol_of_another_exchange(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(binance_trade(1, "61234.5"), "idle") as server:
            symbols = ("BINANCE:BTCUSDT", "BYBIT:BTCUSDT", "ETHUSDT.P")
            async with program(server.url, symbols=symbols, provider="binance") as it:
                await until(lambda: it.symbol(0).last == 61234.5)
                await until(lambda: it.symbol(1).refusal and it.symbol(2).refusal)
                assert it.symbol(0).refusal is None
                refusal = it.symbol(1).refusal or ""
                assert refusal.startswith("The prefix BYBIT belongs to another exchange")
                assert (it.symbol(1).last, it.symbol(2).last) == (None, None)
                await it.shows("live since")
                it.shown.append(refusal)

    run_qt(test())


def test_f84_products_that_share_an_order_book(run_qt: RunQt) -> None:
    async def test() -> None:
        words = [word for number in range(1, 400) for word in (advanced_trade(number, 61_000 + number), "sleep:0.02")]
        with fault_server("sleep:0.1", *words, "idle") as server:
            symbols = ("BTC-USD", "BTC-USDC")
            async with status_program(server.url, symbols=symbols, provider="coinbase_advanced") as it:
                first, second = it.symbol(0), it.symbol(1)
                await until(lambda: first.trades > 5 and second.trades > 5)
                it.feed.unwatch(["BTC-USD"])
                seen = second.trades
                await until(lambda: second.trades > seen + 5)
                it.feed.watch(["BTC-USD"])
                await until(lambda: it.symbol(1).trades > 5)
                it.feed.unwatch(["BTC-USDC"])
                again = it.symbol(0)
                seen = again.trades
                await until(lambda: again.trades > seen + 5)
                await it.shows("live since")

    run_qt(test())


def test_f85_a_trade_outside_the_order_book(run_qt: RunQt) -> None:
    async def test() -> None:
        fund = binance_trade(2, "99999.9", "500", X="INSURANCE_FUND")
        with fault_server(binance_trade(1, "61234.5"), fund, binance_trade(3, "61234.6"), "idle") as server:
            async with program(server.url, symbols=("BTCUSDT",), provider="binance") as it:
                await until(lambda: it.symbol().last == 61234.6)
                assert (it.symbol().day.high, it.symbol().day.volume) == (61234.6, 502.0)
                table = it.app.window.watchlist.model()
                await until(lambda: table.index(0, COLUMN_INDEX["volume"]).data() == "502")
                it.shown.append("Last 61,234.60, High 61,234.60, Volume 502")

    run_qt(test())
