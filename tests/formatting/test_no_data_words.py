"""Each cause of missing data has one sentence, which all renderings share."""

from __future__ import annotations

import pytest

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.formatting.no_data_words import describe_held_price, describe_no_data, status_reason

OF_A_FEED = (NoDataCause.NO_SYMBOLS, NoDataCause.NOTHING_RECEIVED, NoDataCause.NO_MARKET_DATA)


def an_example(cause: NoDataCause) -> NoData:
    return NoData(cause, "It rains", "Look up.", symbol="NIMB", provider="Desk", held_price=9.0, last_price=50.0)


@pytest.mark.parametrize("cause", NoDataCause)
def test_each_cause_is_a_sentence_of_its_own(cause: NoDataCause) -> None:
    sentence = describe_no_data(an_example(cause))
    assert sentence[0].isupper()
    assert all(sentence != describe_no_data(an_example(other)) for other in set(NoDataCause) - {cause})


@pytest.mark.parametrize(
    ("no_data", "sentence"),
    [
        (NoData(NoDataCause.DATA_REJECTED, "No price"), "Market data is arriving, but is being rejected: No price."),
        (
            NoData(NoDataCause.DATA_REJECTED, "No price", symbol="NIMB"),
            "Data for NIMB is arriving, but is being rejected: No price.",
        ),
        (
            NoData(NoDataCause.NOT_RECEIVED, symbol="NIMB", is_acknowledged=True),
            "No data for NIMB yet: the subscription was confirmed.",
        ),
        (
            NoData(NoDataCause.NOT_RECEIVED, symbol="NIMB"),
            "No data for NIMB yet: the subscription was sent, but not confirmed.",
        ),
        (NoData(NoDataCause.STALE, symbol="NIMB", quiet_s=90), "No data for NIMB for 1 min, which is unusually long."),
        (NoData(NoDataCause.INFREQUENT, symbol="NIMB", quiet_s=5), "No data for NIMB for 5 s."),
        (NoData(NoDataCause.RECEIVING), "Receiving data normally."),
    ],
)
def test_a_sentence_names_the_symbol_and_what_is_known(no_data: NoData, sentence: str) -> None:
    assert describe_no_data(no_data) == sentence


@pytest.mark.parametrize("cause", NoDataCause)
def test_the_status_bar_adds_the_advice_of_the_provider(cause: NoDataCause) -> None:
    assert status_reason(an_example(cause)) == f"{describe_no_data(an_example(cause))} Look up."
    assert status_reason(NoData(cause)) == describe_no_data(NoData(cause)).rstrip()


@pytest.mark.parametrize("cause", OF_A_FEED)
def test_the_reason_of_a_quiet_feed_does_not_change_with_time(cause: NoDataCause) -> None:
    assert status_reason(NoData(cause, quiet_s=1)) == status_reason(NoData(cause, quiet_s=3600))


def test_a_held_price_is_described_with_the_price_it_is_compared_with() -> None:
    assert describe_held_price(9.0, 50.0) == "price 9 held: far from 50, waiting for confirmation"
    assert describe_held_price(9.0, None) == "price 9 held: waiting for confirmation"
    assert describe_held_price(None, 50.0) == ""


@pytest.mark.parametrize("cause", [NoDataCause.NOTHING_RECEIVED, NoDataCause.NO_MARKET_DATA])
def test_closed_markets_are_the_reason_of_a_quiet_feed(cause: NoDataCause) -> None:
    closed = "US markets are closed: it is Sunday 05:50 in New York."
    assert status_reason(NoData(cause, hint="Look up.", closed=closed)) == "The markets of its symbols are closed."
