"""`stream` as a process: its output and exit codes."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.ports import free_port
from tests.servers import LoopbackServer, receive_forever, serving
from ticker_gui.domain.events import Quote, Reply, Trade

A_TRADE = msgspec.json.encode(Trade("NIMB", 5.0, 1.0, 1_700_000_000_000_000_000, 1)).decode()


def stream(server: LoopbackServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    return programs.call("stream", "--url", server.url, "--provider", "demo", "--symbols", "nimb", *arguments)


async def a_market(client: ServerConnection) -> None:
    await client.recv()
    await client.send(msgspec.json.encode(Reply(("NIMB",), ok=True, message="subscribed")).decode())
    await client.send(A_TRADE)
    await client.send(A_TRADE)  # a duplicate counts once
    await client.send("nonsense")
    await client.send(msgspec.json.encode(Quote("NIMB", bid=4.0)).decode())
    await client.send(msgspec.json.encode(Trade("GHOST", 6.0)).decode())
    await receive_forever(client)


def test_facts_are_printed_until_the_count_is_reached() -> None:
    with serving(a_market) as server:
        result = stream(server, "--count", "2", "--states")
    assert (result.returncode, result.stderr) == (0, "")
    assert [line["event"] for line in programs.lines(result.stdout)] == [
        "state", "state", "reply", "state", "trade", "bad_frame", "quote", "state",
    ]  # fmt: skip
    trade = programs.lines(result.stdout)[4]
    assert (trade["feed"], trade["symbol"], trade["price"], trade["trade_id"]) == ("demo", "nimb", 5.0, "1")


def test_states_are_printed_only_on_request() -> None:
    with serving(a_market) as server:
        result = stream(server, "--count", "2")
    assert result.returncode == 0
    assert {line["event"] for line in programs.lines(result.stdout)} == {"reply", "trade", "bad_frame", "quote"}


def test_a_server_that_refuses_is_one_sentence_and_exit_code_1() -> None:
    with serving(receive_forever) as server:
        url = server.url
    result = programs.call("stream", "--url", url, "--provider", "demo", "--symbols", "A")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "refused" in result.stderr


BUG_IN_PRINTING = """
import sys
from ticker_gui.formatting import json_lines
from ticker_gui.cli import main
def crash(*_):
    raise KeyError("price")
setattr(json_lines, sys.argv[1], crash)
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("function", ["state_line", "reply_line", "bad_frame_line"])
def test_a_bug_in_printing_one_kind_of_line_does_not_affect_others(function: str) -> None:
    with serving(a_market) as server:
        feed = ("--url", server.url, "--provider", "demo", "--symbols", "nimb")
        result = programs.call_python(BUG_IN_PRINTING, function, "stream", *feed, "--count", "2", "--states")
    assert result.returncode == 0
    assert {"trade", "quote"} <= {line["event"] for line in programs.lines(result.stdout)}
    assert result.stderr.count("Internal error in feed demo: KeyError at") == 1


def test_a_feed_that_is_not_connected_in_time_is_exit_code_1() -> None:
    with socket.socket() as listener:  # nobody answers the handshake
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        feed = ("--url", url, "--provider", "demo", "--symbols", "A")
        result = programs.call("stream", *feed, "--seconds", "0.5")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "ticker-gui: demo: did not connect in time. To find out why, run ticker-gui check with the same feed.\n"
    )


