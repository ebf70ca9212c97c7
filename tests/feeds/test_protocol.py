"""Tests that apply to every provider."""

import contextlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import example, given, note
from hypothesis import strategies as st

from tests.feeds.delivered import delivered
from tests.feeds.venues import as_bytes, credentials_for, venue
from ticker_gui.config import settings
from ticker_gui.domain.capability import SIZED_TRADES, Capability, describe_capabilities
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Bar, Correction, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.providers.nats import Nats
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.feeds.symbols import _EXCHANGES, exchange_of, lower

PROVIDER = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
SENDS_JSON = [each for name, each in PROVIDERS.items() if name != "nats"]  # whose frames are JSON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def decode_with_all(payload: bytes) -> None:
    """Decode with every provider."""
    for name, provider in PROVIDERS.items():
        note(f"decoded by {name}")  # the last one that is printed has failed
        decode(provider, payload)


def decode(provider: type[FeedProtocol], payload: bytes) -> None:
    """Decode; only events and the documented errors may result."""
    protocol = provider(credentials_for(provider))
    list(protocol.subscribe([provider.wire_symbol("BTC-USD")]))
    for frame in venue(provider.name).PRELUDE:
        protocol.decode(as_bytes(frame))
    try:
        facts = protocol.decode(payload)
    except (FrameError, ConnectionLost, FeedRejected):
        return
    assert all(isinstance(fact, Trade | Correction | Quote | DayStats | Bar | Reply) for fact in facts)


@given(payload=st.binary(max_size=200))
def test_any_bytes_give_facts_or_a_frame_error(payload: bytes) -> None:
    decode_with_all(payload)


@given(value=json_values)
def test_any_json_gives_facts_or_a_frame_error(value: Any) -> None:
    decode_with_all(json.dumps(value).encode())


@given(which=st.integers(0, 999), spot=st.integers(0, 9_999), replaced=st.booleans(), value=json_values)
def test_a_damaged_frame_gives_facts_or_a_frame_error(which: int, spot: int, replaced: bool, value: Any) -> None:
    for provider in SENDS_JSON:
        note(f"decoded by {provider.name}")
        frames = [text for text in venue(provider.name).FRAMES if isinstance(text, str) and text[:1] in "{["]
        frame = json.loads(frames[which % len(frames)])
        spots = list(_spots(frame))
        holder, key = spots[spot % len(spots)]
        if replaced:
            holder[key] = value
        else:
            del holder[key]
        decode(provider, json.dumps(frame).encode())


@given(cut=st.integers(0, 300), where=st.integers(0, 20))
def test_a_frame_cut_short_gives_facts_or_a_frame_error(cut: int, where: int) -> None:
    for name, provider in PROVIDERS.items():
        note(f"decoded by {name}")
        frames = venue(name).FRAMES
        decode(provider, as_bytes(frames[where % len(frames)])[:cut])


@PROVIDER
def test_a_provider_has_a_title_capabilities_and_a_url(provider: type[FeedProtocol]) -> None:
    assert provider.title
    assert provider.capabilities
    assert provider.url.startswith(("ws://", "wss://"))
    assert provider.messages_per_second > 0


@pytest.mark.parametrize("provider", AutoDetect.known_providers, ids=lambda provider: provider.name)
def test_the_module_of_a_provider_states_its_documentation_units_and_ids(provider: type[FeedProtocol]) -> None:
    text = sys.modules[provider.__module__].__doc__ or ""
    assert "\n\nDocumentation: " in text
    assert "\n\nUnits: " in text
    assert re.search(r"\bids?\b|``event_id``", text, re.IGNORECASE)


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_capabilities_are_what_the_frames_deliver(name: str) -> None:
    provider, access, frames = PROVIDERS[name], credentials_for(PROVIDERS[name]), venue(name)
    has_history = provider.history is not None and "free plan has no past bars" not in provider.history.note
    found: set[Capability] = {Capability.HISTORY} if has_history else set()
    for frame in frames.FRAMES:
        protocol = provider(access)
        list(protocol.subscribe([provider.wire_symbol(symbol) for symbol in frames.SYMBOLS.split(",")]))
        for each in (*frames.PRELUDE, frame):
            with contextlib.suppress(FrameError, ConnectionLost, FeedRejected):
                found |= delivered(protocol.decode(as_bytes(each)))
    if provider is AutoDetect:
        assert found <= provider.capabilities
        assert frozenset().union(*(known.capabilities for known in AutoDetect.known_providers)) <= provider.capabilities
    else:
        assert found == provider.capabilities_with(access.mapping)


@PROVIDER
def test_the_description_of_the_data_names_the_capabilities_and_ends_with_the_note(
    provider: type[FeedProtocol],
) -> None:
    text = provider.describe_data()
    assert text.startswith(describe_capabilities(provider.capabilities))
    assert text.endswith(
        f"({provider.data_note})" if provider.data_note else describe_capabilities(provider.capabilities)
    )


