"""The widget in the dock of the console, which is built when it is shown for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme

if TYPE_CHECKING:
    from ticker_gui.gui.console.panel import ConsolePanel

_SIZE: Final = QSize(640, 420)
_MIN_SIZE: Final = QSize(320, 150)


class ConsoleDock(QWidget):
    """The window starts faster without the console, which most users open rarely.

    ``sent_frames`` are kinds and texts, and ``websocket_address`` is an address, to be saved without keys.

    Signals:
        built: the console was built; its panel.
        changed: what is to be saved has changed.
    """

    built = Signal(object)
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console")
        self.setAccessibleName("Console")
        self._theme = theme
        self._panel: ConsolePanel | None = None
        self._sent_frames: tuple[tuple[str, str], ...] = ()
        self._websocket_address = ""
        self.header = QWidget()
        self._head_layout = QHBoxLayout(self.header)
        self._head_layout.setContentsMargins(0, 0, 0, 0)
        self._title = plain_label("Console", "console_title")
        self._head_layout.addWidget(self._title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def panel(self) -> ConsolePanel:
        """The console itself, which is built now if it was not yet."""
        if self._panel is None:
            self._build()
        assert self._panel is not None
        return self._panel

    def _build(self) -> None:
        from ticker_gui.gui.console.panel import ConsolePanel  # loads all of the console

        panel = self._panel = ConsolePanel(self._theme)
        self._title.hide()
        self._head_layout.addWidget(panel.head)
        self._layout.addWidget(panel)
        self.setFocusProxy(panel)
        panel.restore(self._sent_frames, self._websocket_address)
        panel.changed.connect(self.changed)
        self.built.emit(panel)

    def showEvent(self, event: QShowEvent) -> None:
        if self._panel is None:
            self._build()
        super().showEvent(event)

    def sizeHint(self) -> QSize:
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        return _MIN_SIZE  # a small window cuts parts off

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        if self._panel is not None:
            self._panel.set_theme(theme)

    @property
    def sent_frames(self) -> tuple[tuple[str, str], ...]:
        """The kinds and texts of the frames that were sent, without keys."""
        return self._sent_frames if self._panel is None else self._panel.sent_frames

    @property
    def websocket_address(self) -> str:
        """The address of a WebSocket; empty if it contains a key."""
        return self._websocket_address if self._panel is None else self._panel.websocket_address

    def restore(self, sent_frames: tuple[tuple[str, str], ...], websocket_address: str) -> None:
        """Restore what was saved."""
        self._sent_frames, self._websocket_address = sent_frames, websocket_address
        if self._panel is not None:
            self._panel.restore(sent_frames, websocket_address)
