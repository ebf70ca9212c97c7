"""The title of the main window: how many alerts have fired, the state of a replay, and whether data is simulated."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

_TITLE: Final = "Ticker GUI"


class WindowTitle:
    """Sets the title when one of its parts changes."""

    def __init__(self, window: QWidget) -> None:
        self._window: Final = window
        self._prefix = ""
        self._fired_alerts = 0
        self._is_simulated = False
        self._show()

    def set_prefix(self, prefix: str) -> None:
        """Set what the title begins with: the state of a replay."""
        self._prefix = prefix
        self._show()

    def set_fired_alerts(self, count: int) -> None:
        """Set how many alerts have fired and are not acknowledged."""
        self._fired_alerts = count
        self._show()

    def set_simulated(self, is_simulated: bool) -> None:
        """Set whether all data is simulated; the banner names the feed if only some is."""
        if is_simulated != self._is_simulated:
            self._is_simulated = is_simulated
            self._show()

    def _show(self) -> None:
        count = f"({self._fired_alerts:,}) " if self._fired_alerts else ""
        title = f"{_TITLE} – demo data" if self._is_simulated else _TITLE
        self._window.setWindowTitle(count + (f"{self._prefix} – {title}" if self._prefix else title))
