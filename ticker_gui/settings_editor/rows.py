"""The rows of the settings: value, where it comes from, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui.config.loading import parse_settings
from ticker_gui.config.settings import Settings
from ticker_gui.config.settings_errors import InvalidSetting
from ticker_gui.config.toml_blocks import line_of
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.settings_editor.fields import Field, editable_fields, value_of
from ticker_gui.settings_editor.file_changes import ABSENT, value_in

_RESTART: Final = "Restart to apply this change."
_MAX_REASON: Final = 300


class FileReading(NamedTuple):
    """The settings file as it was read last. ``settings`` are ``None`` if it has an error; then ``error`` is set."""

    text: str = ""
    settings: Settings | None = Settings()
    error: SettingsError | None = None

    @property
    def wrong_key(self) -> str:
        """The setting that is wrong; empty if none is, or if that is unknown."""
        return self.error.key if isinstance(self.error, InvalidSetting) else ""


class SettingRow(NamedTuple):
    """One setting: ``value`` is displayed, ``source`` and ``source_detail`` say where it comes from.

    ``override`` is the argument or the variable that takes precedence, ``error`` why the value in the file
    is not used. ``note`` says when a change applies.
    """

    field: Field
    value: object
    source: str
    source_detail: str = ""
    override: str = ""
    error: str = ""
    note: str = ""

    @property
    def is_enabled(self) -> bool:
        """Whether the value can be changed."""
        return not self.override

    @property
    def reason(self) -> str:
        """Why the value cannot be changed; empty if it can."""
        if not self.override:
            return ""
        kind = "the environment variable" if self.override.isupper() else "the argument"
        return f"Set by {kind} {self.override}, which takes precedence over the file."


def read_settings(file: Path, text: str) -> FileReading:
    """Return the settings in a text, or what is wrong with them."""
    try:
        return FileReading(text, parse_settings(file, text))
    except SettingsError as error:
        return FileReading(text, None, error)


def setting_rows(
    reading: FileReading, in_force: Settings, at_start: Settings, overrides: Mapping[str, str]
) -> tuple[SettingRow, ...]:
    """Return the rows of all settings.

    ``in_force`` are the settings that apply, ``at_start`` those with which the program was started, and ``overrides``
    the arguments and variables that take precedence over the file, by setting.
    """
    return tuple(_row(field, reading, in_force, at_start, overrides) for field in editable_fields())


def matching(rows: tuple[SettingRow, ...], words: str) -> tuple[SettingRow, ...]:
    """Return the rows that contain each word of a filter in name, help, key, category or choices."""
    wanted = words.casefold().split()
    return tuple(row for row in rows if all(word in _searched(row.field) for word in wanted))


def _searched(field: Field) -> str:
    return " ".join((field.title, field.help, field.key, field.category, *field.choices.values())).casefold()


def _row(
    field: Field, reading: FileReading, in_force: Settings, at_start: Settings, overrides: Mapping[str, str]
) -> SettingRow:
    override = overrides.get(field.key, "")
    value = value_of(in_force, field.key)
    is_wrong = reading.error is not None and _is_about(reading.wrong_key, field.key)
    error = _error_text(reading.error) if is_wrong and reading.error is not None else ""
    row = SettingRow(field, value, "default", note=field.note, error=error)
    line = _line_of(reading.text, field.key) if _is_toml(reading) else None
    in_file = None if reading.settings is None else value_of(reading.settings, field.key)
    if override:
        detail = "" if line is None or in_file is None else f"overrides the file: {field.describe(in_file)}"
        return row._replace(source=override, source_detail=detail, override=override)
    if line is not None and _is_set(reading, field.key):
        row = row._replace(
            source="settings file", source_detail=f"line {line}; default: {field.describe(field.default)}"
        )
    elif value != field.default:
        source = "this session" if reading.error is None else "last valid value"
        row = row._replace(source=source, source_detail=f"default: {field.describe(field.default)}")
    if field.note and value != value_of(at_start, field.key):
        row = row._replace(note=_RESTART)
    return row


def _line_of(text: str, key: str) -> int | None:
    """Return the line of a setting; that of its first element if it consists of several tables, such as the feeds."""
    line = line_of(text, key)
    return line_of(text, f"{key}[0]") if line is None else line


def _is_toml(reading: FileReading) -> bool:
    return reading.settings is not None or bool(reading.wrong_key)


def _is_set(reading: FileReading, key: str) -> bool:
    """Return whether the file sets this setting: the line of a table alone does not."""
    return value_in(reading.text, key) is not ABSENT


def _is_about(wrong_key: str, key: str) -> bool:
    return wrong_key == key or wrong_key.startswith((f"{key}[", f"{key}."))


def _error_text(error: SettingsError) -> str:
    text = error.reason if isinstance(error, InvalidSetting) else error.for_user
    return sanitize_text(f"{text[:1].upper()}{text[1:].removesuffix('.')}.", _MAX_REASON)
