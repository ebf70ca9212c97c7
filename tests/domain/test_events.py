import gc

import msgspec
import pytest

from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, Fact, Quote, Reply, Trade, Updates

FACTS = [
    Trade("A", 1.5, 2.0, 3, "x"),
    Trade("A", 1.5, 2.0, 3, 7, venue=11, conditions=("I",), updates=Updates.VOLUME),
    Correction("A", "x", 1.5, 2.0),
    Quote("A", bid=1.0, time_ns=2, has_no_ask=True),
    DayStats("A", open=1.0, volume=3.0),
    Bar("A", "1m", 60, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=True),
    Reply(("A",), ok=False, message="no"),
]


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_a_fact_comes_back_from_its_json(fact: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(fact), type=Fact) == fact


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_a_fact_cannot_be_changed_and_is_no_work_for_the_collector(fact: msgspec.Struct) -> None:
    with pytest.raises(AttributeError):
        setattr(fact, fact.__struct_fields__[0], "B")
    assert not gc.is_tracked(fact)


def test_json_tells_the_kinds_apart_by_the_words_of_the_contract() -> None:
    tags = [msgspec.json.decode(msgspec.json.encode(fact))["event"] for fact in FACTS]
    assert tags == ["trade", "trade", "correction", "quote", "day", "bar", "reply"]


def test_a_trade_without_conditions_updates_everything_and_json_keeps_that() -> None:
    decoded = msgspec.json.decode(msgspec.json.encode(Trade("A", 1.5)), type=Trade)
    assert decoded.updates is UPDATES_EVERYTHING


def test_a_correction_without_a_price_is_a_cancellation() -> None:
    assert Correction("A", 1).is_cancellation
    assert not Correction("A", 1, price=2.0).is_cancellation
