"""What the search field of the console means: a text, a ``/regular expression/`` or a ``$.path`` into JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ticker_gui.console.linear_regex import LinearRegex, SearchTimeoutError
from ticker_gui.console.regex_program import UnsupportedPatternError
from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.generic.payloads import unpack

PATH_PREFIX: Final = "$."
_MAX_COPIES: Final = 64  # that a path may make of a message: each list of several paths multiplies them

_COMPARISONS: Final = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})
_EQUALITY: Final = frozenset({"eq", "ne"})
_CONTINUATIONS: Final = frozenset({"dot", "lbracket", "lparen", "flatten", "filter"})  # of a path, or of a function
_LITERALS: Final = frozenset({"true", "false", "null"})

Matches = Callable[[bytes], bool]


class QueryError(NamedTuple):
    """Why a search is invalid, as a sentence."""

    message: str


class PatternQuery:
    """Finds a regular expression. ``unsearched`` counts the payloads that could not be searched in time."""

    def __init__(self, regex: LinearRegex) -> None:
        self._regex: Final = regex
        self.unsearched = 0

    def __call__(self, payload: bytes) -> bool:
        """Return whether a payload contains it."""
        try:
            return self._regex.search(payload.decode("utf-8", "replace"))
        except SearchTimeoutError:
            self.unsearched += 1
            return False


def compile_query(typed: str) -> Matches | QueryError | None:
    """Return a function that finds out whether a payload matches; None for an empty search.

    A text matches regardless of case. A regular expression is in slashes, ``/i`` ignores the case. A path is JMESPath
    after ``$.``; it matches where it yields anything but null, false or an empty text, list or object.
    """
    text = typed.strip()
    if not text:
        return None
    if text.startswith(PATH_PREFIX):
        return _compile_path(text.removeprefix(PATH_PREFIX))
    if len(text) > 1 and text.startswith("/"):
        end = text.rfind("/")
        if end > 0 and text[end + 1 :] in ("", "i"):
            return _compile_pattern(text[1:end], ignores_case=text.endswith("i"))
    return _contains(typed.strip())


def _contains(text: str) -> Matches:
    if text.isascii():
        needle = text.lower().encode()
        return lambda payload: needle in payload.lower()
    folded = text.casefold()
    return lambda payload: folded in payload.decode("utf-8", "replace").casefold()


def _compile_pattern(pattern: str, *, ignores_case: bool) -> Matches | QueryError:
    try:
        return PatternQuery(LinearRegex(pattern, re.IGNORECASE if ignores_case else 0))
    except UnsupportedPatternError as error:
        return QueryError(str(error))
    except (re.error, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        position = "" if where is None else f" at character {where + 1}"
        return QueryError(f"Not a valid regular expression{position}: {getattr(error, 'msg', error)}")


def _compile_path(path: str) -> Matches | QueryError:
    import jmespath  # not needed before the first search by path
    from jmespath.exceptions import JMESPathError
    from jmespath.visitor import TreeInterpreter

    if problem := _misunderstood_value(path):
        return QueryError(problem)
    try:
        parsed = jmespath.compile(path).parsed
        if _copies(parsed) > _MAX_COPIES:
            return QueryError("This path is too long for a search.")
    except RecursionError:
        return QueryError("This path is too long for a search.")
    except JMESPathError as error:
        where = getattr(error, "lex_position", None)
        position = "" if where is None else f" at character {where + len(PATH_PREFIX) + 1}"
        return QueryError(f"Not a valid path{position}")

    visit = TreeInterpreter().visit  # ``search`` makes another one each time, which is slow and leaves a cycle

    def matches(payload: bytes) -> bool:
        try:
            return any(_is_value(visit(parsed, message)) for message in _messages(payload))
        except (JMESPathError, RecursionError, ValueError, TypeError):
            return False

    return matches


def _misunderstood_value(path: str) -> str:
    """Return what is wrong with a value that a path compares with: JMESPath would read it as the name of a field.

    As a field that does not exist is null, ``type == "trade"`` would find every message that has neither of both.
    """
    from jmespath.exceptions import JMESPathError
    from jmespath.lexer import Lexer

    try:
        tokens = [(str(token["type"]), token["value"]) for token in Lexer().tokenize(path)]
    except JMESPathError:
        return ""  # it is reported with its place
    for (before, operator), (kind, value), (after, _) in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before not in _COMPARISONS or after in _CONTINUATIONS:
            continue
        if kind == "quoted_identifier":
            return f"Put text in single quotes: {operator} '{value}'"
        if kind == "number" or (kind == "unquoted_identifier" and value in _LITERALS):
            return f"Write this value in backticks: {operator} `{value}`"
        if kind == "unquoted_identifier" and before in _EQUALITY:
            return f"Put text in single quotes: {operator} '{value}', or write a field as @.{value}"
    return ""


def _copies(node: Any) -> int:
    """Return how often a path may copy a message, such as four times for ``[@,@]|[@,@]``."""
    if not isinstance(node, dict):
        return 1
    copies = max(1, len(node["children"])) if str(node["type"]).startswith("multi_select") else 1
    for child in node["children"]:
        copies *= _copies(child)
        if copies > _MAX_COPIES:
            break
    return copies


def _messages(payload: bytes) -> list[Any]:
    """Return the messages in a payload, which may be compressed or msgpack; none if it is plain text."""
    try:
        return unpack(payload)
    except (FrameError, ValueError, RecursionError):
        return []


def _is_value(found: Any) -> bool:
    return found is not None and found is not False and found not in ("", [], {})
