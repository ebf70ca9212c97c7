"""Publishers and desktops log in at a real server: with nkeys, with tokens, and over TLS with a private authority."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.conftest import RunQt
from tests.desk.desk_doubles import Desk, desktop, prices, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.feed_state import FeedStatus

pytestmark = needs_nats_server
StartServer = Callable[..., NatsServer]


def new_nkey() -> tuple[str, str]:
    """Return the seed and the public key of a new user."""
    nkeys = pytest.importorskip("nkeys", reason="nkeys need the extra nkeys of nats-py")
    seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
    return seed.decode(), nkeys.from_seed(bytearray(seed)).public_key.decode()


class TlsServer(NatsServer):
    """A server whose both listeners use TLS."""

    scheme, websocket_scheme = "tls", "wss"

    def config(self, extra: str) -> str:
        tls = "tls { cert_file: certificate.pem, key_file: key.pem }"
        return super().config(f"{tls}\n{extra}").replace("no_tls: true", tls)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """Write a certificate of a private authority for the server; return the file of the authority."""
    private = trustme.CA()
    certificate = private.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    private.cert_pem.write_to_path(tmp_path / "authority.pem")
    return tmp_path / "authority.pem"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    """Start servers that are killed at the end of the test."""
    started = list[NatsServer]()

    def start_one(kind: type[NatsServer], extra: str = "") -> NatsServer:
        server = kind(tmp_path, extra)
        server.start()
        started.append(server)
        return server

    yield start_one
    for server in started:
        server.kill()


def trade_through(
    run: RunQt, server: NatsServer, key: str | None, monkeypatch: pytest.MonkeyPatch, cafile: Path | None
) -> None:
    """Check that a trade reaches a desktop, when publisher and desktop log in with the same key."""
    options = {} if cafile is None else {"cafile": str(cafile)}
    if key is not None:
        monkeypatch.setenv("DESK_KEY", key)
        options["key_env"] = "DESK_KEY"

    async def test() -> None:
        desk = Desk(server, address=BrokerAddress(server.url, key, cafile=cafile))
        async with desk.publishing(), desktop(server, **options) as (engine, state):
            await until(lambda: desk.is_leading)
            await until_live(engine)
            desk.trade(1)
            await until(lambda: prices(state) == desk.sent)

    run(test())


@pytest.mark.parametrize("kind", [NatsServer, TlsServer])
def test_an_nkey_is_accepted_by_a_real_server(
    run: RunQt, start: StartServer, authority: Path, monkeypatch: pytest.MonkeyPatch, kind: type[NatsServer]
) -> None:
    seed, public = new_nkey()
    server = start(kind, f"authorization {{ users = [{{ nkey: {public} }}] }}")
    trade_through(run, server, seed, monkeypatch, authority if kind is TlsServer else None)


@pytest.mark.parametrize(("config", "key"), [('token: "s3cret"', "s3cret"), ('user: ann, password: "p:w"', "ann:p:w")])
def test_tokens_and_passwords_are_accepted_over_tls(
    run: RunQt, start: StartServer, authority: Path, monkeypatch: pytest.MonkeyPatch, config: str, key: str
) -> None:
    server = start(TlsServer, f"authorization {{ {config} }}")
    trade_through(run, server, key, monkeypatch, authority)


def test_another_nkey_is_refused_in_words(run: RunQt, start: StartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, public), (other, _) = new_nkey(), new_nkey()
    server = start(NatsServer, f"authorization {{ users = [{{ nkey: {public} }}] }}")
    monkeypatch.setenv("DESK_KEY", other)

    async def test() -> None:
        with pytest.raises(TickerError, match="does not accept") as raised:
            await Broker.connect(BrokerAddress(server.url, other))
        assert other not in str(raised.value)
        async with desktop(server, key_env="DESK_KEY") as (engine, _):
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.REJECTED)
            reason = engine.feeds["desk"].state.reason
            assert reason.startswith("The NATS server does not accept the key")
            assert other not in reason

    run(test())


def test_a_certificate_of_an_unknown_authority_is_not_trusted(run: RunQt, start: StartServer, authority: Path) -> None:
    server = start(TlsServer)

    async def test() -> None:
        with pytest.raises(TickerError, match="certificate"):
            await Broker.connect(BrokerAddress(server.url))
        async with desktop(server) as (engine, _):
            await until(lambda: "certificate" in engine.feeds["desk"].state.reason)
            assert not engine.feeds["desk"].state.is_connected

    run(test())
