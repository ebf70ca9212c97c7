"""Alpaca: connected, login, authenticated, the complete list as an answer, arrays of events."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
from websockets.asyncio.server import ServerConnection

from tests.feeds.past_data import NOW_NS, Answer, figures, starts
from tests.feeds.venues import receive, send, wait_until_closed
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.past_rows import iso_text
from ticker_gui.feeds.providers.alpaca_history import AlpacaHistory
from ticker_gui.feeds.wire import iso_ns

TRADE = '[{"T":"t","i":96921,"S":"AAPL","x":"D","p":126.55,"s":1,"t":"2023-11-14T22:13:20.335689322Z","c":["@","I"],"z":"C"}]'
CHANGES = (
    '[{"T":"c","S":"AAPL","x":"D","oi":96921,"op":126.55,"os":1,"oc":["@","I"],"ci":96922,"cp":126.5,"cs":2,"cc":["@","I"],'
    '"z":"C","t":"2023-11-14T22:13:30.5Z"},{"T":"x","S":"AAPL","i":96922,"x":"D","p":126.5,"s":2,"a":"C","z":"C",'
    '"t":"2023-11-14T22:13:31.5Z"}]'
)
QUOTE = (
    '[{"T":"q","S":"AAPL","bx":"U","bp":126.5,"bs":1,"ax":"Q","ap":126.6,"as":4,"t":"2023-11-14T22:13:20.5Z",'
    '"c":["R"],"z":"C"},{"T":"s","S":"AAPL","sc":"H","sm":"Trading Halt","t":"2023-11-14T22:13:21Z"}]'
)
BARS = (
    '[{"T":"b","S":"AAPL","o":126.1,"h":126.9,"l":126.0,"c":126.5,"v":49378,"t":"2023-11-14T22:12:00Z","n":12,"vw":126.4},'
    '{"T":"d","S":"AAPL","o":125.1,"h":127.9,"l":124.0,"c":126.5,"v":4937800,"t":"2023-11-14T05:00:00Z"}]'
)
SUBSCRIPTION = '[{"T":"subscription","trades":["AAPL","GHOST"],"quotes":["AAPL"],"bars":["AAPL"],"dailyBars":[]}]'
LIMIT = '[{"T":"error","code":405,"msg":"symbol limit exceeded"}]'
CONNECTED, AUTHENTICATED = '[{"T":"success","msg":"connected"}]', '[{"T":"success","msg":"authenticated"}]'
PACKED_TRADE = msgspec.msgpack.encode(
    [
        {
            "T": "t",
            "S": "AAPL",
            "p": 126.75,
            "s": 2,
            "i": 2**60 + 1,
            "t": msgspec.msgpack.Ext(-1, (1_700_000_000).to_bytes(4, "big")),
        }
    ]
)

FRAMES = [CONNECTED, AUTHENTICATED, SUBSCRIPTION, TRADE, CHANGES, QUOTE, BARS, LIMIT, PACKED_TRADE]
SYMBOLS = "aapl,GHOST"
KEY = "alpaca-key:alpaca-secret"
PATH = "/v2/iex"


async def serve(client: ServerConnection) -> None:
    await send(client, CONNECTED)
    assert await receive(client) == {"action": "auth", "key": "alpaca-key", "secret": "alpaca-secret"}
    await send(client, AUTHENTICATED)
    assert await receive(client) == {
        "action": "subscribe",
        **{channel: ["AAPL", "GHOST"] for channel in ("trades", "quotes", "bars", "dailyBars")},
    }
    await send(client, SUBSCRIPTION, TRADE, QUOTE, BARS, LIMIT, PACKED_TRADE, CHANGES)
    await wait_until_closed(client)


LINES = [
    {"event": "reply", "ok": True, "symbols": ["aapl", "GHOST"]},
    {
        "event": "trade",
        "symbol": "aapl",
        "price": 126.55,
        "time": "2023-11-14T22:13:20.335689Z",
        "trade_id": "96921",
        "updates": ["volume"],
    },
    {"event": "quote", "symbol": "aapl", "bid": 126.5, "ask": 126.6, "ask_size": 4},
    {"event": "bar", "symbol": "aapl", "timeframe": "1m", "open": 126.1, "closed": True},
    {"event": "day", "symbol": "aapl", "open": 125.1, "volume": 4937800, "last": 126.5},
    {"event": "reply", "ok": False, "symbols": [], "message": "symbol limit exceeded (code 405)"},
    {"event": "trade", "symbol": "aapl", "price": 126.75, "trade_id": str(2**60 + 1)},
    {"event": "correction", "symbol": "aapl", "trade_id": "96921", "price": 126.5, "size": 2},
    {"event": "correction", "symbol": "aapl", "trade_id": "96922"},
]


# The REST API

NEW_YORK_NS = 5 * HOUR_NS
TRADE_PAUSE_NS = 250_000_111
_TIMEFRAMES = {text: name for name, text in AlpacaHistory.history.timeframes.items()}


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer as ``data.alpaca.markets`` does: oldest first, both ends included, pages by token, silent minutes left out."""
    if (headers.get("APCA-API-KEY-ID"), headers.get("APCA-API-SECRET-KEY")) != tuple(KEY.split(":")):
        return _json(403, {"message": "forbidden."})
    if path == "/v2/assets":
        return _json(200, ASSETS)
    if query["symbols"] in ("GHOST", "GHO/ST"):
        return _json(400, {"message": f"invalid symbol: {query['symbols']}"})
    if query.get("feed") == "sip" and iso_ns(query["end"]) > NOW_NS - 15 * MINUTE_NS:
        return _json(403, {"message": "subscription does not permit querying recent SIP data"})
    kind = path.rpartition("/")[2]
    rows = _bar_rows(path, query) if kind == "bars" else _trade_rows(query)
    page_from = int(query.get("page_token", "0"))
    page, limit = rows[page_from : page_from + _page(query)], page_from + _page(query)
    return _json(
        200, {kind: {query["symbols"]: page} if page else {}, "next_page_token": str(limit) if rows[limit:] else None}
    )


