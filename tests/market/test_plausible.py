from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote
from ticker_gui.market.plausible import IMPOSSIBLE, Plausible

NAN, INF = math.nan, math.inf
WRONG = [NAN, INF, -INF, 1e308, -1.0]


def refuses_quote(last: float | None, **figures: Any) -> bool:
    return refuses(lambda: Plausible("A").check_quote(Quote("A", **figures), last))


def refuses_day(last: float | None, **figures: Any) -> bool:
    return refuses(lambda: Plausible("A").check_day(DayStats("A", **figures), last))


def refuses(check: object) -> bool:
    try:
        check()  # type: ignore[operator]
    except FrameError:
        return True
    return False


def bar(opened: float, high: float, low: float, close: float, volume: float = 1.0) -> Bar:
    return Bar("A", "1m", 0, opened, high, low, close, volume, is_closed=True)


@pytest.mark.parametrize("value", WRONG)
def test_what_cannot_be_is_refused_wherever_it_stands(value: float) -> None:
    for side in ("bid", "ask"):
        assert refuses_quote(10.0, **{side: value})
    for figure in ("open", "high", "low", "previous_close"):
        assert refuses_day(10.0, **{figure: value})
    assert refuses_quote(None, bid_size=value)
    assert refuses_quote(None, ask_size=value)
    assert refuses_day(None, volume=value)
    assert refuses(lambda: Plausible("A").check_bar(bar(10, value, 9, 10), 10.0))
    assert refuses(lambda: Plausible("A").check_bar(bar(10, 11, 9, 10, value), 10.0))


def test_usual_figures_are_believed() -> None:
    assert not refuses_quote(10.0, bid=9.9, bid_size=0.0, ask=10.1, ask_size=3.0)
    assert not refuses_quote(None, bid=-3.0, ask=-2.0)
    assert not refuses_quote(-5.0, bid=-6.0, ask=0.0)
    assert not refuses_day(10.0, open=9.0, high=11.0, low=0.5, previous_close=9.0, volume=0.0)
    assert not refuses_day(10.0, open=0.0, high=0.0)  # zero is said where there is none
    assert not refuses(lambda: Plausible("A").check_bar(bar(10, 11, 9, 10, 0.0), None))


def test_a_quote_far_off_has_to_come_twice() -> None:
    plausible = Plausible("A")
    stub = Quote("A", bid=0.01, ask=10.1)
    with pytest.raises(FrameError, match="held"):
        plausible.check_quote(stub, 10.0)
    plausible.check_quote(stub, 10.0)
    plausible.check_quote(Quote("A", bid=9.9), 10.0)
    with pytest.raises(FrameError, match="held"):
        plausible.check_quote(stub, 10.0)


def test_days_and_bars_have_to_be_in_themselves_consistent() -> None:
    assert refuses_day(None, high=9.0, low=10.0)
    assert refuses(lambda: Plausible("A").check_bar(bar(10, 9, 8, 9), None))
    assert refuses(lambda: Plausible("A").check_bar(bar(10, 11, 10.5, 10.6), None))


@given(st.floats(0.001, 1e9), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_a_price_is_believed_at_once_or_when_it_comes_again_or_never(last: float, price: float) -> None:
    plausible = Plausible("A")
    answers = [refuses(lambda: plausible.check_trade(price, last, 7)) for _ in range(2)]
    assert abs(price) < IMPOSSIBLE
    assert answers == ([True, True] if price == 0.0 else [True, False])
    other = Plausible("A")
    with pytest.raises(FrameError):
        other.check_trade(price, last, 7)
    with pytest.raises(FrameError):
        other.check_trade(price, last, 8)  # a usual one came between
