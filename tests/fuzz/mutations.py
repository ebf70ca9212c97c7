"""Mutations of one frame: values replaced, keys dropped, repeated or reordered, bytes flipped inside strings.

A JSON frame becomes a tree of `Pairs`, lists and leaves, in which an object may hold a key twice, as no dict can.
"""

from __future__ import annotations

import json
import random
from typing import Any, Final, NamedTuple


class Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, in order."""


class Raw(NamedTuple):
    """A value as the bytes of its JSON, which need not be valid."""

    text: bytes


_NUMBERS: Final = (
    0, -0.0, 1, -1, 0.5, 2**31, 2**53 + 1, 2**61 - 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 1e-12, 1e-320, 1e15,
    1e16, 1e300, -1e300, 946_684_800, 1_700_000_000_123, 1_700_000_000_123_456, 253_402_300_800_000,
)  # fmt: skip
_TEXTS: Final = (
    "", " ", "-", "0", "-1", "1e999", "NaN", "Infinity", "-Infinity", "null", "true", "1_000", "12,5", "0x10", "9" * 400,
    "2026-11-28", "2026-11-28T10:15:30Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-00-00T00:00:00Z",
    "2026-11-28T10:15:30.123456789123+99:99", "\x00", "\u202e", "\ud800", "<b>", "=cmd()", "BTC-USD", "币安人生USDT",
    "A" * 5_000,
)  # fmt: skip
_RAW: Final = (
    Raw(b"NaN"), Raw(b"Infinity"), Raw(b"-Infinity"), Raw(b"1e999"), Raw(b"-1e-999"), Raw(b"9" * 400), Raw(b'"\xff"'),
    Raw(b'"\xc3\x28"'), Raw(b'"\xed\xa0\x80"'), Raw(b'"\\ud800"'), Raw(b"[" * 2_000), Raw(b"[" * 2_000 + b"]" * 2_000),
    Raw(b'"\\"'), Raw(b""), Raw(b"01"), Raw(b"+1"),
)  # fmt: skip
_MAX_EXPONENT: Final = 320
_quoted: Final = json.encoder.encode_basestring_ascii  # what `json.dumps` does with a text, without its own cost


def parse(frame: bytes) -> Any:
    """Return a JSON frame as a tree that `mutated` takes; ``None`` where it is no object or array of JSON."""
    try:
        tree = json.loads(frame, object_pairs_hook=Pairs)
    except ValueError:
        return None
    return tree if isinstance(tree, Pairs | list) else None


def mutated(frame: bytes, tree: Any, rng: random.Random) -> bytes:
    """Return a frame with one to three mutations; ``tree`` is `parse` of it."""
    if tree is not None and rng.random() < 0.85:
        tree = _copy(tree)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            _mutate_tree(tree, rng)
        frame = encode(tree)
        if rng.random() < 0.85:
            return frame
    return _mutate_bytes(frame, rng)


def any_value(rng: random.Random, depth: int = 2) -> Any:
    """Return any JSON value, and some that JSON does not have."""
    kind = rng.randrange(8 if depth else 5)
    if kind == 0:
        return rng.choice((None, True, False))
    if kind == 1:
        return rng.choice(_NUMBERS)
    if kind == 2:
        return rng.choice(_TEXTS)
    if kind == 3:
        return rng.choice(_RAW)
    if kind == 4:
        return rng.uniform(-10, 10) * 10.0 ** rng.randint(-_MAX_EXPONENT, _MAX_EXPONENT - 20)
    inner = [any_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind == 5:
        return inner
    return Pairs((rng.choice(_TEXTS[:8]), value) for value in inner)


def encode(value: Any) -> bytes:
    """Return a tree as the bytes of JSON."""
    if isinstance(value, str):
        return _quoted(value).encode()
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Pairs):
        return b"{" + b",".join([_quoted(key).encode() + b":" + encode(inner) for key, inner in value]) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(encode, value)) + b"]"
    return b"%d" % value if type(value) is int else json.dumps(value).encode()


def _copy(tree: Any) -> Any:
    if isinstance(tree, Pairs):
        return Pairs([(key, _copy(value) if isinstance(value, list) else value) for key, value in tree])
    if isinstance(tree, list):
        return [_copy(value) if isinstance(value, list) else value for value in tree]
    return tree


def _holders(tree: Any, found: list[Any]) -> list[Any]:
    """Return every object and array that holds something."""
    if tree:
        found.append(tree)
    for item in tree:
        inner = item[1] if isinstance(tree, Pairs) else item
        if isinstance(inner, list) and not isinstance(inner, Raw):
            _holders(inner, found)
    return found


def _mutate_tree(tree: Any, rng: random.Random) -> None:
    holders = _holders(tree, [])
    if not holders:
        return
    holder = rng.choice(holders)
    index = rng.randrange(len(holder))
    match rng.randrange(8):
        case 0:
            del holder[index]
        case 1:
            holder.insert(rng.randrange(len(holder) + 1), holder[index])
        case 2:
            rng.shuffle(holder)
        case 3:
            _put(holder, index, _scaled(_get(holder, index), rng))
        case 4:  # a value from elsewhere in the frame
            other = rng.choice(holders)
            _put(holder, index, _copy(_get(other, rng.randrange(len(other)))))
        case _:
            _put(holder, index, any_value(rng))


def _get(holder: Any, index: int) -> Any:
    return holder[index][1] if isinstance(holder, Pairs) else holder[index]


def _put(holder: Any, index: int, value: Any) -> None:
    holder[index] = (holder[index][0], value) if isinstance(holder, Pairs) else value


def _scaled(value: Any, rng: random.Random) -> Any:
    """Return a number of another magnitude or sign, written as the frame writes it: as a number or as text."""
    try:
        number = float(value)
        scaled = number * 10.0 ** rng.randint(-30, 30) * rng.choice((1, 1, -1))
        if isinstance(value, int):
            return int(scaled)
    except (TypeError, ValueError, OverflowError):
        return any_value(rng)
    return str(scaled) if isinstance(value, str) else scaled


def _mutate_bytes(frame: bytes, rng: random.Random) -> bytes:
    changed = bytearray(frame)
    match rng.randrange(5):
        case 0 | 1:
            for _ in range(rng.randint(1, 4)):
                _flip_in_a_string(changed, rng)
        case 2:
            if changed:
                changed[rng.randrange(len(changed))] = rng.randrange(256)
        case 3:
            del changed[rng.randrange(len(changed) + 1) :]
        case 4:
            position = rng.randrange(len(changed) + 1)
            changed[position:position] = rng.randbytes(rng.randint(1, 6))
    return bytes(changed)


def _flip_in_a_string(frame: bytearray, rng: random.Random) -> None:
    """Change one byte between two quotation marks, where JSON parsers look at bytes last."""
    quotes = [position for position, byte in enumerate(frame) if byte == ord('"')]
    if len(quotes) < 2:
        return
    which = rng.randrange(len(quotes) - 1)
    begin, end = quotes[which], quotes[which + 1]
    if end - begin > 1:
        frame[rng.randrange(begin + 1, end)] = rng.randrange(256)
