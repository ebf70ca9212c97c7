"""Repeats subscriptions that the provider did not acknowledge, and then reports them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.connection import FeedConnection
from ticker_gui.stream.timeouts import Timeouts

NO_ANSWER: Final = (
    "The provider did not answer the subscription, which was sent twice. Check the spelling of the symbol; it is "
    "requested again when the feed reconnects."
)


class Subscriptions:
    """Checks the requests of a connection to a provider that acknowledges them.

    ``is_answered(symbol)`` says whether an acknowledgement, a rejection or market data has arrived for it.
    ``on_overdue(symbols, is_final)`` is called when an answer is overdue, and again when the answer to the second
    request is, with ``is_final``.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        is_answered: Callable[[str], bool],
        on_overdue: Callable[[Sequence[str], bool], object],
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._is_answered = is_answered
        self._on_overdue = on_overdue

    def check(self, connection: FeedConnection) -> None:
        """Repeat requests whose answer is overdue, and report them; called about every second."""
        before_ns = self._clock() - int(self._timeouts.answer_timeout * SECOND_NS)
        once, twice = list[str](), list[str]()
        for symbol, request in list(connection.unanswered.items()):
            if symbol not in connection.requested or self._is_answered(symbol):
                del connection.unanswered[symbol]
            elif request.sent_ns <= before_ns:
                (twice if request.is_repeated else once).append(symbol)
        if once:
            connection.request_again(once)
            self._on_overdue(once, False)
        if twice:
            for symbol in twice:
                del connection.unanswered[symbol]
            self._on_overdue(twice, True)
