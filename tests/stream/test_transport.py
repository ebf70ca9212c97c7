"""The transport on real sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from time import time_ns
from typing import Any, Final

import msgspec
import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt, run_plain
from tests.doubles import StillClock, until
from tests.servers import receive_forever, serving
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, TickerError
from ticker_gui.domain.feed_state import Phase
from ticker_gui.stream import opening
from ticker_gui.stream import transport as module
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.read_pacing import ReadPacing
from ticker_gui.stream.timeouts import Timeouts
from ticker_gui.stream.transport import Transport, WebSocketTransport, open_connection

PHASES: list[Phase] = []


def note_phase(phase: Phase) -> None:
    PHASES.append(phase)


BOTH = pytest.mark.parametrize("loop", ["run", "run_qt"])


class Authority:
    """A throw-away certificate authority."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(self.server)


class Reader:
    """Stores the payloads and times that it receives."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.times: list[int] = []

    def __call__(self, payloads: list[bytes], received_ns: int) -> None:
        self.payloads += payloads
        self.times += [received_ns] * len(payloads)


@BOTH
def test_messages_are_delivered_in_order_with_their_arrival_time(loop: str, request: pytest.FixtureRequest) -> None:
    async def server(client: ServerConnection) -> None:
        for index in range(1000):
            await client.send(f"message {index}")
        await client.send([b"frag", b"", b"ment", b"ed"])
        await client.send(b"binary")
        await receive_forever(client)

    async def test() -> None:
        reader = Reader()
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(42), note_phase)
            await until(lambda: len(reader.payloads) == 1002)
            await connection.close()
        assert reader.payloads == [b"message %d" % index for index in range(1000)] + [b"fragmented", b"binary"]
        assert set(reader.times) == {42}

    request.getfixturevalue(loop)(test())


@BOTH
def test_messages_sent_right_after_the_handshake_are_not_lost(loop: str, request: pytest.FixtureRequest) -> None:
    async def server(client: ServerConnection) -> None:
        await client.send("welcome")
        assert await client.recv() == "thanks"
        await client.send("bye")
        await client.close(1001, "done")

    async def test() -> None:
        reader = Reader()
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(), note_phase)
            await connection.send("thanks")
            with pytest.raises(ConnectionLost, match="shutting down"):
                await connection.read()
            with pytest.raises(ConnectionLost):
                await connection.send("too late")
        assert reader.payloads == [b"welcome", b"bye"]

    request.getfixturevalue(loop)(test())


@BOTH
def test_messages_that_decompress_to_much_are_delivered_in_several_calls(
    loop: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "is_loopback", lambda host: False)  # on loopback, nothing is compressed
    message, count = b"0" * 100_000, 60

    async def server(client: ServerConnection) -> None:
        for _ in range(count):
            await client.send(message)
        await client.close(1001)

    async def test() -> None:
        calls: list[list[bytes]] = []
        with serving(server) as it:
            connection = await open_connection(
                Endpoint(it.url), lambda payloads, received_ns: calls.append(payloads), StillClock(), note_phase
            )
            with pytest.raises(ConnectionLost, match="shutting down"):
                await connection.read()
        assert [payload for call in calls for payload in call] == [message] * count
        assert max(map(len, calls)) <= 3  # 256 KiB

    request.getfixturevalue(loop)(test())


@BOTH
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_paced_reads_join_messages_and_lose_none(
    loop: str, is_secure: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    count, authority = 200, Authority(tmp_path)

    async def server(client: ServerConnection) -> None:
        for index in range(count):
            await client.send(f"{index}")
            await asyncio.sleep(0.001)
        await client.close(1001)  # while reading is paused

    async def test() -> None:
        reader = Reader()
        with serving(server, ssl=authority.server if is_secure else None) as it:
            url = it.url.replace("ws:", "wss:") if is_secure else it.url
            endpoint, pacing = Endpoint(url, cafile=str(authority.file)), ReadPacing(0.1)
            connection = await open_connection(endpoint, reader, time_ns, note_phase, pacing=pacing)
            with pytest.raises(ConnectionLost, match="shutting down"):
                await connection.read()
            await connection.close()
        assert reader.payloads == [b"%d" % index for index in range(count)]
        assert len(set(reader.times)) < count / 4

    request.getfixturevalue(loop)(test())


def test_reading_is_not_paused_while_the_round_trip_time_is_measured(run: RunQt) -> None:
    async def server(client: ServerConnection) -> None:
        for index in range(1_000_000):
            await client.send(f"{index}")
            await asyncio.sleep(0.001)

    async def test() -> None:
        reader, pacing = Reader(), ReadPacing()
        timeouts = Timeouts(close_timeout=0.1)
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, time_ns, note_phase, timeouts, pacing)
            assert isinstance(connection, WebSocketTransport)
            connection._socket.pending_pings[b"never answered"] = asyncio.get_running_loop().create_future(), 0.0
            pacing.interval_s = 3600.0
            await until(lambda: len(set(reader.times)) > 20)
            await connection.close()

    run(test())


@BOTH
def test_a_connection_can_be_closed_while_its_reading_is_paused(loop: str, request: pytest.FixtureRequest) -> None:
    async def server(client: ServerConnection) -> None:
        for index in range(10):
            await client.send(f"{index}")
            await asyncio.sleep(0.001)
        await receive_forever(client)

    async def test() -> None:
        reader, pacing = Reader(), ReadPacing(3600.0)
        timeouts = Timeouts(close_timeout=0.1)
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, time_ns, note_phase, timeouts, pacing)
            await until(lambda: bool(reader.payloads))
            await connection.close()
            with pytest.raises(ConnectionLost):
                await connection.read()

    request.getfixturevalue(loop)(test())


@BOTH
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_the_event_loop_gets_its_turn_while_a_flood_of_messages_is_processed(
    loop: str, is_secure: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    count, authority, now = 5_000, Authority(tmp_path), 0.0
    by_turn: list[int] = []
    the_loop: Any = None
    reader = Reader()

    def slow_reader(payloads: list[bytes], received_ns: int) -> None:
        nonlocal now
        now += 0.0001 * len(payloads)
        by_turn[-1] += len(payloads)
        reader(payloads, received_ns)

    def next_turn() -> None:
        by_turn.append(0)
        if len(reader.payloads) < count:
            the_loop.call_soon(next_turn)

    async def server(client: ServerConnection) -> None:
        client.transport.write(b"".join(b"\x82\x02" + index.to_bytes(2, "big") for index in range(count)))
        await client.close(1001)

    async def test() -> None:
        monkeypatch.setattr("ticker_gui.stream.transport.monotonic", lambda: now)
        nonlocal the_loop
        the_loop = asyncio.get_running_loop()
        next_turn()
        with serving(server, ssl=authority.server if is_secure else None) as it:
            url = it.url.replace("ws:", "wss:") if is_secure else it.url
            connection = await open_connection(
                Endpoint(url, cafile=str(authority.file)), slow_reader, StillClock(), note_phase
            )
            with pytest.raises(ConnectionLost, match="shutting down"):
                await connection.read()
            await connection.close()
        assert reader.payloads == [index.to_bytes(2, "big") for index in range(count)]
        assert max(by_turn) <= 1024

    request.getfixturevalue(loop)(test())


def test_an_exception_of_the_reader_ends_the_connection_and_is_raised_by_read(run: RunQt) -> None:
    async def server(client: ServerConnection) -> None:
        await client.send("first")
        await receive_forever(client)

    def reader(payloads: list[bytes], received_ns: int) -> None:
        raise ZeroDivisionError(payloads[0])

    async def test() -> None:
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(), note_phase)
            with pytest.raises(ZeroDivisionError, match="first"):
                await connection.read()

    run(test())


def test_a_message_that_is_too_large_ends_the_connection(run: RunQt) -> None:
    async def server(client: ServerConnection) -> None:
        await client.send(b"x" * (2 << 20))
        await receive_forever(client)

    async def test() -> None:
        reader = Reader()
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(), note_phase)
            with pytest.raises(ConnectionLost, match="too large") as loss:
                await connection.read()
        assert loss.value.slow_backoff
        assert not reader.payloads

    run(test())


def test_a_closed_port_is_a_lost_connection(run: RunQt) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}"

        async def test() -> None:
            with pytest.raises(ConnectionLost, match="refused"):
                await open_connection(Endpoint(url), Reader(), StillClock(), note_phase)

        run(test())


def test_an_unknown_host_is_a_lost_connection(run: RunQt) -> None:
    async def test() -> None:
        with pytest.raises(ConnectionLost, match="not found"):
            await open_connection(Endpoint("ws://nosuch.invalid/"), Reader(), StillClock(), note_phase)

    run(test())


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, FeedRejected), (404, FeedRejected), (500, ConnectionLost), (429, ConnectionLost)]
)
def test_a_status_has_its_remedy(run: RunQt, status: int, remedy: type[Exception]) -> None:
    async def test() -> None:
        with serving(
            receive_forever, process_request=lambda client, _: client.respond(HTTPStatus(status), "no\n")
        ) as it:
            with pytest.raises(remedy, match=str(status)):
                await open_connection(Endpoint(it.url), Reader(), StillClock(), note_phase)

    run(test())


def test_a_redirect_is_not_followed(run: RunQt) -> None:
    with serving(receive_forever) as other:

        def send_away(client: ServerConnection, _: Any) -> Any:
            response = client.respond(HTTPStatus.FOUND, "elsewhere\n")
            response.headers["Location"] = other.url
            return response

        async def test() -> None:
            with serving(receive_forever, process_request=send_away) as it:
                with pytest.raises(FeedRejected, match="redirected"):
                    await open_connection(Endpoint(f"{it.url}/?token=s3cret"), Reader(), StillClock(), note_phase)

        run(test())
        assert other.connections == 0


def test_a_proxy_of_the_environment_is_not_used_for_loopback(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def test() -> None:
        with serving(receive_forever) as it:
            connection = await open_connection(Endpoint(it.url), Reader(), StillClock(), note_phase)
            await connection.close()

    run(test())


def test_pings_are_answered_during_a_flood_of_messages(run: RunQt) -> None:
    pongs = []

    async def server(client: ServerConnection) -> None:
        for _ in range(20):
            pong = await client.ping()
            for _ in range(100):
                await client.send("x" * 200)
            pongs.append(await pong)
        await client.close()

    async def test() -> None:
        reader = Reader()
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(), note_phase)
            with pytest.raises(ConnectionLost):
                await connection.read()
        assert len(reader.payloads) == 2000

    run(test())
    assert len(pongs) == 20


def test_keys_are_not_logged_at_any_level(run: RunQt, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    async def test() -> None:
        with serving(receive_forever) as it:
            connection = await open_connection(Endpoint(f"{it.url}/?token=s3cret"), Reader(), StillClock(), note_phase)
            await connection.send('{"auth":"s3cret"}')
            await connection.close()

    run(test())
    ours = [record for record in caplog.records if record.name.startswith("ticker_gui")]
    assert not any("s3cret" in record.getMessage() for record in ours)


@BOTH
def test_a_trusted_certificate_is_accepted(
    loop: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def server(client: ServerConnection) -> None:
        await client.send("secret prices")
        await receive_forever(client)

    async def test() -> None:
        reader = Reader()
        with serving(server, ssl=authority.server) as it:
            connection = await open_connection(
                Endpoint(it.url.replace("ws:", "wss:")), reader, StillClock(), note_phase
            )
            await until(lambda: reader.payloads == [b"secret prices"])
            await connection.close()

    request.getfixturevalue(loop)(test())


@pytest.mark.parametrize(("host", "is_trusted"), [("127.0.0.1", False), ("other.example", True)])
def test_an_untrusted_certificate_is_a_rejection(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, is_trusted: bool
) -> None:
    authority = Authority(tmp_path, host)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def test() -> None:
        with serving(receive_forever, ssl=authority.server) as it, pytest.raises(FeedRejected, match="certificate"):
            await open_connection(Endpoint(it.url.replace("ws:", "wss:")), Reader(), StillClock(), note_phase)

    run(test())


def test_a_server_without_tls_is_a_lost_connection(run: RunQt) -> None:
    async def test() -> None:
        with serving(receive_forever) as it, pytest.raises(ConnectionLost):
            await open_connection(Endpoint(it.url.replace("ws:", "wss:")), Reader(), StillClock(), note_phase)

    run(test())


ON_A_SOCKET = settings(
    max_examples=2 * settings().max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def error_of(url: str, **options: Any) -> TickerError:
    async def until_it_ends() -> None:
        connection = await open_connection(
            Endpoint(url, **options), Reader(), StillClock(), note_phase, Timeouts(open_timeout=5.0, close_timeout=0.2)
        )
        await connection.read()

    with pytest.raises(TickerError) as caught:
        await until_it_ends()
    return caught.value


RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "getfqdn")


@pytest.mark.parametrize("port", ["open", "refused"])
@pytest.mark.parametrize("proxy", ["system", "none"])
def test_the_event_loop_thread_never_resolves_names(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, port: str, proxy: str
) -> None:
    by_thread: list[tuple[str, threading.Thread]] = []
    for name in RESOLVERS:
        resolve = getattr(socket, name)

        def noted(*arguments: Any, resolve: Any = resolve, name: str = name, **options: Any) -> Any:
            by_thread.append((name, threading.current_thread()))
            return resolve(*arguments, **options)

        monkeypatch.setattr(socket, name, noted)
    # As on macOS and Windows, where the proxy exceptions may contain networks.
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: bool(socket.gethostbyname("localhost")))
    monkeypatch.setattr("ticker_gui.stream.proxy.is_loopback", lambda host: False)

    async def test() -> None:
        with serving(receive_forever) as it:
            url = it.url.replace("127.0.0.1", "localhost")
            if port == "refused":
                it.stop()
                with pytest.raises(ConnectionLost):
                    await open_connection(Endpoint(url, proxy=proxy), Reader(), StillClock(), note_phase)
            else:
                connection = await open_connection(Endpoint(url, proxy=proxy), Reader(), StillClock(), note_phase)
                await connection.close()

    run(test())
    assert by_thread
    assert not [name for name, thread in by_thread if thread is threading.main_thread()]


class RawServer:
    """A TCP server on loopback that answers the first bytes of each connection with `answer`, then closes."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                with client, contextlib.suppress(OSError):
                    client.recv(65_536)
                    client.sendall(self.answer)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65_536):
                        pass