def test_an_internal_error_is_printed_with_the_time_of_the_reconnect(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    with serving(a_market) as server:
        feed = ("--url", server.url, "--provider", "crashing", "--symbols", "nimb", "--log-file", str(log))
        program = programs.start_crashing("subscribe", "stream", *feed, "--states")
        result = programs.end_when(lambda: log.exists() and "not connected" in log.read_text("utf-8"), program)
    reason = next(line["reason"] for line in programs.lines(result.stdout) if line.get("state") == "waiting")
    assert re.fullmatch(r"Internal error in feed crashing. Reconnecting in \d+ s. Details are in the log.", reason)


@pytest.mark.parametrize("code", [1008, 1003])
def test_a_server_that_rejects_us_is_one_sentence_and_exit_code_1(code: int) -> None:
    async def reject(client: ServerConnection) -> None:
        await client.recv()
        await client.close(code, "<b>no</b>")

    with serving(reject) as server:
        result = stream(server)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "<b>no</b>" in result.stderr


def test_a_lost_connection_is_reopened_and_trades_are_printed_once() -> None:
    async def hang_up(client: ServerConnection) -> None:
        await client.recv()
        await client.send(A_TRADE)
        if server.connections < 3:
            await client.close(1001)
        await client.send(msgspec.json.encode(Trade("NIMB", 6.0, trade_id=2)).decode())
        await receive_forever(client)

    with serving(hang_up) as server:
        result = stream(server, "--count", "2")
        assert server.connections == 3
    assert (result.returncode, result.stderr) == (0, "")
    assert [line["trade_id"] for line in programs.lines(result.stdout)] == ["1", "2"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_an_interrupted_stream_has_an_exit_code_of_its_own(number: signal.Signals, code: int) -> None:
    with serving(a_market) as server:
        with programs.start("stream", "--url", server.url, "--provider", "demo", "--symbols", "NIMB") as program:
            assert program.stdout is not None
            assert program.stdout.readline()
            program.send_signal(number)
            _, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (code, "")


def test_a_reader_that_closes_the_pipe_is_not_a_failure() -> None:
    async def pour(client: ServerConnection) -> None:
        await client.recv()
        number = 0
        while True:
            number += 1
            await client.send(msgspec.json.encode(Trade("NIMB", 6.0, trade_id=number)).decode())
            await asyncio.sleep(0.001)

    with serving(pour) as server:
        with programs.start("stream", "--url", server.url, "--provider", "demo", "--symbols", "NIMB") as program:
            assert program.stdout is not None
            assert program.stderr is not None
            program.stdout.readline()
            program.stdout.close()
            assert program.wait(150) == 0
            assert program.stderr.read() == ""


async def pour(client: ServerConnection) -> None:
    await client.recv()
    for number in range(10_000):
        await client.send(msgspec.json.encode(Trade("NIMB", 6.0, trade_id=number)).decode())
    await receive_forever(client)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_reader_that_does_not_read_does_not_hold_up_the_end(number: signal.Signals, code: int) -> None:
    is_full = threading.Event()

    async def fill(client: ServerConnection) -> None:
        await client.recv()
        for trade_id in range(10_000):  # a hundred bytes each, of which a pipe takes 64 KiB
            await client.send(msgspec.json.encode(Trade("NIMB", 6.0, trade_id=trade_id)).decode())
        await (await client.ping())  # all have been read
        is_full.set()
        await receive_forever(client)

    with serving(fill) as server:
        with programs.start("stream", "--url", server.url, "--provider", "demo", "--symbols", "NIMB") as program:
            assert program.stderr is not None
            assert is_full.wait(150)
            program.send_signal(number)
            assert program.wait(60) == code
            assert program.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.parametrize("block", [20, 20_000])
def test_a_peer_that_floods_pings_does_not_hold_up_the_end(block: int) -> None:
    sent = 0

    async def flood(client: ServerConnection) -> None:
        nonlocal sent
        await client.recv()
        client.transport.pause_reading()
        while not client.transport.is_closing():
            client.transport.write((b"\x89\x7d" + b"x" * 125) * block)
            await client.drain()
            sent += block
            await asyncio.sleep(0.001)

    with serving(flood) as server:
        program = programs.start("stream", "--url", server.url, "--provider", "demo", "--symbols", "nimb")
        result = programs.end_when(lambda: sent >= 10_000 or server.connections > 1, program)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_full_disk_is_one_sentence() -> None:
    with serving(pour) as server, Path("/dev/full").open("wb") as full:
        feed = "--url", server.url, "--provider", "demo", "--symbols", "NIMB"
        result = programs.call_on({"stdout": full}, "stream", *feed)
    assert result.returncode == 1
    assert result.stderr == "ticker-gui: Could not write the output: the disk is full.\n"


def test_a_resolver_that_hangs_does_not_hold_up_the_end() -> None:
    script = (
        "import socket, sys, time; socket.getaddrinfo = lambda *_, **__: time.sleep(60);"
        "from ticker_gui.cli import main;"
        "sys.exit(main(['stream', '--url', 'ws://slow.example', '--provider', 'demo', '--symbols', 'A', '--seconds', '0.5']))"
    )
    result = programs.call_python(script)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_several_feeds_of_a_file_are_all_streamed_though_one_is_dead(tmp_path: Path) -> None:
    is_refused = threading.Event()

    async def a_market_that_waits(client: ServerConnection) -> None:
        await asyncio.to_thread(is_refused.wait, 30)
        await a_market(client)

    with serving(a_market_that_waits) as server:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[[feeds]]\nname = "live"\nurl = "{server.url}"\nprovider = "demo"\nsymbols = ["nimb"]\n'
            f'[[feeds]]\nname = "dead"\nurl = "ws://127.0.0.1:{free_port()}"\nprovider = "demo"\nsymbols = ["NIMB"]\n'
        )
        with programs.start("stream", "--config", str(config), "--count", "2") as program:
            assert program.stderr is not None
            assert program.stderr.readline().startswith("ticker-gui: dead: ")
            is_refused.set()
            output, _ = program.communicate(timeout=150)
    assert program.returncode == 0
    assert {line["feed"] for line in programs.lines(output)} == {"live"}
