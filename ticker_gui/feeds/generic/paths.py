"""Compiled paths into a message: plain ones as functions, all others as JMESPath.

A path that starts with ``$.`` starts at the whole message, any other path at an item. In addition to JMESPath, ``$key``
is the name of an item in its object (``{"BTC":{"price":1}}``), and a bare number is an index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ticker_gui.domain.sanitize import quoted

KEY: Final = "$key"
_MAX_COMPILED: Final = 256  # detection compiles the same ones for each message
_ROOT: Final = "$."
_STEP: Final = re.compile(r'(?:\A|\.)([A-Za-z_][A-Za-z0-9_]*)|(?:\A|\.)"([^"\\]+)"|\[(-?[0-9]+)\]')
_PLACE: Final = r"""(?P<path>(?:[^'"`<>=!&|(),]|"[^"]*")+?)"""
_COMPARISON: Final = re.compile(_PLACE + r"""\s*(?P<sign>==|!=)\s*(?P<value>'[^']*'|`[^`]*`)""")
_PART: Final = re.compile(rf"(?P<name>starts_with|ends_with|contains)\(\s*{_PLACE}\s*,\s*'(?P<text>[^']*)'\s*\)")
_REASON_PREFIX: Final = re.compile(r"\A(?:Invalid|Bad) jmespath expression: ")
_JOINTS: Final = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`)|(&&|\|\|)""")

# Reads the value at a path; the arguments are an item, its message and its name in an object, if any.
Accessor: TypeAlias = Callable[[Any, Any, str | None], Any]
Items: TypeAlias = Iterable[tuple[Any, str | None]]  # items with their names
Walk: TypeAlias = Callable[[Any], Any]


@lru_cache(maxsize=_MAX_COMPILED)
def compile_path(path: str) -> Accessor:
    """Return a function that reads the value at a path; it returns ``None`` if there is no value.

    Raises:
        ValueError: the path is invalid; the message states why.
    """
    path = path.strip()
    if path == KEY:
        return lambda item, message, key: key
    if path.startswith(_ROOT):
        walk = _walk(path.removeprefix(_ROOT))
        return lambda item, message, key: walk(message)
    walk = _walk(path)
    return lambda item, message, key: walk(item)


def compile_items(path: str) -> Callable[[Any], Items]:
    """Return a function that returns the items of a message.

    ``data[]`` are the elements of a list, ``data.*`` the values of an object, ``data.*[]`` the elements of the lists in
    an object, and ``data`` is one item. Without a path, the message is the item. If the item is a list of objects or
    lists, its elements are the items.

    Raises:
        ValueError: the path is invalid.
    """
    path = path.strip()
    if not path:
        return _own_items
    if path.endswith("*[]"):
        walk = _walk(path[:-3].removesuffix("."))
        return lambda message: [
            (element, name) for value, name in _named_items(walk(message)) for element, _ in _listed_items(value)
        ]
    if path.endswith("*"):
        walk = _walk(path[:-1].removesuffix("."))
        return lambda message: _named_items(walk(message))
    if path.endswith("[]"):
        walk = _walk(path[:-2])
        return lambda message: _listed_items(walk(message))
    walk = _walk(path)
    return lambda message: () if (found := walk(message)) is None else _own_items(found)


@lru_cache(maxsize=_MAX_COMPILED)
def compile_condition(condition: str) -> Accessor:
    """Return a function that checks whether an item meets a condition, such as ``type == 'trade'``.

    Comparisons and ``starts_with``, ``ends_with`` and ``contains`` may have paths that start at the whole message. They
    are joined by ``&&``, which binds more strongly, and ``||``. Anything else is JMESPath.

    Raises:
        ValueError: the condition is invalid.
    """
    choices = [[_plain_condition(part) for part in parts] for parts in _split(condition.strip())]
    if any(check is None for checks in choices for check in checks):
        walk = _jmespath(condition)
        return lambda item, message, key: bool(walk(item))
    plain = [[check for check in checks if check is not None] for checks in choices]
    if len(plain) == 1 and len(plain[0]) == 1:
        return plain[0][0]
    return lambda item, message, key: any(all(check(item, message, key) for check in checks) for checks in plain)


def _split(condition: str) -> list[list[str]]:
    """Return the parts of a condition between ``||``, each split at ``&&``; quoted texts are not split."""
    choices, begin = [[""]], 0
    for match in _JOINTS.finditer(condition):
        if match[2] is None:
            continue
        choices[-1][-1] = condition[begin : match.start()].strip()
        begin = match.end()
        if match[2] == "&&":
            choices[-1].append("")
        else:
            choices.append([""])
    choices[-1][-1] = condition[begin:].strip()
    return choices


def _plain_condition(condition: str) -> Accessor | None:
    """Return a function for a comparison or a text function; ``None`` for any other condition."""
    part = _PART.fullmatch(condition)
    if part is not None:
        return _text_condition(part["name"], compile_path(part["path"]), part["text"])
    plain = _COMPARISON.fullmatch(condition)
    if plain is None:
        return None
    read = compile_path(plain["path"])
    expected = plain["value"][1:-1] if plain["value"].startswith("'") else _jmespath(plain["value"])(None)
    if plain["sign"] == "==":
        return lambda item, message, key: bool(read(item, message, key) == expected)
    return lambda item, message, key: bool(read(item, message, key) != expected)


def _text_condition(name: str, read: Accessor, text: str) -> Accessor:
    def check(item: Any, message: Any, key: str | None) -> bool:
        found = read(item, message, key)
        if not isinstance(found, str):
            return name == "contains" and isinstance(found, list) and text in found
        if name == "starts_with":
            return found.startswith(text)
        return found.endswith(text) if name == "ends_with" else text in found

    return check


def plain_steps(path: str) -> list[str | int] | None:
    """Return the names and indices of a plain path; ``None`` if it is not a plain path."""
    if path in ("", "@"):
        return []
    if path.isdecimal():
        return [int(path)]
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            return None
        end = match.end()
        steps.append(int(match[3]) if match[3] is not None else match[1] or match[2])
    return steps if end == len(path) else None


def _walk(path: str) -> Walk:
    steps = plain_steps(path)
    if steps is None:
        return _jmespath(path)
    if not steps:
        return lambda value: value
    if len(steps) == 1:
        return _one_step(steps[0])
    return _many_steps([_one_step(step) for step in steps])


def _one_step(step: str | int) -> Walk:
    if isinstance(step, str):
        return lambda value: value.get(step) if isinstance(value, dict) else None
    return lambda value: value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None


def _many_steps(steps: list[Walk]) -> Walk:
    def walk(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return walk


def _jmespath(path: str) -> Walk:
    import jmespath  # imported here, because few feeds need it
    import jmespath.exceptions
    from jmespath.visitor import TreeInterpreter

    try:
        parsed = jmespath.compile(path).parsed
    except jmespath.exceptions.JMESPathError as error:
        reason = _REASON_PREFIX.sub("", str(error).splitlines()[0]).partition(": Parse error")[0].rstrip(":")
        raise ValueError(f"{quoted(path)} is not valid JMESPath: {reason}") from error

    visit = TreeInterpreter().visit  # ``search`` makes another one each time, which is slow and leaves a cycle

    def walk(value: Any) -> Any:
        try:
            return visit(parsed, value)
        except jmespath.exceptions.JMESPathError:  # a function got an argument of a wrong type
            return None

    return walk


def _own_items(message: Any) -> Items:
    if isinstance(message, list) and message and all(isinstance(inner, dict | list) for inner in message):
        return _listed_items(message)
    return ((message, None),)


def _listed_items(values: Any) -> Items:
    return [(value, None) for value in values if value is not None] if isinstance(values, list) else ()


def _named_items(values: Any) -> Items:
    return [(value, name) for name, value in values.items()] if isinstance(values, dict) else ()
