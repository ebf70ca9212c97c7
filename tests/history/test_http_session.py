from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from tests.conftest import RunQt, run_plain
from tests.doubles import until
from tests.rest_servers import Answer, Asked, serving_rest
from ticker_gui.feeds.history import HistoryError
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_session import HttpSession, _redirected
from ticker_gui.stream.proxy import find_proxy

NOBODY = Credentials()
LIMIT = 16 << 20


@asynccontextmanager
async def http_session(timeout_s: float = 20.0) -> AsyncIterator[HttpSession]:
    session = HttpSession(timeout_s, LIMIT)
    try:
        yield session
    finally:
        await session.close()


class Certificates:
    """A certificate for a server on loopback, and the file of its authority."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "venue.test").configure_cert(self.context)
        self.file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.file))


async def reason_of(url: str, credentials: Credentials = NOBODY, timeout_s: float = 20.0) -> str:
    async with http_session(timeout_s) as session:
        with pytest.raises(HistoryError) as error:
            await session.get(url, {}, credentials)
        return str(error.value)


def raw(head: str, body: bytes = b"") -> bytes:
    return head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("headers", "agent"),
    [({}, "ticker-gui/"), ({"user-agent": "Mozilla/5.0 (compatible; x)"}, "Mozilla/5.0 (compatible; x)")],
)
def test_the_headers_of_a_request_win(run: RunQt, headers: Mapping[str, str], agent: str) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (200, b"", {"Set-Cookie": "session=1", "Link": "<x>"})) as server:
            async with http_session() as session:
                for _ in range(2):
                    await session.get(server.url, headers, NOBODY)
        sent = {name.lower(): value for name, value in server.asked[1].headers.items()}
        assert sent["user-agent"].startswith(agent)
        assert sent["accept-encoding"] == "gzip, deflate"
        assert "cookie" not in sent

    run(test())


def test_the_address_is_sent_as_the_protocol_wrote_it(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (200, b"", {})) as server:
            async with http_session() as session:
                await session.get(f"{server.url}/a%2Fb/%5EGSPC/x?t=1%3A2&u=a+b%20c", {}, NOBODY)
        assert server.asked[0].target == "/a%2Fb/%5EGSPC/x?t=1%3A2&u=a+b%20c"

    run(test())


def test_a_byte_order_mark_is_no_part_of_a_body(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (200, b"\xef\xbb\xbf[1]", {})) as server:
            async with http_session() as session:
                assert (await session.get(server.url, {}, NOBODY)).body == b"[1]"

    run(test())


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("form", ["plain", "gzip", "chunked"])
def test_a_body_may_have_sixteen_mebibytes_and_no_more(run: RunQt, size: int, form: str) -> None:
    body = b"x" * size

    def answer(asked: Asked) -> Answer | bytes:
        if form == "gzip":
            return 200, gzip.compress(body, 1), {"Content-Encoding": "gzip"}
        if form == "chunked":
            return raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (size, body))
        return 200, body, {}

    async def test() -> None:
        with serving_rest(answer) as server:
            if size > LIMIT:
                assert (
                    await reason_of(server.url) == "127.0.0.1 sent more than 16 MB in one response, which was not read."
                )
            else:
                async with http_session() as session:
                    assert len((await session.get(server.url, {}, NOBODY)).body) == size

    run(test())


def test_a_body_may_not_have_millions_of_values(run: RunQt) -> None:
    body = b"[" + b"1," * 2_000_001 + b"1]"  # four megabytes, which would take a hundred when decoded

    async def test() -> None:
        with serving_rest(lambda asked: (200, body, {})) as server:
            reason = "127.0.0.1 sent more than 2,000,000 values in one response, which was not read."
            assert await reason_of(server.url) == reason

    run(test())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "dropped the connection"),
        (raw("HTTP/1.1 200 OK\nContent-Length: 50", b"[[1,2"), "incomplete or damaged response"),
        (raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\n[[1,"), "incomplete or damaged response"),
        (raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"zz\r\n[[1,"), "incomplete or damaged|not valid HTTP"),
        (
            raw("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 4", b"abcd"),
            "incomplete or damaged|not valid HTTP",
        ),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not valid HTTP"),
        (raw("HTTP/1.1 200 OK\nno colon"), "not valid HTTP"),
        (raw(f"HTTP/1.1 200 OK\nX: {'x' * 20_000}"), "not valid HTTP"),
        (raw("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 7", b"abcdefg"), "not valid HTTP"),
        (raw("HTTP/1.1 200 OK\nContent-Length: -5"), "not valid HTTP"),
    ],
)
def test_damaged_responses_are_errors_with_a_reason(run: RunQt, answer: bytes, reason: str) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: answer) as server:
            text = await reason_of(server.url)
        assert re.search(reason, text), text
        assert text.startswith("127.0.0.1")

    run(test())


def test_odd_headers_of_a_response_are_safe_to_display(run: RunQt) -> None:
    head = f"HTTP/1.1 200 OK\nX-Odd: \x80\xff\u00ad a\nx-odd: second\nX-Long: {'y' * 5000}\nContent-Length: 2"

    async def test() -> None:
        with serving_rest(lambda asked: raw(head, b"ok")) as server:
            async with http_session() as session:
                response = await session.get(server.url, {}, NOBODY)
        assert response.body == b"ok"
        assert all(value.isprintable() and len(value) <= 256 for value in response.headers.values())
        assert all(name == name.lower() for name in response.headers)
        assert "second" not in response.headers["x-odd"]

    run(test())


@pytest.mark.parametrize(
    ("status", "headers", "delay_s"),
    [
        (429, {"Retry-After": "12"}, 12.0),
        (503, {"Retry-After": "Sun, 29 Nov 2026 03:01:00 GMT", "Date": "Sun, 29 Nov 2026 03:00:00 GMT"}, 60.0),
        (418, {"Retry-After": "soon"}, None),
        (200, {"Retry-After": "12"}, None),
    ],
)
def test_the_delay_that_an_error_asks_for_is_read(
    run: RunQt, status: int, headers: Mapping[str, str], delay_s: float | None
) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (status, b"", headers)) as server:
            async with http_session() as session:
                assert (await session.get(server.url, {}, NOBODY)).retry_after_s == delay_s

    run(test())


def test_a_slow_server_is_given_up_and_its_connection_closed(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: None) as server:
            assert await reason_of(server.url, timeout_s=0.1) == f"127.0.0.1:{server.port} did not respond in time."

    run(test())


@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.test/bars", "http://127.0.0.1/", "//elsewhere.test", "ftp://127.0.0.1/", "", "https://[", "/plain",
     "https://127.0.0.1@elsewhere.test/", "https://elsewhere.test#127.0.0.1"],
)  # fmt: skip
def test_a_redirect_to_another_address_is_not_followed(run: RunQt, location: str) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (302, b"", {"Location": location})) as server:
            assert "redirected the request to another address" in await reason_of(server.url)
            assert len(server.asked) == 1

    run(test())


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "https:",
                    "http:",
                    "//",
                    "/",
                    "\\",
                    "@",
                    ":",
                    "443",
                    "8443",
                    "venue.test",
                    ".",
                    "evil.test",
                    "?",
                    "#",
                    "%2F",
                    "\t",
                ]
            ),
            max_size=9,
        ).map("".join),
    )
)
@example("https://venue.test:443/new")
def test_no_redirect_leads_to_another_host_or_loses_the_encryption(location: str) -> None:
    try:
        url = _redirected("https://venue.test/old?token=1", location)
    except HistoryError:
        return
    target = URL(url, encoded=True)
    assert (target.scheme, target.host, target.port, target.user) == ("https", "venue.test", 443, None)


def damaged(answer: bytes) -> st.SearchStrategy[bytes]:
    words = st.sampled_from(
        [b"", b"\r\n", b"\n", b":", b"\x00", b"-1", b"9" * 30, b"\xff\xfe", b"chunked", b"gzip", b"x" * 9_000]
    )
    places = st.integers(0, len(answer))
    return st.builds(
        lambda at, length, word: answer[:at] + word + answer[at + length :], places, st.integers(0, 20), words
    )


GOOD = [
    raw("HTTP/1.1 200 OK\nContent-Length: 12", b"[[1,2],[3,4]"),
    raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\n[[1,2\r\n0\r\n\r\n"),
    raw("HTTP/1.0 429 No\nContent-Encoding: gzip\nRetry-After: 5", gzip.compress(b"[1]" * 9)),
    raw("HTTP/1.1 302 Found\nLocation: https://127.0.0.1:1/\nContent-Length: 0"),
]


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(GOOD).flatmap(damaged)), min_size=1, max_size=5))
def test_any_bytes_of_a_server_are_a_response_or_an_error_with_a_reason(answers: list[bytes]) -> None:
    remaining, texts = list(answers), list[str]()

    async def test() -> None:
        with serving_rest(lambda asked: remaining.pop() if remaining else b"") as server:
            async with http_session(timeout_s=5.0) as session:
                for _ in answers:
                    try:
                        response = await session.get(server.url, {}, NOBODY)
                        texts.extend(response.headers.values())
                    except HistoryError as error:
                        texts.append(str(error))
        assert all(map(str.isprintable, texts))

    run_plain(test())


@pytest.mark.parametrize("delay", [b"5\xd7", b"5\x0b", b"\xff\xfe", b"\xc3\xa9"])
def test_a_delay_that_is_not_text_is_ignored(run: RunQt, delay: bytes) -> None:
    answer = b"HTTP/1.1 429 No\r\nRetry-After: " + delay + b"\r\nContent-Length: 0\r\n\r\n"

    async def test() -> None:
        with serving_rest(lambda asked: answer) as server:
            async with http_session(timeout_s=5.0) as session:
                with contextlib.suppress(HistoryError):  # some of it is not even a header
                    assert (await session.get(server.url, {}, NOBODY)).retry_after_s is None

    run(test())


def test_posted_data_arrives_and_its_redirects_on_the_same_host_keep_it(run: RunQt, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    trusting = Credentials(cafile=str(certificates.file))
    statuses = {"/moved": 301, "/see": 303, "/temporary": 307, "/permanent": 308}

    def answer(asked: Asked) -> Answer:
        return statuses.get(asked.path, 200), asked.method.encode() + asked.body, {"Location": "/new"}

    async def test() -> None:
        with serving_rest(answer, certificates.context) as server:
            async with http_session() as session:
                for path, status in (("/temporary", 200), ("/permanent", 200), ("/moved", 301), ("/see", 303)):
                    response = await session.post(f"{server.url}{path}", {}, b"data", trusting)
                    assert (response.status, response.body) == (status, b"POSTdata")

    run(test())


def test_a_redirect_on_the_same_host_is_followed_over_https(run: RunQt, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    trusting = Credentials(cafile=str(certificates.file))

    def answer(asked: Asked) -> Answer:
        if asked.path == "/loop":
            return 307, b"", {"Location": "/loop"}
        return (200, asked.headers["K"].encode(), {}) if asked.path == "/new" else (301, b"", {"Location": "new"})

    async def test() -> None:
        with serving_rest(answer, certificates.context) as server:
            async with http_session() as session:
                assert (await session.get(f"{server.url}/old", {"K": "v"}, trusting)).body == b"v"
            assert "too many times" in await reason_of(f"{server.url}/loop", trusting)

    run(test())


def test_a_certificate_is_checked_and_the_file_of_the_user_is_trusted(run: RunQt, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)

    async def test() -> None:
        with serving_rest(lambda asked: (200, b"ok", {}), certificates.context) as server:
            async with http_session() as session:
                response = await session.get(server.url, {}, Credentials(cafile=str(certificates.file)))
                assert response.body == b"ok"
            assert "The certificate of 127.0.0.1 is not trusted" in await reason_of(server.url)
            unreadable = Credentials(cafile=str(tmp_path / "nowhere.pem"))
            assert "Check cafile in the settings" in await reason_of(server.url, unreadable)

    run(test())


def test_certificates_are_read_again_after_a_failure(run: RunQt, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    authority = certificates.file.read_bytes()
    trustme.CA().cert_pem.write_to_path(str(certificates.file))
    trusting = Credentials(cafile=str(certificates.file))

    async def test() -> None:
        with serving_rest(lambda asked: (200, b"ok", {}), certificates.context) as server:
            async with http_session() as session:
                with pytest.raises(HistoryError, match="not trusted"):
                    await session.get(server.url, {}, trusting)
                certificates.file.write_bytes(authority)  # the user has corrected the file
                assert (await session.get(server.url, {}, trusting)).body == b"ok"

    run(test())


def test_a_server_without_tls_is_an_error_with_a_reason(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (200, b"", {})) as server:
            reason = await reason_of(server.url.replace("http:", "https:"))
            assert reason.startswith(f"Could not open a secure connection to 127.0.0.1:{server.port}: ")

    run(test())


def test_refused_connections_and_unknown_hosts_are_explained_as_for_feeds(run: RunQt) -> None:
    async def test() -> None:
        assert (await reason_of("http://127.0.0.1:1/")).startswith("127.0.0.1:1 refused the connection. Check")
        direct = Credentials(proxy="none")
        assert "The host nowhere.test was not found" in await reason_of("https://nowhere.test/", direct)

    run(test())


@pytest.mark.parametrize(("status", "reason"), [(407, "Check its user name and password"), (502, "could not connect")])
def test_requests_use_the_proxy_of_the_feed(run: RunQt, status: int, reason: str) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: raw(f"HTTP/1.1 {status} No\nContent-Length: 0")) as proxy:
            setting = Credentials(proxy=f"http://user:s3cret@127.0.0.1:{proxy.port}")
            text = await reason_of("https://venue.test/bars", setting)
            assert reason in text
            assert f"http://127.0.0.1:{proxy.port}" in text
            assert "s3cret" not in text
            assert proxy.asked[0].target == "venue.test:443"
            assert proxy.asked[0].headers["Proxy-Authorization"].startswith("Basic ")

    run(test())


def test_a_proxy_that_cannot_be_reached_is_named(run: RunQt) -> None:
    async def test() -> None:
        text = await reason_of("https://venue.test/", Credentials(proxy="http://user:s3cret@127.0.0.1:1"))
        assert (
            text
            == "Could not reach venue.test: the proxy http://127.0.0.1:1 is not available. Check the proxy in the settings."
        )

    run(test())


def test_a_socks_proxy_needs_another_package(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.stream.proxy.find_spec", lambda name: True)
    monkeypatch.setattr("ticker_gui.history.http_session.find_spec", lambda name: None)

    async def test() -> None:
        text = await reason_of("https://venue.test/", Credentials(proxy="socks5://user:s3cret@127.0.0.1:1"))
        assert "run pip install aiohttp-socks" in text
        assert "s3cret" not in text

    run(test())


def test_errors_of_a_socks_proxy_are_explained(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not required, so a stand-in takes its place."""
    failures, urls = list[Exception](), list[tuple[str, bool]]()

    class Connector(aiohttp.TCPConnector):
        @classmethod
        def from_url(cls, url: str, rdns: bool) -> Connector:
            urls.append((url, rdns))
            return cls()

        async def connect(self, *arguments: Any, **options: Any) -> Any:
            raise failures[-1]

    names = ("ProxyError", "ProxyConnectionError", "ProxyTimeoutError")
    errors = {name: type(name, (Exception,), {"__module__": "aiohttp_socks._errors"}) for name in names}
    monkeypatch.setitem(sys.modules, "aiohttp_socks", SimpleNamespace(ProxyConnector=Connector, **errors))
    monkeypatch.setattr("ticker_gui.stream.proxy.find_spec", lambda name: True)
    monkeypatch.setattr("ticker_gui.history.http_session.find_spec", lambda name: True)

    async def test() -> None:
        for name in names:
            failures.append(errors[name]("s3cret"))
            text = await reason_of("https://venue.test/", Credentials(proxy="socks5h://user:s3cret@127.0.0.1:1"))
            assert text == "The proxy socks5h://127.0.0.1:1 could not connect to venue.test."
        await reason_of("https://venue.test/", Credentials(proxy="socks5://127.0.0.1:1"))
        await reason_of("https://venue.test/", Credentials(proxy="socks4a://127.0.0.1:1"))
        assert urls[2:] == [
            ("socks5://user:s3cret@127.0.0.1:1", True),
            ("socks5://127.0.0.1:1", False),
            ("socks4://127.0.0.1:1", True),
        ]

    run(test())


