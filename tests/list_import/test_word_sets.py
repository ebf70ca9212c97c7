from __future__ import annotations

from ticker_gui.list_import.word_sets import word_set


def test_lines_are_split_at_bars() -> None:
    assert word_set("a|b c", "d") == {"a", "b c", "d"}
