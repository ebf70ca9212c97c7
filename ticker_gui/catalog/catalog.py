"""A provider's list of symbols, cleaned for display and search."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from ticker_gui.config.settings import parse_symbols
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import Instrument

MAX_INSTRUMENTS: Final = 60_000  # the longest lists have about 30,000
_MAX_NAME: Final = 80
_MAX_VENUE: Final = 24
_DAY_NS: Final = 86_400 * SECOND_NS


class Catalog(msgspec.Struct, frozen=True):
    """The symbols of a provider, and when they were received, in nanoseconds since the epoch."""

    fetched_ns: int
    instruments: Sequence[Instrument]

    def is_current(self, now_ns: int) -> bool:
        """Return whether the list is less than a day old."""
        return 0 <= now_ns - self.fetched_ns < _DAY_NS


def clean_instruments(instruments: Iterable[Instrument]) -> list[Instrument]:
    """Return the instruments whose symbols the user could type, each once, with texts that are safe to display."""
    cleaned: dict[str, Instrument] = {}
    for one in instruments:
        if len(cleaned) == MAX_INSTRUMENTS:
            break
        if one.symbol not in cleaned and parse_symbols(one.symbol)[0] == [one.symbol]:
            cleaned[one.symbol] = _cleaned(one)
    return list(cleaned.values())


def _cleaned(one: Instrument) -> Instrument:
    name = sanitize_text(one.name, _MAX_NAME)
    tick = one.tick_size
    return Instrument(
        one.symbol,
        "" if _letters(name) == _letters(one.symbol) else name,  # BTC / USD says no more than BTC-USD
        sanitize_text(one.venue, _MAX_VENUE),
        tick if tick is not None and 0.0 < tick < math.inf else None,
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def describe_age(catalog: Catalog, now_ns: int) -> str:
    """Return a sentence that says when the list was received, such as "List of symbols from yesterday 14:02."."""
    fetched = local_time(catalog.fetched_ns // SECOND_NS, None)
    today = local_time(now_ns // SECOND_NS, None)
    day = fetched.strftime("%Y-%m-%d ")
    if fetched.date() == today.date():
        day = ""
    elif fetched.date() == (today - timedelta(days=1)).date():
        day = "yesterday "
    return f"List of symbols from {day}{fetched:%H:%M}."
