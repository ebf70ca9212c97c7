"""Recorded answers to requests for past data."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import run_plain
from ticker_gui.engine import replay_answers
from ticker_gui.engine.replay_answers import ReplayAnswers
from ticker_gui.feeds.history import HistoryError, HttpRequest
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.recording.format import Line

URL = "https://venue.example/bars?key=•••"
SECRET = Credentials("wss://venue.example", "s3cretkey")


def answer(body: str, url: str = URL) -> Line:
    return Line(1, "http", "desk", url=url, status=200, frame=body)


def test_a_request_gets_the_recorded_answer_whatever_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        answers = ReplayAnswers()
        request = HttpRequest("https://venue.example/bars?key=s3cretkey")
        early = asyncio.ensure_future(answers.get(request, SECRET))
        await asyncio.sleep(0)
        answers.add(answer("[1]"))
        assert (await early).body == b"[1]"
        answers.add(answer("[2]"))
        assert (await answers.get(request, SECRET)).body == b"[2]"

    run_plain(test())


def test_what_is_not_recorded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_answers, "_TIMEOUT_S", 0.0)

    async def test() -> None:
        answers = ReplayAnswers()
        with pytest.raises(HistoryError, match="does not contain"):
            await answers.get(HttpRequest("https://venue.example/other"), SECRET)
        assert not answers._waiting

    run_plain(test())


def test_old_answers_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_answers, "_MAX_BYTES", 10)
    answers = ReplayAnswers()
    for number in range(5):
        answers.add(answer("x" * 6, f"https://venue.example/{number}"))
    assert list(answers._answers) == ["https://venue.example/4"]
