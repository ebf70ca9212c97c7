from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import keyring
import msgspec
import pytest
from keyring.backends import fail

from tests.doubles import Ring
from ticker_gui.config.credentials import ask_key, delete_key, find_key, read_key, resolve_credentials, store_key
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import SettingsError


def feed(**options: object) -> Feed:
    return Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub", **options)  # type: ignore[arg-type]


def test_a_key_comes_from_the_environment() -> None:
    assert find_key(feed(key_env="KEY"), {"KEY": " s3cret\n"}) == "s3cret"


def test_the_key_replaces_its_place_in_the_url_and_nothing_shows_it() -> None:
    desk = Feed("wss://desk.example/?apikey=$KEY&v=2", ("A",), "desk", "guess", key_env="KEY")
    found = resolve_credentials(desk, {"KEY": "a/b&c"})
    assert found.url == "wss://desk.example/?apikey=a%2Fb%26c&v=2"
    assert {"a/b&c"} <= found.secrets
    assert "a%2Fb" not in repr(found)
    assert "a/b&c" not in found.redact("the key is a/b&c")
    assert "a%2Fb%26c" not in found.redact("GET /?apikey=a%2Fb%26c&v=2")
    with pytest.raises(SettingsError, match="requires an API key"):
        resolve_credentials(desk, {})


@pytest.mark.parametrize(
    ("options", "sources"),
    [({}, "key_env, key_file or keyring"), ({"key_env": "DESK_KEY"}, "the environment variable DESK_KEY")],
)
def test_a_missing_key_is_explained_with_where_to_set_it(options: dict[str, str], sources: str) -> None:
    desk = Feed("wss://desk.example/?apikey=$KEY", ("A",), "desk", "guess", **options)  # type: ignore[arg-type]
    header = msgspec.structs.replace(desk, url="wss://desk.example/", headers={"X-Key": "$KEY"})
    for needing, text in (
        (desk, "The URL of desk requires an API key."),
        (header, "The header X-Key requires an API key."),
        (feed(**options), "Finnhub requires an API key."),
    ):
        with pytest.raises(SettingsError) as raised:
            resolve_credentials(needing, {})
        assert raised.value.for_user == f"{text} Set one with {sources}."


