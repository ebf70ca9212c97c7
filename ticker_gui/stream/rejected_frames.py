"""Counts frames that could not be decoded or had impossible values, and keeps the last.

A frame with a trade that waits for confirmation counts when the trade is discarded, and not if it is confirmed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from ticker_gui.domain.errors import FrameError, TradeHeld
from ticker_gui.domain.frame import Frame, redacted
from ticker_gui.logs.internal_errors import InternalErrors

_MAX_FRAMES: Final = 200
_MAX_BYTES: Final = 512
_MAX_HELD: Final = 1_000


class _Held(NamedTuple):
    """A frame with a trade that waits for confirmation, and the reason to reject it if the trade is discarded."""

    frame: Frame
    reason: str
    is_discarded: Callable[[], bool | None]


class RejectedFrames:
    """The last rejected frames, each with its reason; API keys in them are redacted.

    ``on_rejected_frame(frame, reason)`` is called for each. Any exception but `FrameError` that decoding a frame raised
    is also counted in ``errors``.
    """

    def __init__(
        self, on_rejected_frame: Callable[[Frame, str], None] | None = None, errors: InternalErrors | None = None
    ) -> None:
        self.frames: deque[tuple[Frame, str]] = deque(maxlen=_MAX_FRAMES)
        self.count = 0
        self.errors = errors or InternalErrors("a feed")
        self._on_rejected_frame = on_rejected_frame
        self._held: list[_Held] = []

    @property
    def held(self) -> int:
        """The number of frames with a trade that waits for confirmation."""
        return len(self._held)

    def add(self, payload: bytes, received_ns: int, reason: str, redact: Callable[[str], str]) -> None:
        """Add a rejected frame; ``redact`` removes the API key from a text."""
        self._append(_truncated_frame(payload, received_ns, redact), redact(reason))

    def hold(self, payload: bytes, received_ns: int, error: TradeHeld, redact: Callable[[str], str]) -> None:
        """Add a frame with a trade that waits for confirmation. If there are too many, the oldest count as rejected."""
        if len(self._held) >= _MAX_HELD:
            self.settle()
            oldest, self._held = self._held[: -_MAX_HELD // 2], self._held[-_MAX_HELD // 2 :]
            for held in oldest:
                self._append(held.frame, held.reason)
        self._held.append(_Held(_truncated_frame(payload, received_ns, redact), redact(str(error)), error.is_discarded))

    def settle_before(self, time_ns: int) -> None:
        """Call `settle` if a frame has been waiting since this time, given by its arrival.

        It is called before frames are decoded, so that the order of all reports depends only on what was received, and
        a replay repeats it.
        """
        if self._held and self._held[0].frame.time_ns <= time_ns:
            self.settle()

    def settle(self) -> None:
        """Count the frames whose held trades were discarded since the last call, each frame once."""
        if not self._held:
            return
        waiting, counted = [], None
        for held in self._held:
            is_discarded = held.is_discarded()
            if is_discarded is None:
                waiting.append(held)
            elif is_discarded and held.frame != counted:
                counted = held.frame
                self._append(held.frame, held.reason)
        self._held = waiting

    def _append(self, frame: Frame, reason: str) -> None:
        self.frames.append((frame, reason))
        self.count += 1
        if self._on_rejected_frame is not None:
            self.errors.guard(partial(self._on_rejected_frame, frame, reason), "reporting a rejected frame")

    def reason_for(self, error: BaseException) -> str:
        """Return why a frame is rejected; an unexpected exception is also counted as an internal error."""
        if isinstance(error, FrameError):
            return str(error)
        self.errors.note(error, "decoding a frame")
        return f"internal error ({type(error).__name__}), see the log"


def _truncated_frame(payload: bytes, received_ns: int, redact: Callable[[str], str]) -> Frame:
    # Redacted before it is cut, because a key may extend beyond the cut.
    return Frame(redacted(payload[: 2 * _MAX_BYTES], redact)[:_MAX_BYTES], "in", received_ns)
