"""How long a feed may be mute, and what is said of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.clock import Clock
from ticker_gui.stream.connection import Line
from ticker_gui.stream.error_translation import mute
from ticker_gui.stream.rejected_frames import Quarantine
from ticker_gui.stream.timeouts import Timing

NO_SYMBOL: Final = "No symbol of this feed is watched, so nothing is asked for. Add one."


class Silence:
    """Looks at the lines of a feed. A market may be closed, so they may be mute for longer as long as nothing comes.

    ``is_due`` says whether data should have come; where not, the line is given as long as any.
    """

    def __init__(self, clock: Clock, timing: Timing, quarantine: Quarantine, is_due: Callable[[], bool]) -> None:
        self.mute_s = timing.mute
        self._clock = clock
        self._timing = timing
        self._quarantine = quarantine
        self._is_due = is_due

    def look(self, line: Line) -> str | None:
        """Return why an open line is quiet, to be said, or nothing where it is not; end it where it stays so."""
        timing, since_ns = self._timing, line.awaits_since_ns
        if line.data_ns >= since_ns:
            self.mute_s = timing.mute
        silent_ns = self._clock() - max(line.data_ns, since_ns)
        if silent_ns <= timing.quiet * SECOND_NS:
            return None
        why = self._why(line)
        waited_s = self.mute_s if silent_ns <= self.mute_s * SECOND_NS or self._is_due() else timing.longest_mute
        if silent_ns > waited_s * SECOND_NS:
            self.mute_s = min(2 * self.mute_s, timing.longest_mute)
            line.end(mute(waited_s, why))
        return why

    def _why(self, line: Line) -> str:
        """Return what comes in the place of market data, and what can be done."""
        if not line.heard:
            what = "Connected, but nothing comes."
        elif 2 * line.misread > line.heard:
            what = f"Frames come, but most cannot be understood: {self._quarantine.frames[-1][1]}."
        else:
            what = "Connected, but no market data has come."
        return f"{what} {line.protocol.silence_hint}".strip()
