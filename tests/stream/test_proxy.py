import asyncio
import threading
import urllib.request

import pytest

from tests.conftest import RunQt
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.stream.proxy import find_proxy, proxy_for, redacted_proxy

PROXY = "http://user:s3cret@proxy.example:3128"


@pytest.fixture(autouse=True)
def _proxy_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", PROXY)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "wss://localhost/x", "ws://[::1]:9"])
@pytest.mark.parametrize("setting", ["system", PROXY])
def test_loopback_addresses_use_no_proxy(url: str, setting: str) -> None:
    assert proxy_for(url, setting) is None


def test_the_setting_selects_the_systems_proxy_none_or_a_url() -> None:
    assert proxy_for("wss://desk.example") == PROXY
    assert proxy_for("wss://desk.example", "none") is None
    assert proxy_for("wss://desk.example", "http://other.example:80") == "http://other.example:80"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("socks5://user:s3cret@there:1080", "pip install aiohttp-socks"),
        ("ftp://user:s3cret@there", "look like"),
        ("http://u@h", "look"),
    ],
)
def test_an_invalid_proxy_is_reported_without_its_password(setting: str, words: str) -> None:
    with pytest.raises(FeedRejected, match=words) as caught:
        proxy_for("wss://desk.example", setting)
    assert "s3cret" not in caught.value.for_user


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [(PROXY, "http://proxy.example:3128"), ("proxy:1", "proxy:1"), ("", ""), ("u:p@h:1/x", "h:1")],
)
def test_user_name_and_password_are_redacted(proxy: str, shown: str) -> None:
    assert redacted_proxy(proxy) == shown


def test_a_slow_resolver_does_not_block_the_loop(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulates macOS and Windows, where finding the proxy exceptions may resolve the host name."""
    may_answer = threading.Event()

    def resolves_slowly(host: str) -> bool:
        assert may_answer.wait(60), "the loop was blocked"
        return True

    monkeypatch.setattr(urllib.request, "proxy_bypass", resolves_slowly)

    async def test() -> None:
        finding = asyncio.create_task(find_proxy("wss://desk.example"))
        await asyncio.sleep(0.01)
        assert not finding.done()
        may_answer.set()
        assert await finding is None

    run(test())


@pytest.mark.parametrize("setting", ["none", "http://other.example:80"])
def test_no_name_is_resolved_if_the_settings_name_the_proxy(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: pytest.fail("resolved"))
    assert run(find_proxy("wss://desk.example", setting)) == (None if setting == "none" else setting)
