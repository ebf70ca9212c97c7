from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.column_choice import OLD_DEFAULT_COLUMNS, ColumnChoice
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
def test_what_is_checked_is_what_is_visible(
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


@given(st.sets(st.sampled_from(DEFAULT_COLUMNS)), st.integers(0, 1_000))
def test_columns_that_fit_keep_their_order_and_those_left_out_would_not_fit(explicit: set[str], room: int) -> None:
    choice = ColumnChoice(explicit=frozenset(explicit))
    widths = dict.fromkeys(DEFAULT_COLUMNS, 100)
    fitting = choice.fitting(DEFAULT_COLUMNS, widths, room)
    assert list(fitting) == [key for key in DEFAULT_COLUMNS if key in fitting]
    assert {"symbol", "last", "age", *explicit} <= set(fitting)
    if fitting != DEFAULT_COLUMNS:
        assert 100 * (len(fitting) + 1) > room
    if {"symbol", "last", "age", *explicit} != set(fitting):
        assert 100 * len(fitting) <= room
