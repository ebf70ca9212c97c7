"""The message of a firing, for the desktop, for JSON and for the environment of a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from ticker_gui.domain.sanitize import sanitize_text

ENVIRONMENT_PREFIX: Final = "TICKER_ALERT_"
MAX_JSON_BYTES: Final = 65_536
_MAX_VALUE_LENGTH: Final = 1024
_MAX_VARIABLES: Final = 64
_MAX_DEPTH: Final = 4
_MAX_ITEMS: Final = 100
_NOT_IN_NAME: Final = re.compile(r"[^A-Z0-9]+")


class AlertMessage(msgspec.Struct, frozen=True):
    """What an alert reports. ``facts`` are for other programs: values that JSON has, by name.

    ``is_test`` is set if the user tests an action; ``is_replay`` if the data is replayed, so that no action is run.
    """

    title: str
    text: str
    facts: Mapping[str, Any] = {}
    is_test: bool = False
    is_replay: bool = False


def message_json(message: AlertMessage) -> bytes:
    """Return a message as one JSON object: its facts, its texts and whether it is a test.

    Texts are sanitized and shortened, so that the result is always valid and bounded.
    """
    facts = {sanitize_text(str(name)): value for name, value in list(message.facts.items())[:_MAX_ITEMS]}
    content = {name: _plain(value, _MAX_DEPTH) for name, value in facts.items()} | _own_facts(message)
    encoded = msgspec.json.encode(content)
    return encoded if len(encoded) <= MAX_JSON_BYTES else msgspec.json.encode(_own_facts(message))


def message_environment(message: AlertMessage) -> dict[str, str]:
    """Return the environment variables of a message, such as ``TICKER_ALERT_PRICE``. Nested facts are left out."""
    variables: dict[str, str] = {}
    for name, value in (dict(message.facts) | _own_facts(message)).items():
        plain = _NOT_IN_NAME.sub("_", str(name).upper()).strip("_")
        if plain and not isinstance(value, Mapping | list | tuple):
            variables[ENVIRONMENT_PREFIX + plain[:64]] = _environment_value(value)
    return dict(list(variables.items())[-_MAX_VARIABLES:])  # the texts are the last ones


def _own_facts(message: AlertMessage) -> dict[str, Any]:
    return {
        "title": sanitize_text(message.title, _MAX_VALUE_LENGTH),
        "text": sanitize_text(message.text, _MAX_VALUE_LENGTH),
        "test": message.is_test,
        "replay": message.is_replay,
    }


def _environment_value(value: object) -> str:
    if isinstance(value, str):
        return sanitize_text(value, _MAX_VALUE_LENGTH)
    return msgspec.json.encode(_plain(value, 1)).decode()


def _plain(value: Any, depth: int) -> Any:
    """Return a value as JSON can express it; what it cannot express becomes text or ``null``."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if isfinite(value) else None
        case str():
            return sanitize_text(value, _MAX_VALUE_LENGTH)
        case Mapping() if depth:
            items = list(value.items())[:_MAX_ITEMS]
            return {sanitize_text(str(name)): _plain(inner, depth - 1) for name, inner in items}
        case list() | tuple() if depth:
            return [_plain(inner, depth - 1) for inner in value[:_MAX_ITEMS]]
        case Mapping() | list() | tuple():
            return "…"
    return sanitize_text(str(value), _MAX_VALUE_LENGTH)
