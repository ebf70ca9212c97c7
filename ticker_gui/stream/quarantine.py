"""Frames that were not understood, or held a value that cannot be true: counted, and the last of them kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.frame import Frame
from ticker_gui.internal_errors import InternalErrors

_KEPT_FRAMES: Final = 200
_KEPT_BYTES: Final = 512


class Quarantine:
    """A ring of the last frames with the reason for each; what they hold of a key is hidden.

    ``on_bad_frame(frame, reason)`` is called for each. A frame whose reading raised anything but a `FrameError` counts
    in ``errors``, too.
    """

    def __init__(
        self, on_bad_frame: Callable[[Frame, str], None] | None = None, errors: InternalErrors | None = None
    ) -> None:
        self.frames: deque[tuple[Frame, str]] = deque(maxlen=_KEPT_FRAMES)
        self.count = 0
        self.errors = errors or InternalErrors("a feed")
        self._on_bad_frame = on_bad_frame

    def put(self, payload: bytes, received_ns: int, reason: str, hide: Callable[[str], str]) -> None:
        """Take in a frame; ``hide`` takes the key out of a text."""
        reason = hide(reason)
        # Hidden before it is cut, as a key may stand across the edge; the sign in its place is UTF-8.
        kept = hide(payload[: 2 * _KEPT_BYTES].decode("utf-8", "surrogateescape"))
        frame = Frame(kept.encode("utf-8", "surrogateescape")[:_KEPT_BYTES], "in", received_ns)
        self.frames.append((frame, reason))
        self.count += 1
        if self._on_bad_frame is not None:
            self.errors.guard(partial(self._on_bad_frame, frame, reason), "reporting a rejected frame")

    def reason_for(self, error: BaseException) -> str:
        """Return why a frame is rejected, and count the error where it is an internal one."""
        if isinstance(error, FrameError):
            return str(error)
        self.errors.note(error, "reading a frame")
        return f"internal error ({type(error).__name__}), see the log"
