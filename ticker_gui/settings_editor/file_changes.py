"""Changes of single settings in the text of the settings file; everything else stays."""

from __future__ import annotations

import tomllib
from collections.abc import MutableMapping
from enum import Enum
from typing import Any, Final

from ticker_gui.domain.errors import SettingsError


class Absent(Enum):
    """No value: the file does not contain the setting."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


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
