import contextlib

import pytest

from tests.feeds.venues import as_bytes, credentials_for, venue
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Reply
from ticker_gui.feeds.known_providers import known_providers
from ticker_gui.feeds.registry import PROVIDERS, provider_of

CONFIRMS_LISTS = {"tiingo"}  # confirms the list of all subscribed symbols, and not each request


def test_each_is_found_by_its_own_url_and_name() -> None:
    for name, provider in PROVIDERS.items():
        assert provider.name == name
        if provider.hosts:
            assert provider_of(provider.url) is provider


def test_no_two_claim_the_same_host() -> None:
    hosts = [host for provider in PROVIDERS.values() for host in provider.hosts]
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize("url", ["wss://example.com/ws", "wss://evil-ws.finnhub.io.example.com", "ws://127.0.0.1:1"])
def test_an_unknown_host_has_no_provider(url: str) -> None:
    assert provider_of(url) is None


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in CONFIRMS_LISTS])
def test_a_provider_acknowledges_subscriptions_if_a_frame_confirms_a_symbol(name: str) -> None:
    provider, sample = PROVIDERS[name], venue(name)
    protocol = provider(credentials_for(provider))
    list(protocol.subscribe([provider.wire_symbol(symbol) for symbol in sample.SYMBOLS.split(",")]))
    replies = []
    for frame in (*sample.PRELUDE, *sample.FRAMES):
        with contextlib.suppress(TickerError):
            replies += [fact for fact in protocol.decode(as_bytes(frame)) if isinstance(fact, Reply)]
    assert provider.acknowledges == any(reply.ok and reply.symbols for reply in replies)


def test_providers_that_need_a_key_say_where_to_get_one_and_what_it_costs() -> None:
    for provider in PROVIDERS.values():
        assert bool(provider.key_url) == bool(provider.plan) == provider.needs_key
        assert not provider.key_url or provider.key_url.startswith("https://")


def test_every_known_provider_says_what_is_traded_there() -> None:
    assert all(provider.markets for provider in known_providers())
