"""The plain client on real sockets on loopback."""

from __future__ import annotations

import asyncio
import threading

import pytest
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import StillClock, until
from tests.servers import receive_forever, serving
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.frame import Frame
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.plain_client import ClientStatus, ConnectionEnd, PlainClient
from ticker_gui.stream.timeouts import Timeouts


class Console:
    """Notes what a client reports."""

    def __init__(self, url: str, timeouts: Timeouts | None = None, **options: object) -> None:
        self.frames: list[tuple[str, bytes, bool]] = []
        self.states: list[ClientStatus] = []
        endpoint = Endpoint(url, **options)  # type: ignore[arg-type]
        self.client = PlainClient(
            endpoint, self.on_frame, self.on_state, StillClock(42), timeouts or Timeouts(close_timeout=0.2)
        )

    def on_frame(self, frame: Frame, is_text: bool) -> None:
        assert frame.time_ns == 42
        self.frames.append((frame.direction, frame.payload, is_text))

    def on_state(self) -> None:
        if not self.states or self.states[-1] is not self.client.status:
            self.states.append(self.client.status)


async def echo(client: ServerConnection) -> None:
    async for message in client:
        await client.send(message)


def test_text_and_binary_messages_are_sent_and_received(run: RunQt) -> None:
    async def test() -> ConnectionEnd:
        with serving(echo, subprotocols=["chat"]) as server:  # type: ignore[list-item]
            console = Console(server.url, subprotocols=("chat",))
            client = console.client
            running = asyncio.ensure_future(client.run())
            await until(lambda: client.status is ClientStatus.OPEN)
            assert client.subprotocol == "chat"
            await client.send("hé")
            await client.send(b"\xff\0")
            pong = await client.ping()
            assert pong is not None
            assert 0 < pong < 30
            await until(lambda: len(console.frames) == 4)
            both = [("hé".encode(), True), (b"\xff\0", False)]
            assert [frame[1:] for frame in console.frames if frame[0] == "out"] == both
            assert [frame[1:] for frame in console.frames if frame[0] == "in"] == both
            traffic = client.traffic
            assert (traffic.messages_in, traffic.bytes_in, traffic.messages_out, traffic.bytes_out) == (2, 5, 2, 5)
            await client.close()
            end = await running
            assert console.states == list(ClientStatus)
            with pytest.raises(ConnectionLost, match="code 1000"):
                await client.send("too late")
            return end

    assert run(test()) == ConnectionEnd("The connection to 127.0.0.1 was closed (code 1000).", 1000, "", True)


def test_a_ping_is_given_up_when_only_its_pong_is_missing(run: RunQt) -> None:
    async def talk_without_reading(client: ServerConnection) -> None:
        client.transport.pause_reading()
        while True:
            await client.send("data")
            await asyncio.sleep(0.02)

    async def test() -> None:
        with serving(talk_without_reading) as server:
            console = Console(server.url, Timeouts(ping_interval=0.5, close_timeout=0.2))
            running = asyncio.ensure_future(console.client.run())
            await until(lambda: console.client.status is ClientStatus.OPEN)
            assert await console.client.ping() is None
            assert console.client.status is ClientStatus.OPEN
            await console.client.close()
            await running

    run(test())


@pytest.mark.parametrize("is_cancelled", [False, True], ids=["closed", "cancelled"])
def test_a_client_that_is_ended_at_the_moment_it_has_connected_leaves_no_connection(
    run: RunQt, is_cancelled: bool
) -> None:
    has_ended = threading.Event()

    async def wait_for_end(client: ServerConnection) -> None:
        await client.wait_closed()
        has_ended.set()

    async def test() -> None:
        with serving(wait_for_end) as server:
            console, closing = Console(server.url), list[asyncio.Future[None]]()
            client = console.client

            def end_when_connected() -> None:
                if client.phase is Phase.OPEN and not closing:  # before the client has noticed that it is connected
                    closing.append(asyncio.ensure_future(client.close()))
                    if is_cancelled:
                        closing[0].cancel()
                        asyncio.get_running_loop().call_soon(running.cancel)

            client._on_state = end_when_connected
            running = asyncio.ensure_future(client.run())
            await until(running.done)
            assert running.cancelled() is is_cancelled
            assert client.status is ClientStatus.CLOSED
            await until(has_ended.is_set)

    run(test())


def test_messages_sent_with_the_handshake_are_delivered_when_the_client_is_open(run: RunQt) -> None:
    seen: list[ClientStatus] = []

    async def greet(client: ServerConnection) -> None:
        await client.send([b"frag", b"mented"])
        await client.send("welcome")
        await client.send(b"\xff", text=True)
        await client.close(4000, "enough")

    async def test() -> ConnectionEnd:
        with serving(greet) as server:
            console = Console(server.url)

            def note(frame: Frame, is_text: bool) -> None:
                seen.append(console.client.status)
                console.on_frame(frame, is_text)

            console.client._on_frame = note
            end = await console.client.run()
        assert [frame[1:] for frame in console.frames] == [
            (b"fragmented", False),
            (b"welcome", True),
            (b"\xff", True),
        ]
        return end

    end = run(test())
    assert end == ConnectionEnd("127.0.0.1 closed the connection (code 4000: enough).", 4000, "enough", False)
    assert set(seen) == {ClientStatus.OPEN}


