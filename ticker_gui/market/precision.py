"""The number of decimals that a symbol's prices are shown with."""

from __future__ import annotations

from ticker_gui.formatting import numbers


class PricePrecision:
    """The most decimals that any price of a symbol has needed so far, or that its provider sends."""

    __slots__ = ("_observed", "decimals")

    def __init__(self) -> None:
        self.decimals = 0
        self._observed: tuple[float | None, ...] = ()

    def set_from_provider(self, decimals: int) -> None:
        """Set the number of decimals that the provider states."""
        self.decimals = max(self.decimals, min(decimals, numbers.MAX_DECIMALS))

    def observe(self, *prices: float | None) -> int:
        """Raise ``decimals`` for prices that are new since the last call, where they need more; return it."""
        if prices != self._observed:
            for price in prices:
                if price is None or price in self._observed:
                    continue
                decimals = max(self.decimals, numbers.usual_decimals(price))
                if round(price, decimals) != price:  # rare; round() is cheaper than counting decimals
                    decimals = max(decimals, numbers.decimals(price))
                self.decimals = decimals
            self._observed = prices
        return self.decimals
