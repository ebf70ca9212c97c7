"""The status bar: each feed's connection in words and since when, and how much arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStatusBar, QWidget

from ticker_gui.domain.feed_state import FeedKind, FeedState
from ticker_gui.domain.text import display_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.text import plain_label

_MESSAGE_MS = 10_000


class StatusBar(QStatusBar):
    """Connection state, messages per second, frames merged.

    Signals:
        retry_wanted: the user does not want to wait.
    """

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAccessibleName("status")
        self._state = plain_label("", "connection_state", self)
        self._rate = plain_label("", "message_rate", self)
        self._merged = plain_label("", "merged_updates", self)
        self._retry = QPushButton("&Retry now", self)
        self._retry.setObjectName("retry_now")
        self._retry.clicked.connect(self.retry_wanted)
        self._retry.hide()
        self.addWidget(self._state, 1)
        self.addWidget(self._retry)
        self.addPermanentWidget(self._rate)
        self.addPermanentWidget(self._merged)

    def show_states(self, feeds: Sequence[tuple[str, FeedState]], now_ns: int) -> None:
        """Say what each feed is doing; with one feed its name is left out."""
        words = [in_words(state, now_ns) for _, state in feeds]
        if len(feeds) > 1:
            words = [f"{name}: {word}" for (name, _), word in zip(feeds, words, strict=True)]
        text = " · ".join(words)
        if text != self._state.text():
            self._state.setText(text)
            self._state.setToolTip("")
        self._retry.setVisible(any(state.kind in (FeedKind.WAITING, FeedKind.REJECTED) for _, state in feeds))

    def show_rates(self, messages: float, merged: float, frames: float, latency_ns: float | None) -> None:
        """Show messages per second, and how many updates were merged into how many frames of the last second."""
        self._rate.setText(f"{messages:,.0f} messages/s")
        latency = "" if latency_ns is None else f", {latency_ns / 1e6:,.0f} ms to paint"
        self._merged.setText(f"{merged:,.0f} updates merged into {frames:,.0f} frames/s{latency}")

    def tell(self, message: str) -> None:
        """Show a message for a while."""
        self.showMessage(display_text(message), _MESSAGE_MS)


def in_words(state: FeedState, now_ns: int) -> str:
    """Return what a feed is doing, since when and why."""
    since = datetime.fromtimestamp(state.since_ns // SECOND_NS, UTC).astimezone().strftime("%H:%M:%S")
    match state.kind:
        case FeedKind.CONNECTING:
            return f"Connecting since {since}"
        case FeedKind.SUBSCRIBING:
            return f"Connected since {since}, waiting for the first data"
        case FeedKind.LIVE:
            return f"Live since {since}"
        case FeedKind.QUIET:
            return f"Quiet since {since}: {state.reason}"
        case FeedKind.WAITING:
            left = max(0, (state.retry_at_ns or now_ns) - now_ns)
            return f"Not connected since {since}: {state.reason} Dials again in {-(-left // SECOND_NS)} s."
        case FeedKind.REJECTED:
            return f"Stopped at {since}: {state.reason}"
        case FeedKind.STOPPED:
            return "Stopped"