@asynccontextmanager
async def tunnels(target_port: int, heads: list[str]) -> AsyncIterator[str]:
    """Run a proxy whose tunnels all end at one port of this computer; yield its address."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pipe(reader, far_writer), pipe(far_reader, writer), return_exceptions=True)

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    yield f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    proxy.close()


def test_requests_pass_through_the_tunnel_of_a_proxy(
    run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is not looked up on this computer, and the proxy is looked up once, as for a WebSocket."""
    certificates, heads = Certificates(tmp_path), list[str]()
    looked_up: list[tuple[str, str]] = []

    async def find(url: str, setting: str) -> str | None:
        looked_up.append((url, setting))
        return await find_proxy(url, setting)

    monkeypatch.setattr("ticker_gui.history.http_session.find_proxy", find)
    monkeypatch.setenv("https_proxy", "http://elsewhere.test:1")

    async def test() -> None:
        with serving_rest(lambda asked: (200, asked.target.encode(), {}), certificates.context) as server:
            async with tunnels(server.port, heads) as proxy, http_session() as session:
                setting = f"http://user:s3cret@{proxy}"
                credentials = Credentials(cafile=str(certificates.file), proxy=setting)
                for target in ("/a?token=1", "/b"):
                    response = await session.get(f"https://venue.test{target}", {}, credentials)
                    assert response.body.decode() == target
        assert looked_up == [("wss://venue.test/", setting)]
        assert server.connections == 1
        assert heads[0].startswith("CONNECT venue.test:443 HTTP/1.1\r\n")
        assert "token" not in heads[0]

    run_qt(test())


