from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feed_setup.provider_list import (
    ANY_WEBSOCKET,
    entry_of_address,
    find_entry,
    find_symbol,
    is_address,
    key_site,
    provider_entries,
    search_providers,
)
from ticker_gui.feeds.registry import PROVIDERS

ENTRIES = provider_entries()


def names(text: str) -> list[str]:
    return [entry.name for entry in search_providers(text, ENTRIES)]


def test_every_provider_with_a_known_address_is_listed_by_cost_and_title() -> None:
    assert {entry.name for entry in ENTRIES} == set(PROVIDERS) - {"guess", "mapped", "demo"}
    groups = ["No key needed", "Free key", "Key from a paid plan"]
    assert list(dict.fromkeys(entry.group for entry in ENTRIES)) == groups
    for group in groups:
        titles = [entry.title.casefold() for entry in ENTRIES if entry.group == group]
        assert titles == sorted(titles)
    assert not ENTRIES[0].protocol.needs_key
    assert (find_entry("yahoo").group, find_entry("finnhub").group, find_entry("eodhd").group) == tuple(groups)


def test_a_match_without_a_key_comes_before_those_with_one() -> None:
    for text in ("bitcoin", "apple"):
        need_keys = [find_entry(name).protocol.needs_key for name in names(text)]
        assert need_keys == sorted(need_keys)
        assert set(need_keys) == {False, True}


def test_the_beginning_of_a_name_finds_the_same_providers() -> None:
    for begun in ("bitc", "bitco", "bitcoi"):
        assert names(begun) == names("bitcoin")
    assert find_symbol("app", find_entry("yahoo")) == "AAPL"
    assert find_symbol("ap", find_entry("yahoo")) == ""


def test_an_unlisted_symbol_finds_the_providers_of_its_kind() -> None:
    assert names("PLUG")[0] == "yahoo"
    assert {"alpaca", "finnhub"} <= set(names("PLUG"))
    assert names("huobi") == []  # it may as well be the name of a provider


def test_an_entry_says_what_is_delivered_and_whether_a_key_is_needed() -> None:
    finnhub, massive, kraken = find_entry("finnhub"), find_entry("massive"), find_entry("kraken")
    assert finnhub.summary == "US stocks, crypto, currencies: trades"
    assert (finnhub.key, massive.key, kraken.key) == ("key, free plan", "key, paid plan", "no key")
    assert kraken.provenance == "From documentation"
    assert key_site(finnhub.protocol) == "finnhub.io"


def test_no_two_entries_have_the_same_text() -> None:
    assert find_entry("coinbase").summary.startswith("Crypto, spot only: ")
    assert find_entry("coinbase_advanced").summary.startswith("Crypto, crypto futures: ")
    titles = [entry.title for entry in ENTRIES]
    assert len(set(titles)) == len(titles)


def test_an_entry_says_how_well_its_format_is_known() -> None:
    assert find_entry("coinbase").provenance == "Tested with recorded traffic"
    assert find_entry("coinbase").sources.endswith("known from: documentation, recorded traffic.")
    assert find_entry("kraken").provenance == "From documentation"
    assert {entry.provenance for entry in ENTRIES} == {
        "Tested with recorded traffic",
        "From documentation",
        "Partly from documentation",
        "From recorded messages",
        "Unofficial: from other programs",
    }


def test_words_are_searched_in_titles_data_keys_and_hosts() -> None:
    assert names("") == [entry.name for entry in ENTRIES]
    assert names("polygon") == ["massive"]
    assert "finnhub" in names("STOCKS free")
    assert "kraken" not in names("stocks free")
    assert names("zzz") == []


def test_a_symbol_finds_the_providers_that_may_have_it() -> None:
    assert {"finnhub", "alpaca", "yahoo"} <= set(names("aapl"))
    assert "kraken" not in names("aapl")


def test_what_people_call_a_symbol_finds_its_providers_and_their_notation() -> None:
    assert {"finnhub", "alpaca", "yahoo"} <= set(names("Apple"))
    assert {"binance", "kraken", "coinbase", "deribit", "finnhub"} <= set(names("bitcoin"))
    notations = {
        name: find_symbol("bitcoin", find_entry(name)) for name in ("binance", "kraken", "coinbase", "finnhub")
    }
    assert notations == {
        "binance": "BTCUSDT", "kraken": "BTC/USD", "coinbase": "BTC-USD", "finnhub": "BINANCE:BTCUSDT",
    }  # fmt: skip
    assert find_symbol("aapl", find_entry("finnhub")) == "AAPL"
    assert find_symbol("apple", find_entry("kraken")) == ""
    assert find_symbol(" ", find_entry("kraken")) == ""


def test_an_address_finds_the_provider_at_its_host() -> None:
    assert names("wss://ws.finnhub.io") == ["finnhub"]
    assert names(" wss://ws.kraken.com/v2 ") == ["kraken"]
    assert names("wss://example.com/x") == []
    assert entry_of_address("wss://ws.finnhub.io/x").name == "finnhub"
    assert entry_of_address("ws://127.0.0.1:1") is ANY_WEBSOCKET


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert len(search_providers(text, ENTRIES)) <= len(ENTRIES)
    is_address(text)
    entry_of_address(text)
    assert isinstance(find_symbol(text, find_entry(text)), str)


def test_a_desk_may_need_a_key_has_no_markets_and_is_found_by_its_name() -> None:
    desk = find_entry("nats")
    assert desk.key == "key optional"
    assert desk.summary.startswith("Trades, quotes")
    assert desk in search_providers("desk", provider_entries())
