"""Faults while connecting."""

from __future__ import annotations

import asyncio
import datetime
import socket
import threading
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, raw_server
from tests.faults.program import QUICK, program, status_program
from tests.ports import free_port
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS

OK = ("subscribe", "flood:200:600")
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


@pytest.mark.slow
def test_f01_connection_refused(run_qt: RunQt) -> None:
    async def test() -> None:
        port = free_port()
        async with program(f"ws://127.0.0.1:{port}") as it:
            await it.shows(f"127.0.0.1:{port} refused the connection", "attempt", "reconnecting in")
            await until(lambda: it.feed.state.attempt > 5)
            assert {2, 3, 4, 5} <= {state.attempt for state in it.feed.session.history}
            last = it.feed.state
            while 2 not in [state.attempt for state in it.states_after(last)]:  # it restarts at once
                await it.retry()  # without effect if the wait has just ended by itself
                await asyncio.sleep(0.005)

    run_qt(test())


def test_f02_host_name_not_found(run_qt: RunQt) -> None:
    async def test() -> None:
        async with status_program("ws://nosuch.invalid/ws?token=s3cret") as it:
            assert "s3cret" not in await it.shows("the host nosuch.invalid was not found", "reconnecting")

    run_qt(test())


def test_f03_dns_resolver_hangs(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*arguments: Any, **options: Any) -> Any:
        released.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "released")

    async def test() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", hang)
        timeouts = msgspec.structs.replace(QUICK, dns_timeout=1.0)
        async with status_program("ws://slow.example", timeouts=timeouts) as it:
            await it.shows("connecting", "looking up the host")
            await it.shows("timed out (DNS)", "reconnecting")
            await it.shows("connecting")  # and the program ends while the next look-up hangs

    try:
        run_qt(test())
    finally:
        released.set()


def test_f67_slow_lookup_of_proxy_exceptions(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS and Windows, where these are found by resolving the name; the loop must not wait for that."""
    released = threading.Event()
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: released.wait(20))

    async def test() -> None:
        timeouts = msgspec.structs.replace(QUICK, dns_timeout=1.0)
        async with status_program("ws://slow.example", timeouts=timeouts) as it:
            await it.shows("connecting", "looking up the host")
            await it.shows("timed out (DNS)", "reconnecting")
            await it.shows("connecting")  # and the program ends while the next look-up hangs

    try:
        run_qt(test())
    finally:
        released.set()


def test_f04_no_tcp_connection(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("deaf") as server:
            async with status_program(server.url, timeouts=QUICK) as it:
                await it.shows("connecting", "(TCP")
                await it.shows("the TCP connection timed out", "reconnecting")

    run_qt(test())


def test_f05_no_answer_to_the_handshake(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("silent") as server:
            async with status_program(server.url, timeouts=QUICK) as it:
                await it.shows("connecting", "(handshake")
                await it.shows("the WebSocket handshake timed out", "reconnecting")

    run_qt(test())


def test_f06_server_uses_another_protocol(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("text:SSH-2.0-OpenSSH_9.2\\r\\n") as server:
            async with status_program(server.url) as it:
                await it.shows("did not complete the WebSocket handshake", "check the URL")
                assert it.kind is FeedStatus.REJECTED
                assert server.connections == 1

    run_qt(test())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(401, ("key needed", "requires a valid API key"), id="f07"),
        pytest.param(403, ("stopped at", "denied access"), id="f08"),
        pytest.param(404, ("stopped at", "found nothing at /ws (HTTP 404)"), id="f09"),
    ],
)
def test_f07_to_f09_rejected_by_http_status(run_qt: RunQt, status: int, words: tuple[str, ...]) -> None:
    async def test() -> None:
        with fault_server(f"status:{status}") as server:
            async with status_program(f"{server.url}/ws?token=s3cret") as it:
                shown = await it.shows(*words)
                assert it.kind is FeedStatus.REJECTED
                assert server.connections == 1
                assert "s3cret" not in shown
                await it.retry()
                await until(lambda: server.connections >= 2)

    run_qt(test())


def test_f10_http_429_with_retry_after(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("status:429:Retry-After=1", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("rate limited until", "too many requests (HTTP 429)", "reconnecting in")
                await it.shows("live since")
                first, wait, second, *_ = it.feed.session.history
                assert (first.kind, second.kind) == (FeedStatus.CONNECTING, FeedStatus.CONNECTING)
                assert second.since_ns >= (wait.retry_at_ns or 0) > wait.since_ns + 0.9 * SECOND_NS
                assert server.connections == 2

    run_qt(test())


def test_f12_http_500_then_ok(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("status:500", "then", "status:503", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("live since")
                assert server.connections == 3
                assert it.feed.session.retry_policy.attempts == 2  # it is not a good connection yet
                await until(lambda: it.feed.session.retry_policy.attempts == 0)

    run_qt(test())


def test_f13_redirect_to_another_host(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as other, fault_server(f"status:302:Location={other.url}/?token=s3cret") as server:
            async with status_program(f"{server.url}/?token=s3cret") as it:
                assert "s3cret" not in await it.shows(
                    "redirected the connection (HTTP 302), and redirects are not followed"
                )
                assert it.kind is FeedStatus.REJECTED
                assert other.connections == 0

    run_qt(test())


class Certificates:
    """A private certificate authority and its certificates."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.file = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.file))
        self._folder = folder

    def issue(self, host: str, **options: Any) -> str:
        path = self._folder / "server.pem"
        self.authority.issue_cert(host, **options).private_key_and_cert_chain_pem.write_to_path(str(path))
        return str(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "options", "is_trusted", "words"),
    [
        pytest.param("127.0.0.1", {}, False, "unable to get local issuer", id="untrusted"),
        pytest.param("127.0.0.1", {"not_after": YESTERDAY}, True, "has expired", id="expired"),
        pytest.param("other.example", {}, True, "mismatch", id="wrong_host"),
    ],
)
def test_f51_invalid_certificate(
    run_qt: RunQt, tmp_path: Path, host: str, options: dict[str, Any], is_trusted: bool, words: str
) -> None:
    async def test() -> None:
        certificates = Certificates(tmp_path)
        pem = certificates.issue(host, **options)
        with fault_server(*OK, options=("--certificate", pem)) as server:
            cafile = str(certificates.file) if is_trusted else None
            async with status_program(server.url.replace("ws:", "wss:"), cafile=cafile) as it:
                await it.shows("the certificate of 127.0.0.1 is not trusted", words)
                assert it.kind is FeedStatus.REJECTED
                assert server.connections == 0

    run_qt(test())


