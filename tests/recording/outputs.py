"""The output of ``stream``, in this process: live and recorded, and of a replay of the recording."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Callable
from pathlib import Path

from tests.conftest import run_plain
from tests.doubles import until
from ticker_gui.commands.output import OutputLines
from ticker_gui.commands.stream import _Stream
from ticker_gui.commands.stream_sources import LiveSource, RecordedSource
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.market.limits import Limits


def record(feeds: tuple[Feed, ...], path: Path, is_complete: Callable[[str], bool]) -> str:
    """Stream from feeds and record them until the output is complete; return the output."""

    async def run() -> str:
        output = io.BytesIO()
        stream = _Stream(LiveSource(Settings(feeds=feeds), path), None, None, states=True)
        stream._lines = OutputLines(output)
        running = asyncio.create_task(stream.run())
        await until(lambda: running.done() or is_complete(output.getvalue().decode()))
        stream._is_done.set()  # after an interrupt, the last lines are lost if it takes long to write them
        await running
        return output.getvalue().decode()

    return run_plain(run())


def replay(path: Path, speed: float = math.inf, count: int | None = None) -> tuple[str, int]:
    """Replay a recording; return the output and the exit code."""

    async def run() -> tuple[str, int]:
        output = io.BytesIO()
        stream = _Stream(RecordedSource(path, speed, Limits()), count, None, states=True)
        stream._lines = OutputLines(output)
        code = await stream.run()
        return output.getvalue().decode(), code

    return run_plain(run())
