"""The status bar: each feed's connection in words and since when, and how much arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStatusBar, QWidget

from ticker_gui.domain.feed_state import FeedKind, FeedState
from ticker_gui.domain.text import display_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.text import plain_label, tool_tip

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
        # Many words must not make the window wider than the screen: what does not fit is in the tool tip.
        self._state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._rate = plain_label("", "message_rate", self)
        self._merged = plain_label("", "merged_updates", self)
        self._retry = QPushButton("&Retry now", self)
        self._retry.setObjectName("retry_now")
        self._retry.clicked.connect(self.retry_wanted)
        self._retry.hide()
        self.addWidget(self._state, 1)
        self.addPermanentWidget(self._retry)  # permanent, so that a message does not stand behind it
        self.addPermanentWidget(self._rate)
        self.addPermanentWidget(self._merged)

    def show_states(self, feeds: Sequence[tuple[str, FeedState]], now_ns: int) -> None:
        """Say what each feed is doing; of several, those that are live are counted and the others named."""
        words = [in_words(state, now_ns) for _, state in feeds]
        text = " ".join(words) if len(feeds) == 1 else _summary(feeds, words)
        if text != self._state.text():
            self._state.setText(text)
            lines = [f"{display_text(name)}: {word}" for (name, _), word in zip(feeds, words, strict=True)]
            self._state.setToolTip(tool_tip("\n".join(lines)))
        self._retry.setVisible(any(state.kind in (FeedKind.WAITING, FeedKind.REJECTED) for _, state in feeds))

    def show_rates(self, messages: float, merged: float, frames: float, latency_ns: float | None) -> None:
        """Show messages per second, and how many updates were merged into how many frames of the last second."""
        self._rate.setText(f"{messages:,.0f} messages/s")
        latency = "" if latency_ns is None else f", {latency_ns / 1e6:,.0f} ms to paint"
        self._merged.setText(f"{merged:,.0f} updates merged into {frames:,.0f} frames/s{latency}")

    def tell(self, message: str) -> None:
        """Show a message for a while."""
        self.showMessage(display_text(message), _MESSAGE_MS)


def _summary(feeds: Sequence[tuple[str, FeedState]], words: Sequence[str]) -> str:
    """Return what several feeds are doing, the live ones as a number."""
    live = sum(state.kind is FeedKind.LIVE for _, state in feeds)
    others = [
        f"{name}: {word}" for (name, state), word in zip(feeds, words, strict=True) if state.kind is not FeedKind.LIVE
    ]
    return " · ".join([f"{live} of {len(feeds)} feeds live", *others])


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
