"""Descriptions of file errors: why a file cannot be read or written, and which path is the cause."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_DISK_WORDS: Final[Mapping[int, str]] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.EIO: "the disk reports an error",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_PATH_ERRORS: Final = frozenset({errno.EEXIST, errno.ENOTDIR, errno.ENOENT, errno.ELOOP, errno.EISDIR})


NOT_REGULAR: Final = "it is not a regular file"


def is_special(path: Path) -> bool:
    """Return whether a path is a pipe or a device: reading it may never end, and replacing it would destroy it."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def describe_read_error(error: OSError, path: Path) -> str:
    """Return why a file cannot be read, as part of a sentence."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return "you do not have permission to read it"
    return _describe(error, path)


def describe_write_error(error: OSError, path: Path) -> str:
    """Return why a file cannot be written, as part of a sentence."""
    folder = _folder(path)
    if error.errno in (errno.EACCES, errno.EPERM):
        if os.path.isdir(path):  # Windows reports EACCES for folders
            return f"{path} is a folder, not a file"
        is_file_protected = os.path.isfile(path) and os.access(folder, os.W_OK) and not os.access(path, os.W_OK)
        return f"you do not have permission to write to {path if is_file_protected else folder}"
    if error.errno == errno.EROFS:
        return f"{folder} is on a read-only disk"
    return _describe(error, path)


def describe_disk_error(error: OSError) -> str:
    """Return why an open file cannot be read or written, as part of a sentence."""
    return _DISK_WORDS.get(error.errno or 0, (error.strerror or str(error)).rstrip("."))


def _describe(error: OSError, path: Path) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return "its name is too long"
    if error.errno in _PATH_ERRORS and (obstacle := next(_obstacles(path), "")):
        return obstacle
    if error.errno == errno.ENOENT:
        return "there is no such file"
    return describe_disk_error(error)


def _folder(path: Path) -> Path:
    """Return the nearest existing folder above a path; symbolic links are followed."""
    target = Path(os.path.realpath(path))
    return next((folder for folder in target.parents if os.path.isdir(folder)), path.parent)


def _obstacles(path: Path) -> Iterator[str]:
    """Yield descriptions of the obstacles on the path to a file, from the root downward."""
    for folder in reversed(path.absolute().parents):
        if os.path.isdir(folder):
            continue
        if os.path.islink(folder):
            yield _describe_link(folder)
        elif os.path.exists(folder):
            yield f"{folder} is a file, not a folder"
        else:
            yield f"the folder {folder} does not exist"
    if os.path.isdir(path):
        yield f"{path} is a folder, not a file"
    elif os.path.islink(path) and not os.path.exists(path):
        target = Path(os.path.realpath(path))
        yield _describe_link(path) if target == path.absolute() else next(_obstacles(target), _describe_link(path))


def _describe_link(path: Path) -> str:
    target = path.readlink()
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return f"{path} is a link that leads to itself"
        return f"{path} is a link to {target}, which does not exist"
    return f"{path} is a link to {target}, which is a file, not a folder"