@pytest.fixture
def raw() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.stop()


PING: Final = b"\x89\x7d" + b"x" * 125
_SMALL_BYTES: Final = 4_096


async def pinging(client: ServerConnection, *, block: int, reads: bool) -> None:
    """Send pings in blocks, as fast as possible."""
    if not reads:
        client.transport.pause_reading()
    while not client.transport.is_closing():
        client.transport.write(PING * block)
        await client.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("block", "reads", "words"),
    [
        (20, False, "stopped reading"),
        (20_000, False, "connection was closed"),
        (20_000, True, "sent too many pings"),
    ],
)
def test_a_flood_of_pings_ends_the_connection_before_the_pongs_fill_the_memory(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, block: int, reads: bool, words: str
) -> None:
    max_unsent = 0
    if block == 20:  # on a busy machine, many blocks are read at once
        monkeypatch.setattr(module, "_MAX_PINGS", 1_000_000)

    async def test() -> None:
        nonlocal max_unsent
        with serving(partial(pinging, block=block, reads=reads)) as it:
            connection = await open_connection(
                Endpoint(it.url), Reader(), StillClock(), note_phase, Timeouts(ping_interval=1_000.0)
            )
            assert isinstance(connection, WebSocketTransport)
            transport = connection._socket.transport
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SMALL_BYTES)  # else the system holds megabytes
            reading = asyncio.create_task(connection.read())
            while not reading.done():
                max_unsent = max(max_unsent, transport.get_write_buffer_size())
                await asyncio.sleep(0)
            with pytest.raises(ConnectionLost, match=words) as loss:
                await reading
            assert loss.value.slow_backoff
            await connection.close()

    run(test())
    assert max_unsent < 2 << 20


