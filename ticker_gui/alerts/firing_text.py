"""A firing as a JSON line for other programs, and as a sentence for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.condition_words import condition_words
from ticker_gui.alerts.firing import Firing, Outcome, UnobservedTime
from ticker_gui.formatting import numbers
from ticker_gui.formatting.json_lines import Line, iso_time

_MAX_DECIMALS: Final = 8


def firing_line(firing: Firing) -> Line:
    """Return a firing as one JSON line of ``ticker-gui stream``, without absent values.

    ``gap`` is the time in which the condition became true without being observed; ``received`` is when the trade
    arrived. If a bar has shown it, ``price`` is one of the bar's, and there is no ``time``.
    """
    observation, gap = firing.observation, firing.gap
    line: Line = {
        "event": "alert",
        "feed": firing.feed,
        "symbol": firing.symbol,
        "condition": firing.condition,
        "price": observation.price,
        "size": observation.size,
        "previous": observation.previous,
        "time": None if observation.is_of_bar else iso_time(observation.time_ns),
        "received": iso_time(observation.received_ns),
        "confirmed": None if firing.confirmed_ns is None else iso_time(firing.confirmed_ns),
        "suppressed": firing.suppressed or None,
        "replay": firing.is_replay or None,
        "paused": firing.outcome is Outcome.PAUSED or None,
    }
    if gap is not None:
        line["gap"] = _gap_fields(gap)
    return {key: value for key, value in line.items() if value is not None}


def unobserved_line(feed: str, symbol: str, condition: str, gap: UnobservedTime) -> Line:
    """Return a time for which an alert was not evaluated as one JSON line of ``ticker-gui stream``."""
    return {"event": "unobserved", "feed": feed, "symbol": symbol, "condition": condition, "gap": _gap_fields(gap)}


def _gap_fields(gap: UnobservedTime) -> Line:
    fields: Line = {"from": iso_time(gap.start_ns), "to": iso_time(gap.end_ns)}
    return fields | ({"missed": gap.missed} if gap.missed else {})


def describe_firing(firing: Firing, describe_time: Callable[[int], str] = numbers.clock_time) -> str:
    """Return what has happened, as a sentence."""
    observation, gap, words = firing.observation, firing.gap, condition_words(firing.condition)
    price = price_text(observation.price)
    at = describe_time(observation.time_ns)
    if firing.outcome is Outcome.PAUSED:
        return f"{words}: fired too often and was paused."
    if firing.outcome is Outcome.CROSSED_IN_GAP and gap is not None:
        times = f"between {describe_time(gap.start_ns)} and {describe_time(gap.end_ns)}"
        found = f"The price was {price} at {at}." if firing.is_backfilled else f"The first price after that is {price}."
        if observation.is_of_bar:
            found = f"The bar of that time shows a price of {price}."
        were = "was" if gap.missed == 1 else "were"
        why = f"{numbers.counted(gap.missed, 'trade')} {were} missed" if gap.missed else "there was no connection"
        return f"{words}: became true {times}, while {why}. {found}{_suppressed(firing)}"
    before = "" if observation.previous is None else f" (previously {price_text(observation.previous)})"
    value = f": {price}{before}" if observation.price is not None else ""
    return f"{words}{value}, at {at}.{_suppressed(firing)}"


def _suppressed(firing: Firing) -> str:
    """Return how many earlier crossings did not fire, as a sentence after another one."""
    if not firing.suppressed:
        return ""
    return f" {numbers.counted(firing.suppressed, 'earlier crossing')} did not fire: too close or too soon."


def firing_message(firing: Firing, alert: Alert) -> AlertMessage:
    """Return a firing as a message for the actions of its alert."""
    text = describe_firing(firing)
    return AlertMessage(
        f"{firing.symbol}: {condition_words(firing.condition)}",
        f"{text}\n{alert.note}".rstrip(),
        firing_line(firing) | ({"note": alert.note} if alert.note else {}),
        is_replay=firing.is_replay,
    )


def price_text(price: float | None) -> str:
    """Return a price with the decimals that it has."""
    return numbers.price(price, 0 if price is None else min(numbers.decimals(price), _MAX_DECIMALS))
