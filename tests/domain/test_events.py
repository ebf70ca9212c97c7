import gc

import msgspec
import pytest

from ticker_gui.domain.events import Bar, DayStats, Quote, Reply, Trade

FACTS = [
    Trade("A", 1.5, 2.0, 3, "x"),
    Quote("A", bid=1.0, time_ns=2),
    DayStats("A", open=1.0, volume=3.0),
    Bar("A", "1m", 60, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=True),
    Reply(("A",), ok=False, message="no"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_from_its_json(fact: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(fact), type=Trade | Quote | DayStats | Bar | Reply) == fact


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_cannot_be_changed_and_is_no_work_for_the_collector(fact: msgspec.Struct) -> None:
    with pytest.raises(AttributeError):
        setattr(fact, fact.__struct_fields__[0], "B")
    assert not gc.is_tracked(fact)


def test_json_tells_the_kinds_apart_by_the_words_of_the_contract() -> None:
    tags = [msgspec.json.decode(msgspec.json.encode(fact))["event"] for fact in FACTS]
    assert tags == ["trade", "quote", "day", "bar", "reply"]
