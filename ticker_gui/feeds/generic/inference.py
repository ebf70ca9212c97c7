"""Infers a mapping from the messages of an unknown feed.

Every place in the messages with objects or rows of values is examined as a place of items: all items together, and each
kind by itself. The symbol is found by the requested symbols, the other values by `FieldRoles`.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.generic.candidates import Item, candidates_of, leaves
from ticker_gui.feeds.generic.conditions import find_condition
from ticker_gui.feeds.generic.examiner import Envelope, ExaminedItem, Examiner, fields_of
from ticker_gui.feeds.generic.field_names import KIND_NAMES, role_score
from ticker_gui.feeds.generic.field_roles import FieldRoles
from ticker_gui.feeds.generic.field_values import Fields
from ticker_gui.feeds.generic.ladders import has_side, is_ladder
from ticker_gui.feeds.generic.mapped import Reader
from ticker_gui.feeds.generic.message_kinds import (
    MessageKind,
    RequestedSymbols,
    is_generic,
    is_kind_text,
    is_order_book,
    kind_of_item,
    kind_of_text,
)
from ticker_gui.feeds.generic.paths import KEY, compile_condition
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.symbols import SymbolResolver, split_pair

MIN_CONFIDENCE: Final = 0.75
_MAX_KINDS: Final = 12
_MIN_ITEMS: Final = 13
_UNCERTAIN: Final = 0.7
_ONE_SYMBOL: Final = 0.05
_SYMBOL_WORDS: Final = frozenset(
    ("pair", "symbol", "instrument", "market", "asset", "contract", "security", "product", "coin", "token", "ticker")
)
_LAST_STEP: Final = re.compile(r'(?:\[[0-9]+\]|\.(?:[A-Za-z0-9_$]+|"[^"]*"))\Z')
_STEPS: Final = re.compile(r"[A-Za-z0-9]+")
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


class Proposal(NamedTuple):
    """A mapping, its confidence (0 to 1) and the reasons for it; ``notes`` are sentences for the user."""

    mapping: FieldMapping
    confidence: float
    reasons: tuple[str, ...]
    kind: MessageKind = MessageKind.UNKNOWN
    notes: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The sort key: a mapping that is certain is better; among those, one of trades; then the confidence."""
        is_sure = self.confidence >= MIN_CONFIDENCE
        return is_sure, is_sure and self.kind is MessageKind.TRADE, self.confidence


def propose(messages: Sequence[Any], examiner: Examiner) -> Proposal | None:
    """Return the mapping that fits the messages best; ``None`` if none fits."""
    resolver = examiner.resolver
    proposals = [
        proposal
        for path, items in examiner.items_by_path(messages).items()
        for proposal in examiner.once(path, items, partial(_all_proposals, path, items, examiner))
    ]
    ranked = sorted(proposals, key=lambda proposal: proposal.rank, reverse=True)
    return next((proposal for proposal in ranked if _reads_something(proposal.mapping, messages, resolver)), None)


def _reads_something(mapping: FieldMapping, messages: Sequence[Any], resolver: SymbolResolver) -> bool:
    """Return whether a mapping reads an event in any message, or has no path to a price."""
    if not mapping.has_values:
        return True
    reader = Reader(mapping, resolver)
    for message in messages:
        with contextlib.suppress(FrameError):
            if reader.facts([message]):
                return True
    return False


def _all_proposals(path: str, items: list[ExaminedItem], examiner: Examiner) -> list[Proposal]:
    """Return the mappings for the items of one place."""
    return list(_proposals(path, _about_requested(items, examiner.resolver), examiner.resolver, examiner.requested))


def _about_requested(items: list[ExaminedItem], resolver: SymbolResolver) -> list[ExaminedItem]:
    """Return the items that name a requested symbol; if none does, all items of a feed with one symbol."""
    return [item for item in items if item.names_requested] or (items if resolver.only is not None else [])


def may_read(mapping: FieldMapping, message: Any, resolver: SymbolResolver) -> bool:
    """Return whether the mapping reads no order book, mark price or other symbol from a message."""
    meets, requested = compile_condition(mapping.when) if mapping.when else None, RequestedSymbols(resolver)
    envelope = Envelope(message)
    items = [
        ExaminedItem(item, mapping.items, requested, envelope)
        for item in candidates_of([message]).get(mapping.items, [])
        if meets is None or meets(item.value, item.message, item.key)
    ]
    if items and not mapping.symbol and _names_other_symbol(mapping.items, fields_of(items)):
        return False
    return all(item.kind.is_readable for item in items)


