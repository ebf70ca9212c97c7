"""Search of tens of thousands of instruments by symbol and name while the user types."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ticker_gui.command_palette.fuzzy import Rank
from ticker_gui.feeds.history import Instrument

MAX_MATCHES: Final = 12
_MAX_TYPED: Final = 64
_NO_WORD: Final = re.compile(r"[\W_]+")
_DOLLARS: Final = ("usd", "usdt", "usdc", "perpetual")

# A line of the searched text: the symbol without separators, the name, and the parts of the symbol.
_SYMBOL: Final = "\n"
_NAME: Final = "\t"
_PARTS: Final = "\f"
_WORD: Final = " "


class CatalogMatch(NamedTuple):
    """An instrument of a feed that matches a typed text."""

    feed: str
    instrument: Instrument
    rank: Rank


class _Found(NamedTuple):
    """A match with the values by which matches of several feeds are sorted."""

    rank: Rank
    is_by_name: bool
    preference: tuple[bool, int]
    instrument: Instrument


class FeedIndex:
    """The searchable instruments of one feed. It never changes, so that a thread can build it.

    Within a rank, pairs with the dollar are first, then short symbols, then the alphabet decides.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        keyed = [(_bare(one.symbol), one) for one in instruments]
        keyed = [(bare, one) for bare, one in keyed if bare]
        keyed.sort(key=lambda item: (*_preference(item[0]), item[0]))
        self._preferences = [_preference(bare) for bare, _ in keyed]
        self._instruments = [one for _, one in keyed]
        # One text in one piece: forty thousand calls per key would take far longer than one search. In UTF-8,
        # because a text with a single Chinese name would be four times as long.
        lines = [
            f"{_SYMBOL}{bare}{_NAME}{_words(one.name)}{_PARTS}{_WORD}{_words(one.symbol)}".encode()
            for bare, one in keyed
        ]
        self._text = b"".join(lines) + _SYMBOL.encode()
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def __len__(self) -> int:
        return len(self._instruments)

    def find(self, typed: str, limit: int = MAX_MATCHES) -> list[_Found]:
        """Return the best matches: the symbol or name itself, its beginning, a word that begins so, any part."""
        bare, words = _bare(typed[:_MAX_TYPED]), _words(typed[:_MAX_TYPED])
        if not bare or not (bare.encode() in self._text or words.encode() in self._text):
            return []
        patterns = (
            (Rank.EXACT, False, f"{_SYMBOL}{bare}{_NAME}"),
            (Rank.EXACT, True, f"{_NAME}{words}{_PARTS}"),
            (Rank.PREFIX, False, f"{_SYMBOL}{bare}"),
            (Rank.PREFIX, True, f"{_NAME}{words}"),
            (Rank.WORD, True, f"{_WORD}{words}"),
            (Rank.SUBSTRING, True, bare),
            (Rank.SUBSTRING, True, words),
        )
        found: dict[int, _Found] = {}
        for rank, is_by_name, pattern in patterns:
            for place in self._lines_with(pattern.encode()):
                if place not in found:
                    found[place] = _Found(rank, is_by_name, self._preferences[place], self._instruments[place])
                if len(found) == limit:
                    return list(found.values())
        return list(found.values())

    def _lines_with(self, pattern: bytes) -> Iterator[int]:
        """Yield the indices of the lines that contain a pattern, in order."""
        at = self._text.find(pattern)
        while 0 <= at < self._starts[-1]:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self._text.find(pattern, self._starts[place + 1])


class CatalogIndex:
    """The instruments of all feeds."""

    def __init__(self) -> None:
        self._feeds: dict[str, FeedIndex] = {}

    def set_feeds(self, feeds: Mapping[str, FeedIndex]) -> None:
        """Set the indexes of all feeds."""
        self._feeds = dict(feeds)

    def search(self, typed: str, feeds: Sequence[str], limit: int = MAX_MATCHES) -> list[CatalogMatch]:
        """Return at most ``limit`` instruments of these feeds that match, the best first.

        Equal matches are in the order of ``feeds``.
        """
        found = [
            (match, feed)
            for feed in dict.fromkeys(feeds)
            if feed in self._feeds
            for match in self._feeds[feed].find(typed, limit)
        ]
        found.sort(key=lambda item: item[0][:3])
        return [CatalogMatch(feed, match.instrument, match.rank) for match, feed in found[:limit]]


def _words(text: str) -> str:
    """Return the words of a text in small letters, with one space between them."""
    return _NO_WORD.sub(_WORD, text.casefold()).strip()


def _bare(text: str) -> str:
    """Return a text in small letters without separators."""
    return _NO_WORD.sub("", text.casefold())


def _preference(bare_symbol: str) -> tuple[bool, int]:
    return not bare_symbol.endswith(_DOLLARS), len(bare_symbol)
