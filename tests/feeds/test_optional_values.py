from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from ticker_gui.domain.events import Quote
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of, value_of

PRICES = st.none() | st.just(UNSET) | st.sampled_from([0.0, 1.5, -2.0])
SIZES = st.none() | st.just(UNSET) | st.sampled_from([0.0, 3.0])


def test_prices_on_both_sides_are_a_quote() -> None:
    assert quote_of("A", 1.0, 2.0, 3.0, 4.0, 5, 6) == Quote("A", 1.0, 2.0, 3.0, 4.0, 5, 6)


def test_values_left_out_are_unchanged() -> None:
    assert quote_of("A", UNSET, UNSET, 3.0, UNSET) == Quote("A", ask=3.0)
    assert quote_of("A", UNSET, 2.0, UNSET, UNSET) == Quote("A", bid_size=2.0)


def test_no_price_or_no_size_is_an_empty_side() -> None:
    assert quote_of("A", None, None, 3.0, 4.0) == Quote("A", ask=3.0, ask_size=4.0, has_no_bid=True)
    assert quote_of("A", 1.0, 2.0, 3.0, 0.0) == Quote("A", 1.0, 2.0, has_no_ask=True)
    assert quote_of("A", 0.0, UNSET, 3.0, UNSET) == Quote("A", ask=3.0, has_no_bid=True)


def test_a_spread_may_have_a_price_of_zero_or_less() -> None:
    assert quote_of("A", -2.0, 1.0, 0.0, 1.0) == Quote("A", -2.0, 1.0, 0.0, 1.0)


@given(bid=PRICES, bid_size=SIZES, ask=PRICES, ask_size=SIZES)
def test_each_side_is_a_price_or_empty_or_unchanged(
    bid: OptionalNumber, bid_size: OptionalNumber, ask: OptionalNumber, ask_size: OptionalNumber
) -> None:
    quote = quote_of("A", bid, bid_size, ask, ask_size)
    for number, price, size, is_empty in (
        (bid, quote.bid, quote.bid_size, quote.has_no_bid),
        (ask, quote.ask, quote.ask_size, quote.has_no_ask),
    ):
        if is_empty:
            assert number is not UNSET
            assert price is size is None
        else:
            assert price == value_of(number)


def test_a_price_of_zero_means_no_price() -> None:
    assert [price_of(number) for number in (0.0, None, UNSET, 1.5, -37.63)] == [None, None, None, 1.5, -37.63]
