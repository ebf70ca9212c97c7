"""Takes whole messages out of the bytes of a WebSocket, and leaves all other frames to ``websockets``.

Nearly every frame of a feed is a whole message, neither fragmented nor compressed. The general parser needs several
times as long for it as the decoder of the provider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_WHOLE_MESSAGES: Final = (0x81, 0x82)  # the only frame of a text or a binary message, without extensions
_TWO_BYTES: Final = 126  # instead of a length: it follows in two bytes
_EIGHT_BYTES: Final = 127


class FrameSplitter:
    """Splits what a server sends after the handshake into frames.

    Whole messages of at most 65,535 bytes are delivered here, while ``can_take()`` is true. All other frames go to
    ``pass_on``, as they arrive: large ones in several parts, but never together with another frame.
    """

    def __init__(self, can_take: Callable[[], bool], pass_on: Callable[[bytes], object]) -> None:
        self._can_take = can_take
        self._pass_on = pass_on
        self._begun = b""  # the beginning of a frame that is not complete
        self._missing = 0  # bytes of a frame that is passed on

    def split(self, data: bytes, payloads: list[bytes]) -> None:
        """Append the payloads of the messages that are complete with these bytes, and pass on other frames."""
        if self._begun:
            data, self._begun = self._begun + data, b""
        at = self._pass(data, 0, self._missing) if self._missing else 0
        end, can_take = len(data), self._can_take()
        while at + 1 < end:
            length, begin = data[at + 1], at + 2
            if length == _TWO_BYTES:
                begin += 2
            elif length == _EIGHT_BYTES:
                begin += 8
            if begin > end:
                break
            is_small = length <= _TWO_BYTES  # neither large nor masked, which would be an error
            if begin > at + 2:
                length = int.from_bytes(data[at + 2 : begin])
            stop = begin + length
            if not (can_take and is_small and data[at] in _WHOLE_MESSAGES):
                at = self._pass(data, at, stop)
                can_take = self._can_take()
            elif stop <= end:
                payloads.append(data[begin:stop])
                at = stop
            else:
                break
        self._begun = data[at:]

    def _pass(self, data: bytes, begin: int, stop: int) -> int:
        """Pass on a frame, or as much of it as there is; return where the next one begins."""
        part = data[begin:stop]
        self._missing = stop - begin - len(part)
        self._pass_on(part)
        return begin + len(part)
