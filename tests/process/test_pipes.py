from __future__ import annotations

import errno
import io
import os
import subprocess
import threading
from typing import Any

import pytest

from tests import programs
from ticker_gui.domain.errors import TickerError
from ticker_gui.process import pipes


class Output(io.RawIOBase):
    """Writes at most ``size`` bytes at a time; each of the `failures` comes first."""

    def __init__(self, size: int, *failures: OSError | None) -> None:
        self.written = bytearray()
        self._size = size
        self._failures = list(failures)

    def write(self, data: Any) -> int | None:
        if self._failures:
            failure = self._failures.pop(0)
            if failure is not None:
                raise failure
            return None  # no room at the moment
        self.written += data[: self._size]
        return len(data[: self._size])


@pytest.mark.parametrize("failures", [(), (None, None)])
def test_everything_is_written_in_several_parts_if_necessary(failures: tuple[None, ...]) -> None:
    output = Output(3, *failures)
    assert pipes.write_all(output, b"0123456789")  # type: ignore[arg-type]
    assert output.written == b"0123456789"


@pytest.mark.parametrize(
    "failure",
    [BrokenPipeError(errno.EPIPE, "gone"), OSError(errno.EINVAL, "as Windows reports it")],
    ids=["POSIX", "Windows"],
)
def test_a_closed_reader_is_not_an_error(failure: OSError) -> None:
    assert not pipes.write_all(Output(1, failure), b"line")  # type: ignore[arg-type]


def test_text_is_printed_in_utf_8_unless_its_reader_is_gone() -> None:
    printing = "from ticker_gui.process.pipes import print_text; print_text('50 €\\n'); print_text('50 €\\n')"
    result = programs.call_script(printing, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stdout, result.stderr) == (0, "50 €\n50 €\n", "")
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as output:  # noqa: PTH123  # a descriptor
        program = programs.start_script(printing, stdout=output, stderr=subprocess.PIPE)
    _, errors = program.communicate(timeout=150)
    assert (program.returncode, errors) == (0, "")


def test_a_full_disk_is_reported_to_the_user() -> None:
    with pytest.raises(TickerError, match=r"^Could not write the output: the disk is full\.$"):
        pipes.write_all(Output(1, OSError(errno.ENOSPC, "No space left on device")), b"line")  # type: ignore[arg-type]


def test_a_blocked_writer_holds_no_lock_of_pythons_output() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb") as output, open(reading, "rb") as reader:  # noqa: PTH123  # these are descriptors
        thread = threading.Thread(target=pipes.write_all, args=(output, b"x" * (1 << 20)), daemon=True)
        thread.start()
        assert reader.read(1) == b"x"  # it has begun, and the rest does not fit
        output.flush()  # would wait for the lock
        assert thread.is_alive()
        reader.read((1 << 20) - 1)
        thread.join(10)
