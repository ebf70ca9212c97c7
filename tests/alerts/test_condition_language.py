from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.condition import Expression, MoveDirection
from ticker_gui.alerts.condition_language import EXAMPLES, ConditionError, parse_condition
from ticker_gui.watchlist.filter_language import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("last>100", "last > 100"),
        ("> 100", "last > 100"),
        ("LAST  <=  1.5k", "last <= 1500"),
        ("above 230", "last > 230"),
        ("price crosses 5", "last crosses 5"),
        ("crosses below -37.5", "last crosses below -37.5"),
        ("chg % crosses over 5", "change_percent crosses above 5"),
        ("moves 2% within 5 min", "moves 2% in 5m"),
        ("moves -1.5 in 90s", "moves down 1.5 in 90s"),
        ("move by ±3% in 1h", "moves 3% in 1h"),
        ("silent for 2 minutes", "silent 2m"),
        ("New High", "new high of day"),
        ("new low of the 1 days", "new low of day"),
        ("volume > 3× its average", "volume(1m) > 3x average(20)"),
        ("RSI(14,1h) < 30", "rsi(14,1h) < 30"),
        ("rsi(1h) crosses above 30 on bar close", "rsi(14,1h) crosses above 30 on close"),
        ("sma(20, hl2, 5m) > 3", "sma(20,hl2,5m) > 3"),
        ("macd(12,26,9,1d).signal > 0", "macd(12,26,9,1d).signal > 0"),
        ("feed is quiet", "feed quiet"),
        ("change% > 2 and volume > 1M", "change% > 2 and volume > 1M"),
        ("spread > 0.5", "spread > 0.5"),
        ("crosses 100 and volume > 1M", "last crosses 100 and volume > 1M"),
        ("volume > 1M and last > 3 and silent 60s", "silent 1m and volume > 1M and last > 3"),
        ("moves 2% in 5m and (change% < 0 or bid > 1)", "moves 2% in 5m and (change% < 0 or bid > 1)"),
        ("last > open", "last > open"),
        ("abs(change) > 3", "abs(change) > 3"),
    ],
)
def test_conditions_may_be_written_in_several_ways(text: str, canonical: str) -> None:
    assert parse_condition(text).text == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("btc", "Examples: last > 100"),
        ("last > 1" + " and last > 1" * 100, "too long"),
        ("last crosses 1,000", '"1,000" is not a number'),
        ("last > 1e999", "too large"),
        ("last > soon", 'Unknown column "soon"'),
        ("mood crosses 3", 'no value named "mood"'),
        ("symbol crosses 3", 'no value named "symbol"'),
        ("moves 0% in 5m", "more than 0"),
        ("moves 2% in 5 parsecs", "not a duration"),
        ("moves 2% in 8d", "seven days"),
        ("silent 0.1s", "one second"),
        ("new high of 999 days", "from 1 to 250"),
        ("volume > 0x average", "more than 0"),
        ("volume > 2x average(0)", "1 to 1000 bars"),
        ("rsi(14) < 30", '"14" is not a timeframe'),
        ("rsi(1,1h) < 30", "whole number from 2"),
        ("rsi(14,2,1h) < 30", 'remove "2"'),
        ("rsi(14,1h).mood < 30", "Its values are value"),
        ("foo(14,1h) < 30", "Unknown indicator"),
        ("last > 3 and", "Unexpected end"),
        ("moves 2% in 5m and change% < 0 or bid > 1", "not a duration"),
    ],
)
def test_an_invalid_condition_is_explained(text: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message.replace("(", r"\(").replace(")", r"\)")):
        parse_condition(text)


def test_an_error_has_a_message_and_a_position() -> None:
    with pytest.raises(ConditionError) as raised:
        parse_condition("last > soon")
    assert (raised.value.for_user.startswith('Unknown column "soon"'), raised.value.position) == (True, 7)
    with pytest.raises(ConditionError) as raised:
        parse_condition("x" * 1_000)
    assert (raised.value.for_user.startswith("The condition is too long"), raised.value.position) == (
        True,
        MAX_CHARACTERS,
    )


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_are_valid(text: str) -> None:
    parse_condition(text)


def test_an_expression_keeps_its_text() -> None:
    assert parse_condition("symbol ~ 'USD'  and last>3") == Expression("symbol ~ 'USD'  and last>3")


def test_a_sign_is_a_direction() -> None:
    assert parse_condition("moves +2% in 1m").direction is MoveDirection.UP  # type: ignore[union-attr]


WORDS = st.sampled_from([*" ".join(EXAMPLES).split(), "crosses", "(", ")", ",", "1e400", "''", "on close", "%", "٣"])


@given(st.text(max_size=60) | st.lists(WORDS, max_size=8).map(" ".join))
def test_any_text_is_a_condition_or_an_error(text: str) -> None:
    try:
        condition = parse_condition(text)
    except ConditionError:
        return
    assert parse_condition(condition.text) == condition
