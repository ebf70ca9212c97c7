"""The results of a test: steps, first prices, received symbols, and for an unknown feed its frames and mapping."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.connect.feed_test import Findings
from ticker_gui.gui.connect.frame_view import FrameView
from ticker_gui.gui.connect.price_rows import PriceRows
from ticker_gui.gui.connect.step_list import StepList
from ticker_gui.gui.widgets.dialog_parts import action_button, stack
from ticker_gui.gui.widgets.plain_text import mnemonic_free, plain_label
from ticker_gui.gui.widgets.theme import Theme

_MAX_SYMBOLS: Final = 5


class ResultsView(QWidget):
    """Shows what a test has found until now; ``examples`` are messages to show before it has received any.

    Signals:
        symbol_chosen: the user has chosen one of the symbols that the feed sends.
        symbols_received: the symbols that the feed sends, where none of the typed ones has a price.
    """

    symbol_chosen = Signal(str)
    symbols_received = Signal(object)

    def __init__(self, theme: Theme, examples: Sequence[Any] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = StepList(theme)
        self.prices = PriceRows()
        self.received = QWidget()
        self.received.setObjectName("received_symbols")
        self._received_layout = QHBoxLayout(self.received)
        self._received_layout.setContentsMargins(0, 0, 0, 0)
        self._offered: list[str] = []
        self._examples: Final = examples
        self.frames = FrameView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for widget in (self.steps, self.prices, self.received, self.frames):
            layout.addWidget(widget)
        for widget in (self.prices, self.received, self.frames):
            widget.hide()

    def set_narrow(self, is_narrow: bool) -> None:
        """Arrange what is side by side in a wide dialog one below the other in a narrow one."""
        stack(self._received_layout, is_narrow)
        self.frames.set_narrow(is_narrow)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self.steps.set_theme(theme)

    def show_findings(
        self, findings: Findings | None, now_ns: int, mapping: FieldMapping | None, *, is_known: bool
    ) -> None:
        """Show the findings of a test, or none; ``mapping`` is the user's own, which replaces the detected one."""
        if findings is None:
            self.steps.show_steps(())
            for widget in (self.prices, self.received):
                widget.hide()
            self._show_frames(self._examples, mapping, (), is_known=is_known)
            return
        self.steps.show_steps(findings.steps)
        self.prices.show_states(findings.states, now_ns)
        symbols = [state.wire_symbol for state in findings.states]
        frames = findings.frames or self._examples
        self._show_frames(frames, mapping or findings.mapping, symbols, is_known=is_known)
        has_price = any(state.has_data for state in findings.states)
        self._offer(() if has_price else findings.received_symbols)

    def _show_frames(
        self, frames: Sequence[Any], mapping: FieldMapping | None, symbols: Sequence[str], *, is_known: bool
    ) -> None:
        """Show the messages of an unknown feed, in which values are assigned to fields."""
        self.frames.setVisible(bool(frames) and not is_known)
        if not is_known:
            self.frames.show_frames(frames, mapping, symbols)

    def _offer(self, symbols: Sequence[str]) -> None:
        """Offer the symbols that the feed sends."""
        self.received.setVisible(bool(symbols))
        if list(symbols) == self._offered:
            return
        self._offered = list(symbols)
        while (item := self._received_layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._received_layout.addWidget(plain_label("The feed sends:", "muted"))
        for symbol in symbols[:_MAX_SYMBOLS]:
            text = sanitize_text(symbol, 24)
            button = action_button(mnemonic_free(text), "received_symbol", f"Add {text} to the symbols")
            button.clicked.connect(partial(self.symbol_chosen.emit, symbol))
            self._received_layout.addWidget(button)
        self._received_layout.addStretch(1)
        if symbols:
            self.symbols_received.emit(list(symbols))
