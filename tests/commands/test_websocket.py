"""`websocket` as a process: its output and exit codes, with our demo server and the client of ``websockets``."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.servers import receive_forever, serving
from tests.stream.test_transport import Authority
from ticker_gui.cli import main
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer


@contextmanager
def demo_server() -> Iterator[str]:
    """Run a demo server in a thread; yield its URL."""
    server, is_ready, loop = DemoServer(DemoMarket(["NIMB"]), rate=1), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        await server.start()
        is_ready.set()
        await stop.wait()
        await server.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert is_ready.wait(60)
    yield server.url
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


def websocket(*arguments: str) -> subprocess.Popen[str]:
    return programs.start_on({"stdin": subprocess.PIPE}, "websocket", *arguments)


def websockets_client(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "websockets", url], env=programs.environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def write(program: subprocess.Popen[str], line: str) -> None:
    assert program.stdin is not None
    program.stdin.write(f"{line}\n")
    program.stdin.flush()


def read_until(program: subprocess.Popen[str], text: str) -> None:
    assert program.stdout is not None
    while text not in (line := program.stdout.readline()):
        assert line, f"{text} was not printed"


def test_lines_of_a_pipe_are_echoed_as_json_lines() -> None:
    with demo_server() as url:
        with websocket(f"{url}/echo", "--json", "--linger", "0.3") as program:
            output, errors = program.communicate("hé\n", timeout=150)
    assert (program.returncode, errors) == (0, "")
    lines = programs.lines(output)
    assert [line["event"] for line in lines] == ["open", "out", "in", "close"]
    assert [line.get("text") for line in lines] == [None, "hé", "hé", None]
    assert (lines[-1]["code"], lines[-1]["clean"]) == (1000, True)


def test_two_terminals_and_the_client_of_websockets_chat_and_an_interrupt_closes_cleanly() -> None:
    with demo_server() as url:
        with (
            websocket(f"{url}/chat") as ann,
            websocket(f"{url}/chat", "--json") as bob,
            websockets_client(f"{url}/chat") as other,
        ):
            write(ann, '{"op":"join","name":"Ann"}')
            read_until(ann, '< {"event":"welcome","name":"Ann","members":["Ann"]}')
            write(bob, '{"op":"join","name":"Bob"}')
            read_until(ann, '< {"event":"join","name":"Bob","members":2}')
            write(other, "hello from another program")
            for program in (ann, bob, other):
                read_until(program, "hello from another program")
            bob.send_signal(signal.SIGINT)
            read_until(ann, '{"event":"leave","name":"Bob","members":2}')
            rest, errors = bob.communicate(timeout=150)
            assert (bob.returncode, errors) == (130, "")
            assert programs.lines(rest)[-1]["clean"]
            other.kill()  # an abrupt end
            read_until(ann, '{"event":"leave","name":"Guest 1","members":1}')
            _, errors = ann.communicate(timeout=150)  # the end of its input
            assert ann.returncode == 0
            assert errors.endswith("The connection to 127.0.0.1 was closed (code 1000).\n")


def test_a_line_typed_on_a_terminal_is_not_repeated_and_ctrl_c_closes_the_connection() -> None:
    with demo_server() as url:
        terminal, end = os.openpty()
        with subprocess.Popen(
            [*programs.COMMAND, "websocket", f"{url}/echo"],
            env=programs.environment(), stdin=end, stdout=end, stderr=subprocess.PIPE, text=True,
        ) as program:  # fmt: skip
            os.close(end)
            os.write(terminal, b"hello\n")
            shown = b""
            while b"< hello" not in shown:
                shown += os.read(terminal, 1000)
            program.send_signal(signal.SIGINT)
            assert program.wait(150) == 130
        os.close(terminal)
    assert b"> hello" not in shown


async def echo(client: ServerConnection) -> None:
    async for message in client:
        await client.send(message)


def test_a_certificate_authority_of_the_users_own_is_trusted(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(echo, ssl=authority.server) as server:
        url = server.url.replace("ws:", "wss:")
        code, output = run_here(capfd, url, "--linger", "0", typed=b"hi")
        assert (code, output.out) == (1, "")
        assert "set cafile on the command line" in output.err
        code, output = run_here(capfd, url, "--cafile", str(authority.file), "--linger", "0.3", typed=b"hi")
    assert code == 0
    assert output.out.endswith(" < hi\n")


async def reject(client: ServerConnection) -> None:
    await client.send("\x1b[31mred")
    await client.close(1008, "key s3cretKey99aa")


def test_the_end_of_the_connection_is_described_without_the_key(capfd: pytest.CaptureFixture[str]) -> None:
    with serving(reject) as server:
        code, output = run_here(capfd, f"{server.url}/?apikey=s3cretKey99aa")
    assert code == 1
    assert output.out.endswith(" < [31mred\n")
    assert output.err.endswith(
        "ticker-gui: 127.0.0.1 closed the connection because of its policy (code 1008: key •••).\n"
    )
    assert "s3cret" not in output.out + output.err


def test_a_refused_connection_is_one_sentence_and_one_json_line(capfd: pytest.CaptureFixture[str]) -> None:
    with serving(receive_forever) as server:
        url = server.url
    code, output = run_here(capfd, url, "--json")
    assert code == 1
    assert output.err.count("\n") == 1
    (line,) = programs.lines(output.out)
    assert (line["event"], line["code"], line["clean"]) == ("close", None, False)
    assert "refused the connection" in line["message"]


@pytest.mark.parametrize(("options", "reason"), [(("--binary",), "not base64"), ((), "not UTF-8")])
def test_a_line_that_cannot_be_sent_is_reported(
    capfd: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    with demo_server() as url:
        code, output = run_here(capfd, f"{url}/echo", "--linger", "0", *options, typed=b"\xff!\n")
    assert code == 1
    assert reason in output.err


def test_an_untrusted_certificate_option_is_named_as_on_the_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    code, output = run_here(capfd, "wss://127.0.0.1:9", "--cafile", "/nowhere.pem")
    assert code == 1
    assert "Check cafile on the command line." in output.err


def run_here(capfd: pytest.CaptureFixture[str], *arguments: str, typed: bytes | None = None) -> tuple[int, Any]:
    """Run the command in this process, with an input of its own; without ``typed`` there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", None if typed is None else TextIOWrapper(BytesIO(typed)))
        code = main(["websocket", *arguments])
    return code, capfd.readouterr()