def frame(first: int, payload: bytes) -> bytes:
    """Return a frame with this first byte: flags and opcode."""
    return bytes([first, len(payload)]) + payload


CLOSES = st.builds(
    lambda code, reason: frame(0x88, code.to_bytes(2, "big") + reason), st.integers(0, 65_535), st.binary(max_size=100)
)
STREAMS = st.lists(
    CLOSES
    | st.builds(frame, st.integers(0, 255), st.binary(max_size=100))
    | st.binary(max_size=50)
    | st.sampled_from([b"\x88\x00", b"\x88\x01\x03", b"\x81\x7f" + b"\xff" * 8, b"\x89\x7e\x01\x00" + b"x" * 256]),
    min_size=1,
    max_size=6,
).map(b"".join)  # fmt: skip


class AnyBytes:
    """A WebSocket server that sends `stream` after the handshake and closes the connection."""

    def __init__(self) -> None:
        self.stream = b""

    async def __call__(self, client: ServerConnection) -> None:
        client.transport.write(self.stream)
        await asyncio.sleep(0)
        client.transport.close()
        await client.wait_closed()


@pytest.fixture
def any_bytes() -> Iterator[tuple[AnyBytes, str]]:
    handler = AnyBytes()
    with serving(handler) as server:
        yield handler, server.url


