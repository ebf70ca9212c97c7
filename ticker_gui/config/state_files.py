"""The program's own files: private, replaced atomically, and backed up if they are corrupt."""

from __future__ import annotations

import codecs
import errno
import logging
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

import msgspec

from ticker_gui.formatting.file_errors import NOT_REGULAR, describe_write_error, is_special

MAX_TEXT_BYTES: Final = 1 << 20
_MAX_STATE_BYTES: Final = 64 << 20  # larger than any list
_MAX_BACKUPS: Final = 5
_DRAFT_AGE_S: Final = 60.0  # an older draft is abandoned, if its process cannot be checked
_NON_BLOCKING: Final[int] = getattr(os, "O_NONBLOCK", 0)  # opening a FIFO must not block
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_ENCODINGS: Final = (  # by byte order mark, the longest first
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOG: Final = logging.getLogger(__name__)

T = TypeVar("T")


class _Version(msgspec.Struct, frozen=True):
    """The field that every version of a state file has."""

    version: int = 1


class StateFile(Generic[T]):
    """A JSON file that contains one object of a type with a default for every field.

    ``notice`` is what the user should know after reading, ``failure`` why saving failed; they are empty if all went
    well. A file of a newer version (``is_newer``) is neither read nor overwritten.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path: Final = path
        self.notice = ""
        self.failure = ""
        self._kind = kind
        self.is_newer = False

    def read(self) -> T:
        """Return the object in the file, or the defaults if there is no valid file."""
        remove_drafts(self.path)
        try:
            return self.decode_file()
        except FileNotFoundError:
            return self._kind()
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            _LOG.info("%s cannot be read: %s", self.path, error)
        if not self.is_newer:
            self.notice = back_up_corrupt(self.path)
        return self._kind()

    def decode_file(self) -> T:
        """Return the object in the file, or the defaults if a newer version has written it.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a regular file, or too large.
            RecursionError, msgspec.MsgspecError: it does not contain such an object.
        """
        return self._decode(read_bounded(self.path, _MAX_STATE_BYTES).removeprefix(codecs.BOM_UTF8))  # from an editor

    def _decode(self, content: bytes) -> T:
        defaults = self._kind()
        with suppress(msgspec.MsgspecError):  # decoding the whole file reports the error
            self.is_newer = msgspec.json.decode(content, type=_Version).version > getattr(defaults, "version", 1)
        if self.is_newer:
            self.notice = (
                f"{self.path.name} was written by a newer version of Ticker GUI. "
                "This session uses defaults, and your changes will not be saved. Update Ticker GUI."
            )
            return defaults
        return msgspec.json.decode(content, type=self._kind)

    def write(self, value: T) -> None:
        """Save an object; if that fails, `failure` is set."""
        if self.is_newer:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(self.path, msgspec.json.encode(value))
        except OSError as error:
            self.fail(error)
        else:
            self.failure = ""

    def report_invalid(self, count: int, one: str, many: str) -> None:
        """Say in `notice` that a part of the content is invalid and left out, and keep a copy of the file."""
        counted = f"One {one} is" if count == 1 else f"{count:,} {many} are"
        try:
            copy = copy_corrupt(self.path)
        except (OSError, ValueError) as error:
            _LOG.info("%s cannot be copied: %s", self.path, error)
            self.notice = f"{counted} invalid and left out: see {self.path.name}."
        else:
            self.notice = f"{counted} invalid in {self.path.name} and left out. The file was copied to {copy.name}."

    def read_signature(self) -> tuple[int, ...]:
        """Return what differs after each change of the file; empty if there is none."""
        with suppress(OSError):
            status = self.path.stat()
            return (status.st_mtime_ns, status.st_size, status.st_ino)
        return ()

    def fail(self, error: OSError) -> None:
        """Set `failure` to the reason for which the file cannot be saved."""
        if not self.failure:  # saving is retried
            _LOG.info("%s could not be saved: %s", self.path, error)
        self.failure = f"Could not save {self.path.name}: {describe_write_error(error, self.path)}."


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read. A reader finds either the old or the new content.

    If ``path`` is a symbolic link, its target is written.

    Raises:
        OSError: the file cannot be written; its old content remains.
    """
    with atomic_writer(path) as file:
        file.write(content)


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a file as `atomic_write` does, for content that is written in portions.

    Its old content remains if the block raises an exception.

    Raises:
        OSError: the file cannot be written.
    """
    target = _target(path)
    if is_special(target):
        raise OSError(errno.EINVAL, NOT_REGULAR, str(path))
    draft = target.with_name(f".{target.name}-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def remove_drafts(path: Path) -> None:
    """Remove the drafts of this file that a killed program has left behind."""
    target = _target(path)
    try:
        drafts = [other for other in target.parent.iterdir() if other.name.startswith(f".{target.name}-")]
    except OSError:
        return
    for draft in drafts:
        try:
            if _is_left_behind(draft, len(target.name) + 2):
                draft.unlink()
        except OSError as error:
            _LOG.info("%s cannot be removed: %s", draft, error)


def _target(path: Path) -> Path:
    """Return the target of a path through symbolic links; unlike `Path.resolve`, this accepts cycles."""
    return Path(os.path.realpath(path))


def _is_left_behind(draft: Path, name_length: int) -> bool:
    writer = draft.name[name_length:].partition("-")[0]
    if writer.isdecimal() and len(writer) < 10 and sys.platform != "win32":  # on Windows, os.kill would end the process
        try:
            os.kill(int(writer), 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return int(writer) == os.getpid()  # this process is not writing it now
    return time.time() - draft.stat().st_mtime > _DRAFT_AGE_S


def back_up_corrupt(path: Path) -> str:
    """Rename a corrupt file and return a notice for the user.

    The last five are kept as ``NAME.bad`` (the newest), ``NAME.bad.2`` and so on. If ``path`` is a symbolic link to a
    regular file, its target is renamed.
    """
    target = _target(path) if os.path.isfile(path) else path
    try:
        backup = _free_backup(target)
        target.replace(backup)
    except OSError as error:
        return f"{path} could not be read or backed up ({describe_write_error(error, target)}). Using defaults."
    return f"{path} could not be read and was renamed to {backup.name}. Using defaults."


def copy_corrupt(path: Path) -> Path:
    """Copy a file of which a part is corrupt, as `back_up_corrupt` renames it, and return the path of the copy.

    Raises:
        OSError, ValueError: it cannot be copied.
    """
    target = _target(path)
    content = read_bounded(target, _MAX_STATE_BYTES)
    newest = _backups(target)[0]
    if not os.path.isfile(newest) or read_bounded(newest, _MAX_STATE_BYTES) != content:
        atomic_write(_free_backup(target), content)
    return newest


def _free_backup(target: Path) -> Path:
    """Return the path of the newest backup, after renaming the older ones."""
    backups = _backups(target)
    for older, newer in zip(backups[:0:-1], backups[-2::-1], strict=True):
        if os.path.exists(newer) or os.path.islink(newer):
            newer.replace(older)
    return backups[0]


def _backups(target: Path) -> list[Path]:
    names = [f"{target.name}.bad", *(f"{target.name}.bad.{number}" for number in range(2, _MAX_BACKUPS + 1))]
    return [target.with_name(name) for name in names]


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a regular file, or larger than ``max_bytes``; the message is for the user.
    """
    if os.path.isdir(path):  # on Windows, opening it would be a PermissionError
        raise IsADirectoryError(21, "Is a directory", str(path))
    handle = os.open(path, os.O_RDONLY | _NON_BLOCKING | _BINARY)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is not a regular file.")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"it is larger than {max_bytes >> 20 or 1} MB.")
    return content


def read_text(file: Path, fallback: str = "", max_bytes: int = MAX_TEXT_BYTES) -> str:
    """Return the content of a text file in UTF-8, UTF-16 or UTF-32, or else in the encoding ``fallback``.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a text, or too large; the message is for the user.
    """
    content = read_bounded(file, max_bytes)
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError as error:
        if fallback:
            return content.decode(fallback, "replace")
        raise ValueError(f"it is not text in UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from error
    if "\0" in text:
        raise ValueError("it is not text: it contains NUL bytes. Save it as UTF-8 and try again.")
    return text


def _encoding(content: bytes) -> str:
    """Return the encoding according to the byte order mark, or to the zero bytes of UTF-16."""
    for mark, name in _ENCODINGS:
        if content.startswith(mark):
            return name
    if len(content) < 2 or len(content) % 2:
        return "utf-8"
    even, odd = content[0::2].count(0), content[1::2].count(0)
    name = "utf-16-le" if odd else "utf-16-be"
    if bool(even) != bool(odd) and "\n" in content.decode(name, "replace"):  # a single zero byte is not UTF-16
        return name
    if (content[0] == 0) != (content[1] == 0):
        return "utf-16-le" if content[1] == 0 else "utf-16-be"
    return "utf-8"
