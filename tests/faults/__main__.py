"""Runs the program against every fault and prints a table of results: ``python -m tests.faults [--only F28,F35]``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.faults import program
from tests.faults.table import Table, fault_of


class FaultSelection:
    """A pytest plugin that selects the cases of some faults, or of all of them."""

    def __init__(self, only: Collection[str]) -> None:
        self._only = only

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deselect all other tests; called by pytest."""
        items[:] = [item for item in items if self._is_selected(item.nodeid)]

    def _is_selected(self, test: str) -> bool:
        fault = fault_of(test)
        return fault is not None and (not self._only or fault.number in self._only)


def main() -> int:
    """Run the cases; return 1 if one failed, or 2 if there is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", metavar="F28,F35", default="", help="run only these faults")
    only = {f"F{int(digits):02d}" for digits in re.findall(r"\d+", parser.parse_args().only)}
    program.runs_whole_windows = True
    table = Table()
    # Without its own reporter pytest prints nothing.
    pytest.main(
        ["-o", "addopts=", "-p", "no:terminal", str(Path(__file__).parent)], plugins=[FaultSelection(only), table]
    )
    table.end()
    return table.exit_code


if __name__ == "__main__":
    sys.exit(main())
