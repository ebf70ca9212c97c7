from __future__ import annotations

import os
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends import fail

from ticker_gui.config.credentials import find_key
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.key_storage import (
    KeyStorage,
    available_storages,
    key_file,
    store_typed_key,
)

FEED = Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub")


@pytest.mark.usefixtures("ring")
def test_a_keyring_is_preferred_and_its_key_is_found_again(tmp_path: Path) -> None:
    assert available_storages() == (KeyStorage.KEYRING, KeyStorage.FILE, KeyStorage.SESSION)
    feed = store_typed_key(FEED, "secret", KeyStorage.KEYRING, tmp_path)
    assert feed.keyring
    assert find_key(feed, {}) == "secret"


def test_without_a_keyring_the_key_goes_to_a_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    assert available_storages() == (KeyStorage.FILE, KeyStorage.SESSION)
    feed = store_typed_key(FEED, "secret", KeyStorage.FILE, tmp_path)
    assert feed.key_file is not None
    assert find_key(feed, {}) == "secret"
    if os.name == "posix":
        assert Path(feed.key_file).stat().st_mode & 0o777 == 0o600
        assert Path(feed.key_file).parent.stat().st_mode & 0o777 == 0o700


def test_a_key_for_this_session_is_written_nowhere(tmp_path: Path) -> None:
    feed = store_typed_key(FEED, "secret", KeyStorage.SESSION, tmp_path)
    assert (feed.keyring, feed.key_file, feed.key_env) == (False, None, None)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_reported_without_the_key(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(SettingsError) as raised:
        store_typed_key(FEED, "secret-key", KeyStorage.FILE, tmp_path)
    assert "secret-key" not in str(raised.value)


@given(st.lists(st.text(), unique=True, min_size=2))
def test_each_feed_has_its_own_key_file_in_the_folder(names: list[str]) -> None:
    files = [key_file(Path("/c"), name) for name in names]
    assert len(set(files)) == len(names)
    assert all(file.parent == Path("/c/keys") and "\0" not in str(file) for file in files)


def test_a_key_file_is_found_from_every_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    feed = store_typed_key(FEED, "secret", KeyStorage.FILE, Path())
    monkeypatch.chdir("/")
    assert find_key(feed, {}) == "secret"
