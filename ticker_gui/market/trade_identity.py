"""Whether two trades are the same one: their ids as numbers, and their content as far as it is known."""

from __future__ import annotations

import math
from typing import Final

NO_KEY: Final = -1
MAX_NUMBER: Final = 2**61 - 1  # from here on, Python's hashes of numbers repeat
ANY_PRICE: Final = math.nan  # of a trade of which only the id is known
_HASH_MASK: Final = 2**62 - 1
_MAX_DIGITS: Final = 18
_UNITS_NS: Final = (1_000_000_000, 1_000_000, 1_000)  # the precisions of timestamps
_PRICE_NOISE: Final = 1e-7  # relative; one of two channels may send 32-bit floats


def key_of(identifier: int | str | None, venue: int | str | None) -> int:
    """Return the key of an id: the number itself, or a negative hash of anything else.

    The hash of a number is not used, because those of -1 and -2 are equal.
    """
    if venue is not None:
        return _negative(hash((key_of(venue, None), key_of(identifier, None))))
    if isinstance(identifier, str):
        is_number = len(identifier) <= _MAX_DIGITS and identifier.isascii() and identifier.isdecimal()
        if not is_number or (identifier[0] == "0" and identifier != "0"):
            return _negative(hash(identifier))
        identifier = int(identifier)  # another channel may send it as a number
    number = identifier or 0
    if 0 <= number < MAX_NUMBER:
        return number
    return _negative(hash(number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)))


def is_same_trade(known: tuple[int, float, float], stamp_ns: int, price: float, size: float) -> bool:
    """Return whether a trade has the time, price and size of a known one, as far as both are known."""
    held_ns, held_price, held_size = known
    if not is_same_price(price, held_price) or (size and held_size and size != held_size):
        return False
    return held_ns < 0 or stamp_ns < 0 or is_same_time(held_ns, stamp_ns)


def _negative(key: int) -> int:
    """Return a hash as a negative key."""
    return NO_KEY - 1 - (key & _HASH_MASK)


def is_same_price(one: float, other: float) -> bool:
    """Return whether two prices are equal but for rounding."""
    return not abs(one - other) > _PRICE_NOISE * abs(one)  # true of `ANY_PRICE`, too


def precision_ns(time_ns: int) -> int:
    """Return the precision of a timestamp, judged by its trailing zeros."""
    return next((unit_ns for unit_ns in _UNITS_NS if not time_ns % unit_ns), 1)


def is_same_time(one_ns: int, other_ns: int) -> bool:
    """Return whether two times are equal in the coarser of their precisions."""
    return abs(one_ns - other_ns) < max(precision_ns(one_ns), precision_ns(other_ns))
