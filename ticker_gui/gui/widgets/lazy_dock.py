"""The widget in the dock of a panel that is built when it is shown for the first time."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme

PanelT = TypeVar("PanelT", bound=QWidget)


class LazyDock(QWidget, Generic[PanelT]):
    """The window starts faster without a panel that most users open rarely.

    ``header`` is in the title bar of the dock: the title, and later the header of the panel. A subclass overrides
    `_make_panel` and `_apply_theme`.

    Signals:
        built: the panel was built; the panel.
        shown: the panel has become visible.
    """

    built = Signal(object)
    shown = Signal()

    def __init__(
        self, name: str, title: str, theme: Theme, size: QSize, min_size: QSize, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._theme = theme
        self._size: Final = size
        self._min_size: Final = min_size
        self.built_panel: PanelT | None = None
        self.header: Final = QWidget()
        self._head_layout = QHBoxLayout(self.header)
        self._head_layout.setContentsMargins(0, 0, 0, 0)
        self._title = plain_label(title, f"{name}_dock_title")
        self._head_layout.addWidget(self._title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def _make_panel(self) -> tuple[PanelT, QWidget]:
        """Return the panel and its header. It is imported here, because that loads all of it."""
        raise NotImplementedError

    def _apply_theme(self, panel: PanelT, theme: Theme) -> None:
        """Set the colors of the panel."""
        raise NotImplementedError

    @property
    def panel(self) -> PanelT:
        """The panel, which is built now if it was not yet."""
        if self.built_panel is None:
            panel, header = self._make_panel()
            self.built_panel = panel
            self._title.hide()
            self._head_layout.addWidget(header)
            self._layout.addWidget(panel)
            self.setFocusProxy(panel)
            self.built.emit(panel)
        return self.built_panel

    def make_parts(self) -> None:
        """Build the panel, unless it was built: its dock calls this just before it is shown."""
        _ = self.panel

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def sizeHint(self) -> QSize:
        return self._size

    def minimumSizeHint(self) -> QSize:
        return self._min_size  # a small window cuts parts off

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        if self.built_panel is not None:
            self._apply_theme(self.built_panel, theme)