@pytest.mark.parametrize(
    ("code", "reason", "text", "is_clean"),
    [
        (1000, "", "closed the connection (code 1000).", True),
        (1001, "bye", "is shutting down (code 1001: bye).", True),
        (1008, "\x1b[2Jno", "closed the connection because of its policy (code 1008: [2Jno).", False),
        (4001, "done", "closed the connection (code 4001: done).", False),
    ],
)
def test_the_end_is_described_in_words(run: RunQt, code: int, reason: str, text: str, is_clean: bool) -> None:
    async def hang_up(client: ServerConnection) -> None:
        await client.close(code, reason)

    async def test() -> ConnectionEnd:
        with serving(hang_up) as server:
            end: ConnectionEnd = await Console(server.url).client.run()
            return end

    end = run(test())
    assert (end.code, end.text, end.is_clean) == (code, f"127.0.0.1 {text}", is_clean)


def test_a_dropped_connection_has_no_close_code(run: RunQt) -> None:
    async def drop(client: ServerConnection) -> None:
        client.transport.abort()

    async def test() -> ConnectionEnd:
        with serving(drop) as server:
            end: ConnectionEnd = await Console(server.url).client.run()
            return end

    end = run(test())
    assert (end.code, end.is_clean) == (None, False)
    assert end.text.startswith("127.0.0.1 dropped the connection")


def test_a_message_that_is_too_large_ends_the_connection(run: RunQt) -> None:
    async def flood(client: ServerConnection) -> None:
        await client.send(b"x" * ((1 << 20) + 1))
        await receive_forever(client)

    async def test() -> ConnectionEnd:
        with serving(flood) as server:
            end: ConnectionEnd = await Console(server.url).client.run()
            return end

    end = run(test())
    assert (end.code, end.is_clean) == (1009, False)
    assert "sent a message that is too large" in end.text


def test_a_failure_to_connect_is_an_end_without_code(run: RunQt) -> None:
    async def test() -> None:
        with serving(receive_forever) as server:
            url = server.url
        console = Console(url)
        end = await console.client.run()
        assert (end.code, end.is_clean, console.client.opened_ns) == (None, False, None)
        assert "refused the connection" in end.text
        assert console.states == [ClientStatus.CONNECTING, ClientStatus.CLOSING, ClientStatus.CLOSED]
        with pytest.raises(ConnectionLost, match="refused"):
            await console.client.ping()

    run(test())


def test_connecting_can_be_given_up(run: RunQt) -> None:
    async def test() -> ConnectionEnd:
        listener = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)  # never answers
        port = listener.sockets[0].getsockname()[1]
        client = Console(f"ws://127.0.0.1:{port}").client
        running = asyncio.ensure_future(client.run())
        await until(lambda: client.phase.name == "HANDSHAKE")
        await client.close()
        end = await running
        listener.close()
        return end

    assert run(test()) == ConnectionEnd("The connection to 127.0.0.1 was closed.", is_clean=True)


def test_cancelling_closes_the_connection(run: RunQt) -> None:
    closed: list[int | None] = []

    async def note(client: ServerConnection) -> None:
        await client.wait_closed()
        closed.append(client.close_code)

    async def test() -> None:
        with serving(note) as server:
            client = Console(server.url).client
            running = asyncio.ensure_future(client.run())
            await until(lambda: client.status is ClientStatus.OPEN)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await until(lambda: bool(closed))
            assert client.status is ClientStatus.CLOSED

    run(test())
    assert closed == [1000]


def test_an_exception_in_the_callback_ends_the_connection_and_is_raised(run: RunQt) -> None:
    async def greet(client: ServerConnection) -> None:
        await client.recv()
        await client.send("hi")
        await receive_forever(client)

    def crash(frame: Frame, is_text: bool) -> None:
        if frame.direction == "in":
            raise KeyError("price")

    async def test() -> None:
        with serving(greet) as server:
            client = Console(server.url).client
            client._on_frame = crash
            running = asyncio.ensure_future(client.run())
            await until(lambda: client.status is ClientStatus.OPEN)
            await client.send("hello")
            with pytest.raises(KeyError):
                await running
            assert client.status is ClientStatus.CLOSED

    run(test())


def test_a_key_that_the_server_repeats_is_not_part_of_the_end(run: RunQt) -> None:
    async def repeat(client: ServerConnection) -> None:
        await client.close(1008, "no access with s3cretKey99aa or tok3n-of-mine77")

    async def test() -> ConnectionEnd:
        with serving(repeat) as server:
            headers = {"Authorization": "Bearer tok3n-of-mine77"}
            end: ConnectionEnd = await Console(f"{server.url}/?apikey=s3cretKey99aa", headers=headers).client.run()
            return end

    end = run(test())
    assert "s3cret" not in end.text + end.reason
    assert "tok3n" not in end.text + end.reason