@given(stream=STREAMS)
@ON_A_SOCKET
def test_any_bytes_after_the_handshake_end_in_one_of_our_errors(any_bytes: tuple[AnyBytes, str], stream: bytes) -> None:
    server, url = any_bytes
    server.stream = stream
    error = run_plain(error_of(url))
    assert error.for_user.isprintable()


async def not_reading(client: ServerConnection) -> None:
    client.transport.pause_reading()
    await client.wait_closed()


async def until_blocked(connection: Transport) -> None:
    """Send until the buffers are full and a message stays there for many turns of the loop."""
    is_blocked = False
    while not is_blocked:
        sending = asyncio.create_task(connection.send("x" * 100_000))
        turns = 0
        while not sending.done() and turns < 100:
            turns += 1
            await asyncio.sleep(0.002)
        is_blocked = sending.cancel()
        await asyncio.wait((sending,))
        assert is_blocked or sending.result() is None


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("ending", ["send", "close", "cancelled close", "read"])
def test_a_server_that_does_not_read_blocks_nothing(run: RunQt, tmp_path: Path, ending: str, scheme: str) -> None:
    async def test() -> None:
        authority = Authority(tmp_path)
        with serving(not_reading, ssl=authority.server if scheme == "wss" else None) as it:
            timeouts = Timeouts(send_timeout=1e6, close_timeout=0.3, ping_interval=0.2 if ending == "read" else 1_000.0)
            endpoint = Endpoint(it.url.replace("ws:", f"{scheme}:"), cafile=str(authority.file))
            connection = await open_connection(endpoint, Reader(), StillClock(), note_phase, timeouts)
            await until_blocked(connection)
            assert isinstance(connection, WebSocketTransport)
            connection._timeouts = msgspec.structs.replace(timeouts, send_timeout=0.3)
            if ending == "send":
                with pytest.raises(ConnectionLost, match="stopped reading"):
                    await connection.send("one more")
            elif ending == "read":
                with pytest.raises(ConnectionLost, match=r"stopped reading|stopped responding"):
                    await connection.read()
            closing = asyncio.create_task(connection.close())
            if ending == "cancelled close":
                await asyncio.sleep(0)
                closing.cancel()
            await asyncio.wait((closing,))
            await connection._socket.wait_closed()

    run(test())


