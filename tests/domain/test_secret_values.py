"""Secrets are detected by their names and by their appearance; harmless values are not."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ticker_gui.config.settings import shown_url
from ticker_gui.domain.secret_values import header_secrets, is_secret, looks_random, url_secrets
from ticker_gui.feeds.protocol import Credentials

SECRET_NAMES = [
    *("apikey", "api_key", "apiKey", "X-MBX-APIKEY", "token", "api_token", "access_token", "listenKey", "secret"),
    *("client_secret", "password", "passwd", "pwd", "auth", "authorization", "signature", "sign", "credentials"),
    *("session_id", "jwt", "k", "pw", "sid", "sig"),
]
HARMLESS = [
    *(("symbols", "btc"), ("symbols", "btcusdt,ethusdt"), ("streams", "btcusdt@trade/ethusdt@bookTicker")),
    *(
        ("symbol", "XRP_USDC-30JUN23-0d625-C"),
        ("symbols", "BTC-26DEC25-100000-C"),
        ("symbols", "O:AAPL241220C00150000"),
    ),
    *(("interval", "1m"), ("depth", "20"), ("timestamp", "1700000000000"), ("from", "2026-11-28T12:00:00Z")),
    *(("version", "2.0.1"), ("format", "json"), ("compress", "true"), ("EIO", "4"), ("transport", "websocket")),
    *(("unknown", "trades"), ("unknown", "market-data"), ("unknown", "100"), ("streams", "!miniTicker@arr@3000ms")),
    *(("source", "BINANCE:BTCUSDT.P"), ("symbols", "KRW-BTC"), ("symbols", "1000PEPEUSDT"), ("symbol", "ESZ2026")),
    *(("unknown", "bestBidAndAskOfAllMarkets"), ("unknown", "allUSDTMarketsAndBTCPairs")),
    *(("streams", "BTCUSDT/ETHUSDT/SOLUSDT/XRPUSDT"), ("streams", "btcusdt/ethusdt/solusdt/xrpusdt")),
    *(("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101"), ("Origin", "https://example.com")),
]


def generators(random: Random) -> dict[str, Callable[[], str]]:
    """Return makers of keys as services generate them."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return {
        "hex": lambda: random.randbytes(16).hex(),
        "long hex": lambda: random.randbytes(32).hex(),
        "base64": lambda: base64.b64encode(random.randbytes(24)).decode(),
        "base64 for URLs": lambda: base64.urlsafe_b64encode(random.randbytes(32)).decode().rstrip("="),
        "letters and digits": lambda: "".join(random.choices(letters, k=random.randint(24, 64))),
        "UUID": lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    }


@pytest.mark.parametrize("kind", generators(Random()))
def test_fewer_than_one_generated_key_in_a_hundred_looks_like_words(kind: str) -> None:
    keys = [generators(random)[kind]() for random in map(Random, range(2_000))]
    assert sum(not looks_random(key) for key in keys) < 20


@pytest.mark.parametrize("key", ["QniSecHFvzLfuWTrqXZNUHJyKEKAhG+H", "KUWNYEFrxgkhfWTzsnVXEbjRrHIM"])
def test_keys_without_digits_are_secrets(key: str) -> None:
    assert is_secret("symbols", key)


@pytest.mark.parametrize("kind", generators(Random()))
@settings(max_examples=settings().max_examples // 5)  # each key takes long, because its pattern is compiled
@given(st.integers(0, 2**32).map(Random), st.sampled_from(["symbols", "streams", "s", "unknown", "id", "v"]))
def test_generated_keys_are_hidden_with_any_name_and_position(kind: str, random: Random, name: str) -> None:
    key = generators(random)[kind]()
    assume(looks_random(key))  # nearly all do: see the test above
    quoted = quote(key, safe="")
    for url in (
        f"wss://host/ws?{name}={quoted}&x=1",
        f"wss://host/ws?{quoted}",
        f"wss://host/{quoted}/ws",
        f"wss://{quoted}@host/ws",
        f"wss://user:{quoted}@host/ws",
    ):
        access = Credentials(url)
        assert key not in access.redact(f"connecting to {url} with {key}: no such key {key!r}")
        assert quoted not in shown_url(url)


@given(st.sampled_from(SECRET_NAMES), st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=4))
def test_values_named_like_keys_are_hidden(name: str, value: str) -> None:
    access = Credentials(f"wss://host/ws?{quote(name)}={quote(value, safe='')}")
    hidden = access.redact(f"no such key: «{value}»")
    assert f"«{value}»" not in hidden


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_keys_are_recognized_in_any_case(name: str) -> None:
    assert is_secret(name, "btc")
    assert is_secret(name.upper(), "btc")


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_harmless_values_are_not_secrets(name: str, value: str) -> None:
    assert not is_secret(name, value)
    message = f"No answer to the subscription of {value}, nor of anything like {value}s."
    assert Credentials(f"wss://host/ws?{quote(name)}={quote(value)}").redact(message) == message
    assert list(header_secrets({name: value})) == []


@pytest.mark.parametrize("value", ["hunter22", "s3cretpassw0rd", "4f9a0c7e"])
def test_values_with_unknown_names_are_secrets_unless_plain(value: str) -> None:
    assert is_secret("unknown", value)


@given(
    st.sampled_from(["symbols", "streams", "interval", "unknown", "name"]),
    st.from_regex(r"[a-z]{1,12}", fullmatch=True),
)
def test_words_in_messages_are_not_mangled(name: str, word: str) -> None:
    access = Credentials(
        f"wss://host/ws?{name}={word}", None, {"Accept-Language": word, "Origin": f"https://{word}.org"}
    )
    message = f"The feed rejected {word} and {word}ed, un{word}: {word.upper()}."
    assert access.redact(message) == message


def test_the_authentication_scheme_is_not_a_secret() -> None:
    assert list(header_secrets({"Authorization": "Bearer s3cr3t"})) == ["Bearer s3cr3t", "s3cr3t"]


def test_a_user_without_a_password_may_be_a_key() -> None:
    assert list(url_secrets("wss://me@host/")) == ["me"]
    assert list(url_secrets("wss://host/ws/v3/trades?symbols=A")) == []


@pytest.mark.parametrize(
    "value", ["", "aggTrade", "BTCUSDT", "20261128T120000", "kline1mBTCUSDTPerp", "1732800000000000000"]
)
def test_names_symbols_and_times_do_not_look_random(value: str) -> None:
    assert not looks_random(value)


@pytest.mark.parametrize("value", ["aB3-dE5_fG7-hJ9_kL2-mN4_pQ6", "pk_aB3-dE5_fG7-hJ9_kL2-mN4"])
def test_a_key_of_short_words_looks_random_and_a_list_of_names_does_not(value: str) -> None:
    assert looks_random(value)
    assert not looks_random("subscribe-BTC-26DEC25-100000-C-trades")
