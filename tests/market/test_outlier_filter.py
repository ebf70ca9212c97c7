from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote
from ticker_gui.market.outlier_filter import OutlierFilter

NAN, INF = math.nan, math.inf
WRONG = [NAN, INF, -INF, 1e308]


def refuses_quote(last: float | None, **figures: Any) -> bool:
    return refuses(lambda: OutlierFilter("A").checked_quote(quote(**figures), last))


def quote(**figures: Any) -> Quote:
    return Quote("A", **figures)


def refuses_day(last: float | None, **figures: Any) -> bool:
    return refuses(lambda: OutlierFilter("A").check_day(DayStats("A", **figures), last))


def refuses(check: object) -> bool:
    try:
        check()  # type: ignore[operator]
    except FrameError:
        return True
    return False


def test_the_reason_states_prices_exactly() -> None:
    with pytest.raises(FrameError, match=r"from the last price 1,234,567\.89, waiting for a second quote"):
        OutlierFilter("A").checked_quote(quote(bid=12.0), 1_234_567.89)


def bar(opened: float, high: float, low: float, close: float, volume: float = 1.0) -> Bar:
    return Bar("A", "1m", 0, opened, high, low, close, volume, is_closed=True)


@pytest.mark.parametrize("value", WRONG)
def test_impossible_values_are_rejected_in_every_field(value: float) -> None:
    for side in ("bid", "ask"):
        assert refuses_quote(10.0, **{side: value})
    for figure in ("open", "high", "low", "previous_close"):
        assert refuses_day(10.0, **{figure: value})
    assert refuses_quote(None, bid_size=value)
    assert refuses_quote(None, ask_size=value)
    assert refuses_day(None, volume=value)
    assert refuses(lambda: OutlierFilter("A").check_bar(bar(10, value, 9, 10), 10.0))
    assert refuses(lambda: OutlierFilter("A").check_bar(bar(10, 11, 9, 10, value), 10.0))


def test_usual_values_are_accepted() -> None:
    assert not refuses_quote(10.0, bid=9.9, bid_size=0.0, ask=10.1, ask_size=3.0)
    assert not refuses_quote(None, bid=-3.0, ask=-2.0)
    assert not refuses_quote(-5.0, bid=-6.0, ask=0.0)
    assert not refuses_day(10.0, open=9.0, high=11.0, low=0.5, previous_close=9.0, volume=0.0)
    assert not refuses_day(10.0, open=0.0, high=0.0)  # zero means unknown
    assert not refuses(lambda: OutlierFilter("A").check_bar(bar(10, 11, 9, 10, 0.0), None))


@given(st.sampled_from(["bid", "ask"]), st.floats(6.0, 1e6), st.booleans())
def test_a_far_side_is_confirmed_by_a_quote_that_leaves_it_unchanged(side: str, factor: float, is_above: bool) -> None:
    plausible = OutlierFilter("A")
    other = "ask" if side == "bid" else "bid"
    price = 10.0 * factor if is_above else 10.0 / factor
    far = quote(**{side: price, f"{side}_size": 3.0, "time_ns": 1})
    with pytest.raises(FrameError):
        plausible.checked_quote(far, 10.0)
    near = plausible.checked_quote(quote(**{other: 10.1, f"{other}_size": 2.0, "time_ns": 2}), 10.0)
    assert near == quote(**{side: price, f"{side}_size": 3.0, other: 10.1, f"{other}_size": 2.0, "time_ns": 2})
    changed = quote(**{side: price * 1.01})  # a side that was confirmed to be far may move
    assert plausible.checked_quote(changed, 10.0) == changed


@given(st.sampled_from(["bid", "ask"]), st.booleans())
def test_a_far_side_is_replaced_by_the_next_quote(side: str, is_empty: bool) -> None:
    plausible = OutlierFilter("A")
    with pytest.raises(FrameError):
        plausible.checked_quote(quote(**{side: 6_000.0}), 10.0)
    following = quote(**({f"has_no_{side}": True} if is_empty else {side: 10.0}))
    assert plausible.checked_quote(following, 10.0) == following


def test_quotes_that_stay_far_are_held_once() -> None:
    plausible = OutlierFilter("A")
    stubs = [Quote("A", bid=0.01, ask=200_000.0 + number) for number in range(5)]
    with pytest.raises(FrameError):
        plausible.checked_quote(stubs[0], 10.0)
    assert [plausible.checked_quote(stub, 10.0) for stub in stubs[1:]] == stubs[1:]


def test_a_distant_quote_is_accepted_the_second_time() -> None:
    plausible = OutlierFilter("A")
    stub = Quote("A", bid=0.01, ask=10.1)
    with pytest.raises(FrameError, match="held"):
        plausible.checked_quote(stub, 10.0)
    plausible.checked_quote(stub, 10.0)
    plausible.checked_quote(Quote("A", bid=9.9), 10.0)
    with pytest.raises(FrameError, match="held"):
        plausible.checked_quote(stub, 10.0)


def test_days_and_bars_have_to_be_in_themselves_consistent() -> None:
    assert refuses_day(None, high=9.0, low=10.0)
    assert refuses(lambda: OutlierFilter("A").check_bar(bar(10, 9, 8, 9), None))
    assert refuses(lambda: OutlierFilter("A").check_bar(bar(10, 11, 10.5, 10.6), None))


def test_sizes_are_never_negative() -> None:
    assert refuses_quote(None, bid_size=-1.0)
    assert refuses_quote(None, ask_size=-1.0)
    assert refuses_day(None, volume=-1.0)
    assert refuses(lambda: OutlierFilter("A").check_bar(bar(10, 11, 9, 10, -1.0), 10.0))


@pytest.mark.parametrize(
    ("last", "values"),
    [
        (0.000046, {"open": 1.0758, "high": 1.1, "low": 0.00001}),  # LUNA, 13 May 2022
        (9.06, {"previous_close": -37.63, "low": -16.74, "open": -14.0}),  # WTI, 21 April 2020
        (0.000012, {"volume": 4.1e15}),
        (-37.63, {"previous_close": 18.27, "open": 17.73, "high": 17.85, "low": -40.32}),
    ],
)
def test_extreme_days_that_were_real_are_accepted(last: float, values: dict[str, float]) -> None:
    assert not refuses_day(last, **values)


def test_values_too_far_from_the_last_price_are_rejected() -> None:
    for price in (1e8, 1e-6, -1e5):
        assert refuses_day(10.0, previous_close=price)
        assert refuses(lambda price=price: OutlierFilter("A").check_day(DayStats("A", last=price), 10.0))


@given(st.floats(1e-9, 1e9), st.floats(0.0, 1.0), st.floats(0.0, 1e29))
def test_bids_below_zero_and_sizes_of_any_magnitude_are_accepted_at_once(last: float, part: float, size: float) -> None:
    assert not refuses_quote(last, bid=-part * last, ask=last, bid_size=size)
    assert not refuses_day(last, volume=size)
