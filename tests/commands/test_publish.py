from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.conftest import RunQt
from tests.desk.conftest import nats_server  # noqa: F401  # a fixture
from tests.desk.nats_server import NatsServer, needs_nats_server
from ticker_gui.commands.publish import KEY_VARIABLE, PublishOptions, add_options, read_options
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.desk import broker
from ticker_gui.desk.streams import StreamLimits
from ticker_gui.domain.errors import SettingsError


def parse(*arguments: str) -> PublishOptions:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return read_options(parser.parse_args(arguments))


def test_options_say_where_and_how_much_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    options = parse("--to", "nats://host:4222")
    assert options.limits == StreamLimits()
    assert options.address.key is None
    key = tmp_path / "key"
    key.write_text("ann:s3cret\n", "utf-8")
    options = parse("--to", "tls://host", "--key-file", str(key), "--tick-hours", "1.5", "--bar-megabytes", "7")
    assert options.address.key == "ann:s3cret"
    assert options.limits == StreamLimits(1.5, StreamLimits().tick_megabytes, StreamLimits().bar_days, 7)


def test_the_key_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "token")
    assert parse("--to", "nats://host").address.key == "token"


@pytest.mark.parametrize(
    "address", ["http://host", "nats://", "nats://[::1", "nats://host:port", "nats://host:99999", "nats://host:0"]
)
def test_an_invalid_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(SettingsError, match=r"such as nats://localhost:4222\.$"):
        parse("--to", address)


def test_a_key_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: there is no such file\.$"):
        parse("--to", "nats://host", "--key-file", str(tmp_path / "key"))
    file = tmp_path / "binary"
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot be used"):
        parse("--to", "nats://host", "--key-file", str(file))


def test_a_missing_library_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(SettingsError, match=r"pip install 'ticker-gui\[desk\]'"):
        broker.check_library()


def lines_until(program: subprocess.Popen[str], events: set[str]) -> list[dict[str, Any]]:
    """Return the JSON lines of a program until one of each event was among them, or until its end."""
    assert program.stdout is not None
    lines: list[dict[str, Any]] = []
    while not events <= {line["event"] for line in lines} and (text := program.stdout.readline()):
        lines.append(json.loads(text))
    return lines


@needs_nats_server
def test_a_published_feed_is_streamed_from_the_desk(run: RunQt, nats_server: NatsServer) -> None:  # noqa: F811
    async def test() -> None:
        server = DemoServer(DemoMarket(()), port=0, rate=200)
        await server.start()
        publishing = programs.start(
            "publish", "--url", server.url, "--provider", "demo", "--symbols", "nimb,zeph", "--to", nats_server.url
        )
        watching = programs.start(
            "stream", "--url", f"{nats_server.websocket_url}/demo", "--provider", "nats", "--symbols", "nimb"
        )
        try:
            live = {"quote", "day"}  # the stored trades come before these
            lines = await asyncio.to_thread(lines_until, watching, {"trade", *live})
            assert {line["event"] for line in lines} >= live
            assert {line["symbol"] for line in lines if "symbol" in line} == {"nimb"}
            publishing.send_signal(signal.SIGTERM)
            _, reported = await asyncio.to_thread(publishing.communicate, timeout=150)
            assert publishing.returncode == 0
            assert "Connected to nats://127.0.0.1" in reported
        finally:
            publishing.kill()
            watching.kill()
            await asyncio.to_thread(watching.communicate)
            await server.stop()

    run(test())
