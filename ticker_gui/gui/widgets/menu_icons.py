"""The icons of menu commands, by the titles of the commands; where an icon adds nothing, a command has none."""

from __future__ import annotations

from typing import Final

# Titles without mnemonic and ellipsis. Checkable items have a tick in place of an icon.
MENU_ICONS: Final = {
    "About": "info",
    "Add symbols": "plus",
    "All feeds": "plug",
    "Choose columns": "columns",
    "Command palette": "search",
    "Compare with selected symbols": "compare",
    "Connect a feed": "plug",
    "Copy as image": "camera",
    "Copy rows": "copy",
    "Delete list": "trash",
    "Enter a key": "key",
    "Export all rows and columns to CSV": "save",
    "Export visible data to CSV": "save",
    "Export visible rows to CSV": "save",
    "Feed diagnostics": "info",
    "Find and filter": "filter",
    "Indicators": "wave",
    "More columns": "columns",
    "New list": "plus",
    "Open chart": "candles",
    "User guide": "link",
    "Reconnect": "retry",
    "Remove": "trash",
    "Remove from list": "trash",
    "Retry now": "retry",
    "Save as PNG": "camera",
    "Settings": "gear",
    "Symbol diagnostics": "info",
    "Undo": "undo",
}
