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

    ``has_data_since(symbol, time_ns)`` says whether market data has arrived for it, which is an answer, too. Of a
    connection that has replaced another, only data after that counts: before, the other one may have received it.
    ``on_overdue(symbols, is_final)`` is called when an answer is overdue, and again when the answer to the second
    request is, with ``is_final``. Without ``has_data_since``, no answer is expected.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        has_data_since: Callable[[str, int], bool] | None = None,
        on_overdue: Callable[[Sequence[str], bool], object] | None = None,
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._has_data_since = has_data_since or (lambda symbol, time_ns: True)
        self._on_overdue = on_overdue or (lambda symbols, is_final: None)

    def check(self, connection: FeedConnection) -> None:
        """Repeat requests whose answer is overdue, and report them; called about every second."""
        before_ns = self._clock() - int(self._timeouts.answer_timeout * SECOND_NS)
        since_ns = max(connection.subscribed_at_ns, connection.took_over_ns)
        unanswered = connection.requests.unanswered
        once, twice = list[str](), list[str]()
        for symbol, request in list(unanswered.items()):
            if symbol not in connection.requested or self._has_data_since(symbol, since_ns):
                del unanswered[symbol]
            elif request.sent_ns <= before_ns:
                (twice if request.is_repeated else once).append(symbol)
        if once:
            connection.request_again(once)
            self._on_overdue(once, False)
        if twice:
            for symbol in twice:
                del unanswered[symbol]
            self._on_overdue(twice, True)
