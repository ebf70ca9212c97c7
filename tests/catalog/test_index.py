from __future__ import annotations

import random
import time
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.catalog.index import MAX_MATCHES, CatalogIndex, FeedIndex
from ticker_gui.command_palette.fuzzy import Rank
from ticker_gui.feeds.history import Instrument

symbols = st.text("ABCab1-/.:", min_size=1, max_size=6)
names = st.text("ABab é.", max_size=8)
instruments = st.lists(st.builds(Instrument, symbols, names), max_size=30)
typed_texts = st.text("ABCab1-/. é", max_size=5)

STOCKS = [
    Instrument("GOOGL", "Alphabet Inc. Class A", "NASDAQ"),
    Instrument("A", "Agilent Technologies"),
    Instrument("AA", "Alcoa Corporation"),
    Instrument("KO", "Coca-Cola Company"),
    Instrument("COKE", "Coca-Cola Consolidated"),
    Instrument("AAPL", "Apple Inc."),
    Instrument("BRK.B", "Berkshire Hathaway"),
]
COINS = [
    Instrument("BTC-AUD", "Bitcoin/Australian dollar"),
    Instrument("BTC-USD", "Bitcoin/Dollar"),
    Instrument("ETH-BTC", "Ether/Bitcoin"),
    Instrument("WBTC-USD", "Wrapped bitcoin"),
]


def index_of(**feeds: list[Instrument]) -> CatalogIndex:
    index = CatalogIndex()
    index.set_feeds({feed: FeedIndex(listed) for feed, listed in feeds.items()})
    return index


def found(index: CatalogIndex, typed: str, *feeds: str) -> list[str]:
    return [match.instrument.symbol for match in index.search(typed, feeds or ("stocks", "coins"))]


BOTH = index_of(stocks=STOCKS, coins=COINS)


def test_symbols_are_before_names_and_the_best_match_is_first() -> None:
    assert found(BOTH, "a")[:4] == ["A", "AA", "AAPL", "GOOGL"]
    assert found(BOTH, "btc") == ["BTC-USD", "BTC-AUD", "ETH-BTC", "WBTC-USD"]
    assert found(BOTH, "BRKB") == found(BOTH, "brk-b") == ["BRK.B"]


def test_instruments_are_found_by_name_in_any_spelling() -> None:
    assert found(BOTH, "apple") == found(BOTH, "Apple, inc") == ["AAPL"]
    assert found(BOTH, "coca cola") == found(BOTH, "COCA-COLA") == ["KO", "COKE"]
    assert found(BOTH, "hathaway") == ["BRK.B"]
    assert found(BOTH, "phabet") == ["GOOGL"]


def test_only_the_given_feeds_are_searched_and_their_order_decides_between_equal_matches() -> None:
    assert found(BOTH, "btc", "stocks") == []
    assert found(BOTH, "btc", "removed") == []
    same = index_of(one=COINS, two=COINS)
    assert [match.feed for match in same.search("btc-usd", ("two", "one"))][:2] == ["two", "one"]


def test_texts_without_letters_and_digits_find_nothing() -> None:
    assert [found(BOTH, text) for text in ("", " ", "-", "\n", "\t\f", "^")] == [[]] * 6


def expected_rank(typed: str, one: Instrument) -> Rank | None:
    """Return the rank by a plain definition, with which the search in one text is compared."""

    def words(text: str) -> str:
        return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())

    query = words(typed)
    bare, symbol, name = query.replace(" ", ""), words(one.symbol), words(one.name)
    bare_symbol = symbol.replace(" ", "")
    if bare == bare_symbol or query == name:
        return Rank.EXACT
    if bare_symbol.startswith(bare) or name.startswith(query):
        return Rank.PREFIX
    if f" {query}" in f" {symbol}" or f" {query}" in name:
        return Rank.WORD
    return Rank.SUBSTRING if bare in bare_symbol or query in name else None


@given(instruments, instruments, typed_texts)
def test_the_matches_are_those_of_the_definition_in_the_order_of_their_ranks(
    one: list[Instrument], two: list[Instrument], typed: str
) -> None:
    matches = index_of(one=one, two=two).search(typed, ("one", "two"))
    ranks = [match.rank for match in matches]
    assert ranks == sorted(ranks)
    assert len(matches) <= MAX_MATCHES
    if not any(character.isalnum() for character in typed):
        assert not matches
        return
    assert [expected_rank(typed, match.instrument) for match in matches] == ranks
    searchable = [listed for listed in (*one, *two) if any(character.isalnum() for character in listed.symbol)]
    possible = sorted(rank for listed in searchable if (rank := expected_rank(typed, listed)) is not None)
    assert ranks == possible[:MAX_MATCHES]


def test_with_very_many_matches_the_best_are_found() -> None:
    listed = [Instrument(f"X{number}", f"Plain inc {number}") for number in range(2_000)]
    listed += [Instrument("QINC", "q"), Instrument("INC.A", "q"), Instrument("Q", "Inc"), Instrument("INC", "q")]
    assert found(index_of(stocks=listed), "inc")[:4] == ["INC", "Q", "INC.A", "X0"]
    assert len(found(index_of(stocks=listed), "x")) == MAX_MATCHES


@given(instruments, typed_texts)
def test_the_result_depends_only_on_the_instruments_and_the_text(listed: list[Instrument], typed: str) -> None:
    assert index_of(a=listed).search(typed, ("a",)) == index_of(a=listed).search(typed, ("a",))


def many_instruments(count: int) -> list[Instrument]:
    chance = random.Random(7)
    syllables = ("ban", "co", "tech", "ora", "lum", "ver", "gen", "phar", "ma", "cap", "ital", "hold", "ing", "sol")
    found: dict[str, Instrument] = {}
    while len(found) < count:
        symbol = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=chance.randint(2, 5)))
        words = ("".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _ in range(3))
        found[symbol] = Instrument(symbol, f"{' '.join(words)} Inc.", "NYSE", 0.01)
    return list(found.values())


def test_each_key_is_answered_much_faster_than_by_reading_twenty_thousand_instruments() -> None:
    many = many_instruments(10_000)
    index = index_of(a=many, b=many)

    def search(typed: str) -> None:
        assert len(index.search(typed, ("a", "b"))) <= MAX_MATCHES

    def read_all(typed: str) -> None:
        words = typed.casefold().split()
        for one in (*many, *many):
            all(word in one.symbol.casefold() or word in one.name.casefold() for word in words)

    for typed in ("a", "AB", "pharma capital", "inc", "zzzzz", "solhold", "holding inc"):
        search(typed)
        assert 4 * fastest_s(search, typed) < fastest_s(read_all, typed)  # usually 20 times


def fastest_s(call: Callable[[str], None], typed: str) -> float:
    """Return the least CPU time of several calls, which other processes hardly add to."""
    times = []
    for _ in range(3):
        began_s = time.thread_time()
        call(typed)
        times.append(time.thread_time() - began_s)
    return min(times)
