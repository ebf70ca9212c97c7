from __future__ import annotations

import pytest

from ticker_gui.domain.address import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "desk.localhost"])
def test_local_hosts_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example", "ws.finnhub.io", "0.0.0.0"])
def test_remote_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)
