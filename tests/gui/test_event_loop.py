from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import RunQt
from ticker_gui.gui import event_loop as module
from ticker_gui.gui.event_loop import SocketReader, make_event_loop


@pytest.fixture
def ends() -> Any:
    first, second = socket.socketpair()
    first.setblocking(False)
    with first, second:
        yield first, second


def test_a_reader_is_called_until_it_is_removed(run_qt: RunQt, ends: tuple[socket.socket, socket.socket]) -> None:
    mine, other = ends

    async def main() -> list[bytes]:
        loop, received, done = asyncio.get_running_loop(), [], asyncio.Event()

        def read() -> None:
            received.append(mine.recv(1))
            if len(received) == 3:
                loop.remove_reader(mine)
                done.set()

        loop.add_reader(mine, read)
        other.send(b"abcd")
        await done.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        assert not loop.remove_reader(mine)
        return received

    assert run_qt(main()) == [b"a", b"b", b"c"]


def test_a_second_reader_replaces_the_first(run_qt: RunQt, ends: tuple[socket.socket, socket.socket]) -> None:
    mine, other = ends

    async def main() -> str:
        loop, called = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def read(name: str) -> None:
            loop.remove_reader(mine.fileno())
            called.set_result(name)

        loop.add_reader(mine.fileno(), read, "first")
        loop.add_reader(mine.fileno(), read, "second")
        other.send(b"a")
        name: str = await called
        return name

    assert run_qt(main()) == "second"


def test_a_resumed_reader_gets_the_notifier_that_it_had(
    run_qt: RunQt, ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = ends
    made = []

    class CountedReader(SocketReader):
        def __init__(self, number: int) -> None:
            super().__init__(number)
            made.append(number)

    async def main() -> list[bytes]:
        monkeypatch.setattr(module, "SocketReader", CountedReader)
        loop, received, done = asyncio.get_running_loop(), [], asyncio.Event()

        def read() -> None:  # pauses after each read, as the transport of a busy connection does
            received.append(mine.recv(1))
            loop.remove_reader(mine)
            loop.call_soon(done.set)

        other.send(b"abc")
        for _ in range(3):
            loop.add_reader(mine, read)
            await done.wait()
            done.clear()
        return received

    assert run_qt(main()) == [b"a", b"b", b"c"]
    assert made == [mine.fileno()]


def test_a_removed_reader_is_not_held(run_qt: RunQt, ends: tuple[socket.socket, socket.socket]) -> None:
    mine, _ = ends

    class Receiver:
        def read(self) -> None:
            pass

    async def main() -> None:
        loop, receiver = asyncio.get_running_loop(), Receiver()
        loop.add_reader(mine, receiver.read)
        loop.remove_reader(mine)
        held = weakref.ref(receiver)
        del receiver
        gc.collect()
        assert held() is None

    run_qt(main())


def test_a_new_socket_with_the_number_of_a_closed_one_is_read(run_qt: RunQt) -> None:
    async def main() -> tuple[bool, list[bytes]]:
        loop, received = asyncio.get_running_loop(), []
        numbers = set()
        for _ in range(3):
            mine, other = socket.socketpair()
            with mine, other:
                done = asyncio.Event()
                numbers.add(mine.fileno())

                def read(mine: socket.socket, done: asyncio.Event) -> None:
                    received.append(mine.recv(1))
                    done.set()

                loop.add_reader(mine, read, mine, done)
                other.send(b"a")
                await done.wait()
                loop.remove_reader(mine)
        return len(numbers) == 1, received

    assert run_qt(main()) == (True, [b"a"] * 3)


def test_an_exception_of_a_reader_goes_to_the_loop(
    qapp: QApplication, ends: tuple[socket.socket, socket.socket]
) -> None:
    mine, other = ends

    async def main() -> BaseException:
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[BaseException] = loop.create_future()
        loop.set_exception_handler(lambda _, context: failed.set_result(context["exception"]))

        def read() -> None:
            loop.remove_reader(mine)
            raise ValueError("a bug")

        loop.add_reader(mine, read)
        other.send(b"a")
        return await failed

    with asyncio.Runner(loop_factory=lambda: make_event_loop(qapp)) as runner:
        assert str(runner.run(main())) == "a bug"


def test_a_task_that_remains_at_the_end_continues_in_the_next_run(qapp: QApplication) -> None:
    """Qt's events are not handled once more between two runs, when there is no running loop."""
    loops = []

    async def note_loops() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
            loops.append(asyncio._get_running_loop())

    async def main() -> asyncio.Task[None]:
        return asyncio.create_task(note_loops())

    loop = make_event_loop(qapp)
    try:
        remaining = loop.run_until_complete(main())
        assert len(loops) < 20
        loop.run_until_complete(remaining)
    finally:
        loop.close()
    assert loops == [loop] * 20


def test_a_loop_that_is_stopped_before_its_task_is_done_says_so(qapp: QApplication) -> None:
    loop = make_event_loop(qapp)
    task = loop.create_task(asyncio.Event().wait())
    loop.call_soon(loop.stop)
    try:
        with pytest.raises(RuntimeError, match="stopped before its task was done"):
            loop.run_until_complete(task)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
    finally:
        loop.close()


def test_streams_read_everything_until_the_end(run_qt: RunQt) -> None:
    async def main() -> int:
        async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for _ in range(50):
                writer.write(b"x" * 10_000)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(send, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            received = await reader.read()
            writer.close()
            return len(received)

    assert run_qt(main()) == 500_000
