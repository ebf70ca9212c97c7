"""Why frames were rejected, to be found by the frame."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from ticker_gui.domain.frame import Frame

_MAX_COUNT: Final = 2_000
_COMPARED: Final = 256  # bytes; a rejected frame is reported with its beginning only


class Rejections:
    """The reasons of the last rejected frames."""

    def __init__(self) -> None:
        self._reasons: OrderedDict[tuple[str, int, bytes], str] = OrderedDict()

    def add(self, feed: str, frame: Frame, reason: str) -> None:
        """Add a rejected frame, whose payload may be cut."""
        self._reasons[_key(feed, frame)] = reason
        if len(self._reasons) > _MAX_COUNT:
            self._reasons.popitem(last=False)

    def reason(self, feed: str, frame: Frame) -> str:
        """Return why a frame was rejected; empty if it was not."""
        return self._reasons.get(_key(feed, frame), "")

    def clear(self) -> None:
        """Forget all reasons."""
        self._reasons.clear()


def _key(feed: str, frame: Frame) -> tuple[str, int, bytes]:
    return feed, frame.time_ns, frame.payload[:_COMPARED]
