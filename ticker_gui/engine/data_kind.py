"""Which kind of data a feed delivers: live, simulated or delayed."""

from __future__ import annotations

from typing import NamedTuple, Self

from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Relay


class DataKind(NamedTuple):
    """Whether data is simulated or delayed, by the provider of the feed or by that behind its relay.

    ``delay_minutes`` is 0 if it is not delayed, or if the delay is unknown.
    """

    is_simulated: bool = False
    is_delayed: bool = False
    delay_minutes: int = 0

    @classmethod
    def of(cls, settings: Feed, report: Relay) -> Self:
        """Return the kind of data of a feed, whose relay has reported this."""
        return cls(
            settings.protocol.is_simulated or report.is_simulated,
            settings.is_delayed or report.is_delayed,
            settings.protocol.delay_minutes if settings.is_delayed else report.delay_minutes,
        )
