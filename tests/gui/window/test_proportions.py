from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.window.proportions import (
    Area,
    ChosenWidth,
    first_area,
    fitting_list_width,
    list_width,
    max_bottom_height,
    max_list_width,
    moved_onto_screen,
)

sizes = st.integers(300, 8000)
offsets = st.integers(-8000, 8000)
areas = st.builds(Area, offsets, offsets, sizes, sizes)


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        ((2560, 1440), (1600, 1000)),
        ((1920, 1080), (1600, 972)),
        ((1366, 768), (1229, 691)),
        ((1024, 700), (921, 630)),
        ((683, 384), (614, 345)),  # 1366 x 768 at scale factor 2
    ],
)
def test_a_new_window_takes_up_to_nine_tenths_of_the_screen(screen: tuple[int, int], size: tuple[int, int]) -> None:
    area = first_area(Area(10, 20, *screen))
    assert (area.width, area.height) == size
    assert area.left - 10 == pytest.approx((screen[0] - size[0]) / 2, abs=1)
    assert area.top - 20 == pytest.approx((screen[1] - size[1]) / 2, abs=1)


@given(areas, st.lists(areas, min_size=1, max_size=3))
def test_a_window_is_completely_on_one_screen(frame: Area, screens: list[Area]) -> None:
    moved = moved_onto_screen(frame, screens)
    assert any(
        screen.left <= moved.left
        and screen.top <= moved.top
        and moved.right <= screen.right
        and moved.bottom <= screen.bottom
        for screen in screens
    )
    assert moved.width <= frame.width
    assert moved.height <= frame.height


@given(areas, areas)
def test_a_window_that_is_completely_on_a_screen_stays_where_it_is(frame: Area, other: Area) -> None:
    around = Area(frame.left - 5, frame.top - 5, frame.width + 10, frame.height + 10)
    assert moved_onto_screen(frame, [other, around]).overlap(frame) <= frame.width * frame.height
    assert moved_onto_screen(frame, [around]) == frame


def test_without_screens_a_window_stays_where_it_is() -> None:
    assert moved_onto_screen(Area(5, 6, 700, 500), []) == Area(5, 6, 700, 500)


@pytest.mark.parametrize(
    ("window", "expected"), [(900, 405), (1024, 461), (1229, 512), (1366, 533), (1600, 624), (2560, 640)]
)
def test_the_chart_gets_about_sixty_percent_of_the_window(window: int, expected: int) -> None:
    assert list_width(window) == expected


@given(sizes)
def test_the_chart_is_always_wider_than_the_list(window: int) -> None:
    assert list_width(window) < window - list_width(window)


@given(st.integers(100, 2_000), st.integers(800, 3_000), st.integers(800, 3_000))
def test_a_chosen_width_stays_and_yields_only_where_the_chart_would_lose_its_share(
    width: int, window: int, later: int
) -> None:
    width = min(width, window)
    chosen = ChosenWidth(width, window)
    assert fitting_list_width(chosen, window) == width
    found = fitting_list_width(chosen, later)
    assert found <= width
    if later >= window or width <= max_list_width(later):
        assert found == width
    assert fitting_list_width(None, later) == list_width(later)


@pytest.mark.parametrize(("window", "height"), [(1000, 500), (768, 368), (600, 200), (400, 120)])
def test_panels_at_the_bottom_leave_a_readable_chart(window: int, height: int) -> None:
    assert max_bottom_height(window) == height
