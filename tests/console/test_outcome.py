from __future__ import annotations

from collections.abc import Sequence

from tests.console.frames import START_NS, frame
from ticker_gui.console.outcome import Outcome, OutcomeLine, outcome_of
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.domain.events import Fact, Trade

TRADE, OTHER = Trade("A", 1.0), Trade("B", 2.0)


def outcome(traffic: ConsoleTraffic, number: int, decoded: Sequence[Fact] | str | None) -> Outcome:
    return outcome_of(traffic, number, lambda feed, payload: decoded)


def traffic_with(*texts: str) -> ConsoleTraffic:
    traffic = ConsoleTraffic()
    for text in texts:
        traffic.add_frame("desk", frame(text))
    return traffic


def test_a_frame_that_was_read_alone_became_what_was_recorded() -> None:
    traffic = traffic_with("a")
    traffic.facts.add("desk", TRADE, START_NS)
    assert outcome(traffic, 0, None) == Outcome("Decoded as", [OutcomeLine("Trade", "A  1")], facts=[TRADE])


def test_among_frames_of_one_read_the_payload_is_decoded_again() -> None:
    traffic = traffic_with("a", "b")
    traffic.facts.add("desk", TRADE, START_NS)
    traffic.facts.add("desk", OTHER, START_NS)
    assert outcome(traffic, 1, [OTHER]).facts == [OTHER]
    assert outcome(traffic, 0, [TRADE, Trade("A", 3.0)]).facts == [TRADE]


def test_facts_that_changed_nothing_are_shown_as_such() -> None:
    found = outcome(traffic_with("a"), 0, [TRADE])
    assert found.title == "Nothing new, or not watched"
    assert found.facts == [TRADE]


def test_a_rejected_frame_has_its_reason() -> None:
    traffic = traffic_with("a")
    traffic.rejections.add("desk", frame("a"), "no price")
    assert outcome(traffic, 0, [TRADE]) == Outcome("Rejected", [OutcomeLine("no price")], is_problem=True)


def test_other_frames_are_described() -> None:
    traffic = traffic_with("a")
    assert outcome(traffic, 0, ()).title == "No market data"
    assert outcome(traffic, 0, "bad").lines == [OutcomeLine("bad")]
    assert outcome(traffic, 0, None).lines == [OutcomeLine("The feed is not connected now.")]
    traffic.add_frame("desk", frame("b", "out"))
    assert outcome(traffic, 1, None) == Outcome("Sent")


def test_many_facts_are_cut() -> None:
    traffic = traffic_with("a")
    for number in range(10):
        traffic.facts.add("desk", Trade("A", float(number)), START_NS)
    lines = outcome(traffic, 0, None).lines
    assert len(lines) == 7
    assert lines[-1] == OutcomeLine("and 4 more")
