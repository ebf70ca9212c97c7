"""Sessions in the formats that exchanges document: acknowledgements, heartbeats, order books, tickers and trades.

The numbers are invented. Each session knows its trades, last prices and quotes; nothing else in it is one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

START_MS = 1_795_860_000_000
NS_PER_MS = 1_000_000


class Traded(NamedTuple):
    """A trade that a session reports."""

    symbol: str
    price: float
    size: float | None
    time_ns: int | None


class Tick(NamedTuple):
    """The events of one step of a session."""

    step: int
    price: float
    size: float
    bid: float
    ask: float
    ms: int
    side: str

    @property
    def iso(self) -> str:
        """The time as text."""
        return f"{datetime.fromtimestamp(self.ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{self.ms % 1000:03}"

    def levels(self, side: int, count: int = 4) -> list[tuple[float, float]]:
        """Return prices and sizes of an order book, away from the last price; a side is -1 or 1."""
        return [(round(self.price + side * (0.5 + level), 2), round(0.31 + level, 2)) for level in range(count)]


class Format(NamedTuple):
    """The format of one exchange: its symbol, first frames, and the frames of a step."""

    name: str
    symbol: str
    first: Callable[[], list[Any]]
    step: Callable[[Tick], list[Any]]
    base: float = 61_234.5
    digits: int = 2
    has_sizes: bool = True
    unit_ns: int = NS_PER_MS  # the precision of its times
    has_trades: bool = True
    is_refused: bool = False
    other_symbol: str = ""

    def ticks(self, count: int = 40) -> list[Tick]:
        """Return the steps of a session about a random walk of a price."""
        rng = random.Random(self.name)
        price, found = self.base, []
        for step in range(count):
            price = round(price * (1 + rng.uniform(-4e-4, 4e-4)), self.digits)
            size = round(rng.uniform(0.01, 3), 3)
            side = "buy" if step % 2 else "sell"
            spread = 10**-self.digits * 3
            bid, ask = round(price - spread, self.digits), round(price + 2 * spread, self.digits)
            found.append(Tick(step, price, size, bid, ask, START_MS + 1_237 * step + 123, side))
        return found

    def frames(self, count: int = 40) -> list[Any]:
        """Return the frames of a session in order."""
        return [*self.first(), *(frame for tick in self.ticks(count) for frame in self.step(tick))]

    def trades(self, count: int = 40) -> set[Traded]:
        """Return the trades that are in a session."""
        return {Traded(self.symbol, tick.price, tick.size, tick.ms * NS_PER_MS) for tick in self.ticks(count)}


def _levels(tick: Tick, side: int, *, text: bool = True) -> list[list[Any]]:
    return [[str(price), str(size)] if text else [price, size] for price, size in tick.levels(side)]


def _hitbtc(t: Tick) -> list[Any]:
    trade = {"t": t.ms, "i": 1_555_634_969 + t.step, "p": str(t.price), "q": str(t.size), "s": t.side}
    return [
        {"ch": "orderbook/full", "update": {"ETHBTC": {"t": t.ms, "s": 27_617_207 + t.step, "a": _levels(t, 1), "b": _levels(t, -1)}}},
        {"ch": "trades", "update": {"ETHBTC": [trade]}},
        {"ch": "ticker/1s", "data": {"ETHBTC": {"t": t.ms, "a": str(t.ask), "A": "0.33", "b": str(t.bid), "B": "0.105", "c": str(t.price), "o": "61000.1", "h": "62100", "l": "59000", "v": "62.587", "q": "1951420.57", "p": "234.12", "P": "0.98", "L": 1_182_694_927}}},
    ]  # fmt: skip


def _gate(t: Tick) -> list[Any]:
    head = {"time": t.ms // 1000, "time_ms": t.ms + 4, "event": "update"}
    return [
        head | {"channel": "spot.order_book_update", "result": {"t": t.ms, "e": "depthUpdate", "E": t.ms // 1000, "s": "BTC_USDT", "U": 48_776_301 + t.step, "u": 48_776_306 + t.step, "b": _levels(t, -1), "a": _levels(t, 1)}},
        head | {"channel": "spot.trades", "result": {"id": 309_143_071 + t.step, "create_time": t.ms // 1000, "create_time_ms": f"{t.ms}.0", "side": t.side, "currency_pair": "BTC_USDT", "amount": str(t.size), "price": str(t.price), "range": "2390902-2390902"}},
        head | {"channel": "spot.tickers", "result": {"currency_pair": "BTC_USDT", "last": str(t.price), "lowest_ask": str(t.ask), "highest_bid": str(t.bid), "change_percentage": "-3.02", "base_volume": "4417.3", "quote_volume": "264417.2", "high_24h": "62100", "low_24h": "59000"}},
        head | {"channel": "spot.book_ticker", "result": {"t": t.ms, "u": 48_733_182 + t.step, "s": "BTC_USDT", "b": str(t.bid), "B": "0.33", "a": str(t.ask), "A": "0.09"}},
    ]  # fmt: skip


def _upbit(t: Tick) -> list[Any]:
    units = [
        {"ask_price": a, "bid_price": b, "ask_size": s, "bid_size": s}
        for (a, s), (b, _) in zip(t.levels(1), t.levels(-1), strict=True)
    ]
    return [
        {"type": "orderbook", "code": "KRW-BTC", "timestamp": t.ms, "total_ask_size": 7.1, "total_bid_size": 9.3, "orderbook_units": units, "stream_type": "REALTIME"},
        {"type": "trade", "code": "KRW-BTC", "timestamp": t.ms + 31, "trade_date": "2026-11-28", "trade_time": "09:20:00", "trade_timestamp": t.ms, "trade_price": t.price, "trade_volume": t.size, "ask_bid": "ASK" if t.side == "sell" else "BID", "prev_closing_price": 61_100_000.0, "change": "FALL", "change_price": 134_000.0, "sequential_id": t.ms * 1000, "stream_type": "REALTIME" if t.step > 3 else "SNAPSHOT"},
    ]  # fmt: skip


def _bitget(t: Tick) -> list[Any]:
    arg = {"instType": "SPOT", "instId": "BTCUSDT"}
    action = "update" if t.step else "snapshot"
    return [
        {"action": action, "arg": arg | {"channel": "books"}, "data": [{"asks": _levels(t, 1), "bids": _levels(t, -1), "checksum": -123_456 + t.step, "seq": 7_000 + t.step, "ts": str(t.ms)}], "ts": t.ms},
        {"action": action, "arg": arg | {"channel": "trade"}, "data": [{"ts": str(t.ms), "price": str(t.price), "size": str(t.size), "side": t.side, "tradeId": str(1_000_000_000 + t.step)}], "ts": t.ms + 7},
        {"action": "snapshot", "arg": arg | {"channel": "ticker"}, "data": [{"instId": "BTCUSDT", "lastPr": str(t.price), "open24h": "61000", "high24h": "62100", "low24h": "59000", "change24h": "-0.00628", "bidPr": str(t.bid), "askPr": str(t.ask), "bidSz": "0.5", "askSz": "1.7", "baseVolume": "15", "quoteVolume": "915000", "openUtc": "61110", "changeUtc24h": "0.002", "markPrice": "61111.1", "indexPrice": "61112.2", "fundingRate": "0.0001", "ts": str(t.ms)}], "ts": t.ms},
    ]  # fmt: skip


def _kucoin(t: Tick) -> list[Any]:
    return [
        {"type": "message", "topic": "/market/level2:BTC-USDT", "subject": "trade.l2update", "data": {"changes": {"asks": [[str(t.ask), "0.003", str(14_103_845 + t.step)]], "bids": []}, "sequenceEnd": 14_103_845 + t.step, "sequenceStart": 14_103_844 + t.step, "symbol": "BTC-USDT", "time": t.ms}},
        {"type": "message", "topic": "/market/match:BTC-USDT", "subject": "trade.l3match", "data": {"makerOrderId": "671b5007389355000701b1d3", "price": str(t.price), "sequence": str(11_067_996_711_960_577 + t.step), "side": t.side, "size": str(t.size), "symbol": "BTC-USDT", "takerOrderId": "671b50161777ff00074c168d", "time": str(t.ms * NS_PER_MS), "tradeId": str(11_067_996_711_960_577 + t.step), "type": "match"}},
        {"type": "message", "topic": "/market/ticker:BTC-USDT", "subject": "trade.ticker", "data": {"bestAsk": str(t.ask), "bestAskSize": "2.5", "bestBid": str(t.bid), "bestBidSize": "3.5", "price": str(t.price), "sequence": str(14_609_309_753 + t.step), "size": str(t.size), "time": t.ms}},
        {"type": "message", "topic": "/indicator/index:USDT-BTC", "subject": "tick", "data": {"symbol": "BTC-USDT", "granularity": 1000, "timestamp": t.ms, "value": 0.0000163}},
    ]  # fmt: skip


def _bitmex(t: Tick) -> list[Any]:
    side = t.side.capitalize()
    book = [
        {
            "symbol": "XBTUSD",
            "id": 17_999_992_000 + 50 * level,
            "side": "Sell",
            "size": 100 * level,
            "price": price,
            "timestamp": f"{t.iso}Z",
        }
        for level, (price, _) in enumerate(t.levels(1))
    ]
    return [
        {"table": "orderBookL2_25", "action": "update" if t.step else "partial", "data": book},
        {"table": "orderBookL2_25", "action": "delete", "data": [{"symbol": "XBTUSD", "id": 17_999_992_000, "side": "Sell", "price": t.ask}]},
        {"table": "trade", "action": "insert" if t.step > 2 else "partial", "data": [{"timestamp": f"{t.iso}Z", "symbol": "XBTUSD", "side": side, "size": t.size, "price": t.price, "tickDirection": "PlusTick", "trdMatchID": f"d4a30c{t.step:02}-a68c-3a1f", "grossValue": 163_258 + t.step, "homeNotional": 0.0016, "foreignNotional": 100, "trdType": "Regular"}]},
        {"table": "instrument", "action": "update", "data": [{"symbol": "XBTUSD", "markPrice": t.price + 7.7, "fairPrice": t.price + 7.7, "indicativeSettlePrice": t.price + 9.9, "timestamp": f"{t.iso}Z"}]},
        {"table": "quote", "action": "insert", "data": [{"timestamp": f"{t.iso}Z", "symbol": "XBTUSD", "bidSize": 31_900, "bidPrice": t.bid, "askPrice": t.ask, "askSize": 7_400}]},
    ]  # fmt: skip


def _kraken_futures(t: Tick) -> list[Any]:
    return [
        {"feed": "book", "product_id": "PI_XBTUSD", "side": t.side, "seq": 326_144_380 + t.step, "price": t.ask + 3, "qty": 5_000.0 + t.step, "timestamp": t.ms},
        {"feed": "trade", "product_id": "PI_XBTUSD", "uid": f"05af78ac-a774-478c-a50c-8b9c234e07{t.step:02}", "side": t.side, "type": "fill", "seq": 653_355 + t.step, "time": t.ms, "qty": t.size, "price": t.price},
        {"time": t.ms, "product_id": "PI_XBTUSD", "funding_rate": -6.2e-11, "bid": t.bid, "ask": t.ask, "bid_size": 5_000.0, "ask_size": 1_400.0, "volume": 31_690_000.0, "dtm": 0, "leverage": "50x", "index": t.price + 17, "premium": 0.0, "last": t.price, "change": 1.99, "suspended": False, "tag": "perpetual", "pair": "XBT:USD", "openInterest": 30_072_580.0, "markPrice": t.price + 5, "feed": "ticker"},
        {"feed": "heartbeat", "time": t.ms},
    ]  # fmt: skip


def _cryptocom(t: Tick) -> list[Any]:
    def push(channel: str, subscription: str, data: list[Any]) -> Any:
        return {
            "id": -1,
            "code": 0,
            "method": "subscribe",
            "result": {"instrument_name": "BTC_USDT", "subscription": subscription, "channel": channel, "data": data},
        }

    return [
        push("book", "book.BTC_USDT.10", [{"asks": [[str(t.ask), "0.17", "1"]], "bids": [[str(t.bid), "0.18", "2"]], "t": t.ms, "tt": t.ms, "u": 542_048_017_824 + t.step, "cs": 1}]),
        push("trade", "trade.BTC_USDT", [{"d": str(2_030_407_068 + t.step), "t": t.ms, "p": str(t.price), "q": str(t.size), "s": t.side.upper(), "i": "BTC_USDT"}]),
        push("ticker", "ticker.BTC_USDT", [{"h": "62100", "l": "59000", "a": str(t.price), "c": "0.0125", "b": str(t.bid), "bs": "0.4", "k": str(t.ask), "ks": "0.2", "i": "BTC_USDT", "v": "879.5", "vv": "53000000", "oi": "1888", "t": t.ms}]),
        push("mark", "mark.BTC_USDT", [{"v": str(t.price + 3), "t": t.ms}]),
        {"id": 1_587_523_073_344 + t.step, "method": "public/heartbeat", "code": 0},
    ]  # fmt: skip


def _bitflyer(t: Tick) -> list[Any]:
    def push(channel: str, message: Any) -> Any:
        return {
            "jsonrpc": "2.0",
            "method": "channelMessage",
            "params": {"channel": f"{channel}_BTC_JPY", "message": message},
        }

    levels = [{"price": price, "size": size} for price, size in t.levels(-1)]
    return [
        push("lightning_board", {"mid_price": t.price + 11, "bids": levels, "asks": []}),
        push("lightning_board_snapshot", {"mid_price": t.price + 12, "bids": levels, "asks": levels}),
        push("lightning_executions", [{"id": 39_361 + t.step, "side": t.side.upper(), "price": t.price, "size": t.size, "exec_date": f"{t.iso}0000Z", "buy_child_order_acceptance_id": "JRF2026", "sell_child_order_acceptance_id": "JRF2027"}]),
        push("lightning_ticker", {"product_code": "BTC_JPY", "state": "RUNNING", "timestamp": t.iso, "tick_id": 3_579 + t.step, "best_bid": t.bid, "best_ask": t.ask, "best_bid_size": 0.1, "best_ask_size": 5, "total_bid_depth": 15.13, "total_ask_depth": 20, "market_bid_size": 0, "market_ask_size": 0, "ltp": t.price, "volume": 16_819.26, "volume_by_product": 6_819.26}),
    ]  # fmt: skip


def _bithumb(t: Tick) -> list[Any]:
    def push(kind: str, item: Any) -> Any:
        content = {"list": [item]} | ({} if kind == "transaction" else {"datetime": str(t.ms * 1000)})
        return {"type": kind, "content": content}

    return [
        push("orderbookdepth", {"symbol": "BTC_KRW", "orderType": "ask", "price": str(t.ask), "quantity": "1.11", "total": "3"}),
        push("orderbookdepth", {"symbol": "BTC_KRW", "orderType": "bid", "price": str(t.bid), "quantity": "0", "total": "0"}),
        push("transaction", {"symbol": "BTC_KRW", "buySellGb": "1", "contPrice": str(t.price), "contQty": str(t.size), "contAmt": str(round(t.price * t.size, 2)), "contDtm": t.iso.replace("T", " ") + "000", "updn": "dn"}),
        {"type": "ticker", "content": {"tickType": "24H", "date": "20261128", "time": "182000", "openPrice": "61000000", "closePrice": str(t.price), "lowPrice": "59000000", "highPrice": "62100000", "value": "2831915078.07", "volume": "1222.51", "sellVolume": "760.1", "buyVolume": "462.1", "prevClosePrice": "60900000", "chgRate": "0.65", "chgAmt": "234000", "volumePower": "60.80", "symbol": "BTC_KRW"}},
    ]  # fmt: skip


def _htx(t: Tick) -> list[Any]:
    def push(channel: str, tick: Any) -> Any:
        return {"ch": f"market.btcusdt.{channel}", "ts": t.ms + 5, "tick": tick}

    return [
        push("depth.step0", {"bids": _levels(t, -1, text=False), "asks": _levels(t, 1, text=False), "version": 31_615_842_081 + t.step, "ts": t.ms}),
        push("trade.detail", {"id": 14_650 + t.step, "ts": t.ms, "data": [{"id": 14_650_102_523_573 + t.step, "ts": t.ms, "tradeId": 102_523_573_486 + t.step, "amount": t.size, "price": t.price, "direction": t.side}]}),
        push("bbo", {"seqId": 161_499_562_790 + t.step, "ask": t.ask, "askSize": 0.5, "bid": t.bid, "bidSize": 0.7, "quoteTime": t.ms, "symbol": "btcusdt"}),
        push("kline.1min", {"id": t.ms // 60_000 * 60, "open": 61_000.5, "close": t.price, "low": 59_000.5, "high": 62_100.5, "amount": 12.1, "vol": 741_000.3, "count": 98}),
        {"ping": t.ms},
    ]  # fmt: skip


def _mexc(t: Tick) -> list[Any]:
    def push(channel: str, data: Any) -> Any:
        return {
            "c": f"spot@public.{channel}.v3.api@BTCUSDT",
            "d": data | {"e": f"spot@public.{channel}.v3.api"},
            "s": "BTCUSDT",
            "t": t.ms + 3,
        }

    return [
        push("increase.depth", {"asks": [{"p": str(t.ask), "v": "0.2"}], "r": str(3_407_459_756 + t.step)}),
        push("deals", {"deals": [{"p": str(t.price), "S": 1, "t": t.ms, "v": str(t.size)}]}),
        push("bookTicker", {"A": "40.6", "B": "6.7", "a": str(t.ask), "b": str(t.bid)}),
    ]  # fmt: skip


def _mexc_futures(t: Tick) -> list[Any]:
    def push(channel: str, data: Any) -> Any:
        return {"channel": f"push.{channel}", "data": data, "symbol": "BTC_USDT", "ts": t.ms + 3}

    return [
        push("depth", {"asks": [[t.ask, 3_251, 1]], "bids": [[t.bid, 21, 2]], "version": 96_801_927 + t.step}),
        push("deal", {"M": 1, "O": 1, "T": 1 + t.step % 2, "p": t.price, "t": t.ms, "v": t.size}),
        push("index.price", {"price": t.price + 21, "symbol": "BTC_USDT"}),
        push("fair.price", {"price": t.price + 22, "symbol": "BTC_USDT"}),
        push("funding.rate", {"rate": 0.0001, "symbol": "BTC_USDT"}),
        {"channel": "pong", "data": t.ms, "ts": t.ms},
    ]  # fmt: skip


def _poloniex(t: Tick) -> list[Any]:
    return [
        {"channel": "book_lv2", "data": [{"symbol": "BTC_USDT", "createTime": t.ms, "asks": _levels(t, 1), "bids": _levels(t, -1), "lastId": 10_409 + t.step, "id": 10_410 + t.step, "ts": t.ms + 4}], "action": "update"},
        {"channel": "trades", "data": [{"symbol": "BTC_USDT", "amount": str(round(t.price * t.size, 4)), "quantity": str(t.size), "takerSide": t.side, "createTime": t.ms, "price": str(t.price), "id": str(60_014_521 + t.step), "ts": t.ms + 6}]},
        {"channel": "ticker", "data": [{"symbol": "BTC_USDT", "startTime": t.ms - 86_400_000, "open": "61000", "high": "62100", "low": "59000", "close": str(t.price), "quantity": "2348.3", "amount": "140000000", "tradeCount": 8_123, "dailyChange": "0.01", "markPrice": "61111.11", "closeTime": t.ms, "ts": t.ms + 5}]},
        {"event": "pong"},
    ]  # fmt: skip


def _phemex(t: Tick) -> list[Any]:
    return [
        {"book": {"asks": [[int(t.ask * 10_000), 3]], "bids": [[int(t.bid * 10_000), 8]]}, "depth": 30, "sequence": 77_668_172 + t.step, "symbol": "BTCUSD", "timestamp": t.ms * NS_PER_MS, "type": "incremental"},
        {"sequence": 77_702_250 + t.step, "symbol": "BTCUSD", "trades": [[t.ms * NS_PER_MS, t.side.capitalize(), int(t.price * 10_000), 21 + 10 * t.step % 7]], "type": "incremental"},
        {"tick": {"last": int(t.price * 100_000_000), "scale": 8, "symbol": ".BTCUSD", "timestamp": t.ms * NS_PER_MS}},
        {"market24h": {"close": int(t.price * 10_000), "fundingRate": 10_000, "high": 621_000_000, "indexPrice": 612_000_000, "low": 590_000_000, "markPrice": 612_100_000, "open": 610_000_000, "openInterest": 84_680_034, "symbol": "BTCUSD", "turnover": 2_236_000, "volume": 2_023}, "timestamp": t.ms * NS_PER_MS},
        {"error": None, "id": 0, "result": "pong"},
    ]  # fmt: skip


def _phemex_real(t: Tick) -> list[Any]:
    return [
        {"depth": 30, "orderbook_p": {"asks": _levels(t, 1), "bids": _levels(t, -1)}, "sequence": 77_668 + t.step, "symbol": "BTCUSDT", "timestamp": t.ms * NS_PER_MS, "type": "snapshot"},
        {"sequence": 77_702 + t.step, "symbol": "BTCUSDT", "trades_p": [[t.ms * NS_PER_MS, t.side.capitalize(), str(t.price), str(t.size)]], "type": "incremental" if t.step else "snapshot"},
        {"error": None, "id": 0, "result": "pong"},
    ]  # fmt: skip


def _nothing() -> list[Any]:
    return []


FORMATS = [
    Format("HitBTC", "ETHBTC", lambda: [{"result": {"ch": "trades", "subscriptions": ["ETHBTC"]}, "id": 123}], _hitbtc),
    Format("Gate.io", "BTC_USDT", lambda: [{"time": 1_795_860_000, "channel": "spot.trades", "event": "subscribe", "result": {"status": "success"}}], _gate),
    Format("Upbit", "KRW-BTC", _nothing, _upbit, 134_123_000.0, 0),
    Format("Bitget", "BTCUSDT", lambda: [{"event": "subscribe", "arg": {"instType": "SPOT", "channel": "trade", "instId": "BTCUSDT"}}], _bitget),
    Format("KuCoin", "BTC-USDT", lambda: [{"id": "hQvf8jkno", "type": "welcome"}, {"id": "1545910660739", "type": "ack"}], _kucoin),
    Format("BitMEX", "XBTUSD", lambda: [{"info": "Welcome to the Realtime API.", "version": "1.2.0", "timestamp": "2026-11-28T10:00:00.000Z", "docs": "https://bitmex.example"}, {"success": True, "subscribe": "trade:XBTUSD", "request": {"op": "subscribe", "args": ["trade:XBTUSD"]}}], _bitmex),
    Format("Kraken Futures", "PI_XBTUSD", lambda: [{"event": "info", "version": 1}, {"event": "subscribed", "feed": "trade", "product_ids": ["PI_XBTUSD"]}, {"feed": "book_snapshot", "product_id": "PI_XBTUSD", "timestamp": START_MS, "seq": 326_072_249, "bids": [{"price": 61_192.5, "qty": 6_385.0}], "asks": [{"price": 61_302.5, "qty": 7.0}]}], _kraken_futures),
    Format("Crypto.com", "BTC_USDT", lambda: [{"id": 1, "code": 0, "method": "subscribe"}], _cryptocom),
    Format("bitFlyer", "BTC_JPY", lambda: [{"jsonrpc": "2.0", "id": 1, "result": True}], _bitflyer, 9_123_456.0, 0),
    Format("Bithumb", "BTC_KRW", lambda: [{"status": "0000", "resmsg": "Connected Successfully"}, {"status": "0000", "resmsg": "Filter Registered Successfully"}], _bithumb, 61_234_000.0, 0),
    Format("HTX", "btcusdt", lambda: [{"id": "id1", "status": "ok", "subbed": "market.btcusdt.trade.detail", "ts": START_MS}], _htx),
    Format("MEXC", "BTCUSDT", lambda: [{"id": 0, "code": 0, "msg": "spot@public.deals.v3.api@BTCUSDT"}], _mexc),
    Format("MEXC futures", "BTC_USDT", lambda: [{"channel": "rs.sub.deal", "data": "success", "ts": START_MS}], _mexc_futures),
    Format("Poloniex", "BTC_USDT", lambda: [{"event": "subscribe", "channel": "trades", "symbols": ["BTC_USDT"]}], _poloniex),
    Format("Phemex", "BTCUSD", lambda: [{"error": None, "id": 4, "result": {"status": "success"}}], _phemex, is_refused=True),
    Format("Phemex real values", "BTCUSDT", lambda: [{"error": None, "id": 4, "result": {"status": "success"}}], _phemex_real),
]  # fmt: skip
