"""The type of the clocks that are passed around the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Returns nanoseconds since the epoch, UTC. Differences of two readings are ages and waits."""
