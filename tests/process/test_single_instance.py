"""One program per folder: the lock, the request of a later start, and what else may arrive at the socket."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from ticker_gui.process.single_instance import (
    LOCK_NAME,
    MAX_REQUEST_BYTES,
    SOCKET_NAME,
    Instance,
    NoReplyError,
    StartReply,
    StartRequest,
    start_or_pass_on,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")

# A program of its own: it is the instance of a folder, says so, and never replies.
_SILENT = """
import sys, time
from pathlib import Path
from ticker_gui.process.single_instance import Instance, StartRequest, start_or_pass_on
assert isinstance(start_or_pass_on(Path(sys.argv[1]), StartRequest()), Instance)
print("ready", flush=True)
time.sleep(600)
"""


class Requests:
    """Answers each request and remembers it."""

    def __init__(self) -> None:
        self.received = list[StartRequest]()

    def answer(self, request: StartRequest) -> StartReply:
        self.received.append(request)
        return StartReply(17, ":1")


def first_instance(folder: Path) -> Instance:
    instance = start_or_pass_on(folder, StartRequest())
    assert isinstance(instance, Instance)
    return instance


async def while_serving(instance: Instance, requests: Requests, *calls: Callable[[], Any]) -> list[Any]:
    """Serve while each call, a function without arguments, runs in a thread; return the results."""
    serving = asyncio.create_task(instance.serve(requests.answer))
    try:
        return [await asyncio.to_thread(call) for call in calls]
    finally:
        serving.cancel()
        await asyncio.wait((serving,))
        instance.close()


def raw(folder: Path, content: bytes) -> bytes:
    """Send bytes to the socket and return the reply."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.path.relpath(folder / SOCKET_NAME))
        connection.settimeout(30)
        try:
            connection.sendall(content)
            return connection.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_the_request_of_a_later_start_reaches_the_running_program_on_the_loop_of_qt(
    run_qt: RunQt, tmp_path: Path
) -> None:
    requests, request = Requests(), StartRequest(symbols="AAPL,BTC-USD", url="wss://x", launch_id="7")
    results = run_qt(while_serving(first_instance(tmp_path), requests, lambda: start_or_pass_on(tmp_path, request)))
    assert results == [StartReply(17, ":1")]
    assert requests.received == [request]


def test_another_folder_is_independent(tmp_path: Path) -> None:
    one, other = first_instance(tmp_path / "one"), first_instance(tmp_path / "other")
    one.close()
    other.close()


def test_after_the_end_the_next_start_is_the_instance(tmp_path: Path) -> None:
    for _ in range(3):
        first_instance(tmp_path).close()
    assert not (tmp_path / SOCKET_NAME).exists()


def test_a_start_during_the_exit_of_the_running_program_waits_for_it(tmp_path: Path) -> None:
    first = first_instance(tmp_path)
    (tmp_path / SOCKET_NAME).unlink()

    async def test() -> None:
        later = asyncio.create_task(asyncio.to_thread(start_or_pass_on, tmp_path, StartRequest(), 60.0))
        await asyncio.sleep(0.1)  # a start that does not wait would have failed
        first.close()
        instance = await later
        assert isinstance(instance, Instance)
        instance.close()

    run_plain(test())


def test_the_socket_and_the_lock_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    instance = first_instance(folder)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / SOCKET_NAME, folder / LOCK_NAME)]
    assert modes == [0o700, 0o600, 0o600]
    instance.close()


def test_a_folder_with_a_long_path_has_one_instance_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 50) / ("longer" * 30)
    requests = Requests()
    first = first_instance(folder)
    later = run_plain(while_serving(first, requests, lambda: start_or_pass_on(folder, StartRequest(symbols="A"))))
    if sys.platform == "linux":
        assert later == [StartReply(17, ":1")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_killed_program_blocks_no_start_and_a_hanging_one_is_reported(tmp_path: Path, number: int) -> None:
    with subprocess.Popen([sys.executable, "-c", _SILENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
        if number == signal.SIGKILL:
            program.wait()
            assert (tmp_path / SOCKET_NAME).exists()
            first_instance(tmp_path).close()
        else:
            with pytest.raises(NoReplyError, match=rf"process {program.pid}\), but it does not respond"):
                start_or_pass_on(tmp_path, StartRequest(), 0.3)
            program.kill()


@pytest.mark.parametrize("obstacle", ["folder is a file", "lock is a folder", "lock is a link", "socket is a folder"])
def test_where_no_lock_or_socket_is_possible_the_program_starts_nevertheless(tmp_path: Path, obstacle: str) -> None:
    folder, target = tmp_path / "state", tmp_path / "target"
    if obstacle == "folder is a file":
        folder.write_text("mine")
    else:
        folder.mkdir()
        if obstacle == "lock is a link":
            target.write_text("mine")
            (folder / LOCK_NAME).symlink_to(target)
        else:
            (folder / (LOCK_NAME if obstacle.startswith("lock") else SOCKET_NAME)).mkdir()
    first_instance(folder).close()
    assert not target.exists() or target.read_text() == "mine"


VALID = msgspec.json.encode(StartRequest(symbols="A")) + b"\n"


@pytest.mark.parametrize(
    "content",
    [b"\n", b"GET / HTTP/1.1\r\n\r\n", b"[" * 10_000 + b"\n", b'{"symbols": 3}\n', b'{"url": null}\n', b"\xff\xfe\n",
     b"x" * (2 * MAX_REQUEST_BYTES) + b"\n", b'{"symbols": "' + b"A" * (1 << 19) + b'"}\n'],
)  # fmt: skip
def test_what_is_not_a_request_is_ignored_and_the_next_start_is_served(tmp_path: Path, content: bytes) -> None:
    requests = Requests()
    replies = run_plain(
        while_serving(first_instance(tmp_path), requests, lambda: raw(tmp_path, content), lambda: raw(tmp_path, VALID))
    )
    assert replies[0] == b""
    assert b"17" in replies[1]
    assert [request.symbols for request in requests.received] == ["A"]


@given(content=st.binary(max_size=200))
def test_any_bytes_leave_the_program_serving(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder, requests = tmp_path_factory.mktemp("any"), Requests()
    replies = run_plain(
        while_serving(
            first_instance(folder), requests, lambda: raw(folder, content + b"\n"), lambda: raw(folder, VALID)
        )
    )
    assert b"17" in replies[1]


def test_many_silent_connections_do_not_keep_a_start_out_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticker_gui.process.single_instance._REQUEST_TIMEOUT_S", 0.2)
    requests, first = Requests(), first_instance(tmp_path)
    silent = [socket.socket(socket.AF_UNIX) for _ in range(8)]
    for connection in silent:
        connection.connect(os.path.relpath(tmp_path / SOCKET_NAME))
    later = run_plain(while_serving(first, requests, lambda: start_or_pass_on(tmp_path, StartRequest(), 60.0)))
    assert later == [StartReply(17, ":1")]
    for connection in silent:
        connection.close()
