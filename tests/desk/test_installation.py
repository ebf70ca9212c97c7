"""The files in ``assets/desk`` work: the configuration with a real server, the unit with the command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import ClassVar

import pytest
import trustme

from tests.conftest import RunQt
from tests.desk.desk_doubles import Desk, desktop, prices, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from tests.engine.test_engine import payload
from ticker_gui import resources
from ticker_gui.commands import publish
from ticker_gui.commands.arguments import add_feed_options, add_log_options, make_parser
from ticker_gui.desk.broker import BrokerAddress
from ticker_gui.domain.events import Quote

_CHANGES = {
    "host: 0.0.0.0": "host: 127.0.0.1",
    "port: 4222": "port: {0.port}",
    "port: 8443": "port: {0.websocket_port}",
}


class DeskServer(NatsServer):
    """A server with our configuration, on loopback and other ports."""

    scheme, websocket_scheme = "tls", "wss"
    environment: ClassVar = {"TICKER_PUBLISHER_PASSWORD": "p1", "TICKER_DESKTOP_PASSWORD": "d1"}

    def config(self, extra: str) -> str:
        text = resources.asset("desk", "nats-server.conf").read_text("utf-8")
        for old, new in _CHANGES.items():
            assert old in text
            text = text.replace(old, new.format(self))
        return text + extra


@pytest.fixture
def desk_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "private-key.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("DESKTOP_KEY", "desktop:d1")
    server = DeskServer(tmp_path)
    server.start()
    yield server
    server.kill()


@needs_nats_server
def test_our_configuration_lets_desktops_read_but_not_publish(
    run: RunQt, desk_server: DeskServer, tmp_path: Path
) -> None:
    authority = tmp_path / "authority.pem"

    async def test() -> None:
        desk = Desk(desk_server, address=BrokerAddress(desk_server.url, "publisher:p1", cafile=authority))
        async with desk.publishing() as line:
            line.deliver(payload(Quote("A", 99.0, 1.0, 101.0, 2.0)))
            await until(lambda: desk.is_leading and not len(desk.publisher.feeds["exchange"].outbox))
            access = {"path": "", "key_env": "DESKTOP_KEY", "cafile": str(authority)}
            async with desktop(desk_server, **access) as (engine, state):
                await until_live(engine)
                await until(lambda: state.bid == 99.0)
                desk.trade(1)
                await until(lambda: prices(state))
                assert "Violation" not in desk_server.log
                session = engine.feeds["desk"].session
                for subject in ("ticker.exchange.trade.A", "$JS.API.STREAM.PURGE.TICKS", "$KV.ticker_leaders.exchange"):
                    assert await session.send(f"PUB {subject} 1\r\n1\r\n".encode(), b"")
                    await until(lambda: f'Subject "{subject}"' in desk_server.log)  # noqa: B023
                desk.trade(2)
                await until(lambda: len(prices(state)) == 2)
                assert prices(state) == desk.sent

    run(test())


def test_the_unit_starts_the_publisher_with_options_that_exist() -> None:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(resources.asset("desk", "ticker-gui-publish.service").read_text("utf-8"))
    program, command, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert (Path(program).name, command) == ("ticker-gui", "publish")
    parser = make_parser("ticker-gui publish", publish.DESCRIPTION)
    add_feed_options(parser)
    publish.add_options(parser)
    add_log_options(parser)
    options = parser.parse_args(arguments)
    assert publish.read_options(options).address.display == "tls://localhost:4222"
    assert options.config
