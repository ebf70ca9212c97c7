from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.command_palette.recent import MAX_ID_LENGTH, MAX_RECENT, RecentEntries


def test_the_entry_used_last_is_first_and_listed_once() -> None:
    recent = RecentEntries()
    for entry_id in ("a", "b", "a"):
        recent.add(entry_id)
    assert recent.ids == ("a", "b")


def test_an_id_that_is_too_long_is_not_noted() -> None:
    recent = RecentEntries()
    recent.add("a" * (MAX_ID_LENGTH + 1))
    assert recent.ids == ()


@given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3), max_size=60))
def test_the_number_of_entries_is_bounded(restored: list[str], added: list[str]) -> None:
    recent = RecentEntries()
    recent.restore(restored)
    for entry_id in added:
        recent.add(entry_id)
    assert len(recent.ids) <= MAX_RECENT
    assert len(set(recent.ids)) == len(recent.ids)
    assert "" not in recent.ids
    if added and added[-1]:
        assert recent.ids[0] == added[-1]
