from __future__ import annotations

import pytest

from ticker_gui.console.fact_text import age_text, fact_text, fact_title, field_name, field_names
from ticker_gui.domain.events import Bar, DayStats, Fact, PastBars, Quote, Relay, Reply, Trade


@pytest.mark.parametrize(
    ("fact", "title", "text"),
    [
        (Trade("BTC-USD", 97412.55, 0.0412, 5), "Trade", "BTC-USD  97,412.55  size 0.0412"),
        (Quote("A", bid=1.5), "Quote", "A  bid 1.5"),
        (DayStats("A", high=2.0), "Day statistics", "A  high 2"),
        (Reply(("A", "B"), ok=True), "Acknowledgment", "A, B"),
        (Reply((), ok=False, message="no such product"), "Rejection", "no such product"),
        (Reply((), ok=True, past=PastBars("A", "1m")), "Past data", "A"),
        (Reply((), ok=True, relay=Relay(("A", "B"))), "Publisher report", "A, B"),
    ],
)
def test_facts_are_described(fact: Fact, title: str, text: str) -> None:
    assert fact_title(fact) == title
    assert fact_text(fact) == text


def test_the_age_of_a_fact_is_that_at_its_arrival() -> None:
    assert age_text(Trade("A", 1.0, time_ns=1_000_000_000), 1_038_000_000) == "38 ms after the exchange"
    assert age_text(Trade("A", 1.0, time_ns=1_038_000_000), 1_000_000_000) == "38 ms before the exchange"
    assert age_text(Trade("A", 1.0), 5) == ""
    assert age_text(Bar("A", "1m", 0, 1.0, 1.0, 1.0, 1.0, None, True), 5) == ""


def test_values_of_a_frame_have_the_name_of_their_field() -> None:
    names = field_names([Trade("BTC-USD", 97412.55, 0.5, 7, 881)])
    values: list[object] = ["BTC-USD", "97412.55", 0.5, 881, "buy", True, None, {}, "0.50"]
    found = [field_name(names, value) for value in values]
    assert found == ["symbol", "price", "size", "trade id", "", "", "", "", "size"]
