"""The subscriptions that one connection has requested, and which of them were answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class SentRequest(NamedTuple):
    """A subscription that is not answered yet: when it was sent, and whether it was sent for the second time."""

    sent_ns: int
    is_repeated: bool


class SubscriptionRequests:
    """The requests of a connection to a provider that acknowledges each symbol; of any other, none is expected.

    A reply may arrive before the last request of its batch has been sent, so a batch counts from `begin` on.
    """

    def __init__(self, *, acknowledges: bool) -> None:
        self.unanswered: dict[str, SentRequest] = {}
        self._acknowledges = acknowledges
        self._batch: dict[str, None] = {}  # being sent, and not answered
        self._repeated = set[str]()
        self._to_repeat: dict[str, None] = {}

    def begin(self, symbols: Iterable[str]) -> None:
        """Note that a batch of requests is about to be sent; earlier replies do not answer it."""
        self._batch = dict.fromkeys(symbols)

    def end(self, sent_ns: int, *, is_repeated: bool) -> None:
        """Note that the batch was sent: expect an answer for each symbol of which none has arrived."""
        if self._acknowledges:
            self.unanswered.update(dict.fromkeys(self._batch, SentRequest(sent_ns, is_repeated)))
        self._batch = {}

    def note_reply(self, symbols: Iterable[str]) -> None:
        """Note an acknowledgement or a rejection."""
        for symbol in symbols:
            self._batch.pop(symbol, None)
            self.unanswered.pop(symbol, None)

    def repeat(self, symbols: Iterable[str]) -> None:
        """Have symbols requested a second time."""
        for symbol in symbols:
            self.unanswered.pop(symbol, None)
            self._to_repeat[symbol] = None
            self._repeated.add(symbol)

    def take_repeated(self) -> list[str]:
        """Return the symbols that are to be requested a second time, once."""
        symbols, self._to_repeat = list(self._to_repeat), {}
        return symbols

    def were_repeated(self, symbols: Iterable[str]) -> bool:
        """Return whether all these symbols were requested twice."""
        return self._repeated.issuperset(symbols)