def describe_messages(messages: Sequence[Any], resolver: SymbolResolver) -> str:
    """Return a description of the messages, to help the user write a mapping."""
    by_path = [(path, items) for path, items in candidates_of(messages).items() if "*" not in path]
    named = [
        (path, items, Counter(name for item in items for name, _ in leaves(item.value))) for path, items in by_path
    ]
    path, items, names = max(named, key=lambda entry: len(entry[2]), default=("", [], Counter[str]()))
    if not names:
        return "no objects and no rows of values"
    requested = RequestedSymbols(resolver)
    kinds = Counter(
        MessageKind.BOOK if is_order_book(message, requested) else kind_of_item(Item(message, message), "", requested)
        for message in messages
    )
    counted = ", ".join(f"{count} {kind.value}" for kind, count in kinds.most_common())
    fields = ", ".join(name for name, _ in names.most_common(12))
    return f"{counted}; {len(items)} items at {path or 'the top level'}, with {fields}"


# Mappings for the items of one place


def _proposals(
    path: str, items: list[ExaminedItem], resolver: SymbolResolver, requested: RequestedSymbols
) -> Iterator[Proposal]:
    """Yield the mappings for the items of one place: for all readable items together, and for each kind."""
    texts = [item.kind_texts for item in items]
    kinds = [item.kind for item in items]
    readable = {number for number, kind in enumerate(kinds) if kind.is_readable}
    groups = {frozenset(readable): None}
    groups |= {frozenset(number for number in readable if kinds[number] is kind): None for kind in MessageKind}
    groups |= dict.fromkeys(_groups_by_text(texts, readable))
    for group in groups:
        if not group:
            continue
        found = {kinds[number] for number in group}
        when = find_condition([item.item for item in items], texts, group, requested) if len(found) == 1 else None
        if when is not None:
            members = [items[number] for number in sorted(group)]
            for proposal in _proposal(path, members, resolver, when, found.pop()):
                yield _less_certain_if_of_one_symbol(proposal, requested)


def _less_certain_if_of_one_symbol(proposal: Proposal, requested: RequestedSymbols) -> Proposal:
    """Return a proposal with less confidence if its paths contain a requested symbol, because it reads no other one."""
    mapping = proposal.mapping
    is_of_one = any(requested.is_in(step) for step in _STEPS.findall(f"{mapping.items} {mapping.symbol}"))
    return proposal._replace(confidence=proposal.confidence - _ONE_SYMBOL) if is_of_one else proposal


def _certainty(path: str, items: list[Item], field_roles: FieldRoles) -> float:
    """Return a factor for the confidence of a mapping whose messages have no text that names their kind."""
    roles = field_roles.roles
    is_listed = "[]" in path and "time" not in roles
    if (is_listed or has_side(field_roles)) and len(items) < _MIN_ITEMS:
        return _UNCERTAIN  # trades or levels of an order book: more items will show which
    price = roles.get("price", "").rpartition(".")[2]
    if len(price) == 1 and price != "@" and not roles.keys() & {"size", "time", "bid", "high", "trade_id"}:
        is_likely = len(items) >= _MIN_ITEMS and field_roles.moves_like_a_price(roles["price"])
        return 1.0 if is_likely else _UNCERTAIN  # a name of one letter may mean anything
    is_named = "bid" in roles and not roles["bid"].endswith("]")
    return _UNCERTAIN if is_named and field_roles.is_assigned_by_values("bid") else 1.0


def _groups_by_text(texts: list[dict[str, str]], readable: set[int]) -> Iterator[frozenset[int]]:
    """Yield groups of items that share a text, for each field of texts that distinguishes kinds of items."""
    fields: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number in readable:
        for path, text in texts[number].items():
            fields[path][text].add(number)
    for kinds in fields.values():
        if len(kinds) <= _MAX_KINDS:
            yield from (frozenset(members) for members in kinds.values())


def _proposal(
    path: str, examined: list[ExaminedItem], resolver: SymbolResolver, when: str, kind: MessageKind
) -> Iterator[Proposal]:
    """Yield the mapping for a group of items that ``when`` selects, if there is one."""
    items, fields = [each.item for each in examined], fields_of(examined)
    symbol, symbol_score = _find_symbol(path, items, fields, resolver)
    if symbol_score == 0 or (items[0].key is not None and symbol != KEY):
        return
    fields = _without_other_symbols(fields, symbol)
    field_roles = FieldRoles(fields, symbol, len(items), is_trade=kind is MessageKind.TRADE)
    score = field_roles.assign()
    if score == 0 and field_roles.notes:
        yield Proposal(FieldMapping(), 0.0, (), kind, tuple(field_roles.notes))
    if (
        score == 0
        or (kind is MessageKind.UNKNOWN and is_ladder(items, field_roles))
        or not field_roles.has_uniform_rows()
    ):
        return
    if kind is MessageKind.UNKNOWN:
        score *= _certainty(path, items, field_roles)
    if isinstance(items[0].value, list) and symbol.startswith("$") and "time" not in field_roles.roles:
        return  # rows without symbol and time are levels of an order book
    if kind is MessageKind.TICKER and _are_quote_sides(path, items, symbol, field_roles):
        return
    mapping = FieldMapping(items=path, when=when, symbol=symbol, **field_roles.roles)
    # Of two mappings that read the same, prefer the one with more fields, then the simpler one.
    confidence = symbol_score * score + 0.01 * len(field_roles.roles) - 0.01 * path.count(".")
    confidence -= 0.01 * when.count("==") + 0.05 * when.count("!=") + (0.1 if kind is MessageKind.BAR else 0.0)
    named = f"{symbol} names a requested symbol" if symbol else "one symbol is requested and none is named"
    yield Proposal(mapping, min(confidence, 1.0), (named, *field_roles.reasons), kind, tuple(field_roles.notes))


