from __future__ import annotations

from tests.console.frames import START_NS, frame
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.domain.events import Trade


def test_frames_that_were_received_are_counted_by_type() -> None:
    traffic = ConsoleTraffic()
    traffic.add_frame("desk", frame('{"e":"trade"}'))
    traffic.add_frame("desk", frame('{"op":"subscribe"}', "out"))
    traffic.add_frame("chat", frame("hello"))
    assert traffic.types() == ["text", "trade"]
    assert traffic.types("desk") == ["trade"]
    traffic.update_rates(1.0)
    assert traffic.rates() == [("text", 1), ("trade", 1)]
    assert traffic.rates("chat") == [("text", 1)]
    assert len(traffic.ring) == 3
    traffic.clear()
    assert not len(traffic.ring)
    assert not traffic.types()


def test_facts_belong_to_the_only_frame_of_their_read() -> None:
    traffic = ConsoleTraffic()
    traffic.add_frame("desk", frame("alone", at_ms=0))
    for text in ("one", "other"):
        traffic.add_frame("desk", frame(text, at_ms=1))
    traffic.facts.add("desk", Trade("A", 1.0), START_NS)
    assert traffic.facts_of(0) == [Trade("A", 1.0)]
    assert traffic.facts_of(1) is None
    assert traffic.facts_of(2) is None


def test_a_frame_of_another_feed_or_direction_is_not_of_the_same_read() -> None:
    traffic = ConsoleTraffic()
    traffic.add_frame("other", frame("x"))
    traffic.add_frame("desk", frame("x"))
    traffic.add_frame("desk", frame("x", "out"))
    assert traffic.facts_of(1) == ()


def test_the_oldest_frame_that_is_held_may_be_of_a_read_whose_others_were_dropped() -> None:
    traffic = ConsoleTraffic()
    traffic.ring._max_frames = 1  # type: ignore[misc]
    for _ in range(2):
        traffic.add_frame("desk", frame("x"))
    assert traffic.facts_of(1) is None
