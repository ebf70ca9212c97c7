"""Which fields of an unknown feed's items are the price, the bid, the ask … and how well that fits.

Names propose; values have the last word: a time is one of our days, a bid lies closely below an ask, a price moves
little from one item to the next and lies within the day's range.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from ticker_gui.feeds.field_names import ROLES, role_score
from ticker_gui.feeds.paths import KEY
from ticker_gui.feeds.places import kind_of, number_of

Fields = dict[str, dict[int, Any]]  # the path of a field → the number of an item → its value there

_BY_VALUES: Final = 0.78  # how much to trust what no name supports
_STEADY: Final = 0.2


class Figures:
    """Which field is the price, which the bid …; `judge` says how well it fits and fills ``roles``."""

    def __init__(self, fields: Fields, symbol: str, count: int) -> None:
        self.roles: dict[str, str] = {}
        self.reasons: list[str] = []
        self._fields = {name: values for name, values in fields.items() if name not in (symbol, KEY)}
        self._kinds = {name: kind_of(list(values.values())) for name, values in self._fields.items()}
        self._symbols = fields.get(symbol, {})
        self._count = count
        self._scores: dict[str, float] = {}

    def judge(self) -> float:
        """Return how well the figures fit, from 0 to 1."""
        self._by_names()
        if "price" not in self.roles and not {"bid", "ask"} <= self.roles.keys():
            self._by_values()
        self._look_at_day()
        if "time" not in self.roles:
            moments = [name for name, kind in self._kinds.items() if kind == "time"]
            if moments and moments[0] not in self.roles.values():
                self.roles["time"] = moments[0]
        score = max(self._judge_quote(), self._judge_price())
        if score and "time" in self.roles:
            self.reasons.append(f"{self.roles['time']} is a time of our days")
        for role in [role for role in self.roles if self._is_unlikely(role)]:
            del self.roles[role]
        return score

    def _look_at_day(self) -> None:
        """Take another field for a price that does not lie in the day's range, and see which sizes are of the day."""
        if "high" not in self.roles or "low" not in self.roles:
            if "volume" in self.roles and "size" not in self.roles and self._scores["volume"] < 1:
                self.roles["size"] = self.roles.pop("volume")  # of one trade
            return
        if self._scores.get("size", 1.0) < 1:  # of the day, by another name
            del self.roles["size"]
        price = self.roles.get("price")
        if price is not None and self._lies_in_day(price):
            return
        self.roles.pop("price", None)
        taken = set(self.roles.values())
        lying = [name for name in self._free_numbers(taken) if self._lies_in_day(name)]
        if lying:
            name = max(lying, key=lambda name: self._score("price", name))
            self.roles["price"], self._scores["price"] = name, max(self._score("price", name), _BY_VALUES)

    def _free_numbers(self, taken: set[str]) -> list[str]:
        """Return the fields of numbers in the items themselves that have no role."""
        return [
            name
            for name, kind in self._kinds.items()
            if kind == "number" and name not in taken and not name.startswith("$.")
        ]

    def _lies_in_day(self, name: str) -> bool:
        """Return whether a field's values lie between the day's low and high, wherever there are such."""
        above = [value >= low for value, low in self._pairs(name, self.roles["low"])]
        below = [value <= high for value, high in self._pairs(name, self.roles["high"])]
        return bool(above) and all(above) and all(below)

    def _by_names(self) -> None:
        """Give each role the field whose name speaks most for it, the surest first."""
        ranked = sorted(
            (
                (self._score(role, name), role, name)
                for role, kinds in ROLES.items()
                for name, kind in self._kinds.items()
                if kind in kinds and (not name.startswith("$.") or role == "time")
            ),
            reverse=True,
        )
        taken: set[str] = set()
        for score, role, name in ranked:
            if score > 0 and role not in self.roles and name not in taken:
                self.roles[role], self._scores[role] = name, score
                taken.add(name)

    def _score(self, role: str, name: str) -> float:
        # A field that is seldom there belongs to another kind of items, yet may be of use.
        often = len(self._fields[name]) / self._count
        return role_score(role, name) * (0.9 + 0.1 * often) * (0.97 if name.startswith("$.") else 1.0)

    def _by_values(self) -> None:
        """Find bid and ask, or a price, among fields whose names tell nothing."""
        free = self._free_numbers(set(self.roles.values()))
        steady = [
            name
            for name in free
            if self._is_moving(name) and self._unsteadiness(name) < _STEADY and not self._is_counter(name)
        ]
        rising = self._rising(steady)
        if len(rising) in (2, 3):  # of three, the last price lies between bid and ask
            found = dict(zip(("bid", "price", "ask") if len(rising) == 3 else ("bid", "ask"), rising, strict=True))
        else:
            found = {"price": self._close_of(steady) or min(steady, key=self._unsteadiness)} if steady else {}
        self.roles |= found
        self._scores |= dict.fromkeys(found, _BY_VALUES)

    def _rising(self, names: list[str]) -> list[str]:
        """Return the fields in the order of their values, where each lies closely below the next; else nothing."""
        ordered = sorted(names, key=lambda name: sum(self._numbers(name)))
        is_close = all(self._lies_below(low, high) for low, high in pairwise(ordered))
        return ordered if is_close else []

    def _close_of(self, names: list[str]) -> str | None:
        """Return the close among the fields of a bar: the last of those between the highest and the lowest."""
        highest = [name for name in names if all(self._is_never_below(name, other) for other in names)]
        lowest = [name for name in names if all(self._is_never_below(other, name) for other in names)]
        between = [name for name in names if name not in (*highest, *lowest)]
        return between[-1] if highest and lowest and between else None

    def _is_never_below(self, name: str, other: str) -> bool:
        return all(one >= two for one, two in self._pairs(name, other))

    def _judge_quote(self) -> float:
        bid, ask = self.roles.get("bid"), self.roles.get("ask")
        if bid is None or ask is None or not self._lies_below(bid, ask):
            self.roles.pop("bid", None)
            self.roles.pop("ask", None)
            return 0.0
        self.reasons.append(f"{bid} lies below {ask} as a bid below an ask")
        return min(self._scores["bid"], self._scores["ask"])

    def _judge_price(self) -> float:
        price = self.roles.get("price")
        if price is None or not any(self._numbers(price)):
            self.roles.pop("price", None)
            return 0.0
        self.reasons.append(f"{price} is a number like a price")
        is_likely = self._unsteadiness(price) < _STEADY and all(number > 0 for number in self._numbers(price))
        return self._scores["price"] * (1.0 if is_likely else 0.7)

    def _is_unlikely(self, role: str) -> bool:
        """Return whether a lesser role cannot be right: a size without its price, a day's high at another height."""
        if role in ("open", "high", "low", "previous_close"):
            against = self.roles.get("price") or self.roles.get("bid")
            return against is None or not self._is_near(self.roles[role], against)
        needed = {"bid_size": "bid", "ask_size": "ask", "size": "price", "trade_id": "price"}.get(role)
        return needed is not None and needed not in self.roles

    def _numbers(self, name: str) -> list[float]:
        return [number for value in self._fields[name].values() if (number := number_of(value)) is not None]

    def _pairs(self, first: str, second: str) -> list[tuple[float, float]]:
        """Return two fields' numbers where an item has both."""
        found = []
        for number, value in self._fields[first].items():
            other = self._fields[second].get(number)
            one, two = number_of(value), number_of(other)
            if one is not None and two is not None:
                found.append((one, two))
        return found

    def _lies_below(self, low: str, high: str) -> bool:
        """Return whether one field's values lie closely below another's, nearly always."""
        close = [0 <= above - below <= _STEADY * abs(above) for below, above in self._pairs(low, high)]
        return bool(close) and sum(close) >= 0.7 * len(close)

    def _is_near(self, name: str, other: str) -> bool:
        near = [abs(one - two) <= 0.9 * max(abs(one), abs(two)) for one, two in self._pairs(name, other)]
        return bool(near) and sum(near) >= 0.7 * len(near)

    def _unsteadiness(self, name: str) -> float:
        """Return by how much a symbol's neighbouring values differ, relative to their size, in the median."""
        last: dict[Any, float] = {}
        steps = []
        for number, value in self._fields[name].items():
            now, symbol = number_of(value), self._symbols.get(number)
            if now is None:
                continue
            if symbol in last:
                before = last[symbol]
                steps.append(abs(now - before) / max(abs(now), abs(before), 1e-12))
            last[symbol] = now
        return sorted(steps)[len(steps) // 2] if steps else 0.0

    def _is_moving(self, name: str) -> bool:
        return len(set(self._numbers(name))) > 2

    def _is_counter(self, name: str) -> bool:
        """Return whether these are whole numbers that never fall, as the numbers of messages are."""
        numbers = self._numbers(name)
        return all(number.is_integer() for number in numbers) and numbers == sorted(numbers)
