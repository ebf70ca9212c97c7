"""The line below the frames: how many are held and dropped, their rates, and the way to the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ticker_gui.console.frame_ring import MAX_BYTES, MAX_FRAMES, FrameRing
from ticker_gui.formatting.numbers import counted, size_text
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.measures import GAP, GROUP_GAP, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_MAX_RATES: Final = 6
_HELD_TIP: Final = (
    f"At most {MAX_FRAMES:,} messages or {MAX_BYTES >> 20} MB are kept; the oldest are dropped first, "
    "but messages that you have sent, or received from another WebSocket, are kept longer"
)


class ConsoleFoot(QWidget):
    """Shows how many frames there are, and offers to go to the newest one.

    Signals:
        latest_requested: scroll to the newest frame and follow it.
    """

    latest_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console_foot")
        self.held = plain_label("", "frames_held")
        set_tooltip(self.held, _HELD_TIP)
        self.rates = ElidedLabel("frame_rates")
        self.rates.setAccessibleName("Messages per second")
        self.following = plain_label("Following the newest message", "following")
        self.latest = QPushButton("Latest")
        self.latest.setObjectName("latest_frame")
        set_tooltip(self.latest, "Go to the newest message and follow it  End")
        self.latest.clicked.connect(self.latest_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PANEL_MARGIN, 2, GAP, 2)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(self.held)
        layout.addWidget(self.rates, 1)
        layout.addWidget(self.following)
        layout.addWidget(self.latest)

    def show_ring(self, ring: FrameRing, shown: int, *, is_filtered: bool, unsearched: int = 0) -> None:
        """Show how many frames are held, shown and dropped, and how many could not be searched in time."""
        shown_of = f"{shown:,} of " if is_filtered else ""
        parts = [f"{shown_of}{counted(len(ring), 'message')}, {size_text(ring.bytes)} kept"]
        if ring.dropped:
            parts.append(f"{ring.dropped:,} dropped")
        if unsearched:
            parts.append(f"{unsearched:,} not searched because it would take too long")
        self.held.setText(" · ".join(parts))

    def show_rates(self, rates: Sequence[tuple[str, int]]) -> None:
        """Show the rates of the most frequent types; the tooltip has all of them."""
        texts = [f"{name} {rate:,}/s" for name, rate in rates]
        self.rates.setText("   ".join(texts[:_MAX_RATES]))
        set_tooltip(self.rates, "\n".join(texts[:40]))

    def show_position(self, *, is_following: bool, is_paused: bool, new: int, selection: str = "") -> None:
        """Show whether the table follows the newest frame, or how many frames are below or waiting.

        ``selection`` describes several selected frames.
        """
        is_at_newest = is_following and not is_paused
        self.following.setVisible(is_at_newest or bool(selection))
        self.following.setText(selection or "Following the newest message")
        self.latest.setVisible(not is_following or is_paused)
        text = "Latest" if not new else f"Latest ({new:,} new)"
        if self.latest.text() != text:
            self.latest.setText(text)
