"""What dialects share: reading JSON into declared shapes, numbers, times, and splitting requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from ticker_gui.domain.errors import FrameError

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def json_reader(shape: type[T]) -> Callable[[bytes | msgspec.Raw], T]:
    """Return a function that reads JSON of a declared shape; numeric strings are read as the numbers declared.

    The function raises `FrameError` for everything else.
    """
    decode = msgspec.json.Decoder(shape, strict=False).decode

    def read(payload: bytes | msgspec.Raw) -> T:
        try:
            return decode(payload)
        # Nesting deeper than the interpreter's stack is a RecursionError, not a DecodeError.
        except (msgspec.MsgspecError, RecursionError) as error:
            raise FrameError(f"not as documented: {error}") from error

    return read


def to_json(message: Any) -> str:
    """Return a message as JSON text."""
    return msgspec.json.encode(message).decode()


def epoch_ns(value: int) -> int:
    """Return nanoseconds from a time since the epoch in s, ms, µs or ns; the magnitude tells which.

    The bounds hold from 1973 to 5138, where one unit's numbers end and the next one's begin.
    """
    for bound, factor in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3)):
        if abs(value) < bound:
            return value * factor
    return value


def datetime_ns(moment: datetime) -> int:
    """Return nanoseconds since the epoch, exactly; a moment without zone is taken as UTC."""
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Split a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
