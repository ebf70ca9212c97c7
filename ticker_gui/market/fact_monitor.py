"""What receives the facts of one symbol that may matter to it, such as the alerts on the symbol."""

from __future__ import annotations

from typing import Protocol

from ticker_gui.domain.events import MarketFact


class FactMonitor(Protocol):
    """Receives the facts of one symbol that may matter to it.

    Trades within the ignored range of the state, which it sets, do not; quotes do only if it ``needs_all`` facts.
    """

    needs_all: bool

    def apply_fact(self, fact: MarketFact, received_ns: int) -> None:
        """Evaluate a fact that was applied to the market."""
