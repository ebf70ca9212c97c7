from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from tests.conftest import RunQt
from tests.doubles import UNEXPECTED, until
from ticker_gui.logs.exception_hooks import exception_hooks, with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors


@pytest.fixture
def errors() -> Iterator[InternalErrors]:
    errors = InternalErrors("the program")
    with exception_hooks(errors):
        yield errors


def crash(*_: object) -> Any:
    raise KeyError("x")


def test_an_exception_in_a_thread_is_counted(errors: InternalErrors) -> None:
    thread = threading.Thread(target=crash, name="worker")
    thread.start()
    thread.join()
    (kind,) = errors.kinds
    assert kind.endswith("running the thread worker")


def test_an_exception_in_a_finalizer_is_counted(errors: InternalErrors) -> None:
    owner = type("Owner", (), {"__del__": crash})()
    del owner
    assert errors.count == 1


def test_an_exception_in_a_slot_is_counted_and_the_loop_continues(errors: InternalErrors, run_qt: RunQt) -> None:
    async def test() -> None:
        QTimer.singleShot(0, crash)
        await until(lambda: errors.count == 1)
        await asyncio.sleep(0.01)

    run_qt(test())


def test_an_exception_in_a_callback_of_the_loop_is_counted(
    errors: InternalErrors, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        loop.call_soon(crash)
        loop.call_exception_handler({"message": "Something was left behind."})
        await asyncio.sleep(0.01)
        return "done"

    assert asyncio.run(with_exception_handler(main(), errors)) == "done"
    assert errors.count == 1
    assert "Something was left behind." in caplog.text


def test_a_lost_task_is_counted(errors: InternalErrors) -> None:
    async def main() -> None:
        async def fail() -> None:
            crash()

        await asyncio.wait((asyncio.create_task(fail()),))

    asyncio.run(with_exception_handler(main(), errors))
    assert errors.count == 1


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_any_exception_of_a_slot_or_thread_is_counted(
    errors: InternalErrors, error: Callable[[], BaseException]
) -> None:
    def fail() -> None:
        raise error()

    it = error()
    sys.excepthook(type(it), it, None)
    assert errors.count == 1
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert errors.count == 2


def test_ctrl_c_is_not_an_internal_error(errors: InternalErrors, capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not errors.count
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_the_previous_hooks_are_restored() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with contextlib.suppress(ZeroDivisionError), exception_hooks(InternalErrors("it")):
        raise ZeroDivisionError
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
