from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ticker_gui.gui.chart.view.time_range import TimeRange

NOON = 1_700_000_000.0
PIXELS = 800
FEWEST, MOST = 5, 4_000_000

newests = st.floats(1.0, 1e6) | st.floats(NOON, 2 * NOON)
widths = st.sampled_from([1.0, 5.0, 60.0, 86_400.0])  # of a bar


def time_range(newest: float = NOON, bar: float = 1.0) -> TimeRange:
    it = TimeRange()
    it.reset_to(newest, bar)
    return it


def pixel(it: TimeRange) -> float:
    return (it.right - it.left) / PIXELS


def noise(it: TimeRange) -> float:
    """Return a little more than the resolution of floats of this size."""
    return 8 * math.ulp(max(abs(it.left), abs(it.right)))


@given(newests, widths)
def test_the_initial_range_shows_the_newest_bars_with_a_right_margin(newest: float, bar: float) -> None:
    it = time_range(newest, bar)
    assert it.is_following
    assert it.right - it.left == pytest.approx(120 * bar, abs=noise(it))
    assert 0.02 < (it.right - newest) / (it.right - it.left) < 0.1


def test_following_keeps_zoom_and_right_margin() -> None:
    it = time_range()
    it.pan(-3.0)
    space, width = it.right - NOON, it.right - it.left
    for second in range(1, 5000):
        assert it.scroll_to(NOON + second, pixel(it))
        assert it.right - (NOON + second) == pytest.approx(space, abs=pixel(it))
    assert it.right - it.left == pytest.approx(width, abs=1e-3)


@given(newests, widths, st.lists(st.floats(0.0, 3.0), min_size=1, max_size=30))
def test_following_moves_by_whole_pixels(newest: float, bar: float, steps: list[float]) -> None:
    it = time_range(newest, bar)
    space, one = it.right - newest, pixel(it)
    for step in steps:
        newest += step * bar
        left, right = it.left, it.right
        has_moved = it.scroll_to(newest, one)
        assert has_moved == ((it.left, it.right) != (left, right))
        moved = (it.right - right) / one
        assert moved == pytest.approx(round(moved), abs=noise(it) / one)
        assert it.left - left == pytest.approx(it.right - right, abs=noise(it))
        assert abs(newest + space - it.right) < one + noise(it)


def test_movements_below_one_pixel_are_ignored() -> None:
    it = time_range()
    before = it.left, it.right
    assert not it.scroll_to(NOON, pixel(it))
    assert not it.scroll_to(NOON + 0.9 * pixel(it), pixel(it))
    assert (it.left, it.right) == before
    assert it.scroll_to(NOON + 1.1 * pixel(it), pixel(it))


@pytest.mark.parametrize("by", [-113.0, -5_000.0, 200.0], ids=["just before", "long before", "behind"])
def test_following_stops_when_the_newest_bar_is_out_of_view(by: float) -> None:
    it = time_range()
    it.pan(by)
    assert not it.is_following
    before = it.left, it.right
    for second in range(0, 1000, 10):
        assert not it.scroll_to(NOON + second, pixel(it))
    assert (it.left, it.right) == before


@pytest.mark.parametrize("way", ["pan", "zoom", "show", "go on", "reset"])
def test_following_resumes_when_the_newest_bar_is_back_in_view(way: str) -> None:
    it = time_range()
    it.pan(-1000.0)
    it.scroll_to(NOON + 500.0, pixel(it))  # new bars arrive meanwhile
    if way == "pan":
        it.pan(1400.0)
        assert not it.is_following
        it.pan(150.0)
    elif way == "zoom":
        it.zoom(100.0, it.left)
    elif way == "show":
        it.show(NOON + 450.0, NOON + 510.0)
    else:
        it.resume_following() if way == "go on" else it.reset()
    assert it.is_following
    assert it.left < NOON + 500.0 <= it.right
    space = it.right - (NOON + 500.0)
    assert it.scroll_to(NOON + 900.0, pixel(it))
    assert it.right - (NOON + 900.0) == pytest.approx(space, abs=pixel(it))


