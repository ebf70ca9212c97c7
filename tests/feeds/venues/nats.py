"""A desk on a NATS server: frames in the documented shape, written for these tests."""

from __future__ import annotations

from websockets.asyncio.server import ServerConnection

from tests.feeds.providers.desk_stand_in import DeskStandIn

_INFO = b'INFO {"server_id":"N","version":"2.9.10","headers":true,"max_payload":1048576,"jetstream":true}\r\n'


def _message(subject: str, number: int, payload: str, reply: str = "") -> bytes:
    reply = f"{reply} " if reply else ""
    return f"MSG {subject} {number} {reply}{len(payload)}\r\n{payload}\r\n".encode()


_RANDOM = "0123456789abcdef"
_RECEIVED = '"received":"2023-11-14T22:13:20.500000Z"'
_SYMBOLS = '{"feed":"desk","symbols":["nimb","BTC-USD","ETH-USD"]}'
PRELUDE = [
    _INFO,
    b"PONG\r\n",
    _message("_INBOX.x.f1", 1, '{"num_pending":1}') + _message("_INBOX.x.f2", 1, '{"num_pending":1}'),
    _message("ticker.desk.symbols", 1, _SYMBOLS, f"$JS.ACK.LAST.{_RANDOM}f1.1.1.1.1.0"),
    _message("ticker.desk.state", 1, '{"feed":"desk","state":"live"}', f"$JS.ACK.STATES.{_RANDOM}f2.1.1.1.1.0"),
]
_LINES = {
    "trade": '"price":184.2,"size":100.0,"time":"2023-11-14T22:13:20.000000Z","trade_id":"7"',
    "correction": '"trade_id":"7","price":184.3,"size":100.0',
    "quote": '"bid":184.1,"bid_size":100.0,"ask":184.3,"ask_size":50.0',
    "day": '"open":180.0,"high":190.0,"low":179.0,"previous_close":181.0,"volume":1000.0',
    "bar": (
        '"timeframe":"1m","start":"2023-11-14T22:13:00.000000Z","open":184.0,"high":185.0,"low":183.0,"close":184.2,'
        '"volume":500.0,"closed":true'
    ),
}
FRAMES = [
    _message(
        f"ticker.desk.{event}.NIMB", 10 + at, f'{{"event":"{event}","feed":"desk","symbol":"nimb",{line},{_RECEIVED}}}'
    )
    for at, (event, line) in enumerate(_LINES.items())
]
SYMBOLS = "nimb,ghost"


async def serve(client: ServerConnection) -> None:
    desk = DeskStandIn()
    desk.publish_feed("desk", ("nimb",))
    await client.send(_INFO)
    async for message in client:
        answer = desk.answer(message if isinstance(message, bytes) else message.encode())
        if answer:
            await client.send(answer)
        if b"SUB ticker.desk.trade.NIMB" in desk.sent:
            desk.sent = b""
            for frame in FRAMES:
                await client.send(frame)


LINES = [
    {"event": "trade", "symbol": "nimb", "price": 184.2, "size": 100, "trade_id": "7"},
    {"event": "correction", "symbol": "nimb", "price": 184.3},
    {"event": "quote", "symbol": "nimb", "bid": 184.1, "ask_size": 50},
    {"event": "day", "symbol": "nimb", "previous_close": 181},
    {"event": "bar", "symbol": "nimb", "timeframe": "1m", "close": 184.2, "closed": True},
    {"event": "reply", "symbols": ["nimb"], "ok": True},
    {"event": "reply", "symbols": ["ghost"], "ok": False},
]