def test_f51_private_certificate_authority(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        certificates = Certificates(tmp_path)
        with fault_server(*OK, options=("--certificate", certificates.issue("127.0.0.1"))) as server:
            async with status_program(server.url.replace("ws:", "wss:"), cafile=str(certificates.file)) as it:
                await it.shows("live since")
            async with status_program(server.url.replace("ws:", "wss:"), cafile=str(tmp_path / "nowhere.pem")) as it:
                await it.shows("check cafile in the settings")

    run_qt(test())


def test_f52_server_without_tls_at_a_wss_url(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as server:
            async with status_program(server.url.replace("ws:", "wss:")) as it:
                await it.shows(
                    "could not open a secure connection", "should start with ws://", "stopped after 3 attempts"
                )
                assert it.kind is FeedStatus.REJECTED

    run_qt(test())


def test_f52_outdated_tls_version(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        certificates = Certificates(tmp_path)
        options = ("--old-tls", "--certificate", certificates.issue("127.0.0.1"))
        with fault_server(*OK, options=options) as server:
            async with status_program(server.url.replace("ws:", "wss:"), cafile=str(certificates.file)) as it:
                await it.shows("could not open a secure connection", "stopped after 3 attempts")

    run_qt(test())


def test_f53_proxy_is_down(run_qt: RunQt) -> None:
    async def test() -> None:
        proxy = f"http://user:s3cret@127.0.0.1:{free_port()}"
        async with status_program("wss://desk.example/", proxy=proxy) as it:
            shown = await it.shows("the proxy http://127.0.0.1:", "is not available")
            assert "s3cret" not in shown

    run_qt(test())


def test_f53_proxy_does_not_answer(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("silent") as proxy:
            url = f"http://user:s3cret@{proxy.address}"
            async with status_program("wss://desk.example/", proxy=url, timeouts=QUICK) as it:
                await it.shows("connecting", "(through the proxy")
                shown = await it.shows("the proxy http://127.0.0.1:", "did not connect to desk.example in time")
                assert "s3cret" not in shown

    run_qt(test())


@pytest.mark.slow
def test_f53_proxy_requires_a_password(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("text:HTTP/1.1 407 Proxy Authentication Required\\r\\nContent-Length: 0\\r\\n\\r\\n") as proxy:
            async with status_program("wss://desk.example/", proxy=f"http://user:s3cret@{proxy.address}") as it:
                shown = await it.shows("the proxy http://127.0.0.1:", "HTTP 407", "user name and password")
                assert "s3cret" not in shown
                assert it.kind is FeedStatus.REJECTED

    run_qt(test())


def test_f53_no_proxy_for_loopback_addresses(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    async def test() -> None:
        with fault_server(*OK) as server:
            async with status_program(server.url) as it:
                await it.shows("live since")

    run_qt(test())


def test_f53_socks_without_its_library(run_qt: RunQt) -> None:
    async def test() -> None:
        async with status_program("wss://desk.example/", proxy="socks5://user:s3cret@127.0.0.1:1080") as it:
            assert "s3cret" not in await it.shows("needs SOCKS support", "pip install aiohttp-socks")

    run_qt(test())
