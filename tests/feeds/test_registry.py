import pytest

from ticker_gui.feeds.registry import PROVIDERS, provider_of


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


def test_these_acknowledge_each_subscription_by_a_reply_that_names_the_symbol() -> None:
    assert {name for name, provider in PROVIDERS.items() if provider.acknowledges} == {
        "alpaca", "binance", "bitfinex", "bitstamp", "bybit", "coinbase", "coinbase_advanced", "demo", "deribit",
        "kraken", "massive", "okx", "twelvedata",
    }  # fmt: skip


def test_providers_that_need_a_key_say_where_to_get_one_and_what_it_costs() -> None:
    for provider in PROVIDERS.values():
        assert bool(provider.key_url) == bool(provider.plan) == provider.needs_key
        assert not provider.key_url or provider.key_url.startswith("https://")


def test_providers_with_an_address_say_what_is_traded_there() -> None:
    assert [name for name, provider in PROVIDERS.items() if not provider.markets] == ["mapped", "guess"]
