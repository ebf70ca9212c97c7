from __future__ import annotations

import pytest

from ticker_gui.domain.address import is_complete_url, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "desk.localhost"])
def test_local_hosts_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example", "ws.finnhub.io", "0.0.0.0"])
def test_remote_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("text", ["wss://h", "ws://h:1/p?q", "ws://[::1]:80", "ws://u:p@h"])
def test_a_url_with_a_host_is_complete(text: str) -> None:
    assert is_complete_url(text, ("ws", "wss"))


@pytest.mark.parametrize("text", ["", "h", "https://h", "ws://", "ws://[::1", "ws://h:x", "ws://h:0", "ws://h:99999"])
def test_other_texts_are_no_complete_url(text: str) -> None:
    assert not is_complete_url(text, ("ws", "wss"))
