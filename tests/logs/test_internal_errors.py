from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import UNEXPECTED, Broken
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.logs.internal_errors import InternalErrors, as_exception, in_thread


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_each_kind_has_one_traceback_and_then_a_count(caplog: pytest.LogCaptureFixture) -> None:
    errors = InternalErrors("feed desk")
    for _ in range(1000):
        errors.note(raised(KeyError("price")), "decoding a frame")
    errors.note(raised(KeyError("price")), "reporting a fact")
    assert errors.count == 1001
    assert sorted(errors.kinds.values()) == [1, 1000]
    assert [record.exc_info is not None for record in caplog.records] == [True, False, False, False, True]
    assert "Internal error in feed desk: KeyError at" in caplog.text
    assert "1000 times" in caplog.text
    assert caplog.text.count("Traceback") == 2


def test_the_location_is_the_innermost_line_of_this_program() -> None:
    errors = InternalErrors("it")
    with pytest.raises(TypeError) as caught:
        clock_time(None)  # type: ignore[arg-type]
    errors.note(caught.value, "showing a time")
    (kind,) = errors.kinds
    assert re.fullmatch(r"TypeError at formatting/numbers\.py:\d+, showing a time", kind)


@given(st.lists(st.sampled_from(UNEXPECTED), max_size=30), st.text(max_size=20))
def test_any_exception_is_counted_without_raising(kinds: list[Callable[[], BaseException]], doing: str) -> None:
    errors = InternalErrors("it")
    for kind in kinds:
        errors.note(raised(kind()), doing)
        errors.note(kind(), doing)  # one that was never raised
    assert errors.count == sum(errors.kinds.values()) == 2 * len(kinds)


def test_a_guarded_call_succeeds_or_is_counted() -> None:
    errors, done = InternalErrors("it"), list[int]()
    for step in (lambda: done.append(1), lambda: 1 // 0, lambda: done.append(2)):
        errors.guard(step, "testing")
    assert (done, errors.count) == ([1, 2], 1)


def test_a_contained_exception_is_counted_with_the_location_that_raised_it() -> None:
    errors = InternalErrors("it")
    with errors.contained("showing a time"):
        clock_time(None)  # type: ignore[arg-type]
    (kind,) = errors.kinds
    assert re.fullmatch(r"TypeError at formatting/numbers\.py:\d+, showing a time", kind)


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_exceptions_that_end_a_task_or_the_program_are_not_contained(error: type[BaseException]) -> None:
    errors = InternalErrors("it")
    with pytest.raises(error), errors.contained("testing"):
        raise error
    assert errors.count == 0


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_any_exception_is_counted_or_becomes_an_exception(error: Callable[[], BaseException]) -> None:
    def crash() -> None:
        raise error()

    errors = InternalErrors("it")
    errors.guard(crash, "testing")
    assert errors.count == 1
    with pytest.raises(BaseException) as caught:  # noqa: PT011 (any)
        as_exception(crash)
    assert isinstance(caught.value, Exception)
    assert type(error()) in (type(caught.value), type(caught.value.__cause__))
    assert as_exception(lambda: 5) == 5


@pytest.mark.parametrize("error", [asyncio.CancelledError, StopIteration])
def test_what_a_thread_raises_is_an_exception_and_does_not_cancel_the_task(error: type[BaseException]) -> None:
    def crash() -> None:
        raise error

    async def test() -> None:
        with pytest.raises(RuntimeError, match=f"{error.__name__} was raised"):
            await in_thread(crash)
        assert await in_thread(threading.get_ident) != threading.get_ident()

    asyncio.run(test())


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_exceptions_that_end_the_program_are_not_guarded(error: type[BaseException]) -> None:
    def end() -> None:
        raise error

    with pytest.raises(error):
        InternalErrors("it").guard(end, "testing")
    with pytest.raises(error):
        as_exception(end)


def test_an_exception_without_a_text_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    InternalErrors("it").note(raised(Broken()), "reading")
    assert "Broken" in caplog.text


def test_the_number_of_kinds_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    errors = InternalErrors("it")
    for number in range(500):
        errors.note(raised(type(f"Error{number}", (Exception,), {})()), "reading")
    assert errors.count == 500
    assert len(errors.kinds) <= 51
    assert sum(record.levelno == logging.ERROR for record in caplog.records) <= 51
