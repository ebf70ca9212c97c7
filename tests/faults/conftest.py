"""Each fault's line in the table: what was shown, and how long the loop stood still."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.faults import program


@pytest.fixture(autouse=True)
def _told_in_the_table(record_property: Callable[[str, object], None], qapp: QApplication) -> Iterator[None]:
    program.RUNS.clear()
    yield
    runs = program.RUNS
    if runs:
        record_property("shown", next((words for run in runs for words in reversed(run.shown)), ""))
        record_property("gap_ms", round(1000 * max(run.watch.longest_s for run in runs), 1))
    program.RUNS.clear()
