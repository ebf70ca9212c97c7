from __future__ import annotations

from pathlib import Path

import pytest

from ticker_gui.process.home_folder import expand_home


def test_only_the_home_folder_of_a_user_that_exists_is_inserted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")  # on Windows
    assert expand_home("~/keys/it") == Path("/home/me/keys/it")
    for path in ("~no-such-user/it", "/keys/~it", "keys/it", ""):
        assert expand_home(path) == Path(path)
