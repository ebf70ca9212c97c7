"""Reading what providers send: JSON of declared shapes, numbers and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar, Union, cast

import msgspec
import numpy as np

from ticker_gui.domain.decode_errors import DECODE_ERRORS, decode_failure
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import SECOND_NS

T = TypeVar("T")

# A number that a provider writes in several ways; `decimal` and `parse_timestamp_ns` read it.
NumberLike: TypeAlias = int | float | str | None

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A date with hours and minutes, optionally seconds with a fraction and an offset, as RFC 3339 and ISO 8601 allow; a
# date alone is not a time.
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r" ?(?:[Zz]|UTC|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_NS: Final = 2**63 - 1  # the largest time in an int64 array
_DAY_S: Final = 86_400
_LEAP_SECOND: Final = 60
_TEXT_SECONDS: Final = len("2023-11-14T22:13:20")
_MICROSECONDS: Final = 6
_seconds: dict[str, int] = {}  # a cache: text of a second, with its offset if it has one → ns
_MAX_SECONDS: Final = 256
_MAX_NUMBER_LENGTH: Final = 40
_MAX_ITEMS: Final = 20_000  # in one array
# The nanoseconds of the last digit of a fraction, by its number of digits.
_FRACTIONS: Final[tuple[int, ...]] = tuple(10 ** (9 - digits) for digits in range(10))


# Reading JSON


def json_reader(shape: type[T]) -> Callable[[bytes | msgspec.Raw], T]:
    """Return a function that decodes JSON of a declared shape; strings are converted to declared numbers.

    An empty string that the shape does not allow is read as ``null``. The function raises `FrameError` for JSON that
    does not have the shape.
    """
    decode = msgspec.json.Decoder(shape, strict=False).decode

    def read(payload: bytes | msgspec.Raw) -> T:
        try:
            return decode(payload)
        except msgspec.ValidationError as error:
            return decode_without_empty(bytes(payload), error)
        except DECODE_ERRORS as error:
            raise FrameError(decode_failure(error)) from error

    def decode_without_empty(payload: bytes, error: msgspec.ValidationError) -> T:
        if b'""' in payload and b'\\"' not in payload:  # and not a part of a text
            try:
                return decode(payload.replace(b'""', b"null"))
            except DECODE_ERRORS:
                pass  # the first error describes the problem
        raise FrameError(f"not as documented: {error}") from error

    return read


def tagged_reader(*shapes: type[T]) -> Callable[[bytes | msgspec.Raw], T | None]:
    """Return a function that decodes an object of one of several shapes, which differ in their tag (``tag_field``).

    It decodes in one pass and returns ``None`` for an object with another tag or without one. It raises `FrameError`.
    """
    union = cast(Any, Union[shapes])  # noqa: UP007  # of a tuple
    decode: Callable[[bytes | msgspec.Raw], T] = msgspec.json.Decoder(union, strict=False).decode
    read: Callable[[bytes | msgspec.Raw], T] = json_reader(union)
    configs = [cast(Any, shape).__struct_config__ for shape in shapes]
    tags = {config.tag for config in configs}
    read_tag = json_reader(msgspec.defstruct("Tag", [("tag", Any, None)], rename={"tag": configs[0].tag_field}))

    def read_known(payload: bytes | msgspec.Raw) -> T | None:
        try:
            return decode(payload)  # for speed, nearly all frames call no other function
        except DECODE_ERRORS:
            tag = cast(Any, read_tag(payload)).tag
            return read(payload) if isinstance(tag, str | int) and tag in tags else None

    return read_known


def tagged_list_reader(*shapes: type[T]) -> Callable[[bytes | msgspec.Raw], list[T]]:
    """Return a function that decodes an array of tagged objects and omits those with other tags.

    It raises `FrameError` if one of the objects does not have its declared shape.
    """
    shape = cast(Any, list[Union[shapes]])  # type: ignore[valid-type]  # noqa: UP007  # of a tuple
    read: Callable[[bytes | msgspec.Raw], list[T]] = json_reader(shape)
    read_items, read_one = json_reader(list[msgspec.Raw]), tagged_reader(*shapes)

    def read_known(payload: bytes | msgspec.Raw) -> list[T]:
        try:
            return read(payload)
        except FrameError:
            items = read_items(payload)
            if len(items) > _MAX_ITEMS:  # each would be read by itself, which takes much longer
                raise FrameError(f"more than {_MAX_ITEMS:,} objects, some of an unknown kind") from None
            return [known for item in items if (known := read_one(item)) is not None]

    return read_known


def to_json(message: Any) -> str:
    """Return a message as JSON text."""
    return msgspec.json.encode(message).decode()


# Numbers


def decimal(value: NumberLike) -> float | None:
    """Return the number that a provider wrote as a number or text; ``None`` for null and empty text.

    Raises:
        FrameError: the value is not a number.
    """
    if value is None or value == "":
        return None
    if value is True or value is False:
        raise FrameError("not a number: a boolean")
    try:
        return float(value)
    except (ValueError, OverflowError, TypeError) as error:  # a list or an object
        raise FrameError(f"not a number: {_excerpt(value)}") from error


def whole_number(text: str | bytes) -> int | None:
    """Return the number that a text of digits is; ``None`` for other texts, and above forty digits.

    Python converts no text of thousands of digits, and digits are also those of other scripts.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _MAX_NUMBER_LENGTH
    return int(text) if is_number else None