@PROVIDER
def test_requests_contain_every_symbol_and_no_symbols_give_no_request(provider: type[FeedProtocol]) -> None:
    symbols = [provider.wire_symbol(symbol) for symbol in ("BTC-USD", "ETH-USD")]
    protocol = provider(credentials_for(provider))
    if provider is Nats:  # it requests what is published only
        for frame in venue("nats").PRELUDE:
            protocol.decode(as_bytes(frame))
    requests = [str(request).lower() for request in protocol.subscribe(symbols)]
    assert all(any(symbol.lower() in request for request in requests) for symbol in symbols)
    assert not list(protocol.subscribe([]))
    assert not list(protocol.unsubscribe([]))


@given(steps=st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from("ABC"), max_size=3, unique=True)), max_size=8))
def test_subscribed_symbols_follow_the_requests(steps: list[tuple[bool, list[str]]]) -> None:
    protocols = [provider(credentials_for(provider)) for provider in PROVIDERS.values()]
    expected = dict[str, None]()
    for is_subscription, symbols in steps:
        for protocol in protocols:
            list(protocol.subscribe(symbols) if is_subscription else protocol.unsubscribe(symbols))
        if is_subscription:
            expected |= dict.fromkeys(symbols)
        else:
            expected = {symbol: None for symbol in expected if symbol not in symbols}
        for protocol in protocols:
            assert list(protocol.subscribed) == list(expected), protocol.name


@PROVIDER
def test_converting_a_symbol_twice_equals_converting_it_once(provider: type[FeedProtocol]) -> None:
    once = provider.wire_symbol("btc/usd")
    assert provider.wire_symbol(once) == once


OF_CRYPTO = [each for each in PROVIDERS.values() if not each.has_exchange_prefixes and not each.trades_us_stocks]
CRYPTO = pytest.mark.parametrize("provider", OF_CRYPTO, ids=lambda provider: provider.name)


class OnlyRequired(FeedProtocol):
    """A provider with nothing but what is required."""

    name = title = "plain"
    capabilities = SIZED_TRADES
    url = "wss://plain.example"

    def _request(self, action: Action, symbols: Sequence[str]) -> Iterable[str]:
        return symbols

    def decode(self, payload: bytes) -> Sequence[Fact]:
        return ()


class WithHyphens(OnlyRequired):
    exchanges = ("PLAIN", "COINBASE")
    pair_separator = "-"


@pytest.mark.parametrize("provider", [*PROVIDERS.values(), OnlyRequired, WithHyphens], ids=lambda it: it.name)
def test_no_symbol_with_the_prefix_of_another_exchange_is_sent(provider: type[FeedProtocol]) -> None:
    for exchange in _EXCHANGES.union(provider.exchanges):
        wire = provider.wire_symbol(f"{exchange}:BTCUSDT")
        is_refused = bool(provider().refusal(wire))
        assert is_refused == (exchange_of(wire) is not None and not provider.has_exchange_prefixes)
        assert not is_refused or exchange not in provider.exchanges


@PROVIDER
def test_the_name_of_a_provider_is_one_of_its_own_prefixes_if_it_is_a_prefix(provider: type[FeedProtocol]) -> None:
    prefix = exchange_of(f"{provider.name}:ABCDEF")
    assert prefix is None or prefix in provider.exchanges


def test_only_providers_of_many_exchanges_send_prefixes() -> None:
    assert {name for name, each in PROVIDERS.items() if each.has_exchange_prefixes} == {
        "finnhub",
        "mapped",
        "guess",
        "nats",  # the symbols of any feed
    }


@pytest.mark.parametrize(
    ("provider", "typed", "wire"),
    [
        (OnlyRequired, "btc/usd", "BTC/USD"),
        (OnlyRequired, "BINANCE:btcusd", "BINANCE:BTCUSD"),
        (WithHyphens, "btcusd", "BTC-USD"),
        (WithHyphens, "coinbase:BTC/USD", "BTC-USD"),
        (WithHyphens, "btc-27dec24", "BTC-27DEC24"),
        (WithHyphens, "straße", "STRAßE"),
    ],
)
def test_pairs_are_written_with_the_separator_that_the_provider_states(
    provider: type[FeedProtocol], typed: str, wire: str
) -> None:
    assert provider.wire_symbol(typed) == provider.wire_symbol(wire) == wire


@given(typed=st.text(st.sampled_from("aAdDxXtTfFbBuUsScC0123.:-_/P币ß"), min_size=1, max_size=16), prefix=st.sampled_from(["", "own:", "BYBIT:", "XBT/", "t", "f"]))  # fmt: skip
def test_a_symbol_in_a_provider_s_notation_is_unchanged(typed: str, prefix: str) -> None:
    for name, provider in PROVIDERS.items():
        own = next(iter(provider.exchanges), "own").lower()
        once = provider.wire_symbol(prefix.replace("own", own) + typed)
        assert provider.wire_symbol(once) == once, name


