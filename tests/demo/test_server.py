from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.demo import server as demo_server
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.events import Bar, DayStats, Fact, PastBars, PastTrades, Quote, Reply, Trade
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.providers.demo import MAX_BARS, PastBarsRequest, PastTradesRequest

decode = msgspec.json.Decoder(Trade | Quote | DayStats | Bar | Reply).decode


async def receive(client: ClientConnection) -> Fact:
    fact: Fact = decode(await client.recv())
    return fact


async def ask(client: ClientConnection, op: str, *symbols: str) -> None:
    await client.send(msgspec.json.encode({"op": op, "symbols": symbols}).decode())


def with_server(test: Any, **options: Any) -> Any:
    async def body() -> None:
        server = DemoServer(DemoMarket(["NIMB", "ZEPH"], seed=1), **options)
        await server.start()
        try:
            async with connect(server.url, proxy=None, max_queue=None, close_timeout=0.2) as client:
                await test(server, client)
        finally:
            await server.stop()

    return body()


def test_a_subscriber_gets_history_and_then_live_events(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NIMB")
        assert await receive(client) == Reply(("NIMB",), ok=True, message="subscribed")
        history = [await receive(client) for _ in range(402)]
        assert [type(fact) for fact in history] == [Trade] * 400 + [DayStats, Quote]
        live = [await receive(client) for _ in range(20)]
        assert {fact.symbol for fact in live if not isinstance(fact, Reply)} == {"NIMB"}

    run(with_server(test, rate=2000))


def test_no_trade_is_missing_between_the_history_and_the_live_events(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = demo_server._send

    async def send_slowly(*arguments: Any) -> None:
        await send(*arguments)
        await asyncio.sleep(0.005)  # as to a client that is slow in reading

    monkeypatch.setattr(demo_server, "_send", send_slowly)

    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NIMB")
        ids = list[int]()
        while len(ids) < 600:
            fact = await receive(client)
            if isinstance(fact, Trade):
                ids.append(int(fact.trade_id or 0))
        assert ids == list(range(ids[0], ids[0] + len(ids)))

    run(with_server(test, rate=2_000))


def test_unlisted_symbols_are_refused_and_listed_ones_served(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NOPE", "ZEPH")
        assert await receive(client) == Reply(("ZEPH",), ok=True, message="subscribed")
        assert await receive(client) == Reply(("NOPE",), ok=False, message="not listed here")

    run(with_server(test))


def test_no_events_are_sent_after_an_unsubscription(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NIMB", "ZEPH")
        await ask(client, "unsubscribe", "NIMB")
        fact = await receive(client)
        while fact != Reply(("NIMB",), ok=True, message="unsubscribed"):
            fact = await receive(client)
        after = [await receive(client) for _ in range(30)]
        assert {fact.symbol for fact in after if not isinstance(fact, Reply)} == {"ZEPH"}

    run(with_server(test, rate=2000))


@pytest.mark.parametrize("message", ["{", "[]", '{"op":"buy","symbols":[]}', b"\xff"])
def test_an_invalid_request_is_answered_with_an_error(run: RunQt, message: str | bytes) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await client.send(message)
        reply = await receive(client)
        assert isinstance(reply, Reply)
        assert not reply.ok
        await ask(client, "subscribe", "NIMB")
        assert await receive(client) == Reply(("NIMB",), ok=True, message="subscribed")

    run(with_server(test))


def test_the_rate_is_approximately_the_requested_one(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def monotonic() -> float:
        nonlocal now
        now += 0.02
        return now

    monkeypatch.setattr(
        "ticker_gui.demo.server.time", SimpleNamespace(monotonic=monotonic, perf_counter=time.perf_counter)
    )

    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NIMB", "ZEPH")
        for _ in range(2 + 804):
            await receive(client)
        began = now
        for _ in range(1000):
            await receive(client)
        assert 0.8 < now - began < 1.5  # some are on their way at the beginning or at the end

    run(with_server(test, rate=1000))


def test_an_address_in_use_is_reported(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port}"):
            await DemoServer(port=port).start()

    run(with_server(test))


def test_the_start_of_a_market_with_many_symbols_does_not_keep_the_loop_from_its_turns(run: RunQt) -> None:
    async def test() -> None:
        turns, server = list[float](), DemoServer(DemoMarket([f"S{number}" for number in range(200)], seed=1))
        starting = asyncio.create_task(server.start())
        while not starting.done():
            turns.append(time.thread_time())
            await asyncio.sleep(0)
        await server.stop()
        assert max(after - before for before, after in pairwise(turns)) < (turns[-1] - turns[0]) / 5

    run(test())


def test_the_url_is_not_available_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        _ = DemoServer().url


def test_a_client_that_reads_nothing_does_not_delay_the_shutdown(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await ask(client, "subscribe", "NIMB")
        client.transport.pause_reading()
        (connection,) = server._clients
        frame = b"\x82\x7e\xff\xff" + b"x" * 0xFFFF
        while not connection.paused:
            connection.transport.write(frame)
            await asyncio.sleep(0)
        await server.stop()
        client.transport.abort()

    run(with_server(test))


@pytest.mark.parametrize("broken", ["generate", "snapshot"])
def test_a_bug_in_the_market_is_counted_and_disconnects_one_client_at_most(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def crash(*_: object) -> None:
        raise KeyError(broken)

    async def test(server: DemoServer, client: ClientConnection) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(server.market, broken, crash)
            await ask(client, "subscribe", "NIMB")
            await until(lambda: server.errors.count)
        async with connect(server.url, proxy=None, max_queue=None, close_timeout=0.2) as other:
            await ask(other, "subscribe", "NIMB")
            while not isinstance(await receive(other), Trade):
                pass

    run(with_server(test, rate=1000))


async def past(client: ClientConnection, request: msgspec.Struct) -> PastBars | PastTrades:
    await client.send(msgspec.json.encode(request).decode())
    reply = await receive(client)
    assert isinstance(reply, Reply)
    assert reply.ok
    assert reply.past is not None
    return reply.past


def test_past_bars_and_trades_are_answered_over_the_socket(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        now_ns = server._clock()
        bars = await past(client, PastBarsRequest(BarsQuery("NIMB", "1m", now_ns - 990 * MINUTE_NS, now_ns)))
        assert isinstance(bars, PastBars)
        assert (bars.symbol, bars.timeframe, bars.error) == ("NIMB", "1m", "")
        assert len(bars.bars) in (990, 991)
        assert [bar.is_closed for bar in bars.bars] == [True] * (len(bars.bars) - 1) + [False]
        trades = await past(client, PastTradesRequest(TradesQuery("NIMB", now_ns - MINUTE_NS, now_ns)))
        assert isinstance(trades, PastTrades)
        assert trades.trades
        assert len(msgspec.json.encode(bars)) < 1 << 20

    run(with_server(test, rate=20))


@pytest.mark.parametrize(
    "request_",
    [
        PastBarsRequest(BarsQuery("NOPE", "1m", 0, 10**18)),
        PastBarsRequest(BarsQuery("NIMB", "7m", 0, 10**18)),
        PastTradesRequest(TradesQuery("NOPE", 0, 10**18)),
        PastTradesRequest(TradesQuery("NIMB", 0, 10**19)),
    ],
)
def test_a_request_for_a_past_that_is_not_there_is_answered_with_the_reason(
    run: RunQt, request_: PastBarsRequest | PastTradesRequest
) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        answer = await past(client, request_)
        assert answer.error.startswith("The demo market ")
        assert answer.symbol == request_.query.symbol

    run(with_server(test))


def test_an_answer_has_a_limited_number_of_bars(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        answer = await past(client, PastBarsRequest(BarsQuery("NIMB", "1d", 0, server._clock())))
        assert isinstance(answer, PastBars)
        assert len(answer.bars) == MAX_BARS

    run(with_server(test))


def test_the_echo_returns_text_and_binary_messages(run: RunQt) -> None:
    async def test(server: DemoServer, _: ClientConnection) -> None:
        async with connect(f"{server.url}/echo?a=1", proxy=None) as client:
            for message in ("héllo", b"\xff\0", "", "[" * 100_000, "x" * (1 << 20)):
                await client.send(message)
                assert await client.recv() == message
            await client.send([b"frag", b"mented"])
            assert await client.recv() == b"fragmented"

    run(with_server(test))


def test_two_clients_chat_and_the_end_of_one_is_announced(run: RunQt) -> None:
    async def join(client: ClientConnection, name: str) -> Any:
        await client.send(msgspec.json.encode({"op": "join", "name": name}).decode())
        return msgspec.json.decode(await client.recv())

    async def test(server: DemoServer, _: ClientConnection) -> None:
        async with connect(f"{server.url}/chat", proxy=None) as ann:
            await join(ann, "Ann")
            for ends_abruptly in (True, False):
                async with connect(f"{server.url}/chat/", proxy=None) as bob:
                    assert (await join(bob, "Ann"))["event"] == "error"
                    assert (await join(bob, "Bob"))["members"] == ["Ann", "Bob"]
                    assert msgspec.json.decode(await ann.recv())["event"] == "join"
                    await bob.send("hello")
                    assert msgspec.json.decode(await ann.recv()) == {"event": "say", "name": "Bob", "text": "hello"}
                    if ends_abruptly:
                        bob.transport.abort()
                assert msgspec.json.decode(await ann.recv()) == {"event": "leave", "name": "Bob", "members": 1}
            await server.stop()
            with pytest.raises(ConnectionClosedOK) as closed:
                await ann.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        assert server.room.names == []
        assert server.errors.count == 0

    run(with_server(test))


def test_a_member_can_join_again_after_a_restart_of_the_server(run: RunQt) -> None:
    async def test(server: DemoServer, _: ClientConnection) -> None:
        for _attempt in range(2):
            async with connect(f"{server.url}/chat", proxy=None) as ann:
                await ann.send('{"op":"join","name":"Ann"}')
                assert msgspec.json.decode(await ann.recv())["members"] == ["Ann"]
                await server.stop()
            await server.start()

    run(with_server(test))


def test_hostile_members_are_disconnected_and_others_are_not(run: RunQt) -> None:
    async def code_after(server: DemoServer, *messages: str | bytes) -> int | None:
        async with connect(f"{server.url}/chat", proxy=None, max_queue=None) as hostile:
            for message in messages:
                try:
                    await hostile.send(message, text=True)
                except ConnectionClosed:
                    break
            async for _ in hostile:
                pass
            return hostile.close_code

    async def test(server: DemoServer, _: ClientConnection) -> None:
        async with connect(f"{server.url}/chat", proxy=None) as ann:
            await ann.send("hello")
            with suppress(ConnectionClosed):
                await code_after(server, *["flood"] * 200)
            for code, message in ((1007, b"\xff"), (1009, "x" * ((1 << 20) + 1))):
                with suppress(ConnectionClosed):
                    assert await code_after(server, message) == code
            await until(lambda: server.room.names == ["Guest 1"])
            await ann.send('{"op":"say","text":"alive"}')
            answer: dict[str, Any] = {}
            while answer.get("text") != "alive":
                answer = msgspec.json.decode(await ann.recv())
        assert server.errors.count == 0

    run(with_server(test))


def test_deeply_nested_json_is_answered_as_an_invalid_request(run: RunQt) -> None:
    async def test(server: DemoServer, client: ClientConnection) -> None:
        await client.send('{"op":"subscribe","symbols":[],"x":' + "[" * 100_000)
        reply = await receive(client)
        assert isinstance(reply, Reply)
        assert not reply.ok
        assert server.errors.count == 0

    run(with_server(test))
