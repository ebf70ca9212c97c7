"""Errors in the settings file in plain words, with the key and the line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal, get_args, get_type_hints

import msgspec

from ticker_gui.config.settings import Settings, did_you_mean
from ticker_gui.config.toml_blocks import line_of
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted, sanitize_text

_TYPE_NAME: Final = re.compile(r"`(\w+)`")
_TYPE_NAMES: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a date",
    "time": "a time",
    "datetime": "a date and time",
}
_MAX_SHOWN: Final = 80  # characters of a name or a value of the user
_BOUND: Final = re.compile(r"Expected `(?:int|float)` (>=|<=) (\S+)")
_LONG_NUMBER: Final = re.compile("Exceeds the limit .* for integer string conversion")
_LINE: Final = re.compile(r"\bline (\d+)")


class InvalidSetting(SettingsError):
    """A setting in the file is invalid.

    ``key`` is its name, such as ``limits.trades``, or empty if the file is not valid TOML. ``line`` is counted from 1.
    ``reason`` is a sentence without the name of the file, and without a period.
    """

    def __init__(self, file: Path, key: str, reason: str, line: int | None = None, advice: str = "") -> None:
        place = "" if line is None or _LINE.search(reason) else f" (line {line})"
        super().__init__(f"{file}: {reason}{place}.{advice}")
        self.key: Final = key
        self.line: Final = line
        self.reason: Final = f"{reason}{place}"


def invalid_value(file: Path, text: str, error: msgspec.ValidationError) -> InvalidSetting:
    """Return the error for a message such as ``Object contains unknown field `them` - at `$.feeds[0]` ``."""
    message, _, path = str(error).partition(" - at `")
    key = path.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message, re.DOTALL)
    if unknown is None:
        return InvalidSetting(file, key, _reason(key, message), _line(text, key), " Fix it and try again.")
    fields = struct_at(key).__struct_fields__
    unknown_key = f"{key}.{unknown[1]}" if key else unknown[1]
    guess = did_you_mean(unknown[1], fields).removesuffix(".") if len(unknown[1]) <= _MAX_SHOWN else ""
    reason = f"unknown setting {quoted(unknown_key, _MAX_SHOWN)}{guess}"
    return InvalidSetting(
        file, unknown_key, reason, _line(text, unknown_key), f" The settings here are {', '.join(fields)}."
    )


def invalid_feed(file: Path, text: str, index: int, reason: str) -> InvalidSetting:
    """Return the error for a feed whose settings do not fit together; ``reason`` is a sentence."""
    key = f"feeds[{index}]"
    line = line_of(text, key)
    place = "" if line is None else f" (line {line})"
    return InvalidSetting(file, key, f"{key}{place}: {reason.removesuffix('.')}", line)


def not_toml(file: Path, error: Exception) -> InvalidSetting:
    """Return the error for a text that is not TOML, or that has a number which is too long."""
    found = _LINE.search(str(error))
    # A Windows path in double quotes has escapes that do not exist.
    is_path = re.search("escape|hex value", str(error)) is not None
    advice = " Write paths with backslashes in single quotes." if is_path else ""
    problem = "a number has too many digits" if _LONG_NUMBER.match(str(error)) else error
    return InvalidSetting(file, "", f"not valid TOML: {problem}", int(found[1]) if found else None, advice)


def struct_at(key: str) -> type[msgspec.Struct]:
    """Return the struct that holds the settings below a key such as ``feeds[0].mapping``; it may be empty."""
    struct: type[msgspec.Struct] = Settings
    for name in filter(None, re.sub(r"\[.*?\]", "", key).split(".")):
        hint = get_type_hints(struct).get(name)
        kinds = (kind for kind in (*get_args(hint), hint) if isinstance(kind, type))  # also of tuples and optional ones
        struct = next((kind for kind in kinds if issubclass(kind, msgspec.Struct)), struct)
    return struct


def _reason(key: str, message: str) -> str:
    if message.startswith("Invalid enum value"):
        parent, _, name = key.rpartition(".")
        *most, last = map(str, get_args(get_type_hints(struct_at(parent))[name]))
        value = message.removeprefix("Invalid enum value ")
        value = quoted(value[1:-1], _MAX_SHOWN) if value.startswith("'") else sanitize_text(value, _MAX_SHOWN)
        return f"{key} must be {', '.join(most)} or {last}, not {value}"
    if (bound := _BOUND.fullmatch(message)) is not None:
        least_or_most = "at least" if bound[1] == ">=" else "at most"
        return f"{key} must be {least_or_most} {_grouped(bound[2])}"
    expected = re.fullmatch(r"Expected `([\w| ]+)`, got `(\w+)`", message)
    if expected is not None and _is_choice(key):
        return _reason(key, f"Invalid enum value {_TYPE_NAMES.get(expected[2], expected[2])}")
    reason = _TYPE_NAME.sub(lambda found: _TYPE_NAMES.get(found[1], found[1]), message)
    return f"{key or 'the file'}: {reason[:1].lower()}{reason[1:]}"


def _is_choice(key: str) -> bool:
    parent, _, name = key.rpartition(".")
    hint = get_type_hints(struct_at(parent)).get(name)
    return getattr(hint, "__origin__", None) is Literal


def _grouped(number: str) -> str:
    try:
        return f"{int(number):,}"
    except ValueError:
        return number


def _line(text: str, key: str) -> int | None:
    return line_of(text, key) if key else None
