"""Search of the command palette: prefixes, ranking, groups and recent entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.command_palette.fuzzy import Match, Rank, match

COMMANDS_PREFIX: Final = ">"
LISTS_PREFIX: Final = "@"
MAX_RECENT_SHOWN: Final = 5
_GROUPS_OF_PREFIX: Final = {
    COMMANDS_PREFIX: frozenset({Group.COMMANDS, Group.CHART, Group.SETTINGS}),
    LISTS_PREFIX: frozenset({Group.LISTS}),
}
_FALLBACK_RANK: Final = (Rank.INITIALS + Rank.SCATTERED) / 2


class Result(NamedTuple):
    """An entry that matches, the group under which it is listed, and the matched characters of its title."""

    entry: Entry
    group: Group
    positions: tuple[int, ...] = ()


class _Ranked(NamedTuple):
    """A result with the values by which it is sorted: ``start`` is the first matched character of the title."""

    rank: float
    is_disabled: bool
    start: int
    order: int
    result: Result


def find(
    typed: str,
    entries: Sequence[Entry],
    symbols: Callable[[str], Iterable[Entry]] = lambda query: (),
    recent: Sequence[str] = (),
) -> list[Result]:
    """Return the entries that match a typed text, group by group, the best group and the best entry first.

    ``entries`` and ``symbols`` are the candidates; ``symbols`` receives the typed text. ``recent`` are the ids of the
    entries used last, newest first: they are listed first, unless another entry is exactly what was typed. The
    prefixes ``>`` and ``@`` restrict the search to commands and lists.
    """
    query = typed.strip().replace("...", "…")  # as in the titles of commands
    groups = _GROUPS_OF_PREFIX.get(query[:1])
    if groups is not None:
        query = query[1:].strip()
        candidates = [entry for entry in entries if entry.group in groups]
    else:
        candidates = [*symbols(query), *entries]
    ranked = _ranked(query, candidates, {entry_id: order for order, entry_id in enumerate(recent)})
    by_group: dict[Group, list[_Ranked]] = {}
    for one in sorted(ranked, key=lambda one: one[:4]):
        by_group.setdefault(one.result.group, []).append(one)
    by_group = _with_limited_recent(by_group)
    order = sorted(by_group, key=lambda group: _group_order(group, by_group[group][0].rank, bool(query)))
    return [one.result for group in order for one in by_group[group]]


def _ranked(query: str, candidates: Iterable[Entry], recent: dict[str, int]) -> list[_Ranked]:
    found: list[_Ranked] = []
    for order, entry in enumerate(candidates):
        matched = _match(query, entry)
        if matched is not None:
            is_recent = entry.id in recent and matched.rank <= Rank.SUBSTRING
            rank = _FALLBACK_RANK if entry.is_fallback else float(matched.rank)
            positions = tuple(position for position in matched.positions if position < len(entry.title))
            result = Result(entry, Group.RECENT if is_recent else entry.group, positions)
            start = positions[0] if positions and not is_recent else 0
            found.append(_Ranked(rank, bool(entry.reason), start, recent[entry.id] if is_recent else order, result))
    # Letters that are only in order are rarely what the user means.
    has_better = any(one.rank <= Rank.INITIALS for one in found)
    return [one for one in found if one.rank < Rank.SCATTERED or not has_better]


def _match(query: str, entry: Entry) -> Match | None:
    if entry.is_fallback:
        return Match(Rank.SCATTERED, ())
    by_title = match(query, entry.title)
    if not entry.keywords or (by_title is not None and by_title.rank <= Rank.SUBSTRING):
        return by_title
    if query and f"{entry.keywords.casefold()} ".startswith(f"{query.casefold()} "):
        return Match(Rank.PREFIX, ())  # the usual short name, such as RSI
    by_all = match(query, f"{entry.title}\n{entry.keywords}")
    if by_all is None or (by_title is not None and by_title.rank <= by_all.rank):
        return by_title
    return by_all._replace(rank=max(by_all.rank, Rank.SUBSTRING))  # titles first


def _with_limited_recent(by_group: dict[Group, list[_Ranked]]) -> dict[Group, list[_Ranked]]:
    """Return the groups with at most `MAX_RECENT_SHOWN` recent entries; the others go to their own groups."""
    limited = {group: list(found) for group, found in by_group.items()}
    recent = limited.get(Group.RECENT, [])
    for one in recent[MAX_RECENT_SHOWN:]:
        entry = one.result.entry
        members = limited.setdefault(entry.group, [])
        members.append(one._replace(result=one.result._replace(group=entry.group)))
        members.sort(key=lambda member: member.rank)
    del recent[MAX_RECENT_SHOWN:]
    return limited


def _group_order(group: Group, best: float, has_query: bool) -> tuple[float, int]:
    """Return the key to sort groups: recent entries first, but an exact match is before all others."""
    if not has_query:
        return 0.0, int(group)
    if group is Group.RECENT:
        return (0.0 if best == Rank.EXACT else 0.5), int(group)
    return best, int(group)
