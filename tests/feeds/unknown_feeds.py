"""Feeds without a provider module: their messages, and the paths to their values."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

START_MS = 1_700_000_000_123


class UnknownFeed(NamedTuple):
    """One unknown feed: its symbols, its message about a price at a step, and the mapping that reads it."""

    name: str
    symbols: list[str]
    message: Callable[[float, int], Any]
    mapping: dict[str, str]

    def messages(self, count: int = 12) -> list[Any]:
        """Return ``count`` messages about a random walk of a price."""
        rng = random.Random(3)
        price = 61_234.5
        found = []
        for step in range(count):
            price = round(price + rng.uniform(-3, 3), 2)
            found.append(self.message(price, step))
        return found


UNKNOWN_FEEDS = [
    UnknownFeed(
        "plain objects",
        ["BTC-USD"],
        lambda p, i: {"symbol": "BTC-USD", "price": p, "size": 0.1 + i, "ts": START_MS + i},
        {"symbol": "symbol", "price": "price", "size": "size", "time": "ts"},
    ),
    UnknownFeed(
        "letters for names, beside a day ticker",
        ["BTCUSDT"],
        lambda p, i: (
            {"type": "trade", "s": "BTCUSDT", "t": 100 + i, "p": str(p), "q": "0.1", "T": START_MS + i}
            if i % 2 == 0
            else {"type": "day", "s": "BTCUSDT", "p": str(p - 61_000), "c": str(p), "o": "61000", "h": "62000", "l": "60000"}
        ),
        {"symbol": "s", "price": "p", "when": "type == 'trade'", "size": "q", "time": "T"},
    ),
    UnknownFeed(
        "lists in an envelope that names the symbol within a topic",
        ["btcusdt"],
        lambda p, i: {
            "ch": "market.btcusdt.trade.detail",
            "ts": START_MS + i,
            "tick": {"id": i, "data": [{"amount": 0.1, "price": p, "ts": START_MS + i}, {"amount": 1, "price": p + 1, "ts": START_MS + i}]},
        },
        {"items": "tick.data[]", "symbol": "$.ch", "price": "price", "size": "amount", "time": "ts"},
    ),
    UnknownFeed(
        "best bid and ask in long names",
        ["BTC-USDT"],
        lambda p, i: {
            "type": "message",
            "topic": "/market/ticker:BTC-USDT",
            "data": {"price": str(p), "size": "0.01", "bestAsk": str(p + 1), "bestAskSize": "2", "bestBid": str(p - 1), "bestBidSize": "3", "Time": START_MS + i},
        },
        {"symbol": "topic", "price": "data.price", "bid": "data.bestBid", "ask": "data.bestAsk", "ask_size": "data.bestAskSize", "time": "data.Time"},
    ),
    UnknownFeed(
        "a table of one row",
        ["BTC_USDT"],
        lambda p, i: {"data": [{"price": str(p), "s_t": 1_700_000_000 + i, "side": "buy", "size": "0.01", "symbol": "BTC_USDT"}], "table": "spot/trade"},
        {"items": "data[]", "symbol": "symbol", "price": "price", "size": "size"},
    ),
    UnknownFeed(
        "prices under the names of their symbols",
        ["bitcoin", "ethereum"],
        lambda p, i: {"bitcoin": str(p), "ethereum": str(round(p / 20, 2))},
        {"items": "*", "symbol": "$key", "price": "@"},
    ),
    UnknownFeed(
        "objects under the names of their symbols",
        ["BTC-USD", "ETH-USD"],
        lambda p, i: {"data": {"BTC-USD": {"last": p, "bid": p - 1, "ask": p + 1}, "ETH-USD": {"last": p / 20, "bid": p / 20 - 1, "ask": p / 20 + 1}}},
        {"items": "data.*", "symbol": "$key", "price": "last", "bid": "bid", "ask": "ask"},
    ),
    UnknownFeed(
        "rows in a row whose end names the symbol",
        ["XBT/USD"],
        lambda p, i: [340, [[str(p), "0.1", f"{1_700_000_000 + i}.5", "s", "l", ""]], "trade", "XBT/USD"],
        {"items": "[1][]", "symbol": "$.[3]", "price": "[0]", "time": "[2]"},
    ),
    UnknownFeed(
        "rows without any names",
        ["AAPL", "MSFT"],
        lambda p, i: ["AAPL", START_MS + i, p / 400, 100 + i * 7] if i % 2 else ["MSFT", START_MS + i, p / 150, 50 + i * 17],
        {"symbol": "[0]", "price": "[2]", "time": "[1]"},
    ),
    UnknownFeed(
        "rows of bid and ask without any names",
        ["EURUSD"],
        lambda p, i: ["EURUSD", round(1.08 + i * 1e-4, 5), round(1.0802 + i * 1e-4, 5), START_MS + i],
        {"symbol": "[0]", "bid": "[1]", "ask": "[2]", "time": "[3]"},
    ),
    UnknownFeed(
        "a broker's quotes beside its book",
        ["EURUSD"],
        lambda p, i: {
            "instrument": "EUR_USD",
            "time": "2023-11-14T22:13:20.123456789Z",
            "bids": [{"price": "1.08", "liquidity": 1}],
            "asks": [{"price": "1.09", "liquidity": 1}],
            "closeoutBid": str(1.08 + i * 1e-4),
            "closeoutAsk": str(1.0802 + i * 1e-4),
        },
        {"symbol": "instrument", "bid": "closeoutBid", "ask": "closeoutAsk", "time": "time"},
    ),
    UnknownFeed(
        "one symbol that is not named",
        ["BTCUSD"],
        lambda p, i: {"price": p, "quantity": 1.0, "time": START_MS + i},
        {"price": "price", "size": "quantity", "time": "time"},
    ),
    UnknownFeed(
        "a ticker with the day's figures",
        ["BTC-USDT"],
        lambda p, i: {
            "table": {"name": "tickers"},
            "data": [{"instrument": "BTC-USDT", "last": str(p), "lastSz": "1", "askPx": str(p + 1), "bidPx": str(p - 1), "open24h": "61000", "high24h": "62000", "low24h": "60000", "vol24h": "77", "ts": str(START_MS + i)}],
        },
        {"items": "data[]", "symbol": "instrument", "price": "last", "bid": "bidPx", "ask": "askPx", "high": "high24h", "low": "low24h", "open": "open24h", "volume": "vol24h", "time": "ts"},
    ),
    UnknownFeed(
        "names in another language",
        ["DAX"],
        lambda p, i: {"kuerzel": "DAX", "kurs": p / 4, "stueck": (i * 37) % 91 + 1, "zeit": START_MS + i},
        {"symbol": "kuerzel", "price": "kurs"},
    ),
    UnknownFeed(
        "a table with ids and values beside the price",
        ["XBTUSD"],
        lambda p, i: {"table": "trade", "action": "insert", "data": [{"timestamp": f"2023-11-14T22:13:{i:02}.123Z", "symbol": "XBTUSD", "side": "Buy", "size": 100 * (i + 1), "price": p, "trdMatchID": "a-b", "grossValue": 163258 + i * 999, "homeNotional": 0.0016 * i}]},
        {"items": "data[]", "symbol": "symbol", "price": "price", "size": "size", "time": "timestamp"},
    ),
    UnknownFeed(
        "a day ticker in long text",
        ["KRW-BTC"],
        lambda p, i: {"type": "ticker", "code": "KRW-BTC", "opening_price": 61000.0, "high_price": 62000.0, "low_price": 60000.0, "trade_price": p, "change_price": 800.0 + i, "signed_change_rate": -0.0016, "acc_trade_volume": 1e5 + i, "acc_trade_price": 1e9 + i, "timestamp": START_MS + i},
        {"symbol": "code", "price": "trade_price", "high": "high_price", "low": "low_price", "time": "timestamp"},
    ),
    UnknownFeed(
        "text of its own around those of all",
        ["BTC_KRW"],
        lambda p, i: {"type": "transaction", "content": {"list": [{"symbol": "BTC_KRW", "buySellGb": "1", "contPrice": str(p), "contQty": "0.01", "contAmt": "105790.00", "contDtm": f"2023-11-14 12:24:{i:02}.830039"}]}},
        {"items": "content.list[]", "symbol": "symbol", "price": "contPrice", "size": "contQty", "time": "contDtm"},
    ),
    UnknownFeed(
        "lists under the names of their symbols",
        ["ETHBTC"],
        lambda p, i: {"ch": "trades", "update": {"ETHBTC": [{"t": START_MS + i, "i": 1555634969 + i, "p": str(p), "q": "12.66", "s": "buy"}, {"t": START_MS + i, "i": 1, "p": str(p), "q": "1", "s": "buy"}]}},
        {"items": "update.*[]", "symbol": "$key", "price": "p", "size": "q", "time": "t"},
    ),
    UnknownFeed(
        "the last price between others of other currencies",
        ["btc_usdt"],
        lambda p, i: {"type": "tick", "pair": "btc_usdt", "tick": {"to_cny": 7 * p, "high": 62000, "vol": 4975.7, "low": 60000, "change": 2.54, "usd": 300 + i, "latest": p}},
        {"symbol": "pair", "price": "tick.latest", "high": "tick.high", "low": "tick.low"},
    ),
    UnknownFeed(
        "quotes with sizes and a last sale",
        ["SNAP"],
        lambda p, i: {"symbol": "SNAP", "bidSize": 200, "bidPrice": p - 1, "askSize": 100, "askPrice": p + 1, "volume": 177265 + i, "lastSalePrice": p, "lastSaleSize": 5, "lastUpdated": START_MS + i},
        {"symbol": "symbol", "price": "lastSalePrice", "bid": "bidPrice", "ask": "askPrice", "bid_size": "bidSize", "time": "lastUpdated"},
    ),
    UnknownFeed(
        "letters that mislead: l is the low and c a change",
        ["BTCUSD-PERP"],
        lambda p, i: {"result": {"channel": "ticker", "data": [{"h": "62000", "l": "60000", "i": "BTCUSD-PERP", "v": "879.5", "c": "0.0395", "b": str(p - 1), "a": str(p + 1), "bs": "0.1", "t": START_MS + i}]}},
        {"items": "result.data[]", "symbol": "i", "bid": "b", "ask": "a", "high": "h", "low": "l", "time": "t"},
    ),
    UnknownFeed(
        "bars without names",
        ["BTC-EUR"],
        lambda p, i: {"symbol": "BTC-EUR", "candle": [START_MS + i, p, p + 5 + i % 3, p - 5, p + i % 4, 10.5]},
        {"symbol": "symbol", "price": "candle[4]", "time": "candle[0]"},
    ),
]  # fmt: skip
