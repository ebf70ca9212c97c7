"""How long messages take from a relay, such as the publisher of a desk, to this program."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from ticker_gui.market.latency import Percentiles, percentiles_of
from ticker_gui.stream.connection import FeedConnection

_MAX_DELAYS: Final = 128


class RelayDelay:
    """Collects the delays of one feed, which contain the difference of the two clocks."""

    def __init__(self) -> None:
        self._delays_ns: deque[int] = deque(maxlen=_MAX_DELAYS)

    def sample(self, connection: FeedConnection | None) -> None:
        """Add the delay of the last market data, if it came through a relay."""
        relayed_ns = None if connection is None else connection.protocol.relayed_ns
        if connection is not None and relayed_ns is not None:
            self._delays_ns.append(connection.data_ns - relayed_ns)

    @property
    def percentiles(self) -> Percentiles | None:
        """The delays in nanoseconds; ``None`` without a relay."""
        return percentiles_of(np.sort(np.array(self._delays_ns, np.int64))) if self._delays_ns else None
