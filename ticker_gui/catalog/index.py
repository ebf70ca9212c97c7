"""Search of tens of thousands of instruments by symbol and name while the user types."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from ticker_gui.command_palette.fuzzy import Rank
from ticker_gui.feeds.history import Instrument

MAX_MATCHES: Final = 12
_MAX_TYPED: Final = 64
_NO_WORD: Final = re.compile(r"[\W_]+")
_DOLLARS: Final = ("usd", "usdt", "usdc", "perpetual")

_LINE: Final = b"\n"
_WORD: Final = b" "
_MAX_SHORT: Final = 8  # a text of this length is likely to have many matches, and exact ones are looked up
_MAX_HITS: Final = 500  # with more of them, each rank is searched on its own, which ends early


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


class _Places(NamedTuple):
    """Lines that match, by how well they do."""

    exact: Sequence[int]
    prefix: Sequence[int]
    word: Sequence[int]
    substring: Sequence[int]


class _Lines:
    """Texts that are searched as one, because forty thousand calls per key would take far longer than one.

    It is in UTF-8, because a text with a single Chinese name would be four times as long.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        lines = [_LINE + text.encode() for text in texts]
        self._text = b"".join(lines) + _LINE
        self._short = {line for line in lines if len(line) <= _MAX_SHORT}
        self._starts = [0]
        self._beginnings = set[bytes]()  # the first letters of lines and words, with what stands before them
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))
            self._beginnings.add(line[:2])
            self._beginnings.update(_WORD + word[:1] for word in line.split(_WORD)[1:])

    def with_word(self, query: bytes, limit: int) -> list[int]:
        """Return the first lines with a word that begins with a text, except at their beginning."""
        return self._places(_WORD + query, limit)

    def ranked(self, query: bytes, limit: int) -> _Places:
        """Return the first lines of each rank; a line may be in several of them."""
        hits = list(islice(self._hits(query), _MAX_HITS))
        if len(hits) < _MAX_HITS:
            text, size = self._text, len(query)
            prefix = [at for at in hits if text[at - 1 : at] == _LINE]
            exact = [at for at in prefix if text[at + size : at + size + 1] == _LINE]
            word = [at for at in hits if text[at - 1 : at] == _WORD]
            return _Places(*(self._unique(some, limit) for some in (exact, prefix, word, hits)))
        line = _LINE + query
        is_listed = len(line) > _MAX_SHORT or line in self._short
        return _Places(
            self._places(line + _LINE, limit) if is_listed else (),
            self._places(line, limit),
            self._places(_WORD + query, limit),
            self._places(query, limit),
        )

    def _hits(self, pattern: bytes) -> Iterator[int]:
        at = self._text.find(pattern)
        while at >= 0:
            yield at
            at = self._text.find(pattern, at + 1)

    def _unique(self, hits: Sequence[int], limit: int) -> list[int]:
        return list(dict.fromkeys(bisect_right(self._starts, at) - 1 for at in hits))[:limit]

    def _places(self, pattern: bytes, limit: int) -> list[int]:
        places: list[int] = []
        if pattern[:1] in (_LINE, _WORD) and pattern[:2] not in self._beginnings:
            return places
        at = self._text.find(pattern)
        while at >= 0 and len(places) < limit:
            place = bisect_right(self._starts, at) - 1
            places.append(place)
            at = self._text.find(pattern, self._starts[place + 1])
        return places


class FeedIndex:
    """The searchable instruments of one feed. It never changes, so that a thread can build it.

    Within a rank, symbols are before names, then pairs with the dollar are first, then short symbols, then the alphabet
    decides.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        groups: dict[tuple[bool, int], list[tuple[str, Instrument]]] = {}
        for one in instruments:
            if bare := _bare(one.symbol):
                groups.setdefault(_preference(bare), []).append((bare, one))
        for group in groups.values():  # sorting all at once would block other threads for too long
            group.sort(key=itemgetter(0))
        ordered = sorted(groups)
        self._preferences = [preference for preference in ordered for _ in groups[preference]]
        self._instruments = [one for preference in ordered for _, one in groups[preference]]
        self._symbols = _Lines(bare for preference in ordered for bare, _ in groups[preference])
        self._parts = _Lines("" if one.symbol.isalnum() else _words(one.symbol) for one in self._instruments)
        self._names = _Lines(_words(one.name) for one in self._instruments)

    def __len__(self) -> int:
        return len(self._instruments)

    def find(self, typed: str, limit: int = MAX_MATCHES) -> list[_Found]:
        """Return the best matches: the symbol or name itself, its beginning, a word that begins so, any part."""
        bare, words = _bare(typed[:_MAX_TYPED]).encode(), _words(typed[:_MAX_TYPED]).encode()
        if not bare:
            return []
        symbols, names = self._symbols.ranked(bare, limit), self._names.ranked(words, limit)
        found: dict[int, _Found] = {}
        for rank, is_by_name, places in (
            (Rank.EXACT, False, symbols.exact),
            (Rank.EXACT, True, names.exact),
            (Rank.PREFIX, False, symbols.prefix),
            (Rank.PREFIX, True, names.prefix),
            (Rank.WORD, False, self._parts.with_word(words, limit)),
            (Rank.WORD, True, names.word),
            (Rank.SUBSTRING, False, symbols.substring),
            (Rank.SUBSTRING, True, names.substring),
        ):
            for place in places:
                if place not in found:
                    found[place] = _Found(rank, is_by_name, self._preferences[place], self._instruments[place])
        return list(found.values())[:limit]


class CatalogIndex:
    """The instruments of all feeds."""

    def __init__(self) -> None:
        self._feeds: dict[str, FeedIndex] = {}

    def set_feeds(self, feeds: Mapping[str, FeedIndex]) -> None:
        """Set the indexes of all feeds."""
        self._feeds = dict(feeds)

    def search(
        self,
        typed: str,
        feeds: Sequence[str],
        limit: int = MAX_MATCHES,
        others: Mapping[str, FeedIndex] = MappingProxyType({}),
    ) -> list[CatalogMatch]:
        """Return at most ``limit`` instruments of these feeds that match, the best first.

        Equal matches are in the order of ``feeds``. ``others`` are searched as well.
        """
        found = [
            (match, feed)
            for feed in dict.fromkeys(feeds)
            for index in (self._feeds.get(feed), others.get(feed))
            if index is not None
            for match in index.find(typed, limit)
        ]
        found.sort(key=lambda item: item[0][:3])
        return [CatalogMatch(feed, match.instrument, match.rank) for match, feed in found[:limit]]


def _words(text: str) -> str:
    """Return the words of a text in small letters, with one space between them."""
    folded = text.casefold()
    return folded if folded.isalnum() else _NO_WORD.sub(" ", folded).strip()


def _bare(text: str) -> str:
    """Return a text in small letters without separators."""
    folded = text.casefold()
    return folded if folded.isalnum() else _NO_WORD.sub("", folded)


def _preference(bare_symbol: str) -> tuple[bool, int]:
    return not bare_symbol.endswith(_DOLLARS), len(bare_symbol)
