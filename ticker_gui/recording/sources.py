"""Reading the bytes of a recording, whatever its container: gzip, a report file (zip), or plain text."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO, Final, NamedTuple

from ticker_gui.formatting.file_errors import describe_disk_error, describe_read_error
from ticker_gui.recording.compression import decompression_error, decompressor
from ticker_gui.recording.format import MAX_LINE_BYTES, SUFFIX, RecordingError

_READ_BYTES: Final = 64 << 10
_MAX_OUTPUT_BYTES: Final = 256 << 10  # decompressed at a time
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZIP_MAGIC: Final = b"PK"
_MAX_DIRECTORY_BYTES: Final = 4 << 20  # of a zip file, which is read as a whole
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_MAX_COMMENT_BYTES: Final = 1 << 16
_NON_BLOCKING: Final[int] = getattr(os, "O_NONBLOCK", 0)  # opening a FIFO must not block
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)


class Damage(NamedTuple):
    """A part of a recording cannot be read: what follows, up to the next recording of a report file."""

    reason: str  # a clause for the user


_NOT_CLOSED: Final = Damage("the file was not closed properly, as after a crash")
_DAMAGED: Final = Damage("the compressed data is damaged")


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading.

    Raises:
        RecordingError: it cannot be read.
    """
    try:
        if os.path.isdir(path):  # on Windows, opening it would be a PermissionError
            raise IsADirectoryError(21, "Is a directory", str(path))
        handle = os.open(path, os.O_RDONLY | _NON_BLOCKING | _BINARY)
    except (OSError, ValueError) as error:  # a NUL character in the path
        reason = describe_read_error(error, path) if isinstance(error, OSError) else str(error)
        raise RecordingError(f"{path} could not be read: {reason}.") from error
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise RecordingError(f"{path} could not be read: it is not a regular file.")
    return file


def chunks(path: Path) -> Generator[bytes | Damage, None, None]:
    """Yield the text of a recording in chunks of limited size, those of a report's recordings one after the other.

    The generator closes the file when it ends or is closed.

    Raises:
        RecordingError: the file cannot be opened, or it is a zip file that contains no recording.
    """
    with closing(open_regular(path)) as file:
        try:
            magic = file.read(2)
            file.seek(0)
            if magic == _ZIP_MAGIC:
                yield from _of_report_file(path, file)
            else:
                yield from _decompressed(file) if magic == _GZIP_MAGIC else _plain(file)
        except OSError as error:
            yield Damage(describe_disk_error(error))


def _plain(file: IO[bytes]) -> Generator[bytes | Damage, None, None]:
    while chunk := file.read(_READ_BYTES):
        yield chunk


def _written_so_far(file: IO[bytes]) -> Generator[bytes | Damage, None, None]:
    """Yield the text of a gzip file that was still written to when it was copied, without an incomplete last line."""
    rest = b""
    for part in _decompressed(file):
        if isinstance(part, Damage):
            if part is not _NOT_CLOSED:
                yield part
            return
        lines, line_break, rest = (rest + part).rpartition(b"\n")
        if line_break or len(rest) > MAX_LINE_BYTES:
            yield lines + line_break if line_break else rest
            rest = rest if line_break else b""
    yield rest


def _decompressed(file: IO[bytes]) -> Generator[bytes | Damage, None, None]:
    """Yield the text of a gzip file of any number of members."""
    member, is_at_start = decompressor(), True
    while compressed := file.read(_READ_BYTES):
        while compressed:
            try:
                if is_at_start and not (compressed := _without_padding(compressed)):
                    break
                text = member.decompress(compressed, _MAX_OUTPUT_BYTES)
            except decompression_error():
                yield _DAMAGED
                return
            is_at_start = False
            compressed = member.unconsumed_tail
            if text:
                yield text
            if member.eof:
                compressed = member.unused_data
                member, is_at_start = decompressor(), True
    if not is_at_start:
        if rest := member.flush():
            yield rest
        if not member.eof:
            yield _NOT_CLOSED


def _without_padding(compressed: bytes) -> bytes:
    """Return what follows the padding that is allowed before a member; raise an error if that is no member."""
    rest = compressed.lstrip(b"\0")
    if not _GZIP_MAGIC.startswith(rest[: len(_GZIP_MAGIC)]):  # of a few bytes, some libraries would not say so
        raise decompression_error()("the rest is not gzip")
    return rest


def _of_report_file(path: Path, file: IO[bytes]) -> Generator[bytes | Damage, None, None]:
    """Yield the text of all recordings in a zip file, by their names."""
    if _directory_bytes(file) > _MAX_DIRECTORY_BYTES:
        raise RecordingError(f"{path} is not a Ticker GUI report: it contains too many files.")
    try:
        with zipfile.ZipFile(file) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith((SUFFIX, ".jsonl", ".jsonl.gz")))
            if not names:
                raise RecordingError(f"{path} contains no recording. A report contains a file named *{SUFFIX}.")
            for name in names:
                with archive.open(name) as member:
                    if not name.endswith(".gz"):
                        yield from _plain(member)
                    else:
                        yield from _written_so_far(member) if name == names[-1] else _decompressed(member)
                yield b"\n"  # the last line may be incomplete
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        yield Damage("the zip file is damaged or encrypted")


def _directory_bytes(file: IO[bytes]) -> int:
    """Return the size of the directory of a zip file as stated at its end; 0 if there is none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _MAX_COMMENT_BYTES))
    end = file.read()
    file.seek(0)
    at = end.rfind(_END_OF_DIRECTORY)
    return 0 if at < 0 or at + _END_BYTES > len(end) else int(struct.unpack_from("<I", end, at + 12)[0])
