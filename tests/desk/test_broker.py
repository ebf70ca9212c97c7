from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from ticker_gui.desk import broker as broker_module
from ticker_gui.desk.broker import Broker, BrokerAddress, check_files
from ticker_gui.desk.outbox import OutboxMessage
from ticker_gui.desk.streams import StreamLimits, ensure_streams
from ticker_gui.domain.errors import SettingsError, TickerError

pytestmark = needs_nats_server
SMALL = StreamLimits(1.0, 64, 1.0, 64)


def test_an_address_is_displayed_without_its_secrets() -> None:
    address = BrokerAddress("nats://ann:s3cret@host:4222", "token")
    assert address.display == "nats://host:4222"
    assert {"s3cret", "token"} <= address.secrets


@pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float':DeprecationWarning")  # of nats-py to aiohttp
@pytest.mark.parametrize("scheme", ["nats", "ws"])
def test_a_server_that_does_not_run_is_reported(run: RunQt, scheme: str) -> None:
    reports: list[dict[str, Any]] = []

    async def test() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))
        with pytest.raises(TickerError, match=rf"{scheme}://127\.0\.0\.1:1 cannot be reached: .*refused"):
            await Broker.connect(BrokerAddress(f"{scheme}://127.0.0.1:1"))
        gc.collect()

    run(test())
    assert not reports  # such as an HTTP session that was not closed


@pytest.mark.parametrize("key", ["ann:s3cret", None, "wrong", "ann:wrong"])
def test_a_user_logs_in_and_the_password_is_in_no_message(run: RunQt, tmp_path: Path, key: str | None) -> None:
    server = NatsServer(tmp_path, "authorization { users = [{ user: ann, password: s3cret }] }")
    server.start()

    async def test() -> None:
        if key == "ann:s3cret":
            await (await Broker.connect(BrokerAddress(server.url, key))).close()
        else:
            with pytest.raises(TickerError, match="does not accept the key" if key else "requires a key") as raised:
                await Broker.connect(BrokerAddress(server.url, key))
            assert "wrong" not in str(raised.value)

    try:
        run(test())
    finally:
        server.kill()


def test_missing_files_and_a_broken_nkey_are_reported_before_connecting(tmp_path: Path) -> None:
    url, file, text_file = "nats://127.0.0.1:1", tmp_path / "none.creds", tmp_path / "text.pem"
    text_file.write_text("none")
    for address, text in (
        (
            BrokerAddress(url, credentials=file),
            "The --credentials file .*none.creds cannot be read: there is no such file",
        ),
        (BrokerAddress(url, cafile=file), "The --cafile file .*none.creds cannot be read: there is no such file"),
        (BrokerAddress(url, cafile=tmp_path), "The --cafile file .* is a folder, not a file"),
        (BrokerAddress(url, cafile=text_file), "The --cafile file .*text.pem contains no valid certificates"),
        (BrokerAddress(url, "SUAB"), "not the seed of a user nkey"),
    ):
        with pytest.raises(SettingsError, match=text):
            check_files(address)
    check_files(BrokerAddress(url, "SU:token"))  # a user and a password


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=é", max_size=40)
    | st.text(max_size=40).map(lambda text: text.replace(":", ""))
)
def test_a_shorter_text_that_begins_like_an_nkey_is_no_nkey(rest: str) -> None:
    with pytest.raises(SettingsError, match="not the seed of a user nkey"):
        check_files(BrokerAddress("nats://127.0.0.1:1", f"SU{rest}"))


def test_a_server_without_tls_gets_no_key_if_tls_was_asked_for(run: RunQt, tmp_path: Path) -> None:
    server = NatsServer(tmp_path, "authorization { token: s3cret }")
    server.start()

    async def test() -> None:
        with pytest.raises(TickerError, match=r"does not use TLS\. Nothing was sent"):
            await Broker.connect(BrokerAddress(server.url.replace("nats:", "tls:"), "s3cret"))
        await (await Broker.connect(BrokerAddress(server.url, "s3cret"))).close()

    try:
        run(test())
    finally:
        server.kill()


