"""Recorded responses to requests for past data."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import run_plain
from ticker_gui.engine import replay_responses
from ticker_gui.engine.replay_responses import ReplayResponses
from ticker_gui.feeds.history import HistoryError, HttpRequest
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.recording.format import Line

URL = "https://venue.example/bars?key=•••"
SECRET = Credentials("wss://venue.example", "s3cretkey")


def response(body: str, url: str = URL) -> Line:
    return Line(1, "http", "desk", url=url, status=200, frame=body)


def test_a_request_gets_the_recorded_response_whatever_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        responses = ReplayResponses()
        request = HttpRequest("https://venue.example/bars?key=s3cretkey")
        early = asyncio.ensure_future(responses.get(request, SECRET))
        await asyncio.sleep(0)
        responses.add(response("[1]"))
        assert (await early).body == b"[1]"
        responses.add(response("[2]"))
        assert (await responses.get(request, SECRET)).body == b"[2]"

    run_plain(test())


def test_what_is_not_recorded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_responses, "_TIMEOUT_S", 0.0)

    async def test() -> None:
        responses = ReplayResponses()
        with pytest.raises(HistoryError, match="does not contain"):
            await responses.get(HttpRequest("https://venue.example/other"), SECRET)
        assert not responses._waiting

    run_plain(test())


def test_old_responses_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_responses, "_MAX_BYTES", 10)
    responses = ReplayResponses()
    for number in range(5):
        responses.add(response("x" * 6, f"https://venue.example/{number}"))
    assert list(responses._responses) == ["https://venue.example/4"]
