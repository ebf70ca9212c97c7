"""Calls of an object's methods by its own parts, without a reference cycle.

The data of a symbol is large, and without cycles it is freed as soon as it is no longer used. Otherwise it would
never be: the window excludes objects that exist for a while from its garbage collections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakMethod

T = TypeVar("T")


def weak_call(method: Callable[[], T], default: T) -> Callable[[], T]:
    """Return a function that calls a method without keeping its object alive, and returns the default without it."""
    reference = WeakMethod(method)

    def call() -> T:
        bound = reference()
        return default if bound is None else bound()

    return call
