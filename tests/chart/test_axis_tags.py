from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.chart.axis_tags import GAP, MAX_TAGS, Role, TagLayout, TagPosition, TagState, UnplacedTag

HEIGHTS = {Role.LAST: 34}
SINGLE = (Role.POINTER, Role.DRAGGED, Role.LAST, Role.ASK, Role.BID, Role.PREVIOUS_CLOSE)


def level(role: Role, y: float) -> UnplacedTag:
    return UnplacedTag(role, y, HEIGHTS.get(role, 18), 9)


def positions(height: int, *levels: UnplacedTag) -> list[TagPosition]:
    return TagLayout().positions(levels, height)


@st.composite
def market(draw: st.DrawFn) -> list[UnplacedTag]:
    """Return levels of every kind, the ask at or above the bid, many of them close together."""
    ys = st.floats(-50, 700) | st.floats(298, 302) | st.sampled_from([300.0, -0.4, 600.2])
    roles = draw(st.lists(st.sampled_from(SINGLE), unique=True))
    levels = [level(role, draw(ys)) for role in roles if role not in (Role.ASK, Role.BID)]
    ask, bid = sorted((draw(ys), draw(ys)))
    levels += [level(role, y) for role, y in ((Role.ASK, ask), (Role.BID, bid)) if role in roles]
    others = st.sampled_from([Role.ALERT, Role.COMPARISON, Role.INDICATOR])
    levels += [level(draw(others), draw(ys)) for _ in range(draw(st.integers(0, 60)))]
    return draw(st.permutations(levels))


def drawn(levels: list[UnplacedTag], found: list[TagPosition]) -> list[tuple[UnplacedTag, TagPosition]]:
    return [
        (one, place)
        for one, place in zip(levels, found, strict=True)
        if place.state not in (TagState.TICK, TagState.HIDDEN)
    ]  # fmt: skip


@given(market(), st.integers(20, 650))
def test_no_two_tags_overlap_and_all_are_on_the_axis(levels: list[UnplacedTag], height: int) -> None:
    tags = drawn(levels, positions(height, *levels))
    spans = sorted((place.top, place.top + one.height) for one, place in tags)
    assert all(first[1] + GAP <= second[0] for first, second in pairwise(spans))
    assert all(top >= 0 and bottom <= height for top, bottom in spans)
    assert len(tags) <= MAX_TAGS


@given(market(), st.integers(60, 650))
def test_the_ask_is_never_below_the_bid(levels: list[UnplacedTag], height: int) -> None:
    tops = {one.role: place.top for one, place in drawn(levels, positions(height, *levels))}
    if Role.ASK in tops and Role.BID in tops:
        assert tops[Role.ASK] < tops[Role.BID]


@given(market(), st.integers(100, 650))
def test_last_stays_at_its_price_unless_the_pointer_is_there(levels: list[UnplacedTag], height: int) -> None:
    found = dict(zip((one.role for one in levels), zip(levels, positions(height, *levels), strict=True), strict=False))
    if Role.LAST in found and Role.POINTER not in found:
        one, place = found[Role.LAST]
        assert place.top == max(0, min(round(one.y) - one.above, height - one.height))
    if Role.POINTER in found:
        one, place = found[Role.POINTER]
        assert place.top == max(0, min(round(one.y) - one.above, height - one.height))


@given(market(), st.integers(20, 650))
def test_a_tag_without_room_has_less_right_than_the_tags_on_its_side(levels: list[UnplacedTag], height: int) -> None:
    found = positions(height, *levels)
    if any(one.role is Role.POINTER for one in levels) or len(levels) > MAX_TAGS:
        return
    anchor = min(levels, key=lambda one: (one.role is not Role.LAST, one.role, one.y), default=None)
    for one, place in zip(levels, found, strict=True):
        if place.state in (TagState.TICK, TagState.HIDDEN) and anchor is not None:
            side = [
                other.role
                for other, there in drawn(levels, found)
                if other is not anchor and (other.y < anchor.y) is (one.y < anchor.y) and other.y != anchor.y != one.y
            ]
            assert all(other <= one.role for other in side)


def test_ask_and_bid_at_the_price_of_last_are_stacked_around_it() -> None:
    found = positions(400, level(Role.BID, 200.2), level(Role.LAST, 200.1), level(Role.ASK, 200.1))
    assert [place.top for place in found] == [200 - 9 + 34 + GAP, 191, 191 - GAP - 18]
    assert {place.state for place in found} == {TagState.IN_VIEW}


def test_what_is_out_of_view_is_at_the_edge() -> None:
    found = positions(400, level(Role.LAST, 200), level(Role.PREVIOUS_CLOSE, 900), level(Role.ASK, -80))
    assert found[1:] == [TagPosition(TagState.BELOW, 382), TagPosition(TagState.ABOVE, 0)]


def test_tags_without_room_become_ticks_at_their_prices() -> None:
    found = positions(60, level(Role.LAST, 30), *(level(Role.INDICATOR, y) for y in (31.0, 32.0, 33.0)))
    assert [place.state for place in found] == [TagState.IN_VIEW, TagState.TICK, TagState.TICK, TagState.TICK]
    assert [place.top for place in found[1:]] == [31, 32, 33]


def test_last_makes_room_for_the_pointer_on_the_side_of_its_price() -> None:
    pointer, last = positions(400, level(Role.POINTER, 200), level(Role.LAST, 195))
    assert pointer.top == 191
    assert last.top == 191 - GAP - 34
    pointer, last = positions(400, level(Role.POINTER, 200), level(Role.LAST, 205))
    assert (pointer.top, last.top) == (191, 191 + 18 + GAP)


def test_places_are_computed_again_only_when_a_tag_moved_by_a_pixel() -> None:
    layout = TagLayout()
    first = layout.positions([level(Role.LAST, 100.0), level(Role.ASK, 99.6)], 400)
    assert layout.positions([level(Role.LAST, 100.3), level(Role.ASK, 99.7)], 400) is first
    assert layout.positions([level(Role.LAST, 101.0), level(Role.ASK, 99.7)], 400) is not first
    assert layout.positions([level(Role.LAST, 101.0), level(Role.ASK, 99.7)], 401)[0].top == 92
