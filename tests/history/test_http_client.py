from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.rest_servers import Answer, Asked, serving_rest
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpRequest
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_client import HttpClient, target_of

REQUEST = HttpRequest("https://venue.test/v1/bars?symbol=A%2FB", requests_per_second=1000.0)


def ok(asked: Asked) -> Answer:
    return 200, b"bars", {"Date": "Sun, 29 Nov 2026 03:00:00 GMT"}


@asynccontextmanager
async def http_client() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_s=20.0)
    try:
        yield client
    finally:
        await client.close()


def at(url: str, key: str | None = None) -> Credentials:
    return Credentials("wss://stream.venue.test", key, history_url=url)


@pytest.mark.parametrize(
    ("url", "history_url", "target"),
    [
        ("https://venue.test/a/b?c=d%2F", "", "https://venue.test/a/b?c=d%2F"),
        ("https://venue.test/a/b?c=d%2F", "https://mirror.test:8443", "https://mirror.test:8443/a/b?c=d%2F"),
        ("https://venue.test/a%2Fb", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/a%2Fb"),
        ("https://venue.test/a", "http://[::1]:80", "http://[::1]:80/a"),
    ],
)
def test_history_url_replaces_scheme_and_host_and_keeps_the_path(url: str, history_url: str, target: str) -> None:
    assert target_of(HttpRequest(url), at(history_url)).geturl() == target


@pytest.mark.parametrize("history_url", ["", "http://mirror.test"])
def test_nothing_is_requested_without_encryption(history_url: str) -> None:
    with pytest.raises(HistoryError, match="over https:// only") as error:
        target_of(HttpRequest("http://venue.test/a"), at(history_url))
    assert error.value.refusal is Refusal.NOT_OFFERED


def test_a_stand_in_of_a_provider_is_not_mixed_with_past_data_of_the_provider_itself() -> None:
    with pytest.raises(HistoryError, match="comes from this computer") as error:
        target_of(REQUEST, Credentials("ws://127.0.0.1:9000"))
    assert error.value.refusal is Refusal.NOT_OFFERED
    assert target_of(REQUEST, Credentials("ws://127.0.0.1:9000", history_url="https://venue.test")).hostname


def test_a_response_is_that_of_the_server(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(ok) as server:
            async with http_client() as client:
                first = await client.get(REQUEST, at(server.url))
                await client.get(REQUEST, at(server.url))
            assert (first.status, first.body, first.retry_after_s) == (200, b"bars", None)
            assert first.url == REQUEST.url
            assert first.headers["date"] == "Sun, 29 Nov 2026 03:00:00 GMT"
            assert [each.target for each in server.asked] == ["/v1/bars?symbol=A%2FB"] * 2
            assert server.connections == 1

    run(test())


def test_data_is_posted_without_a_queue(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (429, asked.body, {})) as server:
            async with http_client() as client:
                for _ in range(2):  # a limit of the host pauses nothing
                    response = await client.post(server.url, {"K": "v"}, b"data", Credentials())
                    assert (response.status, response.body) == (429, b"data")
        assert [(asked.method, asked.headers["K"]) for asked in server.asked] == [("POST", "v")] * 2

    run(test())


def test_two_feeds_share_the_queue_of_a_host_and_its_pauses(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (429, b"", {"Retry-After": "50"})) as server:
            async with http_client() as client:
                refused = await client.get(REQUEST, at(server.url, "key-of-one"))
                assert 25 < (refused.retry_after_s or 0) < 50.001  # a sum of times is rounded
                with pytest.raises(HistoryError) as error:
                    await client.get(REQUEST, at(server.url, "key-of-another"))
            assert error.value.refusal is Refusal.RATE_LIMITED
            assert 25 < (error.value.retry_after_s or 0) < 50.001
            assert len(server.asked) == 1

    run(test())


def test_a_ban_without_a_length_pauses_the_host_and_not_another(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(lambda asked: (418, b"", {})) as server, serving_rest(ok) as other:
            async with http_client() as client:
                assert (await client.get(REQUEST, at(server.url))).retry_after_s == pytest.approx(60.0)
                with pytest.raises(HistoryError, match="limits the rate"):
                    await client.get(REQUEST, at(server.url))
                assert (await client.get(REQUEST, at(other.url))).status == 200

    run(test())


def test_a_limit_in_the_body_of_a_response_pauses_its_host(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(ok) as server:
            async with http_client() as client:
                await client.get(REQUEST, at(server.url))
                client.note_limit(REQUEST, at(server.url), 30.0)
                with pytest.raises(HistoryError, match="limits the rate") as error:
                    await client.get(REQUEST, at(server.url))
            assert 15 < (error.value.retry_after_s or 0) < 30.001
            assert len(server.asked) == 1

    run(test())


def test_the_rate_is_that_of_the_request(run: RunQt) -> None:
    async def test() -> None:
        with serving_rest(ok) as server:
            async with http_client() as client:
                request = HttpRequest(REQUEST.url, requests_per_second=20.0)
                start_s = asyncio.get_running_loop().time()
                await asyncio.gather(*(client.get(request, at(server.url)) for _ in range(5)))
                assert asyncio.get_running_loop().time() - start_s >= 0.2

    run(test())


def test_requests_work_on_the_loop_of_the_window_and_leave_nothing_behind(run_qt: RunQt) -> None:
    """Answers, errors in the middle of a body, and cancelled requests."""

    async def test() -> None:
        def answer(asked: Asked) -> Answer | bytes | None:
            if "slow" in asked.path:
                return None
            return b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbars" if "cut" in asked.path else ok(asked)

        with serving_rest(answer) as server:
            async with http_client() as client:
                good = [client.get(REQUEST, at(server.url)) for _ in range(20)]
                assert {each.body for each in await asyncio.gather(*good)} == {b"bars"}
                with pytest.raises(HistoryError, match="incomplete or damaged"):
                    await client.get(HttpRequest("https://venue.test/cut", {}, 1000.0), at(server.url))
                slow = [
                    asyncio.ensure_future(
                        client.get(HttpRequest("https://venue.test/slow", {}, 1000.0), at(server.url))
                    )
                    for _ in range(6)
                ]
                await until(lambda: len(server.asked) == 25)
                for each in slow:
                    each.cancel()
                assert (await client.get(REQUEST, at(server.url))).body == b"bars"
                await asyncio.gather(*slow, return_exceptions=True)
            await until(lambda: len(asyncio.all_tasks()) == 1)

    run_qt(test())


@pytest.mark.parametrize("failure", ["closed", "garbage", "cut", "redirect", "header", "refused", "429"])
def test_keys_are_in_no_message_and_in_no_log(run: RunQt, caplog: pytest.LogCaptureFixture, failure: str) -> None:
    key = "k3y-CANARY-0123456789"
    answers: dict[str, Answer | bytes] = {
        "closed": b"",
        "garbage": f"{key} {key}\r\n\r\n".encode(),
        "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbars",
        "redirect": (302, b"", {"Location": f"https://elsewhere.test/?token={key}"}),
        "header": f"HTTP/1.1 200 OK\r\n{key} bad\r\n\r\n".encode(),
        "429": (429, b"", {"Retry-After": "9"}),
    }

    async def test() -> None:
        with serving_rest(lambda asked: answers.get(failure, b"")) as server:
            url = "http://127.0.0.1:1" if failure == "refused" else server.url
            request = HttpRequest(f"https://venue.test/bars?token={key}", {"X-Api-Key": key}, 1000.0)
            async with http_client() as client:
                for _ in range(2):
                    try:
                        await client.get(request, at(url, key))
                    except HistoryError as error:
                        logging.getLogger("test").error("failed", exc_info=error)
                        texts = [str(error), repr(error), repr(error.__context__), repr(error.__cause__)]
                        assert not any(key in text for text in texts)
            assert failure == "refused" or server.asked[0].headers["X-Api-Key"] == key

    with caplog.at_level(logging.DEBUG):
        run(test())
    assert "CANARY" not in caplog.text


def test_a_client_can_be_used_again_after_it_was_closed(run: RunQt) -> None:
    async def test() -> None:
        client = HttpClient()
        await client.close()
        with serving_rest(ok) as server:
            for _ in range(2):
                assert (await client.get(REQUEST, at(server.url))).body == b"bars"
                await client.close()

    run(test())


def test_the_library_is_loaded_by_the_first_request_only() -> None:
    code = "import sys, ticker_gui.engine.engine; print('aiohttp' in sys.modules)"
    assert programs.call_new_python(code).stdout == "False\n"