def test_a_proxy_is_looked_up_again_after_a_failure(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    async def find(url: str, setting: str) -> str | None:
        looked_up.append(url)
        return "http://127.0.0.1:1"

    monkeypatch.setattr("ticker_gui.history.http_session.find_proxy", find)

    async def test() -> None:
        async with http_session() as session:
            for _ in range(2):
                with pytest.raises(HistoryError, match="the proxy"):
                    await session.get("https://venue.test:8443/?token=1", {}, NOBODY)
        assert looked_up == ["wss://venue.test:8443/"] * 2

    run(test())


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: raw("HTTP/1.1 200 OK\nContent-Length: 2", b"ok")) as server:
            async with http_session() as session:
                for _ in range(3):
                    assert (await session.get(server.url, {}, NOBODY)).body == b"ok"
        assert server.connections == 3

    run(test())


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}])
def test_a_header_that_cannot_be_sent_is_an_error(run: RunQt, headers: Mapping[str, str]) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (200, b"", {})) as server:
            async with http_session() as session:
                with pytest.raises(HistoryError, match="cannot be sent"):
                    await session.get(server.url, headers, NOBODY)
            assert not server.asked

    run(test())


def test_a_cancelled_request_closes_its_connection(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: None) as server:
            async with http_session() as session:
                task = asyncio.ensure_future(session.get(server.url, {}, NOBODY))
                await until(lambda: server.asked)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await until(lambda: not server.open_connections)

    run(test())
