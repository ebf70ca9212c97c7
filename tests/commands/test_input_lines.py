"""Lines of standard input, from pipes."""

from __future__ import annotations

import os
import threading
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt, run_plain
from ticker_gui.commands.input_lines import InputLines


async def read(source: BytesIO, max_bytes: int = 100) -> list[bytes | None]:
    return [line async for line in InputLines(source, max_bytes)]


def test_lines_are_read_with_either_end_and_the_last_without_one(run: RunQt) -> None:
    assert run(read(BytesIO(b"one\ntwo\r\n\nlast"))) == [b"one", b"two", b"", b"last"]
    assert run(read(BytesIO(b""))) == []


def test_a_line_that_is_too_long_is_skipped_and_the_next_is_read(run: RunQt) -> None:
    assert run(read(BytesIO(b"x" * 300_000 + b"\nnext\n" + b"y" * 101 + b"\n" + b"z" * 100))) == [
        None,
        b"next",
        None,
        b"z" * 100,
    ]
    assert run(read(BytesIO(b"x" * 300_000))) == [None]


def finish(writing: int) -> None:
    os.write(writing, b"ond\n")
    os.close(writing)


def test_a_line_arrives_before_the_next_is_written(run: RunQt) -> None:
    async def test() -> list[bytes | None]:
        reading, writing = os.pipe()
        lines: list[bytes | None] = []
        with os.fdopen(reading, "rb") as source:
            os.write(writing, b"first\nsec")
            async for line in InputLines(source, 100):
                lines.append(line)
                if len(lines) == 1:
                    threading.Thread(target=finish, args=(writing,)).start()
        return lines

    assert run(test()) == [b"first", b"second"]


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line and not line.endswith(b"\r"))))
def test_all_lines_are_read_in_order(lines: list[bytes]) -> None:
    assert run_plain(read(BytesIO(b"".join(line + b"\n" for line in lines)))) == lines
