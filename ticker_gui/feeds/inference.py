"""Where an unknown feed keeps its values, found by looking at what it sends.

Every place in the messages where objects or rows of values stand is looked at as if items stood there: all of them
together, and each kind by itself. The symbol is found by what the user asked for, and the rest by `Figures`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ticker_gui.feeds.field_names import KIND_NAMES, role_score
from ticker_gui.feeds.figures import Fields, Figures
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.paths import KEY
from ticker_gui.feeds.places import Item, joined, leaves, places_of
from ticker_gui.feeds.symbols import Spellings

SURE: Final = 0.75
_MOST_KINDS: Final = 12


class Proposal(NamedTuple):
    """A mapping, how sure it is (0 to 1), and why, in words."""

    mapping: FieldMapping
    confidence: float
    reasons: tuple[str, ...]


def propose(messages: Sequence[Any], spellings: Spellings) -> Proposal | None:
    """Return the mapping that finds most in messages; ``None`` where nothing is found."""
    proposals = [
        proposal for path, items in places_of(messages).items() for proposal in _proposals(path, items, spellings)
    ]
    return max(proposals, key=lambda proposal: proposal.confidence, default=None)


def describe(messages: Sequence[Any]) -> str:
    """Return in words what messages look like, for someone who has to write the mapping."""
    places = [(path, items) for path, items in places_of(messages).items() if "*" not in path]
    named = [(path, items, Counter(name for item in items for name, _ in leaves(item.value))) for path, items in places]
    path, items, names = max(named, key=lambda place: len(place[2]), default=("", [], Counter[str]()))
    if not names:
        return "no objects and no rows of values"
    return f"{len(items)} items at {path or 'the top'}, with {', '.join(name for name, _ in names.most_common(12))}"


# What stands there


def _proposals(path: str, items: list[Item], spellings: Spellings) -> Iterator[Proposal]:
    """Yield what the items of one place may be: all together, and each kind of them by itself."""
    yield from _proposal(path, items, spellings, "")
    for name, kinds in _kinds(items):
        for kind, members in kinds.items():
            yield from _proposal(path, members, spellings, f"{name} == '{kind}'")


def _kinds(items: list[Item]) -> Iterator[tuple[str, dict[str, list[Item]]]]:
    """Yield the fields that tell kinds of items apart, with the items of each kind."""
    for prefix in ("", "$."):
        for name in KIND_NAMES:
            kinds: defaultdict[str, list[Item]] = defaultdict(list)
            for item in items:
                holder = item.message if prefix else item.value
                kind = holder.get(name) if isinstance(holder, dict) else None
                if isinstance(kind, str) and "'" not in kind:
                    kinds[kind].append(item)
            if 1 < len(kinds) <= _MOST_KINDS or (kinds and sum(map(len, kinds.values())) < len(items)):
                yield prefix + name, kinds


def _proposal(path: str, items: list[Item], spellings: Spellings, when: str) -> Iterator[Proposal]:
    fields = _fields(items)
    symbol, symbol_score = _find_symbol(items, fields, spellings)
    if symbol_score == 0 or (items[0].key is not None and symbol != KEY):
        return
    figures = Figures(fields, symbol, len(items))
    score = figures.judge()
    if score == 0:
        return
    if isinstance(items[0].value, list) and symbol.startswith("$") and "time" not in figures.roles:
        return  # rows with neither symbol nor time are levels of an order book
    mapping = FieldMapping(items=path, when=when, symbol=symbol, **figures.roles)
    # Of two that find the same, the one with more in it, and then the simpler.
    confidence = symbol_score * score + 0.01 * len(figures.roles) - 0.02 * bool(when) - 0.01 * path.count(".")
    named = f"{symbol} names a symbol that was asked for" if symbol else "one symbol is watched and none is named"
    yield Proposal(mapping, min(confidence, 1.0), (named, *figures.reasons))


def _fields(items: list[Item]) -> Fields:
    fields: defaultdict[str, dict[int, Any]] = defaultdict(dict)
    for number, item in enumerate(items):
        for name, value in leaves(item.value):
            if value is not None and value != "":
                fields[name][number] = value
        if item.key is not None:
            fields[KEY][number] = item.key
        if item.message is not item.value:
            for name, value in _around(item):
                fields[name][number] = value
    return dict(fields)


def _around(item: Item) -> Iterator[tuple[str, Any]]:
    """Yield the plain values that a message has around its items."""
    message = item.message
    if isinstance(message, list):
        message = {f"[{index}]": value for index, value in enumerate(message)}
    for name, value in message.items():
        path = name if name.startswith("[") else joined("", name)
        inside = value.items() if isinstance(value, dict) and value is not item.value else ()
        for where, leaf in ((path, value), *((joined(path, inner), leaf) for inner, leaf in inside)):
            if isinstance(leaf, str | int | float) and not isinstance(leaf, bool):
                yield f"$.{where}", leaf


def _find_symbol(items: list[Item], fields: Fields, spellings: Spellings) -> tuple[str, float]:
    """Return the path to the symbol and how sure it is."""
    best, best_score = "", 0.0
    for name, values in fields.items():
        score = _symbol_score(name, list(values.values()), spellings) * (0.8 + 0.2 * len(values) / len(items))
        if score > best_score:
            best, best_score = name, score
    if best_score == 0.0 and spellings.only is not None and not _names_others(fields):
        return "", 0.85  # a feed of one symbol need not name it
    return best, best_score


def _symbol_score(name: str, values: list[Any], spellings: Spellings) -> float:
    if not all(isinstance(value, str) for value in values):
        return 0.0
    exact = any(spellings.is_asked(value) for value in values)
    within = any(spellings.match(value) is not None for value in values)
    is_telling = role_score("symbol", name) > 0 or name == KEY or name.endswith("]")  # in a row nothing has a name
    trust = 1.0 if is_telling else 0.95
    return trust * (1.0 if exact else 0.85 if within else 0.0)


def _names_others(fields: Fields) -> bool:
    """Return whether a field that is called a symbol names something that nobody asked for."""
    return any(
        role_score("symbol", name) == 1.0 and all(isinstance(value, str) for value in values.values())
        for name, values in fields.items()
    )
