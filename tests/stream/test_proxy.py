import asyncio
import threading
import urllib.request

import pytest

from tests.conftest import RunQt
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.stream.proxy import find_proxy, proxy_for, redacted_proxy

POISON = "http://user:s3cret@proxy.example:3128"


@pytest.fixture(autouse=True)
def _poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", POISON)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "wss://localhost/x", "ws://[::1]:9"])
@pytest.mark.parametrize("wanted", ["system", POISON])
def test_no_proxy_stands_before_this_machine(url: str, wanted: str) -> None:
    assert proxy_for(url, wanted) is None


def test_the_systems_none_or_one_of_ones_own() -> None:
    assert proxy_for("wss://desk.example") == POISON
    assert proxy_for("wss://desk.example", "none") is None
    assert proxy_for("wss://desk.example", "http://other.example:80") == "http://other.example:80"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("socks5://user:s3cret@there:1080", "python-socks"),
        ("ftp://user:s3cret@there", "look like"),
        ("http://u@h", "look"),
    ],
)
def test_one_that_cannot_be_used_says_so_without_its_password(wanted: str, words: str) -> None:
    with pytest.raises(FeedRejected, match=words) as caught:
        proxy_for("wss://desk.example", wanted)
    assert "s3cret" not in caught.value.for_user


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [(POISON, "http://proxy.example:3128"), ("proxy:1", "proxy:1"), ("", ""), ("u:p@h:1/x", "h:1")],
)
def test_a_proxy_is_shown_without_user_and_password(proxy: str, shown: str) -> None:
    assert redacted_proxy(proxy) == shown


def test_a_slow_resolver_does_not_block_the_loop(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulates macOS and Windows, where the exceptions to the proxy are found by resolving the host's name."""
    may_answer = threading.Event()

    def resolves_slowly(host: str) -> bool:
        assert may_answer.wait(10), "the loop was blocked"
        return True

    monkeypatch.setattr(urllib.request, "proxy_bypass", resolves_slowly)

    async def test() -> None:
        finding = asyncio.create_task(find_proxy("wss://desk.example"))
        await asyncio.sleep(0.01)
        assert not finding.done()
        may_answer.set()
        assert await finding is None

    run(test())


@pytest.mark.parametrize("wanted", ["none", "http://other.example:80"])
def test_no_name_is_resolved_where_the_settings_name_the_proxy(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: pytest.fail("resolved"))
    assert run(find_proxy("wss://desk.example", wanted)) == (None if wanted == "none" else wanted)
