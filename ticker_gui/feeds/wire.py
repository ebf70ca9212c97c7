"""What dialects share: reading JSON into declared shapes, numbers and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar, Union, cast

import msgspec
import numpy as np

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.timeframe import SECOND_NS

T = TypeVar("T")

# A number as providers write it that write it in several ways; `decimal` and `parse_timestamp_ns` read it.
NumberLike: TypeAlias = int | float | str | None

# What reading JSON or msgpack may raise: nesting deeper than the interpreter's stack is a RecursionError, and a byte
# that is not UTF-8 a UnicodeDecodeError; neither is a DecodeError of msgspec.
DECODE_ERRORS: Final = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A date, hours and minutes; then maybe seconds with a fraction, and maybe an offset, in the ways RFC 3339 and ISO 8601
# allow. A date alone is not a time.
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r" ?(?:[Zz]|UTC|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_NS: Final = 2**63 - 1  # of the arrays that hold times
_DAY_S: Final = 86_400
_LEAP_SECOND: Final = 60
_TEXT_SECONDS: Final = len("2023-11-14T22:13:20")
_MICROSECONDS: Final = 6
_seconds: dict[str, int] = {}  # the seconds seen last, with their offset where they have one
_MAX_SECONDS: Final = 256
# The nanoseconds of the last digit of a fraction, by how many digits it has.
_FRACTIONS: Final[tuple[int, ...]] = tuple(10 ** (9 - digits) for digits in range(10))


# Reading JSON


def json_reader(shape: type[T]) -> Callable[[bytes | msgspec.Raw], T]:
    """Return a function that reads JSON of a declared shape; numeric strings are read as the numbers declared.

    Empty strings are no numbers: where the shape does not take them, they are read as ``null``. The function raises
    `FrameError` for everything else.
    """
    decode = msgspec.json.Decoder(shape, strict=False).decode

    def read(payload: bytes | msgspec.Raw) -> T:
        try:
            return decode(payload)
        except msgspec.ValidationError as error:
            return decode_without_empty(bytes(payload), error)
        except DECODE_ERRORS as error:
            raise FrameError(f"not as documented: {error}") from error

    def decode_without_empty(payload: bytes, error: msgspec.ValidationError) -> T:
        if b'""' in payload and b'\\"' not in payload:  # two quotes that are no text in a text
            try:
                return decode(payload.replace(b'""', b"null"))
            except DECODE_ERRORS:
                pass  # the first error is the one that says what is wrong
        raise FrameError(f"not as documented: {error}") from error

    return read


def tagged_reader(*shapes: type[T]) -> Callable[[bytes | msgspec.Raw], T | None]:
    """Return a function that reads an object of one of several shapes, told apart by their tag (``tag_field``).

    It reads in one pass; an object with another tag, or none, is ``None``. Raises `FrameError`.
    """
    union = cast(Any, Union[shapes])  # noqa: UP007  # of a tuple
    decode: Callable[[bytes | msgspec.Raw], T] = msgspec.json.Decoder(union, strict=False).decode
    read: Callable[[bytes | msgspec.Raw], T] = json_reader(union)
    configs = [cast(Any, shape).__struct_config__ for shape in shapes]
    tags = {config.tag for config in configs}
    read_tag = json_reader(msgspec.defstruct("Tag", [("tag", Any, None)], rename={"tag": configs[0].tag_field}))

    def read_known(payload: bytes | msgspec.Raw) -> T | None:
        try:
            return decode(payload)  # this is the way of nearly all frames, so it goes through no other function
        except DECODE_ERRORS:
            tag = cast(Any, read_tag(payload)).tag
            return read(payload) if isinstance(tag, str | int) and tag in tags else None

    return read_known


def tagged_list_reader(*shapes: type[T]) -> Callable[[bytes | msgspec.Raw], list[T]]:
    """Return a function that reads an array of such objects; those with other tags are left out. Raises `FrameError`.

    An object that cannot be read costs the whole frame.
    """
    shape = cast(Any, list[Union[shapes]])  # type: ignore[valid-type]  # noqa: UP007  # of a tuple
    read: Callable[[bytes | msgspec.Raw], list[T]] = json_reader(shape)
    read_items, read_one = json_reader(list[msgspec.Raw]), tagged_reader(*shapes)

    def read_known(payload: bytes | msgspec.Raw) -> list[T]:
        try:
            return read(payload)
        except FrameError:
            return [known for item in read_items(payload) if (known := read_one(item)) is not None]

    return read_known


def to_json(message: Any) -> str:
    """Return a message as JSON text."""
    return msgspec.json.encode(message).decode()


# Numbers


def decimal(value: NumberLike) -> float | None:
    """Return a number from whatever a provider writes; ``None`` where it writes nothing.

    Raises:
        FrameError: this is no number.
    """
    if value is None or value == "":
        return None
    if value is True or value is False:
        raise FrameError("not a number: a truth value")
    try:
        return float(value)
    except (ValueError, OverflowError, TypeError) as error:  # a list or an object has no number
        raise FrameError(f"not a number: {_excerpt(value)}") from error


def float32_to_shortest(value: float) -> float:
    """Return a 32-bit float as the number it was made from: 94745.078125 → 94745.08."""
    return float(str(np.float32(value)))


# Times


def epoch_ns(value: int) -> int:
    """Return nanoseconds from a time since the epoch in s, ms, µs or ns; the magnitude tells which.

    The bounds hold from 1973 to 5138, where one unit's numbers end and the next one's begin.

    Raises:
        FrameError: the time is further away than 292 years.
    """
    if 100_000_000_000 <= value < 100_000_000_000_000:  # ms: what nearly all write
        return value * 1_000_000
    size = abs(value)
    if size < 100_000_000_000:
        return _bounded(value * SECOND_NS)
    if size < 100_000_000_000_000:
        return _bounded(value * 1_000_000)
    return _bounded(value * 1_000 if size < 100_000_000_000_000_000 else value)


def iso_ns(text: str) -> int:
    """Return nanoseconds since the epoch from RFC 3339 text with up to nine digits of a second and an offset.

    Without an offset it is UTC. A date without a time is not a time.

    Raises:
        FrameError: this is no such time.
    """
    # Many events share a second, so its text is not parsed again: this is the way of nearly all.
    if text[-1:] == "Z":
        whole_ns, fraction = _seconds.get(text[:_TEXT_SECONDS]), text[_TEXT_SECONDS + 1 : -1]
    else:
        whole_ns, fraction = _seconds.get(text[:_TEXT_SECONDS] + text[-6:]), text[_TEXT_SECONDS + 1 : -6]
    if whole_ns is None:
        return _iso_ns(text)
    if not fraction.isdecimal():
        return whole_ns if not fraction else _iso_ns(text)
    if len(fraction) == _MICROSECONDS:  # what most write
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
    """Return a time that fits into the arrays that hold times."""
    if -_MAX_NS <= time_ns <= _MAX_NS:
        return time_ns
    raise FrameError(f"not a time: {_excerpt(time_ns)} ns")


def _excerpt(value: object) -> str:
    """Return a value as text that may be shown; integers may be longer than Python converts."""
    try:
        return repr(str(value)[:40])
    except ValueError:
        return "a huge number"


def parse_timestamp_ns(value: NumberLike) -> int | None:
    """Return nanoseconds since the epoch from a number of any unit, its text, or RFC 3339.

    ``None`` where no time is told; a date without a time tells none.

    Raises:
        FrameError: this is no time.
    """
    if value is None or value == "":
        return None
    if value is True or value is False:
        raise FrameError("not a time: a truth value")
    try:
        if isinstance(value, str):
            if len(value) > 4 and value[4] == "-":
                return None if _DATE.fullmatch(value) else iso_ns(value)
            value = int(value) if value.isdecimal() else float(value)
        if isinstance(value, int):
            return epoch_ns(value)
        return round(epoch_ns(value) / 1_000) * 1_000  # type: ignore[arg-type]  # a float holds microseconds at best
    except (ValueError, OverflowError, TypeError) as error:
        raise FrameError(f"not a time: {_excerpt(value)}") from error
