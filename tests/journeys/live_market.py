"""A market in the format of Binance that goes on while no program listens, and has a list of all its trades.

As a program it serves until it is interrupted, and prints the settings to use it.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from websockets.asyncio.server import ServerConnection

from tests.rest_servers import Answer, RestServer, by_stand_in, serving_rest
from tests.servers import LoopbackServer, serving
from ticker_gui.domain.timeframe import BY_NAME

TRADES_PER_S = 20
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
_MS = 1_000 // TRADES_PER_S  # between two trades
_PAST_S = 86_400


def price_of(symbol: str, number: int) -> float:
    """Return the price of a trade."""
    waves = math.sin(number / 4_000) * 40 + math.sin(number / 170) * 8 + math.sin(number * 1.7)
    return round(1_000.0 * (1 + SYMBOLS.index(symbol)) + waves, 2)


def newest() -> int:
    """Return the number of the newest trade; trade n is n times 50 ms after the epoch."""
    return int(time.time() * 1_000) // _MS


def _trade(symbol: str, number: int) -> dict[str, object]:
    return {"id": number, "price": str(price_of(symbol, number)), "qty": "1", "time": number * _MS}


async def serve(client: ServerConnection) -> None:
    """Send every trade from the subscription on."""
    streams = json.loads(await client.recv())["params"]
    await client.send('{"result":null,"id":1}')
    symbols = sorted({stream.partition("@")[0].upper() for stream in streams})
    number = newest()
    while True:
        while number <= newest():
            for symbol in symbols:
                frame = _trade(symbol, number)
                await client.send(
                    json.dumps(
                        {"e": "trade", "s": symbol, "t": number, "p": frame["price"], "q": "1", "T": frame["time"]}
                    )
                )
            number += 1
        await asyncio.sleep(_MS / 1_000)


def respond(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Answer requests for past trades and bars."""
    endpoint = path.rpartition("/")[2]
    if endpoint == "historicalTrades":
        first = int(query["fromId"])
        last = min(first + int(query["limit"]), newest() + 1)
        return 200, json.dumps([_trade(query["symbol"], number) for number in range(first, last)]).encode(), {}
    if endpoint == "klines":
        return 200, json.dumps(list(_bars(query))).encode(), {}
    return 404, b"{}", {}


def _bars(query: Mapping[str, str]) -> Iterator[list[object]]:
    timeframe = BY_NAME[query["interval"]]
    width_ms = timeframe.width_ns // 1_000_000
    start_ms = max(int(query["startTime"]), int(time.time() - _PAST_S) * 1_000)
    start_ms += -start_ms % width_ms
    while start_ms <= min(int(query["endTime"]), newest() * _MS):
        numbers = range(start_ms // _MS, min((start_ms + width_ms) // _MS, newest() + 1))
        prices = [price_of(query["symbol"], number) for number in numbers]
        if prices:
            values = prices[0], max(prices), min(prices), prices[-1], len(prices)
            yield [start_ms, *map(str, values), start_ms + width_ms - 1, "0", len(prices), "0", "0", "0"]
        start_ms += width_ms


@contextmanager
def serving_market() -> Iterator[tuple[LoopbackServer, RestServer]]:
    """Serve the market."""
    with serving(serve) as live, serving_rest(by_stand_in(respond)) as past:
        yield live, past


def settings_for(live: LoopbackServer, past: RestServer) -> str:
    """Return settings with a feed of the market."""
    symbols = json.dumps(SYMBOLS)
    return (
        f'[[feeds]]\nname = "desk"\nurl = "{live.url}/ws"\nprovider = "binance"\n'
        f'symbols = {symbols}\nhistory_url = "{past.url}"\n'
    )


def main() -> None:
    """Serve until interrupted."""
    with serving_market() as (live, past):
        print(settings_for(live, past), flush=True)
        while True:
            time.sleep(3_600)


if __name__ == "__main__":
    main()
