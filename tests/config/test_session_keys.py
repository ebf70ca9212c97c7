import pytest

from ticker_gui.config.session_keys import SessionKeys, credentials_with
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import SettingsError

FEED = Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub", keyring=True)


def test_a_typed_key_takes_precedence_over_the_one_of_the_settings() -> None:
    keys = SessionKeys()
    keys.set("stocks", "typed")
    assert "stocks" in keys
    assert keys.find_credentials(FEED).key == "typed"


def test_without_a_typed_key_the_settings_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SessionKeys()
    keys.set("stocks", "typed")
    keys.remove("stocks")
    assert "stocks" not in keys
    monkeypatch.setenv("SOME_KEY", "stored")
    assert keys.find_credentials(Feed("wss://ws.finnhub.io", ("A",), "stocks", "finnhub", "SOME_KEY")).key == "stored"


def test_a_typed_key_is_not_sent_unencrypted_over_a_network() -> None:
    with pytest.raises(SettingsError, match="wss://") as raised:
        credentials_with(Feed("ws://example.com", ("A",), "desk", "guess"), "typed")
    assert "typed" not in str(raised.value)


def test_no_representation_contains_a_typed_key() -> None:
    keys = SessionKeys()
    keys.set("stocks", "typed-secret")
    assert "typed-secret" not in repr(keys) + repr(keys.find_credentials(FEED))
