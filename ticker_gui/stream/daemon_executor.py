"""Threads for what blocks: a resolver or a keyring must not hold up the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each call in a thread of its own that dies with the program.

    For the few calls made here, one per connection attempt, a pool would gain nothing; and the threads of a pool are
    waited for at exit, for as long as a resolver takes to give up.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin a call and return its future."""
        future: Future[T] = Future()
        threading.Thread(target=_run_call, args=(future, fn, args, kwargs), daemon=True, name="blocking call").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do not wait for anybody."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


def _run_call(future: Future[Any], fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as error:
        future.set_exception(error)
