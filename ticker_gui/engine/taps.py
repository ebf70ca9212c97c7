"""Taps: callbacks for facts, frames and feed states at full speed, added and removed at run time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, ParamSpec, TypeVar

from ticker_gui.domain.events import Fact
from ticker_gui.domain.frame import Direction, Frame
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.protocol import Message
from ticker_gui.logs.internal_errors import ENDS_PROGRAM, InternalErrors
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.fact_monitor import FactMonitor
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.connection import FeedConnection

P = ParamSpec("P")
FeedT = TypeVar("FeedT")


def _noop() -> None:
    """Do nothing; the default for ``on_change``."""


class TapList(Generic[P]):
    """The taps of one kind, called in the order in which they were added.

    ``on_change`` is called after a tap was added or removed. ``doing`` describes the delivery in the log of internal
    errors, as in "reporting a fact".
    """

    def __init__(self, doing: str, on_change: Callable[[], object] = _noop) -> None:
        self._doing: Final = doing
        self._on_change: Final = on_change
        self._taps: tuple[Callable[P, object], ...] = ()  # replaced, never changed: a delivery iterates over it

    def __bool__(self) -> bool:
        return bool(self._taps)

    def add(self, tap: Callable[P, object]) -> None:
        """Add a tap, which is called from the next delivery on. Adding it again changes nothing."""
        if tap not in self._taps:
            self._taps = (*self._taps, tap)
            self._on_change()

    def remove(self, tap: Callable[P, object]) -> None:
        """Remove a tap, which is not called again, not even in a delivery that has begun. Unknown taps are ignored."""
        if tap in self._taps:
            self._taps = tuple(other for other in self._taps if other != tap)
            self._on_change()

    def deliver(self, errors: InternalErrors, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every tap. An exception is counted in ``errors`` and affects neither the other taps nor the feed."""
        taps = self._taps
        for tap in taps:
            if taps is not self._taps and tap not in self._taps:
                continue  # an earlier tap of this delivery removed it
            try:
                tap(*args, **kwargs)
            except ENDS_PROGRAM:
                raise
            except BaseException as error:
                errors.note(error, self._doing)


class Taps(Generic[FeedT]):
    """The taps of an engine. They run inside the step that reads the socket, so they must return at once.

    ``facts`` receive ``(feed, fact, received_ns)`` for each fact that changed the market, and each reply; ``frames``
    ``(feed, frame)`` for each message in both directions, before it is decoded or sent, with the key redacted;
    ``batches`` ``(feed, connection, payloads, direction, time_ns)`` for the same messages, those of one read together,
    **with the key**: they must pass through ``connection.protocol.credentials.redact`` before they leave the memory;
    ``http`` ``(feed, response)`` for each response to a request for past data, to which that applies, too;
    ``rejected_frames`` ``(feed, frame, reason)`` for each frame that could not be decoded in full; ``states``
    ``(feed,)`` after each change of a feed's state; ``relays`` ``(feed,)`` after a relay has reported other symbols or
    another kind of data; ``backfills`` ``(feed, symbol state, result)`` after the trades of a gap were requested.
    ``on_change`` is called when taps for facts, frames or batches change.

    ``monitors`` are receivers of single symbols by feed and symbol, in the provider's notation; they cost nothing for
    other symbols. A feed that is missing in them is new: ``on_unmonitored_feed`` is called at its first fact.
    """

    def __init__(self, on_change: Callable[[], object] = _noop) -> None:
        self.facts: Final[TapList[[FeedT, Fact, int]]] = TapList("reporting a fact", on_change)
        self.frames: Final[TapList[[FeedT, Frame]]] = TapList("reporting a frame", on_change)
        self.batches: Final[TapList[[FeedT, FeedConnection, Sequence[Message], Direction, int]]] = TapList(
            "reporting frames", on_change
        )
        self.http: Final[TapList[[FeedT, HttpResponse]]] = TapList("reporting a response")
        self.rejected_frames: Final[TapList[[FeedT, Frame, str]]] = TapList("reporting a rejected frame")
        self.states: Final[TapList[[FeedT]]] = TapList("reporting the state")
        self.relays: Final[TapList[[FeedT]]] = TapList("reporting what a relay has")
        self.monitors: Mapping[FeedT, Mapping[str, FactMonitor]] | None = None
        self.on_unmonitored_feed: Callable[[], object] = _noop
        self._on_change: Final = on_change
        self.backfills: Final[TapList[[FeedT, SymbolState, Backfill]]] = TapList("reporting a backfilled gap")

    def set_monitors(self, monitors: Mapping[FeedT, Mapping[str, FactMonitor]] | None) -> None:
        """Set the receivers of single symbols; None if there are none."""
        self.monitors = monitors
        self._on_change()
