"""Standard output that another program may be reading."""

from __future__ import annotations

import errno
import os
import time
from io import RawIOBase
from typing import BinaryIO, Final, cast

from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting.file_errors import describe_disk_error

_RETRY_S: Final = 0.01


def write_all(output: BinaryIO, data: bytes | bytearray) -> bool:
    """Write everything past Python's buffer; return whether somebody still reads.

    It blocks while the reader does not read. A thread that is blocked here holds no lock, so the program can end.

    Raises:
        TickerError: the disk is full, or something else is wrong with the output.
    """
    raw = cast(RawIOBase, getattr(output, "raw", output))
    unwritten = memoryview(data)
    try:
        while unwritten:
            written = raw.write(unwritten)
            if written is None:  # it does not block, and there is no room
                time.sleep(_RETRY_S)
            else:
                unwritten = unwritten[written:]
    except OSError as error:
        if has_reader_left(error):
            return False
        raise TickerError(f"The output cannot be written: {describe_disk_error(error)}.") from error
    return True


def has_reader_left(error: OSError) -> bool:
    """Return whether an error means that nobody reads any more; Windows reports that as an invalid argument."""
    return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL


def discard(output: BinaryIO) -> None:
    """Let what Python writes at its end go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