def test_a_key_is_read_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(typed: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return ask_key("desk")

    assert ask(" n3w \nmore\n") == "n3w"
    for typed, message in (("", "No key was given"), (" \n", "No key was given"), ("a\tb\n", "a control character")):
        with pytest.raises(SettingsError, match=message):
            ask(typed)


def test_a_key_that_cannot_be_read_from_a_pipe_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "typed"
    file.write_bytes(b"n3w\xff\n")
    with file.open(encoding="utf-8") as no_text:
        for stdin, message in (
            (None, "No key was given."),
            (no_text, "The key is not text in UTF-8."),
            (_Unreadable(), "The key cannot be read: the disk reports an error."),
        ):
            monkeypatch.setattr(sys, "stdin", stdin)
            with pytest.raises(SettingsError) as raised:
                ask_key("desk")
            assert raised.value.for_user == f"{message} The key for desk has not changed."


class _Unreadable(io.StringIO):
    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        raise OSError(errno.EIO, "Input/output error")


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is a folder, not a file"):
        resolve_credentials(Feed("wss://h", ("A",), "x", "finnhub", key_file=str(tmp_path)), {})


def test_a_key_file_must_be_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    assert find_key(feed(key_file=str(file)), {}) == "s3cret"
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        find_key(feed(key_file=str(file)), {})


def test_a_key_comes_from_the_keyring(ring: Ring) -> None:
    assert find_key(feed(keyring=True), {}) == "s3cret"
    with pytest.raises(SettingsError, match="no key"):
        find_key(Feed("ws://x", ("A",), "other", "finnhub", keyring=True), {})
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(SettingsError, match="key_env"):
        find_key(feed(keyring=True), {})


def test_a_key_is_stored_in_the_keyring_and_deleted(ring: Ring) -> None:
    store_key("desk", "n3w")
    assert ring.kept["ticker-gui", "desk"] == "n3w"
    delete_key("desk")
    assert ("ticker-gui", "desk") not in ring.kept
    with pytest.raises(SettingsError, match="no key"):
        delete_key("desk")


def test_without_a_keyring_storing_a_key_fails(ring: Ring) -> None:
    keyring.set_keyring(fail.Keyring())
    for keep in (lambda: store_key("desk", "n3w"), lambda: delete_key("desk")):
        with pytest.raises(
            SettingsError, match=r"available for desk: No recommended .*[^.]\. Use .* key_file"
        ) as error:
            keep()
        assert "n3w" not in str(error.value)


def test_a_path_in_the_home_folder_of_an_unknown_user_is_one_that_does_not_exist() -> None:
    path = "~no-such-user/it"
    with pytest.raises(SettingsError, match="The key file ~no-such-user/it cannot be read"):
        find_key(feed(key_file=path), {})
    assert resolve_credentials(Feed("wss://h", ("A",), "desk", "demo", cafile=path), {}).cafile == path


@pytest.mark.parametrize("url", ["wss://h", "ws://127.0.0.1:1", "ws://localhost", "ws://[::1]:2"])
def test_a_key_is_sent_over_tls_or_to_this_computer(url: str) -> None:
    access = resolve_credentials(Feed(url, ("A",), "desk", "finnhub", key_env="KEY"), {"KEY": "s3cret"})
    assert (access.url, access.key) == (url, "s3cret")


def test_the_address_for_past_data_is_passed_on() -> None:
    feed = Feed("wss://h", ("A",), "desk", "finnhub", key_env="KEY", history_url="https://mirror.test")
    assert resolve_credentials(feed, {"KEY": "s3cret"}).history_url == "https://mirror.test"


def test_a_key_is_not_sent_without_encryption_unless_allowed() -> None:
    stocks = Feed("ws://10.0.0.5", ("A",), "desk", "finnhub", key_env="KEY")
    with pytest.raises(SettingsError, match="allow_plaintext") as error:
        resolve_credentials(stocks, {"KEY": "s3cret"})
    assert "s3cret" not in str(error.value)
    assert resolve_credentials(msgspec.structs.replace(stocks, allow_plaintext=True), {"KEY": "s3cret"}).key == "s3cret"
    assert resolve_credentials(Feed("ws://10.0.0.5", ("A",), "desk", "demo"), {}).key is None


def test_the_key_replaces_the_placeholder_in_headers() -> None:
    desk = Feed("wss://h", ("A",), "desk", "demo", key_env="KEY", headers={"Authorization": "Bearer $KEY", "X": "1"})
    assert resolve_credentials(desk, {"KEY": "s3cret"}).headers == {"Authorization": "Bearer s3cret", "X": "1"}
    with pytest.raises(SettingsError, match="Authorization"):
        resolve_credentials(desk, {})


@pytest.mark.parametrize("key", ["k€y", "ключ", "one\u2014two"])
def test_a_key_that_no_header_can_carry_is_a_problem_with_the_key(key: str) -> None:
    desk = Feed("wss://h", ("A",), "desk", "demo", key_env="KEY", headers={"Authorization": "Bearer $KEY"})
    with pytest.raises(
        SettingsError, match=r"key for desk .* header Authorization. Check the environment variable KEY"
    ):
        resolve_credentials(desk, {"KEY": key})
    assert resolve_credentials(msgspec.structs.replace(desk, headers={}), {"KEY": key}).key == key


@pytest.mark.parametrize("options", [{}, {"key_env": "KEY"}, {"key_file": "/nowhere/key"}])
def test_a_missing_required_key_is_an_error(options: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        find_key(feed(**options), {})


def test_a_provider_without_keys_needs_none() -> None:
    assert find_key(Feed("ws://x", ("A",), "x", "coinbase", key_env="TICKER_GUI_KEY"), {}) is None


@pytest.mark.parametrize("key", ["two\nlines", "two\r\nlines", "a\0b", "a\u202eb", "a\x7fb"])
def test_a_key_that_cannot_be_sent_is_a_problem_with_the_key(ring: Ring, tmp_path: Path, key: str) -> None:
    file = tmp_path / "key"
    file.write_bytes(key.encode())
    file.chmod(0o600)
    ring.kept["ticker-gui", "stocks"] = key
    for options, environment in (
        ({"key_env": "KEY"}, {"KEY": key}),
        ({"key_file": str(file)}, {}),
        ({"keyring": True}, {}),
    ):
        with pytest.raises(SettingsError, match=r"key") as error:
            find_key(feed(**options), environment)
        assert key not in error.value.for_user


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xffkey", b"x" * (2 << 20)], ids=["empty", "blank", "binary", "huge"]
)
def test_a_key_file_without_a_key_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=r"key"):
        find_key(feed(key_file=str(file)), {})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_key_in_a_special_file_does_not_block_the_start(tmp_path: Path) -> None:
    file = tmp_path / "key"
    os.mkfifo(file, 0o600)
    with pytest.raises(SettingsError, match="not a regular file"):
        find_key(feed(key_file=str(file)), {})


def test_a_key_is_read_by_its_name(ring: Ring) -> None:
    store_key("hook", "k3y")
    assert read_key("hook") == "k3y"
    with pytest.raises(SettingsError, match="ticker-gui key set other"):
        read_key("other")
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(SettingsError, match="The keyring is not available for hook"):
        read_key("hook")
