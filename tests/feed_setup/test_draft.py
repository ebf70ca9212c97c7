from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings import Feed, validated
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.draft import FeedDraft, unique_name, without_key
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.registry import PROVIDERS

FINNHUB = FeedDraft("finnhub", "wss://ws.finnhub.io", "abc", "AAPL, MSFT")


def reasons(draft: FeedDraft, *, for_test: bool = False) -> dict[str, str]:
    return dict(draft.problems(["taken"], for_test=for_test))


def test_a_complete_draft_has_no_problems_and_becomes_a_feed_without_its_key() -> None:
    assert reasons(FINNHUB) == {}
    feed = FINNHUB.to_feed()
    assert (feed.name, feed.provider, feed.symbols) == ("Finnhub", "finnhub", ("AAPL", "MSFT"))
    assert "abc" not in repr(feed) + repr(FINNHUB)


def test_what_is_missing_is_named_in_the_order_of_the_fields() -> None:
    assert list(reasons(FeedDraft("finnhub"))) == ["address", "key", "symbols"]
    assert "Finnhub requires one" in reasons(FeedDraft("finnhub"))["key"]
    assert list(reasons(FeedDraft("kraken", "wss://ws.kraken.com/v2"))) == ["symbols"]


@pytest.mark.parametrize("address", ["example.com", "https://example.com", "wss://", "wss://a b", "ws://x:0"])
def test_an_invalid_address_is_refused_with_a_reason(address: str) -> None:
    assert reasons(FeedDraft("guess", address, symbols="A"))["address"].startswith("The address should look like")


def test_a_key_is_not_sent_unencrypted_except_to_this_computer() -> None:
    assert "address" in reasons(FeedDraft("guess", "ws://example.com", "key", "A"))
    assert reasons(FeedDraft("guess", "ws://127.0.0.1:9000", "key", "A")) == {}


def test_an_unknown_feed_can_be_tested_without_symbols_but_not_saved() -> None:
    draft = FeedDraft("guess", "wss://example.com")
    assert reasons(draft, for_test=True) == {}
    assert list(reasons(draft)) == ["symbols"]
    assert draft.to_test_feed().symbols == ()


def test_names_come_from_the_provider_or_the_host_and_are_unique() -> None:
    assert FINNHUB.to_feed(["finnhub"]).name == "Finnhub-2"  # names may be typed in any case
    assert FeedDraft("twelvedata", "wss://h", "", "A").to_feed().name == "Twelve-Data"
    assert FeedDraft("coinbase_advanced", "wss://h", "", "A").to_feed().name == "Coinbase-Advanced"
    assert FeedDraft("guess", "wss://stream.example.com/x", symbols="A").to_feed().name == "example"
    assert FeedDraft("guess", "ws://127.0.0.1:1", symbols="A").to_feed().name == "127.0.0.1"
    assert list(reasons(FeedDraft("kraken", "wss://ws.kraken.com/v2", "", "A", "taken"))) == ["name"]


def test_a_unique_name_is_never_too_long_for_a_feed() -> None:
    assert unique_name("n" * 64, ["N" * 64]) == f"{'n' * 62}-2"


def test_a_mapping_makes_an_unknown_feed_a_mapped_one() -> None:
    draft = FeedDraft("guess", "wss://example.com", symbols="A", mapping=FieldMapping(price="p"))
    assert draft.to_feed().provider == "mapped"


@given(st.text(max_size=6), st.sets(st.text(max_size=6)))
def test_a_unique_name_is_never_taken(name: str, taken: set[str]) -> None:
    found = unique_name(name, taken)
    assert found not in taken
    assert found.startswith(name)


@given(st.sampled_from(list(PROVIDERS)), st.text(), st.text(), st.text(), st.text(max_size=5))
def test_a_draft_without_problems_is_a_valid_feed_and_one_with_problems_names_them(
    provider: str, address: str, key: str, symbols: str, name: str
) -> None:
    address = address if "x" in key else PROVIDERS[provider].url
    draft = FeedDraft(provider, address, key, symbols, name)
    problems = draft.problems()
    assert all(problem.reason.endswith(".") for problem in problems)
    if problems:
        return
    try:
        feed = draft.to_feed()
    except SettingsError:
        assert provider == "mapped"  # which needs a mapping
    else:
        assert validated(feed) == feed


@pytest.mark.parametrize(
    ("pasted", "address", "key"),
    [
        ("wss://ws.finnhub.io?token=abc", "wss://ws.finnhub.io", "abc"),
        ("wss://ws.finnhub.io/?v=1&token=a%2Bc", "wss://ws.finnhub.io/?v=1", "a+c"),
        ("wss://desk.example/x?v=1&apikey=abc", "wss://desk.example/x?v=1&apikey=$KEY", "abc"),
        ("wss://desk.example/x?symbols=AAPL", "wss://desk.example/x?symbols=AAPL", ""),
        ("wss://desk.example/x?apikey=$KEY", "wss://desk.example/x?apikey=$KEY", ""),
        ("wss://streamer.finance.yahoo.com/?version=2", "wss://streamer.finance.yahoo.com/?version=2", ""),
    ],
)
def test_a_key_in_a_pasted_address_is_moved_out_of_it(pasted: str, address: str, key: str) -> None:
    assert without_key(pasted) == (address, key)


def test_an_address_with_the_place_of_a_key_needs_the_key() -> None:
    assert "$KEY" in reasons(FeedDraft("guess", "wss://desk.example/?apikey=$KEY", "", "A"))["key"]
    assert reasons(FeedDraft("guess", "wss://desk.example/?apikey=$KEY", "k", "A")) == {}


@given(st.text())
def test_any_text_can_be_searched_for_a_key(text: str) -> None:
    for address in (text, f"wss://a/?{text}"):
        rest, key = without_key(address)
        assert without_key(rest)[1] == "" or key == ""


@pytest.mark.parametrize("mapping", [FieldMapping(price="p", symbol="s"), FieldMapping(subscribe="hello"), None])
def test_editing_a_feed_without_changes_gives_the_same_feed(mapping: FieldMapping | None) -> None:
    feed = validated(
        Feed(
            "wss://desk.example",
            ("A", "B"),
            "desk",
            headers={"X": "$KEY"},
            key_env="KEY",
            proxy="none",
            mapping=mapping,
        )
    )
    draft = FeedDraft.of_feed(feed)
    assert draft.problems(["desk", "other"]) == []
    assert draft.to_feed(["desk", "other"]) == feed


def test_all_symbols_of_a_desk_can_be_asked_for() -> None:
    draft = FeedDraft("nats", "ws://127.0.0.1:8443/desk", "desktop:secret", "*")
    assert reasons(draft) == {}
    assert draft.to_feed().symbols == draft.to_test_feed().symbols == ("*",)
    assert "needs the provider nats" in reasons(FeedDraft("kraken", "wss://ws.kraken.com/v2", "", "*"))["symbols"]
