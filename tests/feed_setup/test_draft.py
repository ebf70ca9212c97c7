from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings import validated
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.draft import FeedDraft, unique_name
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.registry import PROVIDERS

FINNHUB = FeedDraft("finnhub", "wss://ws.finnhub.io", "abc", "AAPL, MSFT")


def reasons(draft: FeedDraft, *, for_test: bool = False) -> dict[str, str]:
    return dict(draft.problems(["taken"], for_test=for_test))


def test_a_complete_draft_has_no_problems_and_becomes_a_feed_without_its_key() -> None:
    assert reasons(FINNHUB) == {}
    feed = FINNHUB.to_feed()
    assert (feed.name, feed.provider, feed.symbols) == ("finnhub", "finnhub", ("AAPL", "MSFT"))
    assert "abc" not in repr(feed) + repr(FINNHUB)


def test_what_is_missing_is_named_in_the_order_of_the_fields() -> None:
    assert list(reasons(FeedDraft("finnhub"))) == ["address", "key", "symbols"]
    assert "Finnhub requires one" in reasons(FeedDraft("finnhub"))["key"]
    assert list(reasons(FeedDraft("kraken", "wss://ws.kraken.com/v2"))) == ["symbols"]


@pytest.mark.parametrize("address", ["example.com", "https://example.com", "wss://", "wss://a b", "ws://x:0"])
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
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
    assert FINNHUB.to_feed(["finnhub"]).name == "finnhub-2"
    assert FeedDraft("guess", "wss://stream.example.com/x", symbols="A").to_feed().name == "example"
    assert FeedDraft("guess", "ws://127.0.0.1:1", symbols="A").to_feed().name == "feed"
    assert list(reasons(FeedDraft("kraken", "wss://ws.kraken.com/v2", "", "A", "taken"))) == ["name"]


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
