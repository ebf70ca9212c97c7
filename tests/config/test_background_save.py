from __future__ import annotations

import asyncio
import threading

import pytest

from tests.conftest import RunQt
from ticker_gui.config.background_save import BackgroundSave
from ticker_gui.stream.daemon_executor import DaemonExecutor


class HeldBack:
    """A save that the test holds back."""

    def __init__(self, saved: list[str]) -> None:
        self.saved = saved
        self.has_started, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.has_started.set()
        assert self.may_end.wait(60)
        self.saved.append("in a thread")
        return "result"


def test_a_save_in_a_thread_returns_its_result(run: RunQt) -> None:
    held = HeldBack([])
    held.may_end.set()
    assert run(BackgroundSave().in_thread(held)) == "result"


def test_the_exception_of_a_save_is_raised_and_does_not_affect_later_ones(run: RunQt) -> None:
    saving = BackgroundSave()
    with pytest.raises(OSError, match="full"):
        run(saving.in_thread(raise_full))
    assert saving.at_once(lambda: "saved") == "saved"


def test_a_save_for_which_there_is_no_thread_does_not_affect_later_ones(
    run: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving, executor = BackgroundSave(), DaemonExecutor()
    monkeypatch.setattr(executor, "submit", raise_no_thread)

    async def test() -> None:
        asyncio.get_running_loop().set_default_executor(executor)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            await saving.in_thread(lambda: "in a thread")

    run(test())
    assert saving.at_once(lambda: "saved") == "saved"


def raise_no_thread(*arguments: object) -> None:
    raise RuntimeError("can't start new thread")


def raise_full() -> None:
    raise OSError("full")


def test_the_last_save_comes_after_the_one_whose_task_was_cancelled(run: RunQt) -> None:
    saving, saved = BackgroundSave(), list[str]()
    held = HeldBack(saved)

    async def test() -> None:
        asyncio.get_running_loop().set_default_executor(DaemonExecutor())  # no wait for threads
        task = asyncio.create_task(saving.in_thread(held))
        await asyncio.to_thread(held.has_started.wait, 60)
        task.cancel()
        await asyncio.wait((task,))

    run(test())
    threading.Timer(0.05, held.may_end.set).start()
    saving.at_once(lambda: saved.append("at once"))
    assert saved == ["in a thread", "at once"]


def test_the_event_loop_goes_on_during_the_last_save(run: RunQt) -> None:
    saving, saved = BackgroundSave(), list[str]()
    earlier, last = HeldBack(saved), HeldBack(saved)

    async def test() -> None:
        tasks = [asyncio.create_task(saving.in_thread(earlier)), asyncio.create_task(saving.at_end(last))]
        await asyncio.to_thread(earlier.has_started.wait, 60)
        assert not last.has_started.is_set()
        later = asyncio.create_task(saving.in_thread(lambda: saved.append("later")))
        earlier.may_end.set()
        await asyncio.to_thread(last.has_started.wait, 60)
        assert saved in (["in a thread"], ["in a thread", "later"])
        last.may_end.set()
        await asyncio.gather(*tasks, later)

    run(test())
    assert sorted(saved) == ["in a thread", "in a thread", "later"]


def test_the_last_save_runs_even_if_there_is_no_thread_for_it(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    executor = DaemonExecutor()
    monkeypatch.setattr(executor, "submit", raise_no_thread)

    async def test() -> str:
        asyncio.get_running_loop().set_default_executor(executor)
        return await BackgroundSave().at_end(lambda: "saved")

    assert run(test()) == "saved"


def test_a_save_runs_even_if_its_task_is_cancelled_at_once(run: RunQt) -> None:
    saving, saved = BackgroundSave(), list[str]()
    held = HeldBack(saved)
    held.may_end.set()

    async def test() -> None:
        task = asyncio.create_task(saving.in_thread(held))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))

    run(test())
    saving.at_once(lambda: saved.append("at once"))
    assert saved[-1] == "at once"
