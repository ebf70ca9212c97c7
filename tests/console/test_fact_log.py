from __future__ import annotations

from ticker_gui.console.fact_log import FactLog
from ticker_gui.domain.events import Trade


def test_facts_are_found_by_feed_and_time() -> None:
    log = FactLog()
    for feed, price, at_ns in (("a", 1.0, 5), ("a", 2.0, 5), ("b", 3.0, 5), ("a", 4.0, 6)):
        log.add(feed, Trade("X", price), at_ns)
    assert log.at("a", 5) == [Trade("X", 1.0), Trade("X", 2.0)]
    assert log.at("a", 7) == ()
    log.clear()
    assert log.at("a", 5) == ()


def test_the_oldest_facts_are_dropped_first() -> None:
    log = FactLog(max_facts=3)
    for at_ns in (1, 1, 2, 3):
        log.add("a", Trade("X", 1.0), at_ns)
    assert [len(log.at("a", at_ns)) for at_ns in (1, 2, 3)] == [0, 1, 1]