def test_a_key_is_not_sent_to_another_computer_without_encryption(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = NatsServer(tmp_path, "authorization { token: s3cret }")
    server.start()
    monkeypatch.setattr(broker_module, "is_loopback", lambda host: False)

    async def test() -> None:
        with pytest.raises(TickerError, match="without encryption") as raised:
            await Broker.connect(BrokerAddress(server.url, "s3cret"))
        assert "s3cret" not in str(raised.value)
        await (await Broker.connect(BrokerAddress(server.url, "s3cret", allows_plaintext=True))).close()

    try:
        run(test())
    finally:
        server.kill()


def test_only_tokens_and_passwords_are_secrets_that_are_sent(tmp_path: Path) -> None:
    assert BrokerAddress("nats://h", "token").sends_secret
    assert BrokerAddress("nats://ann:pw@h").sends_secret
    assert not BrokerAddress("nats://h", "SUABC").sends_secret  # only signs
    assert not BrokerAddress("nats://h", credentials=tmp_path).sends_secret
    assert not BrokerAddress("nats://h").sends_secret


def test_sent_trades_are_stored_when_the_call_returns(run: RunQt, nats_server: NatsServer) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        await ensure_streams(broker.context, SMALL)
        trades = [OutboxMessage("ticker.a.trade.B", b"%d" % number, is_trade=True, added_s=0.0) for number in range(50)]
        quote = OutboxMessage("ticker.a.quote.B", b"q", is_trade=False, added_s=0.0)
        await broker.wait_until_stored([await broker.send([*trades, quote])])
        assert (await broker.context.stream_info("TICKS")).state.messages == 50
        await broker.wait_until_stored([await broker.send([quote])])
        stored = [one async for batch in broker.stored_since("TICKS", "ticker.a.trade.*", 60.0) for one in batch]
        assert stored == [(trade.subject, trade.payload) for trade in trades]
        assert [one async for one in broker.stored_since("TICKS", "ticker.b.trade.*", 60.0)] == []
        assert [one async for one in broker.stored_since("TICKS", "ticker.a.trade.*", -60.0)] == []
        await broker.close()
        assert broker.closed.is_set()

    run(test())


def test_messages_that_are_deleted_while_they_are_read_are_not_waited_for(
    run: RunQt, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        broker = await Broker.connect(BrokerAddress(nats_server.url))
        await ensure_streams(broker.context, SMALL)
        trades = [OutboxMessage("ticker.a.trade.B", b"%d" % number, True, 0.0) for number in range(510)]
        await broker.wait_until_stored([await broker.send(trades)])
        monkeypatch.setattr(broker_module, "ANSWER_TIMEOUT_S", 0.5)
        count = 0
        async for batch in broker.stored_since("TICKS", "ticker.a.trade.*", 60.0):
            count += len(batch)
            await broker.context.purge_stream("TICKS")
        assert count == 500
        await broker.close()

    run(test())


class MuteServer:
    """Accepts connections, greets with ``greeting`` if there is one, answers the login, and then reads nothing more."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting
        self.writers: list[asyncio.StreamWriter] = []
        self.ended = 0  # connections

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[BrokerAddress]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield BrokerAddress(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        finally:
            for writer in self.writers:
                writer.transport.abort()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(self._greeting)
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                if line == b"PING\r\n":
                    writer.write(b"PONG\r\n")
                    writer.transport.pause_reading()  # type: ignore[attr-defined]
        self.ended += 1


def test_a_server_that_does_not_read_cannot_delay_the_end_of_a_connection(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "_CLOSE_TIMEOUT_S", 0.1)

    async def test() -> None:
        async with MuteServer(b'INFO {"max_payload": 1048576}\r\n').running() as address:
            broker = await Broker.connect(address)
            transport = broker._client._transport._io_writer.transport  # type: ignore[union-attr]
            while not transport.get_write_buffer_size():
                await broker.publish("ticker.a.trade.B", bytes(1 << 18))
                await asyncio.sleep(0)
            async with asyncio.timeout(60):
                await broker.close()
            assert transport.is_closing()
            assert not transport.get_write_buffer_size()

    run(test())


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n", b""], ids=["another server", "silent"])
def test_a_failed_login_leaves_no_connection(run: RunQt, monkeypatch: pytest.MonkeyPatch, greeting: bytes) -> None:
    monkeypatch.setattr(broker_module, "_CONNECT_TIMEOUT_S", 0.1)

    async def test() -> None:
        server = MuteServer(greeting)
        async with server.running() as address:
            with pytest.raises(TickerError, match="Trying again"):
                await Broker.connect(address)
            async with asyncio.timeout(60):
                await until(lambda: server.ended)

    run(test())
