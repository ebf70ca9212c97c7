"""Values of a frame of an unknown feed, and the mapping that results from assigning them to fields."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Fact
from ticker_gui.feeds.generic.mapped import Reader
from ticker_gui.feeds.generic.payloads import unpack
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.symbols import SymbolResolver
from ticker_gui.feeds.wire import to_json

Steps: TypeAlias = tuple[str | int, ...]  # the names and indices on the way to a value

# The fields that a value can be assigned to, with their titles, the most important first.
FIELDS: Final = {
    "price": "Price",
    "symbol": "Symbol",
    "time": "Time",
    "size": "Size",
    "bid": "Bid",
    "bid_size": "Bid size",
    "ask": "Ask",
    "ask_size": "Ask size",
    "open": "Day open",
    "high": "Day high",
    "low": "Day low",
    "previous_close": "Previous close",
    "volume": "Day volume",
    "trade_id": "Trade ID",
}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ROOT: Final = "$."


def messages_of(payload: bytes) -> list[Any]:
    """Return the decoded messages of a frame; none if it cannot be decoded."""
    try:
        return unpack(payload)
    except FrameError:
        return []


def kind_of(message: Any) -> frozenset[Any] | str:
    """Return what messages of the same kind have in common: the names of their fields, or else that of their type."""
    return frozenset(message) if isinstance(message, dict) else type(message).__name__


def mapping_of(settings: str) -> FieldMapping | None:
    """Return the mapping in a detected format, which is TOML; ``None`` if it has none."""
    try:
        mapping = tomllib.loads(settings)["feeds"]["mapping"]
        return msgspec.convert(mapping, FieldMapping)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError):
        return None


def assign(mapping: FieldMapping | None, field: str, steps: Steps, message: Any) -> FieldMapping:
    """Return a mapping that reads a field from the value at ``steps`` of a message.

    If the value is in a list of objects, each object becomes an item; fields outside that list are read from the whole
    message. A mapping has one list of items: assigning a value of another list removes the fields of the first.
    """
    mapping = mapping or FieldMapping()
    depth = _record_depth(steps, message)
    items = "" if depth is None else path_text(steps[:depth]) + "[]"
    path = path_text(steps if depth is None else steps[depth + 1 :])
    paths = {name: getattr(mapping, name) for name in FIELDS if getattr(mapping, name)}
    if not items and mapping.items:
        return msgspec.structs.replace(mapping, **{field: _ROOT + path})
    if items and mapping.items != items:
        inherited = {name: _ROOT + old.removeprefix(_ROOT) for name, old in paths.items()} if not mapping.items else {}
        kept = {name: old for name, old in paths.items() if old.startswith(_ROOT)} | inherited
        empty = dict.fromkeys(FIELDS, "")
        return msgspec.structs.replace(mapping, items=items, when="", **{**empty, **kept, field: path})
    return msgspec.structs.replace(mapping, **{field: path})


def clear(mapping: FieldMapping | None, field: str) -> FieldMapping:
    """Return a mapping without a field."""
    return msgspec.structs.replace(mapping or FieldMapping(), **{field: ""})


def field_at(mapping: FieldMapping | None, steps: Steps, message: Any) -> str:
    """Return the field that the mapping reads from the value at ``steps``; empty if there is none."""
    if mapping is None:
        return ""
    depth = _record_depth(steps, message)
    items = "" if depth is None else path_text(steps[:depth]) + "[]"
    relative = path_text(steps if depth is None else steps[depth + 1 :])
    wanted = {_ROOT + path_text(steps)}
    if items == mapping.items or (depth == 0 and not mapping.items):
        wanted.add(relative)
    return next((name for name in FIELDS if getattr(mapping, name) in wanted), "")


def value_at(message: Any, steps: Steps) -> Any:
    """Return the value at ``steps`` of the message that has it."""
    for step in steps:
        message = message[step]
    return message


def read(mapping: FieldMapping, message: Any, symbols: Sequence[str]) -> list[Fact]:
    """Return what a mapping reads from a message; symbols may be empty. An invalid mapping reads nothing."""
    resolver = SymbolResolver()
    resolver.add(symbols)
    try:
        return Reader(mapping, resolver).facts([message])
    except (ValueError, FrameError):
        return []


def path_text(steps: Steps) -> str:
    """Return steps as a path of a mapping."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _IDENTIFIER.fullmatch(step) else to_json(step)
            text += f".{name}" if text else name
    return text


def _record_depth(steps: Steps, message: Any) -> int | None:
    """Return the position in ``steps`` of the index into the innermost list of objects or lists, if there is one."""
    found, value = None, message
    for depth, step in enumerate(steps):
        if isinstance(step, int) and isinstance(value, list) and all(isinstance(each, dict | list) for each in value):
            found = depth
        value = value[step]
    return found