def test_a_flood_of_data_is_not_mistaken_for_one_of_pings(run: RunQt) -> None:
    async def server(client: ServerConnection) -> None:
        message = b"\x81\x04data"
        client.transport.write((message * 1_000 + b"\x89\x00") * 100)
        await receive_forever(client)

    async def test() -> None:
        reader = Reader()
        with serving(server) as it:
            connection = await open_connection(Endpoint(it.url), reader, StillClock(), note_phase)
            await until(lambda: len(reader.payloads) == 100_000)
            await connection.close()

    run(test())


def test_a_flood_of_empty_messages_is_processed_in_small_parts(run: RunQt) -> None:
    counts: list[int] = []

    async def server(client: ServerConnection) -> None:
        client.transport.write(b"\x81\x00" * 200_000)
        await receive_forever(client)

    async def test() -> None:
        with serving(server) as it:
            connection = await open_connection(
                Endpoint(it.url), lambda payloads, received_ns: counts.append(len(payloads)), StillClock(), note_phase
            )
            await until(lambda: sum(counts) == 200_000)
            await connection.close()

    run(test())
    assert max(counts) < 20_000


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nRetry-After: 9\r\nDate: x\r\nDate: y\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nContent-Length: 0\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: -5\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 99999999999\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 9\r\n\r\ncut short",
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: gzip, chunked\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.0 503 Busy\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n" + b"X-Many: 1\r\n" * 300 + b"\r\n",
    ],
)
def test_a_malformed_response_does_not_hide_its_status(run: RunQt, raw: RawServer, answer: bytes) -> None:
    async def test() -> None:
        raw.answer = answer
        loss = await error_of(f"ws://127.0.0.1:{raw.port}")
        assert isinstance(loss, ConnectionLost)
        assert "(HTTP 503)" in loss.for_user
        assert loss.retry_after == 9.0

    run(test())


