from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.column_choice import ADDED_ORDER, LEFT_OUT_ORDER, OLD_DEFAULT_COLUMNS, ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, DEFAULT_COLUMNS

KEYS = tuple(COLUMN_INDEX)
SETS = st.frozensets(st.sampled_from(KEYS))
ORDERS = st.permutations(KEYS)


@st.composite
def choices(draw: st.DrawFn) -> ColumnChoice:
    keys = tuple(draw(st.lists(st.sampled_from(KEYS), unique=True)))
    return ColumnChoice(keys, draw(st.frozensets(st.sampled_from(keys))) if keys else frozenset())


@given(SETS)
def test_by_default_only_columns_with_data_are_visible(without_data: frozenset[str]) -> None:
    visible = ColumnChoice().visible(without_data)
    assert visible == tuple(key for key in DEFAULT_COLUMNS if key not in without_data)


@given(choices(), ORDERS, SETS, SETS, SETS)
def test_a_column_that_the_user_checks_stays_visible_whatever_the_feeds_provide(
    choice: ColumnChoice, order: list[str], checked: frozenset[str], now: frozenset[str], later: frozenset[str]
) -> None:
    changed = choice.changed(order, checked, now)
    assert changed.explicit >= checked.difference(choice.visible(now))
    assert set(changed.visible(later)) >= checked.difference(choice.visible(now))


@given(choices(), ORDERS, SETS, SETS)
def test_exactly_the_checked_columns_are_visible(
    choice: ColumnChoice, order: list[str], checked: frozenset[str], without_data: frozenset[str]
) -> None:
    changed = choice.changed(order, checked, without_data)
    assert changed.visible(without_data) == tuple(key for key in order if key in checked)


@given(choices(), SETS, SETS)
def test_without_a_change_by_the_user_the_choice_stays(
    choice: ColumnChoice, without_data: frozenset[str], later: frozenset[str]
) -> None:
    order = (*choice.keys, *(key for key in KEYS if key not in choice.keys))
    same = choice.changed(order, choice.visible(without_data), without_data)
    assert same == choice
    assert same.visible(later) == choice.visible(later)


@given(choices(), ORDERS, SETS)
def test_columns_hidden_for_lack_of_data_appear_when_a_feed_provides_it(
    choice: ColumnChoice, order: list[str], without_data: frozenset[str]
) -> None:
    hidden = set(choice.keys).difference(choice.visible(without_data))
    changed = choice.changed(order, choice.visible(without_data), without_data)
    assert set(changed.visible(())) >= hidden
    assert changed.explicit.isdisjoint(hidden)


def test_columns_beyond_the_defaults_count_as_checked() -> None:
    choice = ColumnChoice.of_keys(("symbol", "vwap", "bid", "vwap"))
    assert choice == ColumnChoice(("symbol", "vwap", "bid"), frozenset({"vwap"}))


def test_the_default_columns_of_older_versions_become_todays() -> None:
    older = ("symbol", "feed", "last", "change_percent", "line", "volume", "age")
    for keys in (OLD_DEFAULT_COLUMNS, older, DEFAULT_COLUMNS):
        assert ColumnChoice.of_keys(keys) == ColumnChoice()
        assert ColumnChoice.of_file(keys, None) == ColumnChoice.of_file(keys, frozenset()) == ColumnChoice()
    assert ColumnChoice.of_file(older, frozenset({"volume"})) == ColumnChoice(older, frozenset({"volume"}))


@given(choices())
def test_a_choice_survives_being_saved(choice: ColumnChoice) -> None:
    assert msgspec.json.decode(msgspec.json.encode(choice), type=ColumnChoice) == choice


@pytest.mark.parametrize("key", ["change", "bid", "ask", "high"])
def test_one_column_is_switched_on_and_off(key: str) -> None:
    usual = ColumnChoice()
    more = usual.toggled(key, ())
    assert set(more.visible({key})) == {*DEFAULT_COLUMNS, key}  # also without data, because the user has chosen it
    assert (more.keys[0], more.keys[-1]) == ("symbol", "age")
    assert more.toggled(key, ()) == usual


def test_a_column_that_is_switched_on_stands_at_its_usual_place() -> None:
    assert ColumnChoice().toggled("change", ()).keys[2:5] == ("last", "change", "change_percent")


WIDTHS = st.fixed_dictionaries({key: st.integers(40, 200) for key in KEYS})


