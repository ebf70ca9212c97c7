"""How many decimals a symbol's prices want."""

from __future__ import annotations

from ticker_gui.formatting import numbers


class PricePrecision:
    """The most decimals that any price of a symbol has needed so far, or that its provider writes."""

    __slots__ = ("_seen", "known")

    def __init__(self) -> None:
        self.known = 0
        self._seen: tuple[float | None, ...] = ()

    def declare(self, digits: int) -> None:
        """Hear how many decimals the provider writes."""
        self.known = max(self.known, min(digits, numbers.MAX_DECIMALS))

    def learn(self, *prices: float | None) -> int:
        """Look at the prices that are new since the last call; return how many decimals all have needed."""
        if prices != self._seen:
            for price in prices:
                if price is None or price in self._seen:
                    continue
                digits = max(self.known, numbers.usual_decimals(price))
                if round(price, digits) != price:  # most prices need no more, and this is the cheap way to know
                    digits = max(digits, numbers.decimals(price))
                self.known = digits
            self._seen = prices
        return self.known
