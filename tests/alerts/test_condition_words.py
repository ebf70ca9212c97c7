from __future__ import annotations

import pytest
from hypothesis import given

from tests.alerts.test_simple_condition import FORMS
from ticker_gui.alerts.condition_words import condition_words
from ticker_gui.alerts.simple_condition import SimpleCondition


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("last > 100", "Above 100.00"),
        ("price at most 97412.5", "At most 97,412.50"),
        ("last crosses below 0.00012345", "Crosses below 0.00012345"),
        ("last crosses line 2026-01-01T00:00:00Z 100 2026-01-02T00:00:00Z 110.5", "Crosses the line from 100.00 to 110.50"),
        ("bid crosses above 5", "Bid crosses above 5"),
        ("moves up 2% in 300s", "Moves up 2% in 5 min"),
        ("moves 0.5 in 1h", "Moves 0.5 in 1 h"),
        ("silent", "No data for longer than usual"),
        ("silent 90s", "No data for 90 s"),
        ("new high of day", "New high of the day"),
        ("new low of 5 days", "New 5-day low"),
        ("volume(5m) > 3x average(20)", "5m volume above 3 × the 20-bar average"),
        ("rsi(14,1h) < 30 on close", "1h RSI 14 below 30 on bar close"),
        ("macd(12,26,9,1d).signal crosses 0", "1d MACD 12 26 9 Signal crosses 0"),
        ("feed disconnected", "Feed disconnected"),
        ("last crosses 100 and volume > 1M", "Crosses 100.00 and volume > 1M"),
        ("change% > 2 and volume > 1M", "change% > 2 and volume > 1M"),
        ("nonsense", "nonsense"),
    ],
)  # fmt: skip
def test_conditions_are_described_in_words(text: str, words: str) -> None:
    assert condition_words(text, 2) == words


@given(FORMS)
def test_every_condition_of_the_form_has_words(form: SimpleCondition) -> None:
    words = condition_words(form.condition_text)
    assert words
    assert words[0].isupper() or not words[0].isalpha()
