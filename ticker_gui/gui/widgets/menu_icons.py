"""The icons of menu commands, by the titles of the commands; where an icon adds nothing, a command has none."""

from __future__ import annotations

from typing import Final

# Titles without mnemonic and ellipsis. Checkable items have a tick in place of an icon.
MENU_ICONS: Final = {
    "About": "info",
    "Add symbols": "plus",
    "Add to list": "list",
    "Alerts": "bell",
    "All feeds": "plug",
    "Choose columns": "columns",
    "Command palette": "search",
    "Compare with selected symbols": "compare",
    "Connect a feed": "plug",
    "Copy as image": "camera",
    "Copy rows": "copy",
    "Delete list": "trash",
    "Draw": "line",
    "Enter a key": "key",
    "Export all rows and columns to CSV": "save",
    "Export visible data to CSV": "save",
    "Export visible rows to CSV": "save",
    "Feed diagnostics": "info",
    "Find and filter": "filter",
    "Indicators": "wave",
    "More columns": "columns",
    "New alert": "bell_plus",
    "New list": "plus",
    "Open chart": "candles",
    "Pin to top": "pin",
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
_PRICE: Final = "Alert at "  # followed by a price


def menu_icon(title: str) -> str:
    """Return the name of the icon of a command or submenu, or an empty text; the title has no mnemonic or ellipsis."""
    return "bell_plus" if title.startswith(_PRICE) else MENU_ICONS.get(title, "")