@given(newests, widths, st.floats(0.01, 100.0), st.floats(0.0, 1.0), st.floats(-1e5, 1e5))
def test_zooming_keeps_the_anchor_in_place(newest: float, bar: float, factor: float, share: float, bars: float) -> None:
    it = time_range(newest, bar)
    it.pan(bars * bar)
    width = it.right - it.left
    anchor = it.left + share * width
    assume(FEWEST <= 120 * factor <= MOST)
    it.zoom(factor, anchor)
    assert it.right - it.left == pytest.approx(width * factor, rel=1e-6, abs=noise(it))
    assert (anchor - it.left) / (it.right - it.left) == pytest.approx(
        share, abs=1e-6
    )  # of the view: a thousandth of a pixel


@given(widths, st.lists(st.floats(0.001, 1000.0), max_size=12), st.floats(0.0, 1.0))
def test_zoom_is_limited_in_both_directions(bar: float, factors: list[float], share: float) -> None:
    it = time_range(bar=bar)
    for factor in factors:
        anchor = it.left + share * (it.right - it.left)
        it.zoom(factor, anchor)
        assert FEWEST - 1e-6 <= (it.right - it.left) / bar <= MOST + 1e-6
        assert (anchor - it.left) / (it.right - it.left) == pytest.approx(share, abs=1e-6)


def test_gestures_that_change_nothing_are_no_changes_by_the_user() -> None:
    it = TimeRange()
    it.reset_to(1000.0, 1.0)
    it.zoom(1.0, 950.0)  # a vertical movement over the time axis
    it.pan(0.0)
    assert it.changes == 0
    it.pan(1.0)
    assert it.changes == 1


def test_zooming_at_a_limit_changes_nothing() -> None:
    for factor, bars in ((0.5, FEWEST), (2.0, MOST)):
        it = time_range()
        for _ in range(40):
            it.zoom(factor, NOON)
        before = it.left, it.right
        assert it.right - it.left == pytest.approx(bars)
        it.zoom(factor, NOON)
        assert (it.left, it.right) == pytest.approx(before, abs=1e-6)


def test_zooming_keeps_following_with_the_new_margin() -> None:
    it = time_range()
    it.zoom(3.0, NOON - 10.0)
    assert it.is_following
    space = it.right - NOON
    it.scroll_to(NOON + 700.0, pixel(it))
    assert it.right - (NOON + 700.0) == pytest.approx(space, abs=pixel(it))
    it.zoom(0.1, it.left)
    assert not it.is_following


@given(widths, widths, st.floats(0.05, 1000.0))
def test_another_timeframe_shows_the_same_number_of_bars(bar: float, other: float, factor: float) -> None:
    it = time_range(bar=bar)
    it.zoom(factor, NOON)
    bars = (it.right - it.left) / bar
    it.reset_to(7.0, other)  # such as tick bars
    assert (it.right - it.left) / other == pytest.approx(bars, rel=1e-6)
    assert it.is_following
    assert it.left < 7.0 < it.right


def test_resuming_keeps_the_zoom_and_a_reset_does_not() -> None:
    it = time_range(bar=60.0)
    it.show(NOON - 90_000.0, NOON - 60_000.0)
    assert (it.left, it.right, it.is_following) == (NOON - 90_000.0, NOON - 60_000.0, False)
    it.resume_following()
    assert (it.right - it.left, it.is_following) == (30_000.0, True)
    assert NOON < it.right < NOON + 3_000.0
    it.reset()
    assert (it.right - it.left, it.is_following) == (7_200.0, True)


@pytest.mark.parametrize(("right", "bars"), [(NOON + 1.0, FEWEST), (NOON - 9.0, FEWEST), (NOON + 1e12, MOST)])
def test_a_range_chosen_by_the_user_is_limited(right: float, bars: int) -> None:
    it = time_range()
    it.show(NOON, right)
    assert it.left == NOON
    assert it.right - it.left == pytest.approx(bars)


def in_view(it: TimeRange) -> float:
    return it.right - it.left


def test_sparse_bars_widen_the_initial_range() -> None:
    it = time_range()
    it.reset_to(NOON, 1.0, median_gap=20.0)
    assert it.left <= NOON - 20.0 * it.min_bars
    assert in_view(it) < 700.0
    it.zoom(0.1, NOON)
    it.reset()
    assert it.left <= NOON - 20.0 * it.min_bars


