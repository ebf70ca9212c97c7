import msgspec

from ticker_gui.domain.events import (
    UPDATES_EVERYTHING,
    Bar,
    Correction,
    DayStats,
    Quote,
    Refusal,
    Reply,
    Trade,
    Updates,
)

FACTS = [
    Trade("A", 1.5, 2.0, 3, "x"),
    Trade("A", 1.5, 2.0, 3, 7, venue=11, conditions=("I",), updates=Updates.VOLUME),
    Correction("A", "x", 1.5, 2.0),
    Quote("A", bid=1.0, time_ns=2, has_no_ask=True),
    DayStats("A", open=1.0, volume=3.0),
    Bar("A", "1m", 60, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=True),
    Reply(("A",), ok=False, message="no"),
]


def test_json_has_the_documented_event_names() -> None:
    tags = [msgspec.json.decode(msgspec.json.encode(fact))["event"] for fact in FACTS]
    assert tags == ["trade", "trade", "correction", "quote", "day", "bar", "reply"]


def test_a_trade_without_conditions_updates_everything_and_json_keeps_that() -> None:
    decoded = msgspec.json.decode(msgspec.json.encode(Trade("A", 1.5)), type=Trade)
    assert decoded.updates is UPDATES_EVERYTHING


def test_each_refusal_concerns_the_key_or_is_temporary_or_concerns_the_request() -> None:
    kinds = [kind for kind in Refusal if not kind.is_temporary and not kind.concerns_key]
    assert kinds == [Refusal.UNKNOWN_SYMBOL, Refusal.OUT_OF_RANGE]
    assert not any(kind.is_temporary and kind.concerns_key for kind in Refusal)
