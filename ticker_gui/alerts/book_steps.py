"""Steps of the alerts that can be undone, without undoing what has happened to alerts since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.saved_alerts import AlertRecord


class BookValues(NamedTuple):
    """What a step may change: alerts by id, their history, and whether their actions run."""

    records: Mapping[str, AlertRecord]
    history: Sequence[Firing]
    do_not_disturb_until_ns: int | None
    muted_feeds: frozenset[str]


class BookStep(NamedTuple):
    """A change by the user, with the values before and after it."""

    description: str
    before: BookValues
    after: BookValues


def reverted(now: BookValues, source: BookValues, target: BookValues) -> BookValues:
    """Return the current values with the change from ``source`` to ``target``; anything else that changed stays."""
    is_same = now.do_not_disturb_until_ns == source.do_not_disturb_until_ns
    return BookValues(
        _records(now.records, source.records, target.records),
        _history(now.history, source.history, target.history),
        target.do_not_disturb_until_ns if is_same else now.do_not_disturb_until_ns,
        (now.muted_feeds | (target.muted_feeds - source.muted_feeds)) - (source.muted_feeds - target.muted_feeds),
    )


def _records(
    now: Mapping[str, AlertRecord], source: Mapping[str, AlertRecord], target: Mapping[str, AlertRecord]
) -> Mapping[str, AlertRecord]:
    changed = {key for key in source.keys() | target.keys() if source.get(key) != target.get(key)}
    found = {key: record for key, record in now.items() if key not in changed or key in target}
    for key in changed & target.keys():
        before, after, current = source.get(key), target[key], now.get(key)
        if before is None or current is None:
            found[key] = after
        elif before.alert != after.alert:  # another condition is armed as it was
            found[key] = replace(_merged(current, before, after), alert=after.alert, is_done=after.is_done)
        else:
            found[key] = _merged(current, before, after)
    order = dict.fromkeys((*target, *found))
    return {key: found[key] for key in order if key in found}


def _merged(current: AlertRecord, source: AlertRecord, target: AlertRecord) -> AlertRecord:
    """Return an alert with its flags of ``target``, as far as they have not changed since ``source``."""
    if (current.is_paused, current.pause_reason) == (source.is_paused, source.pause_reason):
        current = replace(current, is_paused=target.is_paused, pause_reason=target.pause_reason)
    if current.is_done == source.is_done:
        current = replace(current, is_done=target.is_done)
    if current.is_fired == source.is_fired:
        current = replace(current, is_fired=target.is_fired)
    return current


def _history(now: Sequence[Firing], source: Sequence[Firing], target: Sequence[Firing]) -> Sequence[Firing]:
    if source is target:
        return now
    current, before, after = (_by_number(firings) for firings in (now, source, target))
    found = {number: firing for number, firing in current.items() if number in after or number not in before}
    for number, firing in after.items():
        if number not in before:
            found.setdefault(number, firing)
        elif number in found and firing.is_acknowledged != before[number].is_acknowledged:
            found[number] = replace(found[number], is_acknowledged=firing.is_acknowledged)
    return [found[number] for number in sorted(found)]


def _by_number(firings: Iterable[Firing]) -> dict[int, Firing]:
    return {firing.number: firing for firing in firings}
