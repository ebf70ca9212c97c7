"""Conditions that select one kind of an unknown feed's messages and exclude the other kinds.

A condition compares texts that name kinds. It never contains a number, a time or a symbol, because those differ in the
next message, so that the condition would exclude it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Final

from ticker_gui.feeds.generic.candidates import Item
from ticker_gui.feeds.generic.message_kinds import MessageKind, RequestedSymbols, is_generic, kind_of_text
from ticker_gui.feeds.generic.paths import compile_condition

_MAX_CHOICES: Final = 4
_MAX_EXCLUSIONS: Final = 4


def find_condition(
    items: Sequence[Item], texts: Sequence[dict[str, str]], group: AbstractSet[int], requested: RequestedSymbols
) -> str | None:
    """Return a condition that all items of a group meet and no others; ``None`` if there is none.

    ``texts`` are the `kind_texts` of the items. A group with a text that names its kind gets a condition even if there
    are no other items: others may follow.
    """
    members = [texts[number] for number in group]
    others = [number for number in range(len(items)) if number not in group]
    shared, alternatives = _shared_conditions(members, requested)
    chosen: list[str] = []
    left = others
    for rank, condition in sorted(shared, key=lambda pair: -pair[0]):
        rest = _meeting(condition, items, left)
        if len(rest) < len(left) or (not chosen and rank >= 1):
            chosen.append(condition)
            left = rest
    for condition in alternatives if left or not chosen else ():
        if not _meeting(condition, items, others):
            return condition
    for condition in _exclusions(members, [texts[number] for number in left], requested):
        rest = _meeting(condition, items, left)
        if len(rest) < len(left):
            chosen.append(condition)
            left = rest
    return None if left else " && ".join(chosen)


def condition_of(path: str, text: str, requested: RequestedSymbols) -> str:
    """Return a condition for the kind that a text at a path names, for any symbol; empty if there is none."""
    span = requested.span(text)
    if span is None:
        return "" if is_generic(text) else f"{path} == '{text}'"
    before, after = text[: span[0]], text[span[1] :]
    if (_rank(after), len(after)) > (_rank(before), len(before)):
        return "" if is_generic(after) else f"ends_with({path}, '{after}')"
    return "" if is_generic(before) else f"starts_with({path}, '{before}')"


def _rank(text: str) -> int:
    """Return how clearly a text names a kind."""
    return 0 if is_generic(text) else 1 if kind_of_text(text) is MessageKind.UNKNOWN else 2


def _shared_conditions(
    members: list[dict[str, str]], requested: RequestedSymbols
) -> tuple[list[tuple[float, str]], list[str]]:
    """Return the conditions that all items of a group meet, with their ranks; and alternatives.

    An alternative joins the texts of a field that has several, such as "match" and "last match".
    """
    shared: list[tuple[float, str]] = []
    alternatives: list[str] = []
    for path in members[0]:
        if not all(path in texts for texts in members):
            continue
        found = {texts[path] for texts in members}
        conditions = {condition_of(path, text, requested) for text in found}
        if "" in conditions or len(conditions) > _MAX_CHOICES:
            continue
        rank = min(_rank(requested.removed_from(text)) for text in found)
        is_short = len(path.rpartition(".")[2]) == 1 and path.rpartition(".")[2] not in ("e", "T")
        if len(conditions) == 1:
            shared.append((rank - 0.5 * is_short, next(iter(conditions))))
        elif rank == 2:
            alternatives.append(" || ".join(sorted(conditions)))
    return shared, alternatives


def _exclusions(members: list[dict[str, str]], others: list[dict[str, str]], requested: RequestedSymbols) -> list[str]:
    """Return conditions that exclude texts of the other items."""
    found: dict[str, None] = {}
    for path, text in dict.fromkeys(chain.from_iterable(texts.items() for texts in others)):
        condition = condition_of(path, text, requested)
        is_plain = " == " in condition and condition.count("'") == 2
        if is_plain and all(member.get(path) != text for member in members):
            found[condition.replace(" == ", " != ")] = None
    return list(found)[:_MAX_EXCLUSIONS]


def _meeting(condition: str, items: Sequence[Item], numbers: Sequence[int]) -> list[int]:
    """Return the numbers of the items that meet a condition."""
    check: Callable[..., object] = compile_condition(condition)
    return [number for number in numbers if check(items[number].value, items[number].message, items[number].key)]
