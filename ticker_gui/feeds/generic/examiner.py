"""Examines the items in the messages of an unknown feed, and keeps what it finds while more messages arrive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, Final

from ticker_gui.feeds.generic.candidates import Item, by_path, join_path, leaves, places_in
from ticker_gui.feeds.generic.field_values import Fields
from ticker_gui.feeds.generic.message_kinds import MessageKind, Requested, kind_of_item, kind_texts
from ticker_gui.feeds.generic.paths import KEY
from ticker_gui.feeds.symbols import SymbolResolver

_MAX_ENVELOPE_VALUES: Final = 8
_MAX_ENVELOPE_NAMES: Final = 32
_MAX_KEPT: Final = 1_000  # items of one message; those of a larger one are found again


class ExaminedItem:
    """An item at a place, and what is found in it."""

    def __init__(self, item: Item, path: str, requested: Requested) -> None:
        self.item = item
        self._path = path
        self._requested = requested

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The values in the item and around it by their paths; the value of a field that is empty is left out."""
        item = self.item
        found = {name: value for name, value in self._leaves if value is not None and value != ""}
        if item.key is not None:
            found[KEY] = item.key
        if item.message is not item.value:
            found.update(self._around)
        return found

    @cached_property
    def names_requested(self) -> bool:
        """Whether a text in the item or around it names a requested symbol."""
        texts = (text for _, text in chain(self._leaves, self._around) if isinstance(text, str))
        return any(self._requested.is_in(text) for text in chain((self.item.key or "",), texts))

    @cached_property
    def kind_texts(self) -> dict[str, str]:
        """The texts that may name the kind of the item, by path."""
        return kind_texts(self.item)

    @cached_property
    def kind(self) -> MessageKind:
        """The kind of the item."""
        return kind_of_item(self.item, self._path, self._requested, self.kind_texts)

    @cached_property
    def _leaves(self) -> list[tuple[str, Any]]:
        return list(leaves(self.item.value))

    @cached_property
    def _around(self) -> list[tuple[str, Any]]:
        return list(_envelope_values(self.item))


class Examiner:
    """Examines messages for the requested symbols at the time when it is made."""

    def __init__(self, resolver: SymbolResolver) -> None:
        self.resolver = resolver
        self.requested = Requested(resolver)
        self._kept: dict[int, tuple[Any, list[tuple[str, ExaminedItem]]]] = {}  # by the id of the message, with it

    def items_by_path(self, messages: Sequence[Any]) -> dict[str, list[ExaminedItem]]:
        """Return the items at every place with objects or rows of values, by the path of ``items``."""
        return by_path(chain.from_iterable(map(self._items_in, messages)))

    def _items_in(self, message: Any) -> Iterable[tuple[str, ExaminedItem]]:
        """Return the items in a message with their paths; they are examined when something about them is asked for."""
        if id(message) in self._kept:
            return self._kept[id(message)][1]
        found = (
            (path, ExaminedItem(item, path, self.requested))
            for path, item in places_in(message, self.requested.names_one)
        )
        first = list(islice(found, _MAX_KEPT + 1))
        if len(first) > _MAX_KEPT:
            return chain(first, found)
        self._kept[id(message)] = message, first
        return first


def fields_of(items: Sequence[ExaminedItem]) -> Fields:
    """Return the values of all fields by path and by the number of the item."""
    fields: defaultdict[str, dict[int, Any]] = defaultdict(dict)
    for number, item in enumerate(items):
        for name, value in item.fields.items():
            fields[name][number] = value
    return dict(fields)


def _envelope_values(item: Item) -> Iterator[tuple[str, Any]]:
    """Yield the plain values in a message outside its items, with their paths; a large object has only items."""
    message = item.message
    if isinstance(message, list):
        message = {f"[{index}]": value for index, value in enumerate(message[:_MAX_ENVELOPE_VALUES])}
    for name, value in message.items() if len(message) <= _MAX_ENVELOPE_NAMES else ():
        path = name if name.startswith("[") else join_path("", name)
        inside: list[tuple[str, Any]] = []
        if isinstance(value, dict) and value is not item.value:
            inside = [(join_path(path, inner), leaf) for inner, leaf in islice(value.items(), _MAX_ENVELOPE_NAMES)]
        elif isinstance(value, list):
            inside = [(f"{path}[{index}]", leaf) for index, leaf in enumerate(value[:_MAX_ENVELOPE_VALUES])]
        for where, leaf in ((path, value), *inside):
            if isinstance(leaf, str | int | float) and not isinstance(leaf, bool):
                yield f"$.{where}", leaf
