"""Finds the fields of an unknown feed's items that are the price, the bid, the ask and so forth, with a confidence.

The names of fields propose roles, and the values decide: times are plausible, a bid is slightly below an ask, and a
price changes little from one item to the next and is within the day's range.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from ticker_gui.feeds.generic.candidates import has_no_zone
from ticker_gui.feeds.generic.field_names import NUMBER, ROLES, is_opaque, likely_roles, role_score
from ticker_gui.feeds.generic.field_values import MAX_VOLATILITY, NEARLY_ALL, Fields, FieldValues
from ticker_gui.feeds.generic.paths import KEY
from ticker_gui.feeds.symbols import is_quote_currency

_MIN_VALUES: Final = 6  # of a field with an unknown name
_MIN_DECREASE: Final = 3_600  # seconds: times rarely decrease by more, and prices in small currency units do
_VALUES_CONFIDENCE: Final = 0.78  # of a role that no name supports
_NAMELESS: Final = 0.6  # score of an unknown name for a time
_MAX_SECONDS: Final = 100_000_000_000
_MIN_VOLATILITY_RATIO: Final = 5.0  # of the next field to that of the price, if names are unknown
_LAST_WORD: Final = re.compile(r"(?:(?<=[._])[A-Za-z]+|[A-Z][a-z]+|[A-Z]+)$")
_DAY: Final = ("open", "high", "low", "previous_close", "volume")
_PRODUCT_TOLERANCE: Final = 0.005
_MAX_QUOTE_DISTANCE: Final = 0.25  # of a last price from the mid price, relative to it
_MAX_WHOLE: Final = 2_000_000  # whole numbers above are scaled prices, except in currencies of small units
_MIN_WHOLE_PRICES: Final = 8  # different ones, which are whole by chance only in small units of a currency
_SMALL_UNITS: Final = re.compile(r"KRW|JPY|IDR|VND|IRR|CLP|COP|HUF|NGN|LBP|PYG|UGX|TZS|RUB|KZT|UZS|ARS|IRT|TWD|INR")
_SCALES: Final = re.compile(
    r"(?i)(?:^|[._])(?:price_?)?(?:scale|exponent|expo|decimals|multiplier|divisor|price_?precision)$"
)


class FieldRoles(FieldValues):
    """The fields of items by role: price, bid and so forth; `assign` fills ``roles``."""

    def __init__(self, fields: Fields, symbol: str, count: int, *, is_trade: bool = False) -> None:
        self.roles: dict[str, str] = {}
        self.reasons: list[str] = []
        self.notes: list[str] = []
        self._is_trade = is_trade
        super().__init__(
            {name: values for name, values in fields.items() if name not in (symbol, KEY)}, fields.get(symbol, {})
        )
        self._kinds |= {
            name: "number" for name, kind in self._kinds.items() if kind == "time" and self._is_amount(name)
        }
        self._count = count
        self._scores: dict[str, float] = {}

    def _is_amount(self, name: str) -> bool:
        """Return whether numbers that could be times are amounts: one bitcoin costs 1,600,000,000 rupiah."""
        numbers = self.numbers_by_item(name)
        if len(numbers) < len(self._fields[name]) or any(number > _MAX_SECONDS for number in numbers.values()):
            return False
        time_score = role_score("time", name)
        if any(role_score(role, name) > time_score for role in likely_roles(name) if ROLES[role] is NUMBER):
            return True
        return not time_score > _NAMELESS and sum(fall > _MIN_DECREASE for fall in self._decreases(name)) > 1

    def assign(self) -> float:
        """Assign fields to roles; return the confidence from 0 to 1."""
        self._assign_by_names()
        if "price" not in self.roles and not {"bid", "ask"} <= self.roles.keys():
            self._assign_by_values()
        self._check_day_range()
        self._check_time()
        if "time" not in self.roles:
            moments = [name for name, kind in self._kinds.items() if kind == "time"]
            if moments and moments[0] not in self.roles.values():
                self.roles["time"] = moments[0]
        self._check_currency()
        self._check_last_beside_quote()
        self._check_swapped_sides()
        score = max(self._score_quote(), self._score_price())
        if self._is_scaled():
            return 0.0
        self._check_size()
        self._find_size()
        self._check_time_zone()
        if score and "time" in self.roles:
            self.reasons.append(f"{self.roles['time']} is a plausible time")
        for role in [role for role in self.roles if self._is_unlikely(role)]:
            del self.roles[role]
        return score

    def _check_day_range(self) -> None:
        """Replace a price outside the day's range by another field, and decide which sizes are volumes of the day."""
        if "high" not in self.roles or "low" not in self.roles:
            if "volume" in self.roles and "size" not in self.roles and self._scores["volume"] < 1:
                self.roles["size"] = self.roles.pop("volume")  # the size of one trade
            return
        if self._scores.get("size", 1.0) < 1:  # a volume of the day with another name
            del self.roles["size"]
        price = self.roles.get("price")
        if price is not None and self._is_in_day_range(price):
            return
        self.roles.pop("price", None)
        lying = [name for name in self._free_numbers(set(self.roles.values())) if self._is_in_day_range(name)]
        named = [name for name in lying if self._score("price", name) > 0]
        opaque = [name for name in lying if is_opaque(name) and self._varies(name)]
        if named or len(opaque) == 1:
            name = max(named, key=lambda name: self._score("price", name), default=(*opaque, "")[0])
            self.roles["price"], self._scores["price"] = name, max(self._score("price", name), _VALUES_CONFIDENCE)

    def _free_numbers(self, taken: set[str]) -> list[str]:
        """Return the numeric fields in the items themselves that have no role."""
        return [
            name
            for name, kind in self._kinds.items()
            if kind == "number" and name not in taken and not name.startswith("$.")
        ]

    def _is_in_day_range(self, name: str) -> bool:
        """Return whether a field's values are between the day's low and high in all items that have both."""
        above = [value >= low for value, low in self._pairs(name, self.roles["low"])]
        below = [value <= high for value, high in self._pairs(name, self.roles["high"])]
        return bool(above) and all(above) and all(below)

    def _assign_by_names(self) -> None:
        """Assign to each role the field whose name fits best, starting with the clearest names."""
        ranked = sorted(
            (
                (self._score(role, name), role, name)
                for name, kind in self._kinds.items()
                for role in likely_roles(name)
                if kind in ROLES[role] and (role == "time" or not name.startswith("$."))
            ),
            reverse=True,
        )
        taken: set[str] = set()
        for score, role, name in ranked:
            if role not in self.roles and name not in taken:
                self.roles[role], self._scores[role] = name, score
                taken.add(name)

    def _score(self, role: str, name: str) -> float:
        """Return how well a field's name fits a role; less if the field is rare or outside the items."""
        often = len(self._fields[name]) / self._count
        return role_score(role, name) * (0.9 + 0.1 * often) * (0.97 if name.startswith("$.") else 1.0)

    def _assign_by_values(self) -> None:
        """Assign bid and ask, or the price, to fields with unknown names, unless several fields are possible."""
        steady = [
            name
            for name in self._free_numbers(set(self.roles.values()))
            if is_opaque(name)
            and len(self._fields[name]) >= _MIN_VALUES
            and self._varies(name)
            and self._volatility(name, NEARLY_ALL) < MAX_VOLATILITY
            and not self._is_counter(name)
        ]
        rising = self._in_rising_order(steady)
        if len(rising) in (2, 3):  # of three, the last price is between bid and ask
            found = dict(zip(("bid", "price", "ask") if len(rising) == 3 else ("bid", "ask"), rising, strict=True))
        else:
            # Integers with unknown names may also be sizes, counters or scaled prices.
            price = self._close_of(steady) or self._lowest_volatility(
                [name for name in steady if not self._is_whole(name)]
            )
            found = {"price": price} if price else {}
        self.roles |= found
        self._scores |= dict.fromkeys(found, _VALUES_CONFIDENCE)

    def _lowest_volatility(self, names: list[str]) -> str | None:
        """Return the only field, or the one that is far less volatile than all others; otherwise ``None``."""
        ranked = sorted(names, key=self._volatility)
        if len(ranked) > 1 and self._volatility(ranked[1]) < _MIN_VOLATILITY_RATIO * self._volatility(ranked[0]):
            return None
        return ranked[0] if ranked else None

    def _in_rising_order(self, names: list[str]) -> list[str]:
        """Return the fields in the order of their values if each is slightly below the next; otherwise none."""
        ordered = sorted(names, key=lambda name: sum(self._numbers(name)))
        is_close = all(self._is_just_below(low, high) for low, high in pairwise(ordered))
        return ordered if is_close else []

    def _close_of(self, names: list[str]) -> str | None:
        """Return the close among the fields of a bar: the last of those between the highest and the lowest."""
        highest = [name for name in names if all(self._is_never_below(name, other) for other in names)]
        lowest = [name for name in names if all(self._is_never_below(other, name) for other in names)]
        between = [name for name in names if name not in (*highest, *lowest)]
        return between[-1] if highest and lowest and between else None

    def _check_currency(self) -> None:
        """Of prices in several currencies, use the one in the currency of the symbol; none if there is none."""
        price = self.roles.get("price", "")
        currency = _currency_of(price)
        if not currency:
            return
        stem = price[: -len(currency)]
        others = [
            name for name in self._fields if name[: len(stem)] == stem and _currency_of(name) == name[len(stem) :]
        ]
        texts = [str(symbol).upper() for symbol in self._symbols.values()]
        fitting = [name for name in others if texts and all(_currency_of(name).upper() in text for text in texts)]
        if len(others) == 1:
            return
        del self.roles["price"]
        if len(fitting) == 1:
            self.roles["price"] = fitting[0]

    def _check_last_beside_quote(self) -> None:
        """Recognize feeds that name the bid b, the ask k, and the last price a."""
        bid = self.roles.get("bid", "")
        holder = bid[:-1]
        ask, latest, size = f"{holder}k", f"{holder}a", f"{holder}ks"
        has_all = bid == f"{holder}b" and self._fields.keys() >= {ask, latest, size}
        if has_all and self.roles.get("ask") == latest and self._kinds[ask] == "number":
            self.roles |= {"ask": ask, "price": latest, "ask_size": size}
            self._scores["price"] = self._scores["ask"]

    def _check_swapped_sides(self) -> None:
        """Recognize feeds that name the bid B and its size b: then the sizes, not bid and ask, are near the price."""
        names = {role: self.roles.get(role) for role in ("bid", "bid_size", "ask", "ask_size")}
        price = self.roles.get("price") or self.roles.get("high")
        bid, bid_size, ask, ask_size = names.values()
        if price is None or bid is None or bid_size is None or ask is None or ask_size is None:
            return
        is_exchanged = not (self._is_near(bid, price) or self._is_near(ask, price))
        if is_exchanged and self._is_near(bid_size, price) and self._is_near(ask_size, price):
            self.roles |= {"bid": bid_size, "bid_size": bid, "ask": ask_size, "ask_size": ask}

    def _is_scaled(self) -> bool:
        """Return whether prices are scaled integers: beside a scale, or too large for the currency."""
        names = [self.roles[role] for role in ("price", "bid", "ask") if role in self.roles]
        if not names or not all(number.is_integer() for name in names for number in self._numbers(name)):
            return False
        largest = max(abs(number) for name in names for number in self._numbers(name))
        has_scale = any(_SCALES.search(name) for name in self._fields)
        is_small_unit = any(_SMALL_UNITS.search(str(symbol).upper()) for symbol in self._symbols.values()) or any(
            isinstance(text, str) and _SMALL_UNITS.fullmatch(text.upper())  # {"quote_currency":"KRW"}
            for texts in self.texts_by_item().values()
            for text in texts.values()
        )
        if not has_scale and (largest <= _MAX_WHOLE or is_small_unit):
            if not is_small_unit and len({*self._numbers(names[0])}) >= _MIN_WHOLE_PRICES:
                self.notes.append(f"All prices at {names[0]} are whole numbers. They may be in cents or similar units.")
            return False
        self.notes.append(f"The values at {names[0]} are integers: prices multiplied by an unknown factor.")
        self.roles.clear()
        self.reasons.clear()
        return True

    def _check_size(self) -> None:
        """Remove the size of the last trade from a ticker, because each update repeats the same trade.

        For trades, use the traded quantity and not its value in money, whatever their names are.
        """
        price, size = self.roles.get("price"), self.roles.get("size")
        if price is not None and size is not None:
            others = [name for name in self._kinds if self._kinds[name] == "number" and name not in (price, size)]
            self.roles["size"] = next((name for name in others if self._is_value_of(size, price, name)), size)
        volume = self.roles.get("volume")
        if (
            self._is_trade
            and "size" not in self.roles
            and volume is not None
            and max(self._decreases(volume), default=0) > 0
        ):
            self.roles["size"] = volume  # the size of one trade: the volume of a day never decreases
        for role in _DAY if self._is_trade else ():  # an id named "l" is not the low
            self.roles.pop(role, None)
        is_ticker = {"bid", "ask"} <= self.roles.keys() or {"high", "low"} <= self.roles.keys()
        if is_ticker and not self._is_trade:
            self.roles.pop("size", None)

    def _is_value_of(self, value: str, price: str, size: str) -> bool:
        """Return whether a field is the product of price and another field in nearly all items."""
        values, prices = self.numbers_by_item(value), self.numbers_by_item(price)
        fits = [
            number != 0 and abs(values[item] - prices[item] * number) <= _PRODUCT_TOLERANCE * abs(values[item])
            for item, number in self.numbers_by_item(size).items()
            if item in values and item in prices
        ]
        return bool(fits) and sum(fits) >= 0.8 * len(fits)

    def _find_size(self) -> None:
        """Use the only other number of a trade as its size if the fields of rows have no names."""
        if not self._is_trade or "size" in self.roles or not self.roles.get("price", "").endswith("]"):
            return
        left = [name for name in self._free_numbers(set(self.roles.values())) if is_opaque(name)]
        if len(left) == 1 and not self._is_counter(left[0]):
            self.roles["size"] = left[0]

    def _check_time(self) -> None:
        """Prefer the time beside the price: one further out is the time of the message."""
        price = self.roles.get("price")
        if price is None or price.endswith("]"):
            return
        holder = price.rpartition(".")[0]
        beside = [
            name
            for name, kind in self._kinds.items()
            if kind == "time" and name.rpartition(".")[0] == holder and self._score("time", name) > 0
        ]
        if beside:
            self.roles["time"] = max(beside, key=lambda name: self._score("time", name))

    def _check_time_zone(self) -> None:
        """Note times without a time zone, which are read as UTC."""
        time = self.roles.get("time")
        if time is not None and any(has_no_zone(value) for value in self._fields[time].values()):
            self.notes.append(f"The times at {time} have no time zone; they are read as UTC.")

    def _has_range(self) -> bool:
        """Return whether the low is never above the high."""
        return all(low <= high for low, high in self._pairs(self.roles["low"], self.roles["high"]))

    def has_uniform_rows(self) -> bool:
        """Return whether columns mean the same in all rows: each item has the same columns."""
        columns = [
            self.roles[role] for role in ("price", "bid") if self.is_assigned_by_values(role) and role in self.roles
        ]
        for column in columns:
            if not column.endswith("]"):
                continue
            row = column.rpartition("[")[0]
            held = [
                values for name, values in self._fields.items() if name.rpartition("[")[0] == row and name.endswith("]")
            ]
            if any(len(values) < len(self._fields[column]) for values in held):
                return False
        return True

    def is_assigned_by_values(self, role: str) -> bool:
        """Return whether a role was assigned by values only, because the name of its field is unknown."""
        return self._scores.get(role) == _VALUES_CONFIDENCE

    def _score_quote(self) -> float:
        bid, ask = self.roles.get("bid"), self.roles.get("ask")
        price = self.roles.get("price")
        is_wrong = price is not None and {"high", "low"} <= self.roles.keys() and not self._is_near_quote(price)
        if bid is None or ask is None or is_wrong or not self._is_just_below(bid, ask):
            self.roles.pop("bid", None)
            self.roles.pop("ask", None)
            return 0.0
        self.reasons.append(f"{bid} is slightly below {ask}, like a bid below an ask")
        return min(self._scores["bid"], self._scores["ask"])

    def _score_price(self) -> float:
        price = self.roles.get("price")
        if price is None or not any(self._numbers(price)):
            self.roles.pop("price", None)
            return 0.0
        if not self._is_near_quote(price):
            self.roles.pop("price", None)
            return 0.0
        self.reasons.append(f"{price} is a number that changes like a price")
        is_likely = self._volatility(price) < MAX_VOLATILITY and all(number > 0 for number in self._numbers(price))
        return self._scores["price"] * (1.0 if is_likely else 0.7)

    def _is_unlikely(self, role: str) -> bool:
        """Return whether a minor role must be wrong, such as a size without a price, or a high far from the price."""
        if role in ("high", "low") and not ({"high", "low"} <= self.roles.keys() and self._has_range()):
            return True
        if role == "open" and "high" not in self.roles and role_score(role, self.roles[role]) < 1:
            return True  # a name of one letter may mean anything
        if role in ("open", "high", "low", "previous_close"):
            against = self.roles.get("price") or self.roles.get("bid")
            return against is None or not self._is_near(self.roles[role], against)
        needed = {"bid_size": "bid", "ask_size": "ask", "size": "price", "trade_id": "price"}.get(role)
        return needed is not None and needed not in self.roles

    def _is_near_quote(self, price: str) -> bool:
        """Return whether a price is near bid and ask in all items that have both."""
        if not {"bid", "ask"} <= self.roles.keys():
            return True
        bids, asks = self.numbers_by_item(self.roles["bid"]), self.numbers_by_item(self.roles["ask"])
        near = [
            abs(number - (bids[item] + asks[item]) / 2) <= _MAX_QUOTE_DISTANCE * abs(bids[item] + asks[item]) / 2
            for item, number in self.numbers_by_item(price).items()
            if item in bids and item in asks
        ]
        return sum(near) >= 0.7 * len(near)


def _currency_of(path: str) -> str:
    """Return the currency code at the end of a path (``price.usd``, ``price_usd``); empty if there is none."""
    match = _LAST_WORD.search(path)
    return match[0] if match is not None and is_quote_currency(match[0].upper()) else ""
