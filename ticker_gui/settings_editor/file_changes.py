"""Changes of single settings in the text of the settings file; everything else stays."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, MutableMapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple

from ticker_gui.config.state_files import SETTINGS_FILE_LOCK, atomic_write, read_text, remove_drafts
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.file_errors import describe_read_error, describe_write_error


class Absent(Enum):
    """No value: the file does not contain the setting."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


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
    with SETTINGS_FILE_LOCK:
        before = read_settings_text(file)
        after = change(before)
        if after != before:
            target = file.resolve()  # a symbolic link remains one
            try:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                remove_drafts(target)
                atomic_write(target, after.encode())
            except OSError as error:
                raise SettingsError(f"Could not save {file.name}: {describe_write_error(error, target)}.") from error
    return TextChange(before, after)


def with_value(text: str, key: str, value: object) -> str:
    """Return the text with a value for a setting, or without the setting.

    Raises:
        SettingsError: the text is not valid TOML, or the setting cannot be changed without changing others.
    """
    before = _loads(text)
    if _find(before, key) is value or (type(_find(before, key)) is type(value) and _find(before, key) == value):
        return text
    import tomlkit  # slow to load, so it is not loaded at the start of the program
    from tomlkit.exceptions import TOMLKitError

    expected = _loads(text)
    _set(expected, key, value)
    try:
        document = tomlkit.parse(text)
        _set(document, key, value)
        after = tomlkit.dumps(document)
        if _without_empty_tables(tomllib.loads(after)) == _without_empty_tables(expected):
            return after
    except (TOMLKitError, ValueError, RecursionError, TypeError):
        pass
    raise SettingsError(f"{key} cannot be changed without changing other lines. Open the file to change it.")


def value_in(text: str, key: str) -> object:
    """Return the value of a setting in a text of valid TOML, or ``ABSENT``."""
    return _find(_loads(text), key)


def _find(values: Any, key: str) -> object:
    for name in key.split("."):
        if not isinstance(values, MutableMapping) or name not in values:
            return ABSENT
        values = values[name]
    return values


def _set(values: MutableMapping[str, Any], key: str, value: object) -> None:
    *tables, name = key.split(".")
    for table in tables:
        if table not in values:
            if value is ABSENT:
                return
            values[table] = {}
        values = values[table]
        if not isinstance(values, MutableMapping):
            raise SettingsError(f"{table} is not a table in the settings file. Open the file to correct it.")
    if value is not ABSENT:
        values[name] = value
    elif name in values:
        del values[name]


def _without_empty_tables(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value != {}}


def _loads(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The settings file is not valid TOML: {error}. Open the file to correct it.") from error
