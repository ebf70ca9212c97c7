"""Writes to standard output when another program may be reading it."""

from __future__ import annotations

import errno
import os
import sys
import time
from io import RawIOBase
from typing import BinaryIO, Final, TextIO, cast

from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting.file_errors import describe_disk_error

_RETRY_S: Final = 0.01


def write_all(output: BinaryIO, data: bytes | bytearray) -> bool:
    """Write all data, bypassing Python's buffer; return whether the output still has a reader.

    This blocks while the reader does not read. A thread that is blocked here holds no lock, so the program can end.

    Raises:
        TickerError: writing failed, for example because the disk is full.
    """
    raw = cast(RawIOBase, getattr(output, "raw", output))
    unwritten = memoryview(data)
    try:
        while unwritten:
            written = raw.write(unwritten)
            if written is None:  # the output is non-blocking and full
                time.sleep(_RETRY_S)
            else:
                unwritten = unwritten[written:]
    except OSError as error:
        if has_reader_left(error):
            return False
        raise TickerError(f"Could not write the output: {describe_disk_error(error)}.") from error
    return True


def print_text(text: str) -> None:
    """Write text to standard output in UTF-8, whatever the terminal's encoding. The reader may have closed the pipe."""
    if sys.stdout is None:  # a program without a console
        return
    sys.stdout.flush()
    if not write_all(sys.stdout.buffer, text.encode("utf-8", "replace")):
        discard(sys.stdout.buffer)


def has_reader_left(error: OSError) -> bool:
    """Return whether an error means that the reader has closed the pipe; Windows reports an invalid argument."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL


def discard(output: BinaryIO | TextIO) -> None:
    """Discard everything that Python still writes to an output when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
