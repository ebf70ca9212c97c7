from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from ticker_gui.credentials import find_key
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings import Feed


def feed(**options: object) -> Feed:
    return Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub", **options)  # type: ignore[arg-type]


class Ring(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return "s3cret" if (service, username) == ("ticker-gui", "stocks") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


def test_a_key_comes_from_the_environment() -> None:
    assert find_key(feed(key_env="KEY"), {"KEY": " s3cret\n"}) == "s3cret"


def test_a_key_comes_from_a_file_of_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    assert find_key(feed(key_file=str(file)), {}) == "s3cret"
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        find_key(feed(key_file=str(file)), {})


def test_a_key_comes_from_the_keyring() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        assert find_key(feed(keyring=True), {}) == "s3cret"
        with pytest.raises(SettingsError, match="no key"):
            find_key(Feed("ws://x", ("A",), "other", "finnhub", keyring=True), {})
        keyring.set_keyring(fail.Keyring())
        with pytest.raises(SettingsError, match="key_env"):
            find_key(feed(keyring=True), {})
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize("options", [{}, {"key_env": "KEY"}, {"key_file": "/nowhere/key"}])
def test_a_key_that_is_wanted_and_missing_is_for_the_user(options: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        find_key(feed(**options), {})


def test_who_wants_no_key_needs_none() -> None:
    assert find_key(Feed("ws://x", ("A",), "x", "coinbase", key_env="TICKER_GUI_KEY"), {}) is None