@CRYPTO
def test_the_own_prefix_of_tradingview_is_removed_and_others_are_refused(provider: type[FeedProtocol]) -> None:
    for exchange in provider.exchanges:
        own = provider.wire_symbol(f"{exchange}:BTCUSDT")
        assert own == provider.wire_symbol("BTCUSDT")
        assert provider().refusal(own) == ""
    refusal = provider().refusal(provider.wire_symbol("NASDAQ:AAPL"))
    assert refusal.startswith(f"The prefix NASDAQ belongs to another exchange, and this feed is from {provider.title}.")


@given(typed=st.from_regex(settings._SYMBOL, fullmatch=True))
@example(typed="币安人生USDT")
@example(typed="@107")
@example(typed="M&M.NS")
def test_every_symbol_that_may_be_typed_is_named_in_a_request(typed: str) -> None:
    for provider in OF_CRYPTO:
        wire = provider.wire_symbol(typed)
        protocol = provider(credentials_for(provider))
        if not protocol.refusal(wire):
            requests = [json.loads(request) for request in protocol.subscribe([wire])]
            named = json.dumps(requests, ensure_ascii=False)
            # Binance writes the names of streams in small letters.
            assert wire in named or lower(wire) in named, provider.name


@CRYPTO
def test_the_perpetual_contracts_of_tradingview_are_translated_or_refused(provider: type[FeedProtocol]) -> None:
    """The spot pair is never used for the contract."""
    wire = provider.wire_symbol("ETHUSDT.P")
    assert provider().refusal(wire) or wire in ("ETH-USDT-SWAP", "ETH_USDT-PERPETUAL")
    assert provider.wire_symbol("ETHUSDT") != wire


@PROVIDER
def test_a_url_without_a_key_is_unchanged(provider: type[FeedProtocol]) -> None:
    assert provider(Credentials(provider.url)).address == provider.url


@PROVIDER
def test_a_key_is_redacted_in_prints_and_quotes(provider: type[FeedProtocol]) -> None:
    protocol = provider(Credentials(provider.url, "canary:s3cr&t"))
    assert "canary" not in repr(protocol.credentials)
    hidden = protocol.credentials.redact("bad key canary:s3cr&t, or canary%3As3cr%26t, or s3cr&t alone")
    assert not any(secret in hidden for secret in ("canary", "s3cr"))


def test_secrets_in_url_and_headers_are_redacted_whole_and_in_parts() -> None:
    credentials = Credentials(
        "wss://me:pass%21word@desk.example/ws?token=canary", None, {"Authorization": "Bearer s3cr&t"}
    )
    for secret in ("pass!word", "pass%21word", "canary", "s3cr&t", "s3cr%26t", "Bearer s3cr&t"):
        assert credentials.redact(f"no {secret} here") == "no ••• here"
        assert secret not in repr(credentials)


def _spots(value: Any) -> Any:
    """Yield the container and the key of every value in a frame."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _spots(inner)


FLOODS = {
    "binance": [f'{{"e":"trade","s":"S{number}","t":1,"p":"1","q":"1","T":1}}' for number in range(21_000)],
    "kraken": [
        frame
        for number in range(21_000)
        for frame in (
            f'{{"channel":"ticker","data":[{{"symbol":"S{number}","bid":1.0,"ask":2.0,"last":1.5}}]}}',
            (
                f'{{"channel":"ohlc","data":[{{"symbol":"S{number}","interval":1,"interval_begin":"2023-11-14T22:13:00Z","open":1,'
                '"high":1,"low":1,"close":1,"volume":1}]}'
            ),
        )
    ],
    "gemini": [
        frame
        for number in range(21_000)
        for frame in (
            f'{{"type":"l2_updates","symbol":"S{number}","changes":[["buy","1","1"]]}}',
            f'{{"type":"candles_1m_updates","symbol":"S{number}","changes":[[1699999980000,1,1,1,1,1]]}}',
        )
    ],
    "bitfinex": [
        f'{{"event":"subscribed","channel":"ticker","chanId":{number},"symbol":"tS{number}"}}'
        for number in range(21_000)
    ],
}


@pytest.mark.parametrize("name", FLOODS)
def test_memory_stays_bounded_when_a_server_sends_unsubscribed_symbols(name: str) -> None:
    protocol = PROVIDERS[name]()
    for frame in FLOODS[name]:
        protocol.decode(frame.encode())
    held = [len(value) for value in vars(protocol).values() if isinstance(value, dict | set | list)]
    assert max(held) <= 20_000
