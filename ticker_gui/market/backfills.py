"""The gaps of one symbol that were backfilled: requested afterwards, with the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ticker_gui.bars.gaps import Gap
from ticker_gui.formatting.numbers import counted

_MAX_RESULTS: Final = 200


class Backfill(NamedTuple):
    """The result of backfilling a gap; ``reason`` says why it was not possible, as a sentence.

    All trades from ``after_ns`` to ``before_ns`` are known now; ``trades`` of them were new.
    """

    gap: Gap
    after_ns: int
    before_ns: int
    trades: int = 0
    reason: str = ""


class Backfills:
    """The results of one symbol. A symbol without any costs nothing."""

    __slots__ = ("_applied", "_earlier", "_failed", "_gaps", "_restored", "results")

    def __init__(self) -> None:
        self.results: tuple[Backfill, ...] = ()
        self._restored: Sequence[Backfill] = ()  # of earlier sessions
        self._earlier: Sequence[Gap] = ()
        self._failed: Sequence[Gap] = ()  # of earlier sessions
        self._gaps: Sequence[Gap] = ()  # of the last call
        self._applied: Sequence[Gap] = ()

    @property
    def newest(self) -> Backfill | None:
        """The result that was noted last."""
        return self.results[-1] if self.results else None

    def note(self, result: Backfill) -> None:
        """Note a result; beyond 200, the oldest is dropped."""
        self.results = (*self.results[-_MAX_RESULTS + 1 :], result)
        self._gaps = self._applied = ()

    def restore(self, missed: Sequence[Gap], filled: Sequence[Gap], failed: Sequence[Gap] = ()) -> None:
        """Set the gaps of earlier sessions: in which trades of this symbol were missed, filled ones, and others.

        The reasons of ``failed`` say why those are not backfilled.
        """
        self._failed = tuple(failed[-_MAX_RESULTS:])
        self._earlier = tuple(missed[-_MAX_RESULTS:])
        self._restored = [Backfill(gap, gap.start_ns, gap.end_ns or gap.start_ns) for gap in filled[-_MAX_RESULTS:]]
        self._gaps = self._applied = ()

    def applied_to(self, gaps: Sequence[Gap]) -> Sequence[Gap]:
        """Return gaps and those of earlier sessions, marked if they lie between the trades of a successful result.

        Others have the reason of the result that was not successful.
        """
        if not (self.results or self._restored or self._earlier or self._failed):
            return gaps
        if gaps != self._gaps or not self._applied:
            filled = [*self._restored, *(result for result in self.results if not result.reason)]
            self._gaps, every = gaps, (*gaps, *self._earlier)
            failed = [result.gap._replace(reason=_join(result)) for result in self.results if result.reason]
            reasons = {(gap.start_ns, gap.end_ns): gap.reason for gap in (*self._failed, *failed)}
            self._applied = tuple(
                gap._replace(is_backfilled=True)
                if _is_filled(gap, filled)
                else gap._replace(reason=reasons.get((gap.start_ns, gap.end_ns), gap.reason))
                for gap in every
            )
        return self._applied


def _join(result: Backfill) -> str:
    return f"{result.gap.reason} {result.reason}".lstrip()


def _is_filled(gap: Gap, filled: Sequence[Backfill]) -> bool:
    end_ns = gap.end_ns
    return end_ns is not None and any(one.after_ns <= gap.start_ns and end_ns <= one.before_ns for one in filled)


def describe_backfill(result: Backfill, describe_time: Callable[[int], str]) -> str:
    """Return a result as text, with times as ``describe_time`` writes them."""
    times = [describe_time(time_ns) for time_ns in (result.gap.start_ns, result.gap.end_ns or result.gap.start_ns)]
    period = "–".join(dict.fromkeys(times))
    if result.reason:
        return f"{period} is not backfilled: {result.reason}"
    return f"Backfilled {period} ({counted(result.trades, 'trade')})"
