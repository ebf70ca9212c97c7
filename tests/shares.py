"""Runs the whole suite in workers of which each has collected its own share of the test files.

Otherwise each worker of pytest-xdist collects all files, which takes as much of the processors as minutes of tests.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import EachScheduling


class Shares(EachScheduling):  # type: ignore[misc]
    """Lets each worker run all that it has collected."""

    def schedule(self) -> None:
        """Start the workers, and tell pytest the number of all tests: it knows that of the last worker only."""
        super().schedule()
        session: Any = self.config.pluginmanager.get_plugin("session")
        session.testscollected = sum(map(len, self.node2collection.values()))
