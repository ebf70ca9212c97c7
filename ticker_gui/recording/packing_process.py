"""A process that packs a recording, for rates at which the event loop would wait too often for Python's lock."""

from __future__ import annotations

import logging
import os
import signal
import struct
import sys
from typing import IO, Any, BinaryIO, Final

from ticker_gui.recording.compression import NO_FLUSH
from ticker_gui.recording.packing import LocalPacker

_LOG: Final = logging.getLogger(__name__)
_RECORD: Final = struct.Struct("<BII")  # the mode of a flush, and the bytes of the beginning of each line and the text
_ANSWER: Final = struct.Struct("<Q")  # the bytes of what was compressed
_COMPRESS_BYTES: Final = 256 << 10  # at once
_END_S: Final = 5.0


class PackingEnded(Exception):
    """The process has ended too soon; what it was given since the last flush is lost."""


class ProcessPacker:
    """A `Packer` whose work is done by a process, which ends with this one. It must be given no secrets.

    It takes some time until the process is ready.

    Raises:
        OSError, PackingEnded: the process cannot be started.
    """

    def __init__(self, separator: bytes) -> None:
        from subprocess import PIPE, Popen  # slow to load, and rarely needed

        self._records: list[bytes] = []
        self._size = 0
        # It imports from the same folders, and nothing from the current one.
        command = (sys.executable, "-P", "-m", __name__, separator.hex())
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = Popen(command, 0, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, **_options())
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process: Final = process
        self._input: Final[IO[bytes]] = process.stdin
        self._output: Final[IO[bytes]] = process.stdout
        self._errors: Final[IO[bytes]] = process.stderr
        try:
            self._answer()  # it is ready
        except PackingEnded:
            self.close()
            raise

    @property
    def size(self) -> int:
        """The bytes that were added since `compress`."""
        return self._size

    def add(self, lines: bytes) -> None:
        """Add complete lines."""
        self._add(NO_FLUSH, b"", lines)

    def add_frames(self, begin: bytes, text: bytes) -> None:
        """Add frames, with separators between them."""
        self._add(NO_FLUSH, begin, text)

    def compress(self) -> None:
        """Send what was added to the process.

        Raises:
            PackingEnded: it has ended.
        """
        rest = memoryview(b"".join(self._records))
        self._records.clear()
        self._size = 0
        try:
            while rest:
                rest = rest[self._input.write(rest) :]
        except OSError as error:
            raise PackingEnded from error

    def take(self, mode: int) -> bytes:
        """Return everything that was compressed since the last call, after a flush of this mode.

        Raises:
            PackingEnded: the process has ended.
        """
        self._add(mode, b"", b"")
        self.compress()
        return self._answer()

    def close(self) -> None:
        """End the process. After a flush, nothing is lost."""
        from subprocess import TimeoutExpired

        self._input.close()
        try:
            self._process.wait(_END_S)
        except TimeoutExpired:
            self.abort()
            self._process.wait()
        if errors := self._errors.read():
            _LOG.error("The process that compresses a recording has failed: %s", errors.decode(errors="replace"))
        self._output.close()
        self._errors.close()

    def abort(self) -> None:
        """Kill the process, so that a thread that waits for it continues."""
        self._process.kill()

    def _add(self, mode: int, begin: bytes, text: bytes) -> None:
        self._records += (_RECORD.pack(mode, len(begin), len(text)), begin, text)
        self._size += len(text)

    def _answer(self) -> bytes:
        (size,) = _ANSWER.unpack(self._read(_ANSWER.size))
        return self._read(size)

    def _read(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            part = self._output.read(size - len(content))
            if not part:
                raise PackingEnded
            content += part
        return bytes(content)


def _options() -> dict[str, Any]:
    """Return what keeps the signals of a terminal from the process, and a window from being opened for it."""
    if sys.platform == "win32":
        from subprocess import CREATE_NO_WINDOW

        return {"creationflags": CREATE_NO_WINDOW}
    return {"start_new_session": True}


def serve(records: BinaryIO, answers: BinaryIO, separator: bytes) -> None:
    """Pack the records of a `ProcessPacker` until their end. Say when it is ready, and answer each flush."""
    packer = LocalPacker(separator)
    _send(answers, b"")
    while len(head := records.read(_RECORD.size)) == _RECORD.size:
        mode, begin_bytes, text_bytes = _RECORD.unpack(head)
        begin, text = records.read(begin_bytes), records.read(text_bytes)
        if len(text) < text_bytes:  # the other process was killed
            return
        if mode != NO_FLUSH:
            _send(answers, packer.take(mode))
        elif begin:
            packer.add_frames(begin, text)
        else:
            packer.add(text)
        if packer.size >= _COMPRESS_BYTES:
            packer.compress()


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(_ANSWER.pack(len(answer)) + answer)
    answers.flush()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # it ends when the other process does
        signal.signal(number, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer, bytes.fromhex(sys.argv[1]))
