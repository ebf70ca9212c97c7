"""Other words for commands: what users of other programs type into the command palette."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PICTURE: Final = "save image picture screenshot export chart"
_SHOW_OR_HIDE: Final = "show hide open close panel"

# By the title of the command as the palette shows it.
SYNONYMS: Final[Mapping[str, str]] = {
    "Import symbols…": "open file load watchlist",
    "Open a recording…": "replay play",
    "Quit": "exit close program",
    "Settings…": "preferences options configuration",
    "Add symbols": "new ticker stock search",
    "Choose columns…": "show hide fields",
    "New list": "new watchlist add create tab",
    "Rename list": "rename watchlist tab",
    "Delete list": "delete watchlist remove close tab",
    "Keep sorted by: Chg": "sort by change",
    "Keep sorted by: Chg %": "sort by change percent",
    "Sort once by: Chg": "change",
    "Sort once by: Chg %": "change percent",
    "Reset view": "zoom fit",
    "Chart type: Candles": "candlesticks",
    "Chart type: OHLC bars": "bar chart",
    "Indicators…": "add remove edit indicator study",
    "Copy as image": "screenshot picture clipboard",
    "Save as PNG…": _PICTURE,
    "Save as SVG…": _PICTURE,
    "Connect a feed…": "add feed provider api key login websocket",
    "Retry now": "reconnect refresh",
    "Feeds": f"manage feeds disconnect reconnect {_SHOW_OR_HIDE}",
    "Watchlist": _SHOW_OR_HIDE,
    "Alerts": _SHOW_OR_HIDE,
    "Console": f"raw messages log {_SHOW_OR_HIDE}",
    "Chart only": "hide watchlist list",
    "List only": "hide chart",
    "Theme: Dark": "dark mode",
    "Theme: Light": "light mode",
    "Compact rows": "dense row height",
    "Keyboard shortcuts": "help hotkeys",
    "User guide": "help manual documentation readme",
    "Report a problem…": "help report bug issue feedback",
    "About": "version license libraries",
}
