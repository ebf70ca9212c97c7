from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ticker_gui.domain.events import Quote, Trade
from ticker_gui.feeds.derived import mid_price, open_from_change, open_from_percent, with_mid_trade

PRICES = st.floats(0.01, 1e6)


def test_the_mid_price_is_halfway_between_bid_and_ask() -> None:
    quote = Quote("EURUSD", 1.0, 5.0, 2.0, 6.0, 7)
    assert mid_price(quote) == 1.5
    assert with_mid_trade(quote) == (quote, Trade("EURUSD", 1.5, None, 7))


@pytest.mark.parametrize("quote", [Quote("A", bid=1.0), Quote("A", ask=1.0), Quote("A", has_no_bid=True)])
def test_a_quote_with_one_side_has_no_mid_price(quote: Quote) -> None:
    assert mid_price(quote) is None
    assert with_mid_trade(quote) == (quote,)


@given(opened=PRICES, last=PRICES)
def test_the_open_follows_from_the_last_price_and_the_change(opened: float, last: float) -> None:
    assert open_from_change(last, last - opened) == pytest.approx(opened)
    assert open_from_percent(last, 100 * (last / opened - 1)) == pytest.approx(opened)


def test_the_open_is_rounded_to_the_decimals_of_the_price() -> None:
    assert open_from_change(0.3, 0.1, 1) == 0.2


def test_without_a_last_price_or_a_change_there_is_no_open() -> None:
    assert open_from_change(None, 1.0) is open_from_change(1.0, None) is None
    assert open_from_percent(None, 1.0) is open_from_percent(1.0, None) is None


def test_no_open_follows_from_a_loss_of_everything() -> None:
    assert open_from_percent(1.0, -100.0) is open_from_percent(1.0, -250.0) is None


units = st.tuples(st.integers(1, 10**11), st.integers(0, 8)).map(lambda pair: Decimal(pair[0]).scaleb(-pair[1]))


@given(one=units, other=units)
def test_derived_prices_are_those_of_decimal_arithmetic(one: Decimal, other: Decimal) -> None:
    assert mid_price(Quote("A", bid=float(one), ask=float(one + 3))) == float(one + Decimal("1.5"))
    change = float(one - other)
    assume(Decimal(repr(change)) == one - other)  # more than 15 digits are rounded
    assert open_from_change(float(one), change) == float(other)
