"""The widget in the dock of the console, which is built when it is shown for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from ticker_gui.gui.widgets.lazy_dock import LazyDock
from ticker_gui.gui.widgets.theme import Theme

if TYPE_CHECKING:
    from ticker_gui.gui.console.panel import ConsolePanel

_SIZE: Final = QSize(640, 420)
_MIN_SIZE: Final = QSize(320, 150)


class ConsoleDock(LazyDock["ConsolePanel"]):
    """``sent_frames`` are kinds and texts, and ``websocket_address`` is an address, to be saved without keys.

    Signals:
        changed: the state to save has changed.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("console", "Console", theme, _SIZE, _MIN_SIZE, parent)
        self._sent_frames: tuple[tuple[str, str], ...] = ()
        self._websocket_address = ""

    def _make_panel(self) -> tuple[ConsolePanel, QWidget]:
        from ticker_gui.gui.console.panel import ConsolePanel

        panel = ConsolePanel(self._theme)
        panel.restore(self._sent_frames, self._websocket_address)
        panel.changed.connect(self.changed)
        return panel, panel.head

    def _apply_theme(self, panel: ConsolePanel, theme: Theme) -> None:
        panel.set_theme(theme)

    @property
    def sent_frames(self) -> tuple[tuple[str, str], ...]:
        """The kinds and texts of the frames that were sent, without keys."""
        return self._sent_frames if self.built_panel is None else self.built_panel.sent_frames

    @property
    def websocket_address(self) -> str:
        """The address of a WebSocket; empty if it contains a key."""
        return self._websocket_address if self.built_panel is None else self.built_panel.websocket_address

    def restore(self, sent_frames: tuple[tuple[str, str], ...], websocket_address: str) -> None:
        """Restore what was saved."""
        self._sent_frames, self._websocket_address = sent_frames, websocket_address
        if self.built_panel is not None:
            self.built_panel.restore(sent_frames, websocket_address)
