"""The check of the first trade of a symbol, which can only be compared with later ones."""

from __future__ import annotations

from typing import Final

import numpy as np

from ticker_gui.bars.tape import Tape
from ticker_gui.domain.events import Correction
from ticker_gui.market.held_trades import BAND, BAND_SQUARED

# This number of trades, all far from the first one and near each other, proves it wrong.
_TRADES_THAT_DISPROVE: Final = 8


class FirstTradeCheck:
    """The first trade of a symbol. It is doubted if the next trades have a distant price."""

    __slots__ = ("_price", "_time_ns", "is_doubted")

    def __init__(self) -> None:
        self.is_doubted = False
        self._time_ns = 0
        self._price = 0.0

    def doubt(self, tape: Tape) -> None:
        """Note that two trades agree on a distant price, if only one trade was counted before."""
        if len(tape) == 1 and not tape.begin:
            self.is_doubted = True
            self._time_ns, self._price = int(tape.times_ns[0]), float(tape.prices[0])

    def removal(self, symbol: str, tape: Tape) -> Correction | None:
        """Return the cancellation of the trade once enough others prove its price wrong, otherwise ``None``."""
        if len(tape) <= _TRADES_THAT_DISPROVE:
            return None
        self.is_doubted = False
        if not self._is_disproved(tape):
            return None
        return Correction(symbol, original_price=self._price, original_time_ns=self._time_ns)

    def _is_disproved(self, tape: Tape) -> bool:
        """Return whether the price is far from all others, and they are close to each other."""
        first, others = self._price, tape.prices[tape.prices != self._price]
        if first <= 0.0 or len(others) < _TRADES_THAT_DISPROVE:
            return False
        low, high = float(np.min(others)), float(np.max(others))
        return low > 0.0 and high <= low * BAND and not low <= first * BAND <= high * BAND_SQUARED
