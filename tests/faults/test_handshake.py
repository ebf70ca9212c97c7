"""Faults in the response to the handshake."""

from __future__ import annotations

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, raw_server
from tests.faults.program import QUICK, program, status_program
from tests.faults.server import http_date
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS

OK = ("subscribe", "flood:200:600")


def test_f06_server_returns_a_web_page(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("text:HTTP/1.1 200 OK\\r\\nContent-Length: 12\\r\\n\\r\\n<h1>Hi</h1>\\r\\n") as server:
            async with program(server.url) as it:
                await it.shows(
                    "stopped at", "returned a web page", "(HTTP 200)", "check the URL", "stopped after 3 attempts"
                )
                assert "<h1>" not in it.status_text
                assert server.connections == 3
                await it.retry()
                await until(lambda: server.connections >= 6)

    run_qt(test())


def test_f06_wrong_accept_key(run_qt: RunQt) -> None:
    answer = "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    key = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\\r\\n"

    async def test() -> None:
        with raw_server(f"text:{answer}{key}\\r\\n") as server:
            async with status_program(server.url) as it:
                await it.shows("did not complete the WebSocket handshake", "check the URL")
                assert server.connections == 1

    run_qt(test())


def test_f06_endless_headers(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("endless") as server:
            async with status_program(server.url, timeouts=QUICK) as it:
                await it.shows("not connected since", "127.0.0.1")
                await it.backs_off(server, 2)

    run_qt(test())


def test_f06_connection_reset_during_the_handshake(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("reset") as server:
            async with status_program(server.url) as it:
                await it.shows("not connected since", "127.0.0.1", "reconnecting")
                assert it.kind is not FeedStatus.REJECTED
                await it.backs_off(server)

    run_qt(test())


def test_f06_connection_closed_during_the_handshake(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("hangup") as server:
            async with status_program(server.url) as it:
                await it.shows("closed the connection during the handshake", "reconnecting")
                await it.backs_off(server)

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "value"), [(429, "abc"), (429, "-5"), (429, "1e9"), (429, ""), (429, "0"), (503, "0")]
)
def test_f11_invalid_retry_after(run_qt: RunQt, status: int, value: str) -> None:
    async def test() -> None:
        with fault_server(f"status:{status}:Retry-After={value}") as server:
            async with status_program(server.url) as it:
                await it.shows(f"(HTTP {status})", "reconnecting in 1 s")
                await it.backs_off(server, 3)
                assert it.kind is not FeedStatus.REJECTED

    run_qt(test())


def test_f11_retry_after_in_the_past(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(f"status:429:Retry-After={http_date(-3600)}") as server:
            async with status_program(server.url) as it:
                await it.shows("too many requests (HTTP 429)", "reconnecting in 1 s")
                await it.backs_off(server, 3)

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    ["99999999", "9" * 400, http_date(1e8), "Fri, 31 Dec 9999 23:59:59 GMT"],
    ids=["seconds", "too many seconds", "three years ahead", "the year 9999"],
)
def test_f11_retry_after_in_years(run_qt: RunQt, value: str) -> None:
    async def test() -> None:
        with fault_server(f"status:429:Retry-After={value}", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("rate limited until", "reconnecting in 900 s")
                assert server.connections == 1
                await it.retry()
                await it.shows("live since")

    run_qt(test())


def test_f11_retry_after_as_a_date(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("status:429:Retry-After=date+2", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("rate limited until", "reconnecting in")
                wait = it.feed.session.history[1]
                assert wait.retry_at_ns is not None
                assert 0 < wait.retry_at_ns - wait.since_ns <= 2 * SECOND_NS
                await it.shows("live since")
                assert server.connections == 2

    run_qt(test())


def test_f11_retry_after_with_http_404(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("status:404:Retry-After=1") as server:
            async with status_program(server.url) as it:
                await it.shows("stopped at", "HTTP 404")
                assert it.feed.state.retry_at_ns is None
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize("place", ["/", "//[", "javascript:alert(1)", ""])
def test_f14_redirect_to_itself_or_an_invalid_url(run_qt: RunQt, place: str) -> None:
    async def test() -> None:
        with fault_server(f"status:302:Location={place}") as server:
            async with status_program(server.url) as it:
                await it.shows("stopped at", "redirected the connection (HTTP 302), and redirects are not followed")
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", ["Date", "Retry-After", "Content-Length", "Server"])
def test_f66_repeated_header(run_qt: RunQt, status: int, name: str) -> None:
    headers = f"{name}: 0\\r\\n{name}: 0\\r\\nRetry-After: 600\\r\\n\\r\\n"

    async def test() -> None:
        with raw_server(f"text:HTTP/1.1 {status} Busy\\r\\n{headers}") as server:
            async with status_program(server.url) as it:
                await it.shows("rate limited until", f"(HTTP {status})", "reconnecting in 600 s")

    run_qt(test())


def test_f66_proxy_closes_the_connection(run_qt: RunQt) -> None:
    async def test() -> None:
        with raw_server("hangup") as server:
            async with status_program("ws://desk.example", proxy=f"http://{server.address}") as it:
                await it.shows("could not connect to desk.example")

    run_qt(test())
