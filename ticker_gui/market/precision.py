"""The number of decimals of a symbol's displayed prices."""

from __future__ import annotations

from ticker_gui.formatting import numbers


class PricePrecision:
    """The largest number of decimals of a symbol's prices so far, or of its provider's setting.

    Without a tick size, prices have at least the decimals that are usual for prices of their magnitude.
    """

    __slots__ = ("_observed", "_provided", "_tick_decimals", "decimals")

    def __init__(self) -> None:
        self.decimals = 0
        self._provided = 0
        self._tick_decimals: int | None = None
        self._observed: tuple[float | None, ...] = ()

    def set_from_provider(self, decimals: int) -> None:
        """Apply the number of decimals that the provider sends."""
        self._provided = max(self._provided, min(decimals, numbers.MAX_DECIMALS))
        self.decimals = max(self.decimals, self._provided)

    def set_tick_size(self, tick_size: float | None) -> None:
        """Use the decimals of the smallest step of the price in place of the usual ones; ``None`` if it is unknown."""
        decimals = None if tick_size is None else numbers.decimals(tick_size)
        if decimals != self._tick_decimals:
            self._tick_decimals = decimals
            self.decimals = max(self._provided, decimals or 0)
            self._observed = ()  # whether the prices need more is decided again

    def observe(self, *prices: float | None) -> int:
        """Increase ``decimals`` if new prices need more, and return it."""
        if prices != self._observed:
            for price in prices:
                if price is None or price in self._observed:
                    continue
                decimals = self.decimals
                if self._tick_decimals is None:
                    decimals = max(decimals, numbers.usual_decimals(price))
                if round(price, decimals) != price:  # rare; round() is cheaper than counting decimals
                    decimals = max(decimals, numbers.decimals(price))
                self.decimals = decimals
            self._observed = prices
        return self.decimals
