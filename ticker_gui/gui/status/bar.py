"""The status bar: each feed's connection in words and since when, and how much arrives."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStatusBar, QWidget

from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.status_words import describe_feed, summarize_feeds
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_MESSAGE_MS = 10_000


class StatusBar(QStatusBar):
    """Connection state, messages per second, frames merged.

    Signals:
        retry_requested: the user does not want to wait.
        details_requested: the user wants to know more of the feeds, and why it is quiet.
    """

    retry_requested = Signal()
    details_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAccessibleName("status")
        self._state = plain_label("", "connection_state", self)
        self._state.setAccessibleName("connection state")  # what it is, is its description
        # Many words must not make the window wider than the screen: what does not fit is in the tool tip.
        self._state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._unsaved = plain_label("", "unsaved", self)
        self._skipped = plain_label("", "skipped_frames", self)
        self._errors = plain_label("", "internal_errors", self)
        self._late = plain_label("", "late", self)
        self._rate = plain_label("", "message_rate", self)
        self._merged = plain_label("", "merged_updates", self)
        self._retry = QPushButton("&Retry", self)
        self._retry.setObjectName("retry_now")
        self._retry.clicked.connect(self.retry_requested)
        self._retry.hide()
        self._details = QPushButton("&Details", self)
        self._details.setObjectName("details")
        self._details.setAccessibleName("details of the feed, and why it is quiet")
        self._details.clicked.connect(self.details_requested)
        self.addWidget(self._state, 1)
        self.addPermanentWidget(self._retry)  # permanent, so that a message does not stand behind it
        self.addPermanentWidget(self._details)
        self.addPermanentWidget(self._unsaved)
        self.addPermanentWidget(self._errors)
        self.addPermanentWidget(self._late)
        self.addPermanentWidget(self._skipped)
        self.addPermanentWidget(self._rate)
        self.addPermanentWidget(self._merged)

    def show_states(
        self, feeds: Sequence[tuple[str, FeedState]], now_ns: int, phases: Sequence[Phase] | None = None
    ) -> None:
        """Say what each feed is doing; of several, those that are live are counted and the others named.

        ``phases`` say how far those have come that are connecting.
        """
        reached = phases or [Phase.NAME] * len(feeds)
        words = [describe_feed(state, now_ns, phase) for (_, state), phase in zip(feeds, reached, strict=True)]
        text = " ".join(words) if len(feeds) == 1 else summarize_feeds(feeds, words)
        if text != self._state.text():
            self._state.setText(text)
            lines = [f"{sanitize_text(name)}: {word}" for (name, _), word in zip(feeds, words, strict=True)]
            set_tooltip(self._state, "\n".join(lines))
        self._retry.setVisible(any(state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED) for _, state in feeds))

    def show_rates(self, messages: float, merged: float, frames: float, latency_ns: float | None) -> None:
        """Show messages per second, and how many updates were merged into how many frames of the last second."""
        self._rate.setText(f"{messages:,.0f} messages/s")
        latency = "" if latency_ns is None else f", {latency_ns / 1e6:,.0f} ms to paint"
        self._merged.setText(f"{merged:,.0f} updates merged into {frames:,.0f} frames/s{latency}")

    def show_trouble(self, skipped: int, late: Sequence[str]) -> None:
        """Show how many frames were skipped, and which feeds tell what is not of now; nothing where all is well."""
        self._skipped.setText(f"{skipped:,} frame{'s' if skipped != 1 else ''} skipped" if skipped else "")
        self._late.setText(f"Delayed: {', '.join(map(sanitize_text, late))}" if late else "")

    def show_unsaved(self, failure: str) -> None:
        """Show why changes could not be saved, until they are; an empty text says that they are saved."""
        failure = sanitize_text(failure)
        if failure and failure != self._unsaved.accessibleDescription():
            self.tell(f"{failure} Your changes are kept while the program runs, and saving is tried again.")
        self._unsaved.setText("Changes not saved" if failure else "")
        set_tooltip(self._unsaved, failure)

    def show_internal_errors(self, count: int, details: str) -> None:
        """Show how many internal errors there were, and in the tool tip where the details are; nothing without any."""
        text = f"{count:,} internal error{'s' if count != 1 else ''}" if count else ""
        if text != self._errors.text():
            self._errors.setText(text)
            set_tooltip(self._errors, details)

    def tell(self, message: str) -> None:
        """Show a message for a while."""
        self.showMessage(sanitize_text(message), _MESSAGE_MS)
