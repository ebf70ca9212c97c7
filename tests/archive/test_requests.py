from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from tests.doubles import UNEXPECTED
from ticker_gui.archive.requests import NotAvailableError, Request

WRITER: Any = object()


def test_the_result_is_that_of_the_work() -> None:
    done: Future[Any] = Future()
    Request(lambda writer: [writer], done).answer(WRITER)
    assert done.result(0) == [WRITER]


def test_without_a_file_the_work_is_not_done() -> None:
    done: Future[Any] = Future()
    Request(lambda writer: pytest.fail("no writer"), done).answer(None)
    with pytest.raises(NotAvailableError):
        done.result(0)


def test_work_that_is_no_longer_awaited_is_not_done() -> None:
    done: Future[Any] = Future()
    done.cancel()
    Request(lambda writer: pytest.fail("it was cancelled"), done).answer(WRITER)


@pytest.mark.parametrize("error", UNEXPECTED)
def test_every_error_is_passed_on_as_an_exception(error: Callable[[], BaseException]) -> None:
    def fail(_: object) -> None:
        raise error()

    done: Future[Any] = Future()
    Request(fail, done).answer(WRITER)
    assert isinstance(done.exception(0), Exception)