def _page(query: Mapping[str, str]) -> int:
    return min(int(query["limit"]), PAGE)


def _json(status: int, body: object) -> Answer:
    return status, json.dumps(body).encode(), {}


def _bar_rows(path: str, query: Mapping[str, str]) -> list[dict[str, object]]:
    assert ("adjustment" in query) == ("stocks" in path)
    timeframe = _TIMEFRAMES[query["timeframe"]]
    shift_ns = NEW_YORK_NS if BY_NAME[timeframe].width_ns >= DAY_NS else 0
    first_ns, last_ns = iso_ns(query["start"]), iso_ns(query["end"])
    rows: list[dict[str, object]] = []
    for start_ns in starts(timeframe, first_ns - shift_ns, last_ns - shift_ns + 1):
        row = figures(query["symbols"], timeframe, start_ns)
        if row is not None:
            values = dict(zip("ohlcv", row, strict=True))
            rows.append({"t": iso_text(start_ns + shift_ns), **values, "n": 12, "vw": row.open})
    return rows


def _trade_rows(query: Mapping[str, str]) -> list[dict[str, object]]:
    first_ns, last_ns = iso_ns(query["start"]), iso_ns(query["end"])
    return [
        {"t": ns_text(number * TRADE_PAUSE_NS), "x": "V", "p": 100 + number % 7, "s": number % 90 + 1, "c": ["@"], "i": number, "z": "C"}
        | ({"u": "canceled"} if number % 50 == 0 else {})
        for number in range(-(-first_ns // TRADE_PAUSE_NS), last_ns // TRADE_PAUSE_NS + 1)
    ]  # fmt: skip


def ns_text(time_ns: int) -> str:
    """Return a time as the API writes it, with nanoseconds."""
    return f"{iso_text(time_ns - time_ns % SECOND_NS)[:-1]}.{time_ns % SECOND_NS:09}Z"


PAGE = 40  # fewer rows than the documented limit, so that short tests have several pages
ASSETS = [
    {"symbol": "AAPL", "name": "Apple Inc. Common Stock", "exchange": "NASDAQ", "tradable": True, "status": "active"},
    {
        "symbol": "BTC/USD",
        "name": "Bitcoin / US Dollar",
        "exchange": "CRYPTO",
        "tradable": True,
        "price_increment": "0.01",
    },
    {"symbol": "GONE", "name": "Gone", "exchange": "OTC", "tradable": False},
    {"name": "without a symbol"},
]
