from __future__ import annotations

import asyncio
import errno
import os
import signal
import threading
from io import BytesIO
from typing import Any

import pytest

from tests.conftest import RunQt
from ticker_gui.commands import output
from ticker_gui.commands.output import OutputLines, finish_or_exit, run_command
from ticker_gui.domain.errors import TickerError


def test_lines_are_written_in_order(run: RunQt) -> None:
    async def test() -> None:
        written = BytesIO()
        lines = OutputLines(written)
        lines.add({"a": 1})
        lines.add_text("b\r\n")
        await lines.flush()
        lines.add_line("é")
        lines.add({"c": None})
        await lines.flush()
        assert written.getvalue() == b'{"a":1}\nb\r\n\xc3\xa9\n{"c":null}\n'

    run(test())


def test_nothing_more_is_written_when_the_reader_has_gone(run: RunQt) -> None:
    async def test() -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            lines = OutputLines(pipe)
            lines.add({"a": 1})
            await lines.write_until_closed()
            assert lines.is_closed
            lines.add({"b": 2})
            await lines.flush()

    run(test())


class _GatedOutput(BytesIO):
    """Lets its reader wait before it takes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.has_begun = threading.Event()

    def write(self, data: Any) -> int:
        self.has_begun.set()
        self.gate.wait()
        return super().write(data)


def test_a_flush_waits_for_what_another_one_writes(run: RunQt) -> None:
    async def test() -> None:
        written = _GatedOutput()
        written.gate.set()
        lines = OutputLines(written)
        lines.add_line("a")
        await lines.flush()
        written.gate.clear()
        written.has_begun.clear()
        lines.add_line("b")
        flushes = [asyncio.ensure_future(lines.flush()) for _ in range(3)]
        await asyncio.to_thread(written.has_begun.wait)
        for _ in range(10):
            await asyncio.sleep(0)
        are_done = [flush.done() for flush in flushes]
        written.gate.set()
        await asyncio.gather(*flushes)
        assert are_done == [False, False, False]
        assert written.getvalue() == b"a\nb\n"

    run(test())


class _FullDisk(BytesIO):
    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_failure_to_write_is_reported_by_each_flush_that_waits_for_it(run: RunQt) -> None:
    async def test() -> None:
        lines = OutputLines(_FullDisk())
        lines.add_line("a")
        flushes = [asyncio.ensure_future(lines.flush()) for _ in range(2)]
        results = await asyncio.gather(*flushes, return_exceptions=True)
        assert [str(result) for result in results] == ["Could not write the output: the disk is full."] * 2

    run(test())


def test_too_much_that_is_not_read_is_an_error(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        lines = OutputLines(BytesIO())
        for number in range(3):
            lines.add({"number": number})
        with pytest.raises(TickerError, match="too slow"):
            await lines.write_until_closed()

    monkeypatch.setattr(output, "_MAX_UNWRITTEN", 10)
    run(test())


def test_a_command_returns_its_exit_code() -> None:
    async def command() -> int:
        await asyncio.sleep(0)
        return 7

    assert run_command(command(), None) == 7


def test_a_signal_cancels_the_work_of_a_command() -> None:
    ends: list[str] = []

    async def work() -> int:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)
        finally:
            ends.append("cleaned up")
        return 0

    assert run_command(finish_or_exit("export", work()), None) == 130
    assert ends == ["cleaned up"]


def test_work_that_finishes_or_fails_does_so_for_the_command() -> None:
    async def work(code: int) -> int:
        await asyncio.sleep(0)
        if code:
            raise TickerError("failed")
        return code

    assert run_command(finish_or_exit("export", work(0)), None) == 0
    with pytest.raises(TickerError, match="failed"):
        run_command(finish_or_exit("export", work(1)), None)
