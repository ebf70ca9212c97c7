"""Sample messages of an unknown feed, some of every shape, so that frequent messages do not displace rare ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from ticker_gui.feeds.generic.field_names import KIND_NAMES
from ticker_gui.feeds.generic.message_kinds import is_kind_text

Shape: TypeAlias = tuple[Any, ...]

_MAX_MESSAGES: Final = 160
_MAX_PER_SHAPE: Final = 24
_MAX_SHAPES: Final = 1024
_MAX_BYTES: Final = 2 << 20
_MAX_NAMES: Final = 64
_KINDS: Final = frozenset(KIND_NAMES)


class Samples:
    """The kept messages, and the shapes of all messages received."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self._counts: Counter[Shape] = Counter()
        self._bytes = 0
        self._early: set[Shape] = set()

    def add(self, messages: Sequence[Any], size: int) -> bool:
        """Keep the messages of a frame of ``size`` bytes while there is room; return whether one has a new shape."""
        is_new = False
        for message in messages:
            shape = shape_of(message)
            is_new |= self.note(shape)
            has_room = self._bytes < _MAX_BYTES and len(self.messages) < _MAX_MESSAGES
            if has_room and self._counts[shape] <= _MAX_PER_SHAPE:
                self._bytes += size // len(messages)
                self.messages.append(message)
        return is_new

    def note(self, shape: Shape) -> bool:
        """Count a shape; return whether it is new. Above a maximum number of shapes, all others count as new."""
        if shape not in self._counts and len(self._counts) >= _MAX_SHAPES:
            return True
        self._counts[shape] += 1
        return self._counts[shape] == 1

    def drop_messages(self) -> None:
        """Drop the kept messages; their shapes remain known."""
        self.messages = []
        self._early.update(self._counts)

    def is_early(self, shape: Shape) -> bool:
        """Return whether a shape arrived before `drop_messages`."""
        return shape in self._early


def shape_of(message: Any) -> Shape:
    """Return the common features of messages of one kind: the names of fields, and the texts that name kinds."""
    if type(message) is dict:  # called for every message, so it examines only two levels
        parts: list[Any] = [tuple(message)]
        for name, value in message.items():
            kind = type(value)
            if kind is str:
                if name in _KINDS and is_kind_text(value):
                    parts.append(value)
            elif kind is dict:
                parts.append(_inner_shape(value))
            elif kind is list and value:
                first = value[0]
                if type(first) is dict:
                    parts.append(_inner_shape(first))
                elif type(first) is str and is_kind_text(first):
                    parts.append(first)
        return tuple(parts)
    if isinstance(message, list):
        texts = tuple(value for value in message[:_MAX_NAMES] if is_kind_text(value))
        return "[]", type(message[0]).__name__ if message else "", len(message) < 3, texts
    return (type(message).__name__,)


def _inner_shape(value: dict[str, Any]) -> Shape:
    texts = [text for name, text in value.items() if name in _KINDS and is_kind_text(text)]
    inner = [tuple(held) for held in value.values() if type(held) is dict]
    lists = [tuple(held[0]) for held in value.values() if type(held) is list and held and type(held[0]) is dict]
    return tuple(value), *texts, *inner, *lists