@given(WIDTHS, st.integers(0, 2_000))
def test_default_columns_are_left_out_in_one_order_until_the_rest_fits(widths: dict[str, int], room: int) -> None:
    fitting = ColumnChoice().fitting(DEFAULT_COLUMNS, widths, room)
    count = len(DEFAULT_COLUMNS) - len(fitting)
    assert fitting == tuple(key for key in DEFAULT_COLUMNS if key not in LEFT_OUT_ORDER[:count])
    if count < len(LEFT_OUT_ORDER):
        assert sum(widths[key] for key in fitting) <= room
    if count:
        assert sum(widths[key] for key in (*fitting, LEFT_OUT_ORDER[count - 1])) > room


@given(choices(), WIDTHS, st.integers(0, 2_000), SETS)
def test_a_width_never_changes_the_columns_that_the_user_has_chosen(
    choice: ColumnChoice, widths: dict[str, int], room: int, left_out: frozenset[str]
) -> None:
    if choice.explicit or set(choice.keys) - {"alias"} != set(DEFAULT_COLUMNS):
        assert choice.fitting(choice.keys, widths, room, left_out=left_out) == choice.keys


@given(WIDTHS, st.integers(300, 1_400), st.lists(st.integers(0, 3), min_size=2, max_size=30))
def test_a_width_that_trembles_changes_the_columns_only_in_one_direction(
    widths: dict[str, int], room: int, jitter: list[int]
) -> None:
    seen: list[tuple[str, ...]] = [DEFAULT_COLUMNS]
    for step in jitter:
        left_out = set(DEFAULT_COLUMNS).difference(seen[-1])
        seen.append(ColumnChoice().fitting(DEFAULT_COLUMNS, widths, room + step, left_out=left_out))
    assert all(set(after) <= set(before) for before, after in pairwise(seen))


@given(WIDTHS, st.lists(st.integers(0, 1_600), min_size=2, max_size=30).map(sorted), st.booleans())
def test_no_column_changes_twice_while_a_list_gets_wider_or_narrower(
    widths: dict[str, int], rooms: list[int], is_wider: bool
) -> None:
    seen = [ColumnChoice().fitting(DEFAULT_COLUMNS, widths, 0 if is_wider else 2_000)]
    for room in rooms if is_wider else reversed(rooms):
        left_out = set(DEFAULT_COLUMNS).difference(seen[-1])
        seen.append(ColumnChoice().fitting(DEFAULT_COLUMNS, widths, room, left_out=left_out))
    for before, after in pairwise(seen):
        assert set(before) <= set(after) if is_wider else set(after) <= set(before)


def test_the_first_choice_starts_from_the_columns_that_are_in_view() -> None:
    choice = ColumnChoice().without({"range", "volume"})
    assert choice.keys == ("symbol", "feed", "last", "change_percent", "line", "age")
    assert not choice.adapts
    assert ColumnChoice().adapts
    assert not ColumnChoice().toggled("bid", ()).adapts


def test_the_column_of_the_aliases_does_not_end_the_adaptation() -> None:
    choice = ColumnChoice().with_alias()
    assert choice.adapts
    assert choice.keys[:2] == ("symbol", "alias")
    assert ColumnChoice.of_file(choice.keys, choice.explicit) == choice
    own = ColumnChoice(("symbol", "last", "vwap"), frozenset({"vwap"})).with_alias()
    assert own == ColumnChoice(("symbol", "alias", "last", "vwap"), frozenset({"alias", "vwap"}))
    assert own.with_alias() is own


def test_a_wide_list_adds_columns_in_one_order_as_far_as_there_is_room() -> None:
    widths = dict.fromkeys(COLUMN_INDEX, 100)
    choice = ColumnChoice()
    assert choice.added((), widths, 103) == ()  # a new column needs some room to spare
    assert choice.added((), widths, 100, added_before=("change",)) == ("change",)
    assert choice.added((), widths, 304) == ("change", "bid", "ask")
    assert choice.added(("bid", "ask"), widths, 304) == ("change", "high", "low")
    assert set(choice.added((), widths, 10_000)) == set(ADDED_ORDER)
    assert ColumnChoice.of_keys(("symbol", "last", "vwap")).added((), widths, 10_000) == ()  # the user has chosen


def test_added_columns_are_at_their_usual_places() -> None:
    extended = ColumnChoice().extended(("ask", "change", "bid"))
    assert set(extended.keys) == {*DEFAULT_COLUMNS, "change", "bid", "ask"}
    assert not extended.explicit
    places = [COLUMN_INDEX[key] for key in extended.keys if key in ("change", "bid", "ask")]
    assert places == sorted(places)
    assert [key for key in extended.keys if key in DEFAULT_COLUMNS] == list(DEFAULT_COLUMNS)