def float32_to_shortest(value: float) -> float:
    """Return the shortest number that has the same 32-bit float: 94745.078125 → 94745.08."""
    return float(str(np.float32(value)))


# Times


def epoch_ns(value: int) -> int:
    """Return nanoseconds from a time since the epoch in s, ms, µs or ns; the magnitude determines the unit.

    The units are unambiguous from 1973 to 5138.

    Raises:
        FrameError: the time is more than 292 years from the epoch.
    """
    if 100_000_000_000 <= value < 100_000_000_000_000:  # ms, which most providers send
        return value * 1_000_000
    size = abs(value)
    if size < 100_000_000_000:
        return _bounded(value * SECOND_NS)
    if size < 100_000_000_000_000:
        return _bounded(value * 1_000_000)
    return _bounded(value * 1_000 if size < 100_000_000_000_000_000 else value)


def iso_ns(text: str) -> int:
    """Return nanoseconds since the epoch from RFC 3339 text with up to nine fractional digits and an offset.

    Without an offset it is UTC. A date without a time is not a time.

    Raises:
        FrameError: the text is not such a time.
    """
    # Many events share a second, whose text is parsed once.
    if text[-1:] == "Z":
        whole_ns, fraction = _seconds.get(text[:_TEXT_SECONDS]), text[_TEXT_SECONDS + 1 : -1]
    else:
        whole_ns, fraction = _seconds.get(text[:_TEXT_SECONDS] + text[-6:]), text[_TEXT_SECONDS + 1 : -6]
    if whole_ns is None:
        return _iso_ns(text)
    if not fraction.isdecimal():
        return whole_ns if not fraction else _iso_ns(text)
    if len(fraction) == _MICROSECONDS:  # which most providers send
        return whole_ns + int(fraction) * 1_000
    return whole_ns + int(fraction[:9]) * _FRACTIONS[len(fraction[:9])]


def _iso_ns(text: str) -> int:
    match = _ISO.fullmatch(text)
    if match is None:
        raise FrameError(f"not a time: {_excerpt(text)}")
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups("")
    try:
        since = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC) - _EPOCH
    except ValueError as error:
        raise FrameError(f"not a time: {_excerpt(text)}") from error
    seconds = int(second or 0)
    offset_s = int(f"{sign}1") * (int(hours) * 3600 + int(minutes or 0) * 60) if sign else 0
    if seconds > _LEAP_SECOND or abs(offset_s) >= _DAY_S:
        raise FrameError(f"not a time: {_excerpt(text)}")
    whole_ns = _bounded((since.days * _DAY_S + since.seconds + seconds - offset_s) * SECOND_NS)
    if second and (not sign or text[-6] == sign):
        _remember(text[:_TEXT_SECONDS] + (text[-6:] if sign else ""), whole_ns)
    return whole_ns + int((fraction + "00000000")[:9])


def _remember(second: str, whole_ns: int) -> None:
    if len(_seconds) >= _MAX_SECONDS:
        _seconds.clear()
    _seconds[second] = whole_ns


def _bounded(time_ns: int) -> int:
    """Return a time if it fits into an int64 array; raise `FrameError` otherwise."""
    if -_MAX_NS <= time_ns <= _MAX_NS:
        return time_ns
    raise FrameError(f"not a time: {_excerpt(time_ns)} ns")


def _excerpt(value: object) -> str:
    """Return a value as short text; Python does not convert very long integers."""
    try:
        return quoted(str(value))
    except ValueError:
        return "a huge number"


def parse_timestamp_ns(value: NumberLike) -> int | None:
    """Return nanoseconds since the epoch from a number of any unit, such a number as text, or RFC 3339 text.

    Returns ``None`` for null, empty text and a date without a time.

    Raises:
        FrameError: the value is not a time.
    """
    if value is None or value == "":
        return None
    if value is True or value is False:
        raise FrameError("not a time: a boolean")
    try:
        if isinstance(value, str):
            if len(value) > 4 and value[4] == "-":
                return None if _DATE.fullmatch(value) else iso_ns(value)
            value = int(value) if value.isdecimal() else float(value)
        if isinstance(value, int):
            return epoch_ns(value)
        return round(epoch_ns(value) / 1_000) * 1_000  # type: ignore[arg-type]  # a float is exact to microseconds
    except (ValueError, OverflowError, TypeError) as error:
        raise FrameError(f"not a time: {_excerpt(value)}") from error
