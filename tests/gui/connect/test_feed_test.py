"""The test of a feed on the window's loop, against servers on loopback."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import until
from tests.servers import receive_forever, serving
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.progress import StepStatus
from ticker_gui.feed_setup.draft import FeedDraft
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.connect.feed_test import FeedTest, Findings


async def ticks(client: ServerConnection) -> None:
    """An unknown format, as long as the client listens."""
    number = 0
    while True:
        number += 1
        await client.send(json.dumps({"kind": "tick", "ticks": [{"code": "EURUSD", "rate": 1.08 + number / 1000}]}))
        await asyncio.sleep(0.02)


def findings(test: FeedTest) -> Findings:
    assert test.result is not None
    return test.result


def test_a_test_of_an_unknown_feed_finds_its_format_and_shows_a_frame(run_qt: RunQt) -> None:
    async def run(url: str) -> None:
        test = FeedTest(BackgroundTasks())
        assert test.result is None
        test.start(FeedDraft("guess", url, symbols="EURUSD"))
        assert test.is_running
        await until(lambda: not test.is_running)
        found = findings(test)
        assert found.has_passed
        assert found.mapping is not None
        assert (found.mapping.items, found.mapping.price) == ("ticks[]", "rate")
        assert len(found.frames) == 1
        assert found.states[0].last is not None

    with serving(ticks) as server:
        run_qt(run(server.url))


def test_a_stopped_test_keeps_its_results_and_a_cleared_one_has_none(run_qt: RunQt) -> None:
    async def run(url: str) -> None:
        tasks = BackgroundTasks()
        test = FeedTest(tasks)
        test.start(FeedDraft("demo", url, symbols="A"))
        await until(lambda: any(step.name == "handshake" and step.ms for step in findings(test).steps))
        test.stop()
        assert not test.is_running
        assert StepStatus.RUNNING not in [step.status for step in findings(test).steps]
        assert not findings(test).has_passed
        test.clear()
        assert test.result is None
        await until(lambda: not tasks.tasks)

    with serving(receive_forever) as server:
        run_qt(run(server.url))


def test_a_new_test_replaces_the_one_that_runs(run_qt: RunQt) -> None:
    async def run(url: str) -> None:
        tasks = BackgroundTasks()
        test, finished = FeedTest(tasks), list[bool]()
        test.finished.connect(lambda: finished.append(True))
        test.start(FeedDraft("demo", url, symbols="A"))
        test.start(FeedDraft("guess", url, symbols="EURUSD"))
        await until(lambda: finished)
        assert [state.symbol for state in findings(test).states] == ["EURUSD"]
        assert finished == [True]
        await until(lambda: not tasks.tasks)

    with serving(ticks) as server:
        run_qt(run(server.url))


def test_an_incomplete_draft_is_not_tested(run_qt: RunQt) -> None:
    async def run() -> None:
        test = FeedTest(BackgroundTasks())
        with pytest.raises(SettingsError):
            test.start(FeedDraft("kraken", "not an address", symbols="BTC/USD"))
        assert not test.is_running

    run_qt(run())


def test_a_bug_ends_the_test(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(check: FeedCheck) -> None:
        await asyncio.sleep(0)
        raise KeyError("a bug")

    monkeypatch.setattr(FeedCheck, "run", fail)

    async def run() -> None:
        tasks, ends = BackgroundTasks(), list[bool]()
        test = FeedTest(tasks)
        test.finished.connect(lambda: ends.append(test.is_running))
        test.start(FeedDraft("guess", "ws://127.0.0.1:9", symbols="EURUSD"))
        await until(lambda: ends)
        assert ends == [False]
        assert test.has_failed
        test.start(FeedDraft("guess", "ws://127.0.0.1:9", symbols="EURUSD"))
        test.stop()
        await until(lambda: not tasks.tasks)
        assert ends == [False]  # the user knows that it was stopped
        assert tasks.errors.count == 1

    run_qt(run())
