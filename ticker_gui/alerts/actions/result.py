"""The result of an action, as a sentence for the history of an alert."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ticker_gui.domain.errors import TickerError


class ActionSuccess(NamedTuple):
    """The sentence about an action that succeeded, and what its command printed."""

    text: str
    output: str = ""


class ActionError(TickerError):
    """An action failed. Remedy: report the sentence in the history. ``output`` is what its command printed."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


class ActionResult(msgspec.Struct, frozen=True):
    """What an action did. ``action`` names it, ``text`` is a sentence, ``output`` is what its command printed."""

    action: str
    is_success: bool
    text: str
    output: str = ""

    @property
    def sentence(self) -> str:
        """The action and its result, as in "Sound: Bell: No sound device was found."."""
        return f"{self.action}: {self.text}"
