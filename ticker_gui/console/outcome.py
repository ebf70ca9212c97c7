"""What became of a frame: the facts it produced, or why it produced none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.console.fact_text import age_text, fact_text, fact_title
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.domain.events import Fact
from ticker_gui.domain.sanitize import sanitize_text

# Decodes a payload of a feed again: its facts, or why it cannot be decoded; None if the feed is not connected.
DecodeAgain: TypeAlias = Callable[[str, bytes], Sequence[Fact] | str | None]

_MAX_LINES: Final = 6


class OutcomeLine(NamedTuple):
    """One fact: its kind, its values, and how old it was."""

    title: str
    text: str = ""
    age: str = ""


class Outcome(NamedTuple):
    """What became of a frame, in words; ``facts`` are those that its values belong to."""

    title: str
    lines: Sequence[OutcomeLine] = ()
    is_problem: bool = False
    facts: Sequence[Fact] = ()


def outcome_of(traffic: ConsoleTraffic, number: int, decode_again: DecodeAgain) -> Outcome:
    """Return what became of a frame.

    Facts that were recorded with the frame are exact. Where several frames were read at once, the payload is decoded
    again to find its own facts among them.
    """
    entry = traffic.ring[number]
    frame = entry.frame
    if frame.direction == "out":
        return Outcome("Sent")
    if reason := traffic.rejections.reason(entry.feed, frame):
        return Outcome("Rejected", [OutcomeLine(sanitize_text(reason))], is_problem=True)
    own = traffic.facts_of(number)
    if own:
        return _became(entry, own)
    decoded = decode_again(entry.feed, frame.payload)
    if isinstance(decoded, str):
        return Outcome("Not decoded", [OutcomeLine(sanitize_text(decoded))])
    recorded = traffic.facts.at(entry.feed, frame.time_ns)
    if decoded is None:
        return Outcome("Not decoded", [OutcomeLine("The feed is not connected now.")])
    if new := [fact for fact in decoded if fact in recorded]:
        return _became(entry, new)
    if decoded:
        return Outcome("Nothing new, or not watched", _lines(entry, decoded), facts=decoded)
    return Outcome("No market data")


def _became(entry: FrameEntry, facts: Sequence[Fact]) -> Outcome:
    return Outcome("Decoded as", _lines(entry, facts), facts=facts)


def _lines(entry: FrameEntry, facts: Sequence[Fact]) -> list[OutcomeLine]:
    shown = [
        OutcomeLine(fact_title(fact), fact_text(fact), age_text(fact, entry.frame.time_ns))
        for fact in facts[:_MAX_LINES]
    ]
    more = len(facts) - len(shown)
    return [*shown, OutcomeLine(f"and {more:,} more")] if more else shown
