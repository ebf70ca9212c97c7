"""The steps before the handshake, against real sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import RunQt
from tests.doubles import StillClock
from tests.servers import receive_forever, serving
from tests.stream.test_transport import Authority
from ticker_gui.domain.clock import Clock
from ticker_gui.feed_check import probe as module
from ticker_gui.feed_check.probe import CheckStep, has_proxy, milliseconds, probe
from ticker_gui.stream.clock import steady_clock
from ticker_gui.stream.opening import Endpoint


async def steps(url: str, clock: Clock | None = None) -> list[CheckStep]:
    return [step async for step in probe(Endpoint(url), clock or steady_clock())]


@contextlib.asynccontextmanager
async def mute_server() -> AsyncIterator[int]:
    """Run a server that accepts connections and sends nothing; yield its port."""
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


def test_a_plain_feed_has_two_steps_and_no_handshake_is_begun(run: RunQt) -> None:
    with serving(receive_forever) as server:
        dns, tcp = run(steps(server.url))
        assert server.connections == 0
    assert (dns.name, dns.ok, dns.detail) == ("dns", True, "127.0.0.1")
    assert (tcp.name, tcp.ok, tcp.detail) == ("tcp", True, f"127.0.0.1 port {server.port}")
    assert min(dns.ms or 0, tcp.ms or 0) > 0


def test_a_certificate_is_named_with_the_days_it_has_left(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with serving(receive_forever, ssl=authority.server) as server:
        tls = run(steps(server.url.replace("ws:", "wss:")))[2]
    assert (tls.name, tls.ok) == ("tls", True)
    assert tls.detail.startswith("TLSv1.3, certificate for ")
    assert " by trustme" in tls.detail
    assert "until " in tls.detail
    assert tls.detail.endswith(" days left)")


@pytest.mark.parametrize(("host", "is_trusted"), [("127.0.0.1", False), ("other.example", True)])
def test_an_untrusted_or_wrong_certificate_fails_with_advice(
    run: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, is_trusted: bool
) -> None:
    authority = Authority(tmp_path, host)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with serving(receive_forever, ssl=authority.server) as server:
        tls = run(steps(server.url.replace("ws:", "wss:")))[-1]
    assert (tls.name, tls.ok) == ("tls", False)
    assert "is not trusted" in tls.detail
    assert ("Check the computer's clock and the URL" if is_trusted else "cafile in the settings") in tls.detail


def test_a_server_without_tls_fails_with_advice(run: RunQt) -> None:
    with serving(receive_forever) as server:
        tls = run(steps(server.url.replace("ws:", "wss:")))[-1]
    assert (tls.name, tls.ok) == ("tls", False)
    assert "ws://" in tls.detail


def test_an_unreachable_server_fails_at_tcp_as_the_last_step(run: RunQt) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = run(steps(f"wss://127.0.0.1:{taken.getsockname()[1]}/?token=s3cret"))
    assert [(step.name, step.ok) for step in found] == [("dns", True), ("tcp", False)]
    advice = "Check the host and the port, and whether the server is running."
    assert found[-1].detail.endswith(f"refused the connection. {advice}")
    assert "s3cret" not in str(found)


@pytest.mark.parametrize("host", ["nosuch.invalid", "a..b", "x" * 70 + ".example"])
def test_an_unknown_or_invalid_host_name_is_not_found(run: RunQt, host: str) -> None:
    (dns,) = run(steps(f"wss://{host}/"))
    assert (dns.name, dns.ok) == ("dns", False)
    assert "was not found" in dns.detail


def test_a_step_without_a_response_times_out(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with mute_server() as port:
            found = probe(Endpoint(f"wss://127.0.0.1:{port}"), steady_clock())
            assert [(await anext(found)).name for _ in range(2)] == ["dns", "tcp"]
            monkeypatch.setattr(module, "STEP_TIMEOUT_S", 0.2)
            tls = await anext(found)
            assert [step async for step in found] == []
        assert (tls.name, tls.ok) == ("tls", False)
        assert "TLS handshake timed out" in tls.detail

    run(test())


def test_one_address_that_is_dead_does_not_hide_the_next(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with mute_server() as port:
            both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")]

            async def resolve(*arguments: object, **options: object) -> object:
                return both

            open_connection = asyncio.open_connection

            async def open_one(host: str, port: int) -> object:
                if host == "127.0.0.2":
                    raise ConnectionRefusedError
                return await open_connection(host, port)

            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
            monkeypatch.setattr(asyncio, "open_connection", open_one)
            dns, tcp = await steps(f"ws://localhost:{port}")
            monkeypatch.undo()
        assert dns.detail == "127.0.0.2 and 1 more"
        assert tcp.detail == f"127.0.0.1 port {port}"

    run(test())


def test_with_a_proxy_no_step_is_tried(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://user:s3cret@127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "near.example")
    found = run(steps("wss://desk.example/"))
    assert [(step.name, step.ok, step.ms) for step in found] == [
        ("dns", None, None), ("tcp", None, None), ("tls", None, None),
    ]  # fmt: skip
    assert "proxy" in found[0].detail
    assert "s3cret" not in str(found)
    assert [step.name for step in run(steps("ws://desk.example/"))] == ["dns", "tcp"]
    assert not run(has_proxy(Endpoint("ws://127.0.0.1:9")))
    assert not run(has_proxy(Endpoint("wss://near.example")))
    assert not run(has_proxy(Endpoint("wss://desk.example/#nowhere")))


def test_a_probe_can_be_cancelled_at_any_step(run: RunQt) -> None:
    async def test() -> None:
        async with mute_server() as port:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(steps(f"wss://127.0.0.1:{port}", StillClock()), 0.3)

    run(test())


def test_durations_are_in_milliseconds_and_not_negative() -> None:
    assert milliseconds(1_234_567) == 1.235
    assert milliseconds(-1) == 0.0
