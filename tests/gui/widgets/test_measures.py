from __future__ import annotations

from ticker_gui.gui.widgets import measures

HEIGHTS = {name: value for name, value in vars(measures).items() if name.endswith("_HEIGHT")}
TEXTS = {name: value for name, value in vars(measures).items() if name.endswith("_TEXT")}


def test_distances_are_on_the_grid() -> None:
    for distance in (
        measures.INSET, measures.GAP, measures.PANEL_MARGIN, measures.DIALOG_MARGIN, measures.GROUP_GAP,
    ):  # fmt: skip
        assert distance % measures.GRID == 0


def test_everything_that_is_clicked_is_large_enough() -> None:
    assert measures.HIT_SIZE >= 24
    for name in ("CONTROL_HEIGHT", "ROW_HEIGHT", "TABLE_HEAD_HEIGHT"):
        assert HEIGHTS[name] >= measures.HIT_SIZE
    assert measures.SPLITTER_GRAB > measures.SPLITTER_WIDTH


def test_bars_have_room_for_their_controls() -> None:
    for name in ("TOOL_BAR_HEIGHT", "CHART_STRIP_HEIGHT", "BANNER_HEIGHT", "RANGE_BAR_HEIGHT", "DOCK_HEAD_HEIGHT"):
        assert HEIGHTS[name] >= measures.CONTROL_HEIGHT + measures.INSET


def test_texts_have_few_sizes_and_none_is_tiny_at_13_pixels() -> None:
    assert len(TEXTS) <= 5
    assert round(13 * min(TEXTS.values())) >= 11
