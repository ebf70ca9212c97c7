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