def test_the_initial_range_is_limited_for_rarely_traded_symbols() -> None:
    it = time_range()
    it.reset_to(NOON, 1.0, median_gap=1e9)
    assert in_view(it) == 3600.0


def test_a_range_widened_for_sparse_bars_is_not_kept_for_other_symbols() -> None:
    it = time_range()
    it.reset_to(NOON, 1.0, median_gap=20.0)
    it.reset_to(NOON, 1.0, median_gap=1.0)
    assert in_view(it) == 120.0
    it.zoom(0.5, NOON)
    it.reset_to(NOON, 60.0, median_gap=60.0)
    assert in_view(it) == 60.0 * 60.0


@given(
    widths,
    st.lists(st.tuples(st.sampled_from(["zoom", "pan", "show", "go on"]), st.floats(-1e300, 1e300)), max_size=20),
)
def test_the_range_stays_within_its_limits(bar: float, steps: list[tuple[str, float]]) -> None:
    low, high = NOON - 1e9, NOON + 2e9
    it = TimeRange()
    it.reset_to(NOON, bar, limits=(low, high))
    for way, by in steps:
        if way == "zoom":
            it.zoom(abs(by), NOON)
        elif way == "pan":
            it.pan(by)
        elif way == "show":
            it.show(by, by + 50.0)
        else:
            it.resume_following()
        assert low - 1 <= it.left < it.right <= high + 1
        assert it.right - it.left >= FEWEST * bar * (1 - 1e-6)
    it.reset()
    assert it.is_following
    assert it.left < NOON < it.right


@pytest.mark.parametrize("harm", [math.nan, math.inf, -math.inf])
def test_invalid_numbers_are_ignored(harm: float) -> None:
    it = time_range()
    before = it.left, it.right
    it.pan(harm)
    it.zoom(harm, NOON)
    it.zoom(2.0, harm)
    it.zoom(0.0, NOON)
    it.zoom(-1.0, NOON)
    assert (it.left, it.right) == before


def test_data_outside_of_the_limits_can_be_shown() -> None:
    it = TimeRange()
    it.reset_to(-500.0, 1.0, limits=(0.0, 100.0))
    assert it.left < -500.0 < it.right or it.left == -500.0
    it.reset_to(500.0, 1.0, limits=(0.0, 100.0))
    assert it.left < 500.0 <= it.right


@given(st.integers(1, 400), st.floats(100.0, 3000.0), widths)
def test_few_bars_are_up_to_24_pixels_wide_and_all_in_view(count: int, pixels: float, bar: float) -> None:
    it = time_range(1e6, bar)
    it.fit(1e6 - count * bar, pixels)
    assert it.is_following
    assert it.right - 1e6 < 0.1 * (it.right - it.left)  # the newest is at the right
    assert it.bars <= 120.0
    assert it.bars == 120.0 or (it.left < 1e6 - count * bar and pixels / it.bars <= 24.001)


def test_the_zoom_changes_rarely_while_bars_are_added() -> None:
    it = time_range(1000.0)
    changes = 0
    for count in range(1, 300):
        it.scroll_to(1000.0 + count, pixel(it))
        changes += it.fit(1000.0, 960.0)
        assert it.left < 1000.0 or it.bars == 120.0
    assert it.bars == 120.0
    assert changes < 12


@pytest.mark.parametrize("act", ["zoom", "pan", "show"])
def test_a_range_that_the_user_has_chosen_stays_with_few_bars(act: str) -> None:
    it = time_range(1000.0)
    it.fit(990.0, 960.0)
    {"zoom": lambda: it.zoom(2.0, it.right), "pan": lambda: it.pan(-1.0), "show": lambda: it.show(900.0, 1010.0)}[act]()
    before = it.left, it.right
    assert not it.fit(990.0, 960.0)
    assert (it.left, it.right) == before


def test_a_view_with_few_bars_is_saved_with_the_number_of_bars_for_many() -> None:
    it = time_range(1000.0)
    it.fit(990.0, 960.0)
    assert it.bars == 40.0
    assert it.bars_to_save == 120.0
    it.zoom(0.5, it.right)
    assert it.bars_to_save == it.bars == 20.0
