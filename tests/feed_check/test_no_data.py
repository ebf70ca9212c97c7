from __future__ import annotations

import pytest

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.feed_check.no_data import describe_for_check
from ticker_gui.formatting.no_data_words import describe_no_data


@pytest.mark.parametrize("cause", NoDataCause)
def test_each_cause_is_described_with_what_the_user_can_do(cause: NoDataCause) -> None:
    no_data = NoData(cause, "It rains.", symbol="NIMB")
    advice = describe_for_check(no_data).removeprefix(f"{describe_no_data(no_data)} ")
    assert advice != describe_for_check(no_data)
    assert len(advice) > 10
    assert advice.endswith(".")
    assert not advice.endswith("..")


def test_a_closed_market_and_the_advice_of_the_provider_take_precedence() -> None:
    silent = NoData(NoDataCause.NOTHING_RECEIVED, hint="Say please.")
    assert describe_for_check(silent) == "Connected, but the server is not sending anything. Say please."
    closed = NoData(NoDataCause.NOTHING_RECEIVED, hint="Say please.", closed="It is Saturday.")
    assert describe_for_check(closed) == "Connected, but the server is not sending anything. It is Saturday."
