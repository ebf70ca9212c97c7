"""The values of each field of an unknown feed's items: how they change, and how those of two fields relate."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from ticker_gui.feeds.generic.candidates import is_time, number_of

Fields = dict[str, dict[int, Any]]  # path of a field → number of an item → value

MAX_VOLATILITY: Final = 0.2
_SMALL_STEP: Final = 0.02
NEARLY_ALL: Final = 0.9


class FieldValues:
    """The fields of items of one kind; ``symbols`` are the symbols of the items by the number of the item."""

    def __init__(self, fields: Fields, symbols: dict[int, Any]) -> None:
        self._fields = fields
        self._symbols = symbols
        self._found_numbers: dict[str, dict[int, float]] = {}
        self._kinds = {name: self._kind_of(name) for name in fields}

    def _kind_of(self, name: str) -> str:
        """Return the type of a field's values: ``time``, ``number`` or ``text``."""
        values = self._fields[name]
        if all(map(is_time, values.values())):
            return "time"
        return "number" if len(self.numbers_by_item(name)) == len(values) else "text"

    def _decreases(self, name: str) -> list[float]:
        """Return by how much a field decreases from one item of a symbol to the next; negative if it increases."""
        last: dict[Any, float] = {}
        falls = []
        for item, number in self.numbers_by_item(name).items():
            symbol = self._symbols.get(item)
            if symbol in last:
                falls.append(last[symbol] - number)
            last[symbol] = number
        return falls

    def numbers_by_item(self, name: str) -> dict[int, float]:
        """Return a field's numbers by the number of the item."""
        if name not in self._found_numbers:
            values = self._fields[name].items()
            found = {item: number for item, value in values if (number := number_of(value)) is not None}
            self._found_numbers[name] = found
        return self._found_numbers[name]

    def texts_by_item(self) -> dict[str, dict[int, Any]]:
        """Return the text fields in the items themselves, by the number of the item."""
        return {name: self._fields[name] for name, kind in self._kinds.items() if kind == "text"}

    def _numbers(self, name: str) -> Collection[float]:
        return self.numbers_by_item(name).values()

    def _pairs(self, first: str, second: str) -> list[tuple[float, float]]:
        """Return the numbers of two fields in the items that have both."""
        others = self.numbers_by_item(second)
        return [(number, others[item]) for item, number in self.numbers_by_item(first).items() if item in others]

    def _is_just_below(self, low: str, high: str) -> bool:
        """Return whether a field's values are slightly below those of another field, in most items."""
        close = [0 <= above - below <= MAX_VOLATILITY * abs(above) for below, above in self._pairs(low, high)]
        return bool(close) and sum(close) >= 0.7 * len(close)

    def _is_near(self, name: str, other: str) -> bool:
        near = [abs(one - two) <= 0.9 * max(abs(one), abs(two)) for one, two in self._pairs(name, other)]
        return bool(near) and sum(near) >= 0.7 * len(near)

    def _volatility(self, name: str, share: float = 0.5) -> float:
        """Return the relative change of a field from one item of a symbol to the next: the quantile ``share``."""
        last: dict[Any, float] = {}
        steps = []
        for item, now in self.numbers_by_item(name).items():
            symbol = self._symbols.get(item)
            if symbol in last:
                before = last[symbol]
                steps.append(abs(now - before) / max(abs(now), abs(before), 1e-12))
            last[symbol] = now
        return sorted(steps)[int(len(steps) * share)] if steps else 0.0

    def _varies(self, name: str) -> bool:
        return len(set(self._numbers(name))) > 2

    def _is_whole(self, name: str) -> bool:
        return all(number.is_integer() for number in self._numbers(name))

    def moves_like_a_price(self, name: str) -> bool:
        """Return whether a field moves up and down in small steps, and has fractions."""
        is_steady = self._volatility(name, NEARLY_ALL) < _SMALL_STEP
        return (
            is_steady and self._varies(name) and not self._is_whole(name) and max(self._decreases(name), default=0) > 0
        )

    def _is_counter(self, name: str) -> bool:
        """Return whether a field has integers that rarely decrease, such as sequence numbers."""
        last: dict[Any, float] = {}
        steps = []
        for item, number in self.numbers_by_item(name).items():
            if not number.is_integer():
                return False
            symbol = self._symbols.get(item)
            if symbol in last:
                steps.append(number - last[symbol])
            last[symbol] = number
        return sum(step >= 0 for step in steps) >= 0.9 * len(steps)

    def _is_never_below(self, name: str, other: str) -> bool:
        return all(one >= two for one, two in self._pairs(name, other))