def _are_quote_sides(path: str, items: list[Item], symbol: str, field_roles: FieldRoles) -> bool:
    """Return whether a list in a ticker consists of its bid and its ask: ``{"bbo":[{"px":1},{"px":2}]}``."""
    if "[]" not in path or not symbol.startswith("$") or {"bid", "ask"} & field_roles.roles.keys():
        return False
    return max(Counter(id(item.message) for item in items).values()) > 1


def _find_symbol(path: str, items: list[Item], fields: Fields, resolver: SymbolResolver) -> tuple[str, float]:
    """Return the path to the symbol, and its confidence."""
    best, best_score = "", 0.0
    for name, values in fields.items():
        score = _symbol_score(name, values.values(), resolver) * (0.8 + 0.2 * len(values) / len(items))
        if score > best_score or (score == best_score > 0.0 and name == KEY):
            best, best_score = name, score
    if best_score == 0.0 and resolver.only is not None and not _names_other_symbol(path, fields):
        return "", 0.85  # the messages of one symbol need not name it
    return best, best_score


def _without_other_symbols(fields: Fields, symbol: str) -> Fields:
    """Return the fields except those of objects that name their own symbol, beside the object with this symbol.

    In ``{"BTC":{"symbol":"BTC","last":1},"ETH":{"symbol":"ETH","last":2}}`` the second price is not one of the first
    symbol.
    """
    if symbol in ("", KEY):
        return fields
    holder, name = _holder_and_step(symbol)
    if name.startswith("["):  # the columns of different rows have no names
        return fields
    return {path: values for path, values in fields.items() if not _is_of_other(path, holder, name, fields)}


def _is_of_other(path: str, holder: str, name: str, fields: Fields) -> bool:
    """Return whether an object around a field, but not around the symbol in ``holder``, has its own ``name``."""
    while path:
        path, _ = _holder_and_step(path)
        if _contains(path, holder):
            return False  # and so do the objects around it
        if f"{path}{name}".removeprefix(".") in fields:
            return True
    return False


def _contains(path: str, inner: str) -> bool:
    """Return whether an object contains another one, or is the same; ``$`` is the message, and no path the item."""
    if not path:
        return not inner.startswith("$")
    return path == "$" or f"{inner}.".startswith((f"{path}.", f"{path}["))


def _holder_and_step(path: str) -> tuple[str, str]:
    """Return the path to the object or row that has a field, and the last step from there: ``.last`` or ``[3]``."""
    match = _LAST_STEP.search(path)
    return ("", f".{path}") if match is None else (path[: match.start()], match[0])


def _symbol_score(name: str, values: Collection[Any], resolver: SymbolResolver) -> float:
    """Return how well the values of a field match the requested symbols, from 0 to 1."""
    if not all(isinstance(value, str) for value in values):
        return 0.0
    texts = set(values)
    exact = any(map(resolver.is_requested, texts))
    if not exact and all(resolver.match(text) is None for text in texts):
        return 0.0
    is_symbol_name = role_score("symbol", name) > 0 or name == KEY or name.endswith("]")  # columns have no names
    trust = 1.0 if is_symbol_name else 0.95
    return trust * (1.0 if exact else 0.85)


def _names_other_symbol(path: str, fields: Fields) -> bool:
    """Return whether a field or a step of the path names an instrument, which is then not a requested one."""
    if any(_looks_like_symbol(step) for step in _STEPS.findall(path)):
        return True
    for name, values in fields.items():
        if {word.lower() for word in _WORDS.findall(name)} & _SYMBOL_WORDS or role_score("symbol", name) == 1.0:
            return True
        last = name.rpartition(".")[2]
        may_name = name.startswith("$.") or last in KIND_NAMES or role_score("symbol", name) > 0
        if may_name and any(_looks_like_symbol(value) for value in values.values()):
            return True
    return False


def _looks_like_symbol(value: object) -> bool:
    """Return whether a text contains a word in capitals or a currency pair, and does not name a kind."""
    if not isinstance(value, str) or not is_kind_text(value) or is_generic(value):
        return False
    return any(
        (word.isupper() and len(word) > 1 and kind_of_text(word) is MessageKind.UNKNOWN and not is_generic(word))
        or split_pair(word) is not None
        for word in _STEPS.findall(value)
    )
