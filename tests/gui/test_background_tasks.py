from __future__ import annotations

import asyncio
import gc
import logging
import re
from weakref import WeakValueDictionary

import pytest
from PySide6.QtCore import QObject, Signal

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.gui import background_tasks as module
from ticker_gui.gui.background_tasks import BackgroundTasks


class Work:
    """Coroutines that run until released, and how each one ended."""

    def __init__(self) -> None:
        self.waiting = WeakValueDictionary[str, asyncio.Future[None]]()  # they are referenced only by their awaiters
        self.ends = list[str]()

    async def do(self, name: str) -> None:
        future = self.waiting[name] = asyncio.get_running_loop().create_future()
        try:
            await future
        except asyncio.CancelledError:
            self.ends.append(f"{name} cancelled")
            raise
        self.ends.append(f"{name} done")

    def let_go(self, name: str) -> None:
        self.waiting[name].set_result(None)


def test_tasks_are_referenced_until_they_finish(run_qt: RunQt) -> None:
    async def test() -> None:
        tasks, work = BackgroundTasks(), Work()
        for name in ("one", "two"):
            tasks.run(work.do(name))
        await until(lambda: len(work.waiting) == 2)
        gc.collect()  # asyncio itself would lose them now
        assert len(tasks.tasks) == 2
        work.let_go("one")
        await until(lambda: len(tasks.tasks) == 1)
        assert work.ends == ["one done"]
        work.let_go("two")
        await until(lambda: not tasks.tasks)
        assert work.ends == ["one done", "two done"]

    run_qt(test())


def test_starting_a_task_does_not_wait_for_it(run_qt: RunQt) -> None:
    async def test() -> None:
        tasks, work = BackgroundTasks(), Work()
        tasks.run(work.do("one"))
        assert not work.waiting  # it begins at the next turn of the loop
        await until(lambda: work.waiting)
        work.let_go("one")
        await until(lambda: not tasks.tasks)

    run_qt(test())


def test_a_failed_task_is_logged_and_the_others_continue(run_qt: RunQt, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError("a bug")

    async def test() -> None:
        tasks, work = BackgroundTasks(), Work()
        tasks.run(work.do("other"))
        tasks.run(fail())
        await until(lambda: len(tasks.tasks) == 1 and work.waiting)
        work.let_go("other")
        await until(lambda: not tasks.tasks)
        assert work.ends == ["other done"]

    with caplog.at_level(logging.ERROR):
        run_qt(test())  # which fails where an exception is lost
    (record,) = caplog.records
    assert re.search("ZeroDivisionError at .*, running .*fail in the background", record.getMessage())
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)
    assert "raise ZeroDivisionError" in caplog.text


def test_a_permanent_task_is_restarted_after_a_failure(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RESTART_S", 0.01)
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise KeyError("x")
        await asyncio.Event().wait()

    async def test() -> None:
        tasks = BackgroundTasks()
        tasks.run_forever(work)
        await until(lambda: len(begun) == 3)
        assert tasks.errors.count == 2
        (task,) = tasks.tasks
        task.cancel()
        await until(lambda: not tasks.tasks)

    run_qt(test())


def test_a_task_can_wait_for_a_signal_and_run_once(run_qt: RunQt) -> None:
    class Sender(QObject):
        sent = Signal(str)

    begun: list[int] = []

    async def work() -> None:
        begun.append(1)
        raise KeyError("x")

    async def test() -> None:
        tasks, sender = BackgroundTasks(), Sender()
        tasks.run_once(work, after=sender.sent)
        await asyncio.sleep(0)
        assert not begun
        sender.sent.emit("now")
        sender.sent.emit("again")
        await until(lambda: not tasks.tasks)
        assert begun == [1]
        assert tasks.errors.count == 1

    run_qt(test())


def test_cancelled_tasks_are_not_failures(run_qt: RunQt, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        tasks, work = BackgroundTasks(), Work()
        for name in ("one", "two"):
            tasks.run(work.do(name))
        await until(lambda: len(work.waiting) == 2)
        for task in tasks.tasks:
            task.cancel()
        await until(lambda: not tasks.tasks)
        assert sorted(work.ends) == ["one cancelled", "two cancelled"]
        tasks.run(work.do("three"))  # and more may follow
        await until(lambda: "three" in work.waiting)
        work.let_go("three")
        await until(lambda: not tasks.tasks)
        assert work.ends[-1] == "three done"

    with caplog.at_level(logging.INFO):
        run_qt(test())
    assert caplog.records == []
