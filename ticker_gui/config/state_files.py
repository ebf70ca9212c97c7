"""Files of our own: readable by their owner only, replaced atomically, set aside where they cannot be read."""

from __future__ import annotations

import logging
import os
import secrets
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from ticker_gui.formatting.file_errors import describe_write_error

MAX_TEXT_BYTES: Final = 1 << 20
_MAX_STATE_BYTES: Final = 64 << 20  # more than all lists can be
_MAX_SET_ASIDE: Final = 5
_DRAFT_AGE_S: Final = 60.0  # where a process id cannot be asked for, a draft as old as this has been left behind
_NON_BLOCKING: Final[int] = getattr(os, "O_NONBLOCK", 0)  # opening a FIFO must not wait for its writer
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_ENCODINGS: Final = (  # by their marks, the longest first
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOG: Final = logging.getLogger(__name__)

T = TypeVar("T")


class _Version(msgspec.Struct, frozen=True):
    """What every version of our files says."""

    version: int = 1


class StateFile(Generic[T]):
    """A JSON file of ours that holds one object of a type, which has a default for every field.

    ``notice`` tells the user what was wrong with the file when it was read, ``failure`` why it could not be saved;
    each is empty where all is well. A file of a newer version is neither read nor overwritten.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path: Final = path
        self.notice = ""
        self.failure = ""
        self._kind = kind
        self._is_newer = False

    def read(self) -> T:
        """Return what the file holds; the defaults where there is none, or it cannot be used."""
        remove_drafts(self.path)
        try:
            return self._decode(read_bounded(self.path, _MAX_STATE_BYTES))
        except FileNotFoundError:
            return self._kind()
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            _LOG.info("%s cannot be read: %s", self.path, error)
        if not self._is_newer:
            self.notice = back_up_corrupt(self.path)
        return self._kind()

    def _decode(self, content: bytes) -> T:
        defaults = self._kind()
        with suppress(msgspec.MsgspecError):  # decoding all of it says what is wrong
            self._is_newer = msgspec.json.decode(content, type=_Version).version > getattr(defaults, "version", 1)
        if self._is_newer:
            self.notice = (
                f"{self.path.name} was written by a newer version of Ticker GUI and is left as it is. "
                "This session starts with defaults, and what you change in it is not saved."
            )
            return defaults
        return msgspec.json.decode(content, type=self._kind)

    def write(self, value: T) -> None:
        """Save an object; where that is not possible, `failure` says why."""
        if self._is_newer:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(self.path, msgspec.json.encode(value))
        except OSError as error:
            if not self.failure:  # it is tried again and again
                _LOG.info("%s could not be saved: %s", self.path, error)
            self.failure = f"Could not save {self.path.name}: {describe_write_error(error, self.path)}."
        else:
            self.failure = ""


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone. A reader finds the old content or the new, and never a part.

    A symbolic link stays one: the file that it leads to is written.

    Raises:
        OSError: it cannot be written; the old content is still there.
    """
    target = _target(path)
    draft = target.with_name(f".{target.name}-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def remove_drafts(path: Path) -> None:
    """Remove what a program that was killed while it wrote this file has left behind."""
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
    """Return the file that a path leads to through symbolic links; `Path.resolve` raises where they form a circle."""
    return Path(os.path.realpath(path))


def _is_left_behind(draft: Path, name_length: int) -> bool:
    writer = draft.name[name_length:].partition("-")[0]
    if writer.isdecimal() and len(writer) < 10 and sys.platform != "win32":  # there, asking ends the process
        try:
            os.kill(int(writer), 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return int(writer) == os.getpid()  # this process writes one file after another, and is reading now
    return time.time() - draft.stat().st_mtime > _DRAFT_AGE_S


def back_up_corrupt(path: Path) -> str:
    """Rename a file that cannot be read, and return what to tell the user.

    The last five are kept, the newest as ``NAME.bad`` and those before it as ``NAME.bad.2`` and so on. Of a symbolic
    link, the file that it leads to is renamed, unless that is a device or the like.
    """
    target = _target(path) if path.is_file() else path
    names = [f"{target.name}.bad", *(f"{target.name}.bad.{number}" for number in range(2, _MAX_SET_ASIDE + 1))]
    kept = [target.with_name(name) for name in names]
    try:
        for older, newer in zip(kept[:0:-1], kept[-2::-1], strict=True):
            if newer.exists() or newer.is_symlink():
                newer.replace(older)
        target.replace(kept[0])
    except OSError as error:
        return (
            f"{path} could not be read, nor renamed ({describe_write_error(error, target)}). Defaults are used instead."
        )
    return f"{path} could not be read and was renamed to {kept[0].name}. Defaults are used instead."


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Return what a plain file holds; a FIFO, a device or a folder is none.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no plain file, or holds more than ``max_bytes``; why, in words.
    """
    if path.is_dir():  # on Windows, opening it would be a matter of rights
        raise IsADirectoryError(21, "Is a directory", str(path))
    handle = os.open(path, os.O_RDONLY | _NON_BLOCKING | _BINARY)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is not a plain file.")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"it is larger than {max_bytes >> 20 or 1} MiB.")
    return content


def read_text(file: Path) -> str:
    """Return what a text file in UTF-8, UTF-16 or UTF-32 says.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such text, or too long; why and what to do, in words.
    """
    content = read_bounded(file, MAX_TEXT_BYTES)
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not text in UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from error
    if "\0" in text:
        raise ValueError("it is not text: it contains zero bytes. Save it as UTF-8 and try again.")
    return text


def _encoding(content: bytes) -> str:
    """Return the encoding that a mark at the beginning names, or that the zero bytes of UTF-16 betray."""
    for mark, name in _ENCODINGS:
        if content.startswith(mark):
            return name
    if len(content) < 2 or len(content) % 2:
        return "utf-8"
    even, odd = content[0::2].count(0), content[1::2].count(0)
    name = "utf-16-le" if odd else "utf-16-be"
    if bool(even) != bool(odd) and "\n" in content.decode(name, "replace"):  # else one zero byte would make it Chinese
        return name
    if (content[0] == 0) != (content[1] == 0):
        return "utf-16-le" if content[1] == 0 else "utf-16-be"
    return "utf-8"
