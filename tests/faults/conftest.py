"""Records the data of each case for the table: the status text, and the longest pause of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.faults import program


@pytest.fixture(autouse=True)
def _record_for_the_table(record_property: Callable[[str, object], None], qapp: QApplication) -> Iterator[None]:
    program.RUNS.clear()
    yield
    runs = program.RUNS
    if runs:
        record_property("shown", next((words for run in runs for words in reversed(run.shown)), ""))
        record_property("gap_ms", round(1000 * max(run.loop_monitor.longest_s for run in runs), 1))
    program.RUNS.clear()