NAMES = st.sampled_from([
    b"Date", b"Retry-After", b"Location", b"Upgrade", b"Connection", b"Sec-WebSocket-Accept", b"Content-Length",
    b"Sec-WebSocket-Extensions", b"Sec-WebSocket-Protocol", b"Transfer-Encoding", b"Proxy-Authenticate", b"",
])  # fmt: skip
VALUES = st.binary(max_size=20) | st.sampled_from([
    b"7", b"-1", b"0", b"upgrade", b"websocket", b"chunked", b"permessage-deflate; x=;", b"9" * 9_000, b"\xff\xfe",
])  # fmt: skip
LINES = st.builds(lambda name, value: name + b": " + value + b"\r\n", NAMES, VALUES)
FRAMES = st.sampled_from([b"", b"\x88\x02\x03", b"\x88\x04\x0f\xa0\xff\xfe", b"\x88\x01\x03", b"\x89\x00", b"\xff"])
ANSWERS = st.binary(max_size=60) | st.builds(
    lambda status, lines, rest: b"HTTP/1." + status + b"".join(lines) + b"\r\n" + rest,
    st.sampled_from(
        [b"1 101 X\r\n", b"1 503 X\r\n", b"0 407 X\r\n", b"1 200 X\r\n", b"1 302 X\r\n", b"1 999\r\n", b""]
    ),
    st.lists(LINES, max_size=6),
    st.binary(max_size=30) | FRAMES,
)


@given(answer=ANSWERS)
@ON_A_SOCKET
def test_any_response_to_the_handshake_is_one_of_our_errors(raw: RawServer, answer: bytes) -> None:
    raw.answer = answer
    run_plain(error_of(f"ws://127.0.0.1:{raw.port}"))


@given(answer=ANSWERS)
@ON_A_SOCKET
def test_any_response_of_a_proxy_is_one_of_our_errors(raw: RawServer, answer: bytes) -> None:
    raw.answer = answer
    run_plain(error_of("ws://desk.example", proxy=f"http://127.0.0.1:{raw.port}"))


@pytest.mark.parametrize("status", [401, 403, 407])
@pytest.mark.parametrize(
    "head", ["HTTP/1.1 %d\r\n\r\n", "HTTP/1.0 %d \r\nNo colon\r\n\r\n", "HTTP/1.1 %d Sign in\n\n", "HTTP/1.1 %d\r\n"]
)
def test_a_proxy_that_requires_a_password_is_recognized_in_any_form(
    run: RunQt, raw: RawServer, status: int, head: str
) -> None:
    async def test() -> None:
        raw.answer = (head % status).encode() + b"<html>" * 20_000
        loss = await error_of("ws://desk.example", proxy=f"http://user:s3cret@127.0.0.1:{raw.port}")
        assert isinstance(loss, FeedRejected)
        assert f"(HTTP {status}). Check its user name and password" in str(loss)

    run(test())


@pytest.mark.parametrize("parts", [(b"HTTP/1.1 200\r\n\r\n",), (b"HTTP/1.0 20", b"0\r\nVia: one\r", b"\n\r", b"\n")])
def test_a_tunnel_is_used_with_any_form_of_response(run: RunQt, parts: Sequence[bytes]) -> None:
    async def server(client: ServerConnection) -> None:
        await client.send("through")
        await receive_forever(client)

    async def test() -> None:
        reader, is_over = Reader(), asyncio.Event()
        with serving(server) as it:

            async def tunnel(from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
                await from_client.readuntil(b"\r\n\r\n")
                for part in parts:
                    to_client.write(part)
                    await to_client.drain()
                    await asyncio.sleep(0.01)  # so that each part is a read of its own
                from_server, to_server = await asyncio.open_connection("127.0.0.1", it.port)
                to_server.write(await from_client.readuntil(b"\r\n\r\n"))
                while data := await from_server.read(1000):
                    to_client.write(data)
                to_server.close()
                to_client.close()
                is_over.set()

            proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
            address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            connection = await open_connection(
                Endpoint("ws://desk.example", proxy=address),
                reader,
                StillClock(),
                note_phase,
                Timeouts(close_timeout=0.2),
            )
            await until(lambda: reader.payloads == [b"through"])
            await connection.close()
            it.stop()
            await is_over.wait()
            proxy.close()
            await proxy.wait_closed()

    run(test())


def test_a_ping_returns_its_round_trip_time_while_the_connection_is_open(run: RunQt) -> None:
    async def test() -> None:
        with serving(receive_forever) as it:
            connection = await open_connection(Endpoint(it.url), Reader(), StillClock(), note_phase)
            assert (await connection.ping() or 0.0) > 0.0
            await connection.close()
            with pytest.raises(ConnectionLost):
                await connection.ping()

    run(test())


def test_a_ping_without_a_pong_is_given_up_after_the_ping_interval(run: RunQt) -> None:
    async def test() -> None:
        with serving(not_reading) as it:
            timeouts = Timeouts(ping_interval=0.1, close_timeout=0.1)
            connection = await open_connection(Endpoint(it.url), Reader(), StillClock(), note_phase, timeouts)
            assert await connection.ping() is None
            await connection.close()

    run(test())
