"""The contract of a provider: what to send, and what its frames mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from ticker_gui.domain.events import Fact


class FeedProtocol(ABC):
    """One provider's dialect. The class says what is known of the provider; an object lives as long as a connection.

    Symbols are spelled the provider's way here; `wire_symbol` makes that spelling from the user's.
    """

    name: ClassVar[str]  # as settings and ``--provider`` say it
    title: ClassVar[str]
    delivers: ClassVar[str]
    url: ClassVar[str]  # an address to begin with
    hosts: ClassVar[tuple[str, ...]] = ()  # a URL on one of these needs no provider named
    needs_key: ClassVar[bool] = False
    is_simulated: ClassVar[bool] = False
    messages_per_second: ClassVar[float] = 20.0  # as many may be sent; the first second's worth at once

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """Return the provider's spelling of a symbol."""
        return symbol.upper()

    @staticmethod
    def address(url: str, key: str | None) -> str:
        """Return the URL to dial, with the key in it where the provider wants it there."""
        return url

    @abstractmethod
    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Return the messages that ask for these symbols."""

    @abstractmethod
    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """Return the messages that give these symbols back."""

    @abstractmethod
    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Return what a frame tells; nothing for frames that are of no use to us.

        Raises:
            FrameError: this frame cannot be understood.
            FeedRejected: the provider will not serve us.
        """
