from __future__ import annotations

import asyncio
import os
from io import BytesIO

import pytest

from tests.conftest import RunQt
from ticker_gui.commands import output
from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.domain.errors import TickerError


def test_lines_are_written_in_order(run: RunQt) -> None:
    async def test() -> None:
        written = BytesIO()
        lines = OutputLines(written)
        lines.add({"a": 1})
        lines.add_text("b\r\n")
        await lines.flush()
        lines.add({"c": None})
        await lines.flush()
        assert written.getvalue() == b'{"a":1}\nb\r\n{"c":null}\n'

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
