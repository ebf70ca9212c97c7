"""Heights, distances and sizes of the window and its controls, in device-independent pixels."""

from __future__ import annotations

from typing import Final

GRID: Final = 4
INSET: Final = 4  # inside a control
GAP: Final = 8  # between controls
PANEL_MARGIN: Final = 12
DIALOG_MARGIN: Final = 16
GROUP_GAP: Final = 24

RADIUS: Final = 4
SMALL_RADIUS: Final = 3  # of tags and check boxes

TOOL_BAR_HEIGHT: Final = 44
CHART_HEAD_HEIGHT: Final = 44
CHART_STRIP_HEIGHT: Final = 36
RANGE_BAR_HEIGHT: Final = 32
DOCK_HEAD_HEIGHT: Final = 32
TABLE_HEAD_HEIGHT: Final = 28
ROW_HEIGHT: Final = 26
DENSE_ROW_HEIGHT: Final = 22
CONTROL_HEIGHT: Final = 28  # buttons, fields and combo boxes
BANNER_HEIGHT: Final = 36
TIME_AXIS_HEIGHT: Final = 24

ICON_SIZE: Final = 16
LARGE_ICON_SIZE: Final = 32  # in empty states
CHECK_BOX_SIZE: Final = 16
MARK_SIZE: Final = 10
HIT_SIZE: Final = 24  # the least that can be clicked
SPLITTER_WIDTH: Final = 1
SPLITTER_GRAB: Final = 7
SCROLL_BAR_WIDTH: Final = 10

# Sizes of text as shares of the application's font.
PRICE_TEXT: Final = 1.54
TITLE_TEXT: Final = 1.31
EMPTY_TEXT: Final = 1.15
SMALL_TEXT: Final = 0.92  # status bar, axes, table head
NOTE_TEXT: Final = 0.85
