"""The number of decimals of a symbol's displayed prices."""

from __future__ import annotations

from ticker_gui.formatting import numbers


class PricePrecision:
    """The largest number of decimals of a symbol's prices so far, or of its provider's setting."""

    __slots__ = ("_observed", "decimals")

    def __init__(self) -> None:
        self.decimals = 0
        self._observed: tuple[float | None, ...] = ()

    def set_from_provider(self, decimals: int) -> None:
        """Apply the number of decimals that the provider sends."""
        self.decimals = max(self.decimals, min(decimals, numbers.MAX_DECIMALS))

    def observe(self, *prices: float | None) -> int:
        """Increase ``decimals`` if new prices need more, and return it."""
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
