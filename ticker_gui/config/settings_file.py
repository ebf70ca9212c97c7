"""The text of the settings file: read, and changed by one thread at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui.config.state_files import atomic_write, read_text, remove_drafts
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.file_errors import describe_read_error, describe_write_error

# Held while the file is read, changed and written: feeds and other settings are changed in different threads.
_LOCK: Final = threading.Lock()


class TextChange(NamedTuple):
    """The text of the settings file before and after a change; empty if there is no file."""

    before: str
    after: str


def read_settings_text(file: Path) -> str:
    """Return the text of the settings file; an empty text if it does not exist. It blocks.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return read_text(file)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise SettingsError(f"{file} could not be read: {describe_read_error(error, file)}.") from error
    except ValueError as error:
        raise SettingsError(f"{file} could not be read: {error}") from error


def change_file(file: Path, change: Callable[[str], str]) -> TextChange:
    """Change the text of the settings file, which is created if it does not exist. It blocks.

    Raises:
        SettingsError: the file cannot be read, changed or written; it is left as it is.
    """
    with _LOCK:
        before = read_settings_text(file)
        after = _with_line_ends_of(before, change(before))
        if after != before:
            target = Path(os.path.realpath(file))  # a symbolic link remains one, also to a file in a new folder
            try:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                remove_drafts(target)
                atomic_write(target, after.encode())
            except OSError as error:
                raise SettingsError(f"Could not save {file.name}: {describe_write_error(error, target)}.") from error
    return TextChange(before, after)


def _with_line_ends_of(before: str, after: str) -> str:
    """Return a changed text with the line ends of Windows, if all lines before had them."""
    if not before.count("\r\n") == before.count("\n") > 0:
        return after
    return after.replace("\r\n", "\n").replace("\n", "\r\n")
