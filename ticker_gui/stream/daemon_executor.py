"""Runs blocking calls, such as DNS and keyring, without delaying the exit of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Calls(threading.local):
    """The running calls of the current thread, with what they use."""

    def __init__(self) -> None:
        self.running: list[tuple[threading.Thread, object]] = []


_CALLS: Final = _Calls()


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each call in its own daemon thread, which ends with the program.

    There are few such calls, about one per connection attempt, so a pool would gain nothing; and at exit Python would
    wait for its threads, for as long as a DNS lookup takes to time out.

    What a call uses is released by the thread that has submitted it, at a later call. After a cancellation, the thread
    of the call could be the last that holds a window or a notifier, and Qt crashes when it is deleted there.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a call in a new thread and return its future."""
        future: Future[T] = Future()
        call = (future, fn, args, kwargs)
        thread = threading.Thread(target=_run_call, args=call, daemon=True, name="blocking call")
        _CALLS.running = [running for running in _CALLS.running if running[0].is_alive()]
        thread.start()
        _CALLS.running.append((thread, call))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Shut down without waiting for running calls."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


def _run_call(future: Future[Any], fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as error:
        future.set_exception(error)
