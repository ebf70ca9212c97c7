"""What the search field of the console means: a text, a ``/regular expression/`` or a ``$.path`` into JSON."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.generic.payloads import unpack

PATH_PREFIX: Final = "$."
_MAX_BYTES: Final = 1 << 16  # of a frame in which a regular expression is searched: a bad one may take very long

Matches = Callable[[bytes], bool]


class QueryError(NamedTuple):
    """Why a search is invalid, as a sentence."""

    message: str


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
        with warnings.catch_warnings():  # about patterns that a later version of Python may understand differently
            warnings.simplefilter("ignore")
            search = re.compile(pattern, re.IGNORECASE if ignores_case else 0).search
    except (re.error, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        position = "" if where is None else f" at character {where + 1}"
        return QueryError(f"Not a valid regular expression{position}: {getattr(error, 'msg', error)}")
    return lambda payload: search(payload[:_MAX_BYTES].decode("utf-8", "replace")) is not None


def _compile_path(path: str) -> Matches | QueryError:
    import jmespath  # not needed before the first search by path
    from jmespath.exceptions import JMESPathError

    try:
        search: Callable[[Any], Any] = jmespath.compile(path).search
    except JMESPathError as error:
        where = getattr(error, "lex_position", None)
        position = "" if where is None else f" at character {where + len(PATH_PREFIX) + 1}"
        return QueryError(f"Not a valid path{position}")

    def matches(payload: bytes) -> bool:
        try:
            return any(_is_value(search(message)) for message in _messages(payload))
        except (JMESPathError, RecursionError, ValueError, TypeError):
            return False

    return matches


def _messages(payload: bytes) -> list[Any]:
    """Return the messages in a payload, which may be compressed or msgpack; none if it is plain text."""
    try:
        return unpack(payload)
    except (FrameError, ValueError, RecursionError):
        return []


def _is_value(found: Any) -> bool:
    return found is not None and found is not False and found not in ("", [], {})
