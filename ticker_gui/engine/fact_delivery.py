"""Delivers the facts of one feed: to its market, then to the taps, and last to the alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Generic, Protocol, TypeVar

from ticker_gui.domain.events import Correction, Fact, Quote, Reply, Trade
from ticker_gui.engine.taps import Taps
from ticker_gui.logs.internal_errors import ENDS_PROGRAM, InternalErrors
from ticker_gui.market.fact_monitor import FactMonitor
from ticker_gui.market.held_trades import HeldTrade
from ticker_gui.market.market import FeedMarket
from ticker_gui.stream.session import Session

_NO_MONITORS: Final[Mapping[str, FactMonitor]] = {}


class DeliveringFeed(Protocol):
    """What the delivery needs of a feed."""

    market: FeedMarket
    session: Session
    errors: InternalErrors


FeedT = TypeVar("FeedT", bound=DeliveringFeed)


class FactDelivery(Generic[FeedT]):
    """Chooses the shortest way for the facts of a feed.

    Without taps, facts go straight to the market, which reports those that matter to their monitor.
    """

    def __init__(self, feed: FeedT, taps: Taps[FeedT]) -> None:
        self._feed: Final = feed
        self._market: Final = feed.market
        self._related_facts: Final = feed.market.related_facts
        self._taps: Final = taps
        self._has_readers = self._has_monitors = False
        self._are_monitors_known = True  # which symbols of this feed have one; until then, every fact is reported

    def connect(self) -> Callable[[Fact, int], object]:
        """Return the callback for facts, after the taps or the monitors have changed."""
        all_monitors = self._taps.monitors
        self._are_monitors_known = all_monitors is None or self._feed in all_monitors
        monitors = _NO_MONITORS if all_monitors is None else all_monitors.get(self._feed, _NO_MONITORS)
        self._has_monitors = bool(monitors) or not self._are_monitors_known
        had_readers, self._has_readers = self._has_readers, self._has_monitors or bool(self._taps.facts)
        if not had_readers:
            self._related_facts.clear()  # confirmed before there was a reader
        reads_all = bool(self._taps.facts) or not self._are_monitors_known
        self._market.set_monitors(monitors, None if reads_all else self._report)
        if self._taps.facts:
            return self.apply_and_report
        return self._market.apply if self._are_monitors_known else self._apply_unmonitored

    def _apply_unmonitored(self, fact: Fact, received_ns: int) -> None:
        """Apply a fact of a feed whose monitors are not known yet, and report it."""
        is_news = self._market.apply(fact, received_ns)
        if is_news or self._is_watched_correction(fact):
            self._report(fact, received_ns)

    def apply_and_report(self, fact: Fact, received_ns: int) -> None:
        """Apply a fact, and report it to all taps and to its monitor; with fewer calls than `_report`."""
        is_news = self._market.apply(fact, received_ns)
        if not is_news and not self._is_watched_correction(fact):
            return
        if self._related_facts:
            self._report(fact, received_ns)
            return
        feed = self._feed
        if type(fact) is not Reply:
            feed.session.mark_live()  # taps receive the state first, then the fact
        self._taps.facts.deliver(feed.errors, feed, fact, received_ns)
        if self._has_monitors:
            self._monitor(fact, received_ns)

    def _report(self, fact: Fact, received_ns: int) -> None:
        """Report a fact after the held trades that it confirms and before the corrections that arrived ahead of it."""
        if type(fact) is not Reply:
            self._feed.session.mark_live()
        related = list(self._related_facts)
        self._related_facts.clear()
        for held in related:
            if isinstance(held, HeldTrade):
                self._deliver(held.trade, held.received_ns)
        self._deliver(fact, received_ns)
        for correction in related:
            if isinstance(correction, Correction):
                self._deliver(correction, received_ns)

    def _deliver(self, fact: Fact, received_ns: int) -> None:
        self._taps.facts.deliver(self._feed.errors, self._feed, fact, received_ns)
        self._monitor(fact, received_ns)

    def _monitor(self, fact: Fact, received_ns: int) -> None:
        """Report a fact to the monitor of its symbol, if it may matter to it."""
        feed = self._feed
        if not self._are_monitors_known:
            feed.errors.guard(self._taps.on_unmonitored_feed, "finding the alerts of a feed")
        if type(fact) is Reply:
            return
        state = self._market.find(fact.symbol)
        monitor = None if state is None else state.monitor
        if state is None or monitor is None or (type(fact) is Quote and not monitor.needs_all):
            return
        if type(fact) is Trade and state.ignored_low < fact.price < state.ignored_high:
            return
        try:
            monitor.apply_fact(fact, received_ns)
        except ENDS_PROGRAM:
            raise
        except BaseException as error:
            feed.errors.note(error, "evaluating alerts")

    def _is_watched_correction(self, fact: Fact) -> bool:
        """Return whether a correction concerns a watched symbol; a tap may hold a trade that the market does not."""
        return type(fact) is Correction and self._market.find(fact.symbol) is not None
