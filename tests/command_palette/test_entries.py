from __future__ import annotations

from ticker_gui.command_palette.entries import Group


def test_groups_have_titles_in_sentence_case() -> None:
    assert [group.title for group in Group] == ["Recent", "Symbols", "Commands", "Lists", "Chart", "Settings"]
