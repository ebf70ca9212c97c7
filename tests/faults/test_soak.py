"""The squeezed soak in its short form, and what it would not let pass."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests import programs
from tests.faults.soak import Row, print_table

SHORT = ("--messages", "100000", "--reconnects", "10")


@pytest.mark.skipif(sys.platform != "linux", reason="memory and file descriptors are asked of Linux")
def test_f62_a_day_squeezed_into_seconds(record_property: Callable[[str, object], None]) -> None:
    command = [sys.executable, "-m", "tests.faults.soak", *SHORT]
    result = subprocess.run(
        command, env=programs.environment(), capture_output=True, text=True, timeout=150, check=False
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
    first, _, *rows = result.stdout.splitlines()
    assert first.startswith("100,011 messages")  # with eleven acknowledgements
    assert [row.split("  ")[0] for row in rows] == [
        "memory (MiB)",
        "file descriptors",
        "tasks",
        "timers",
        "timers given up",
        "objects of Qt's in Python",
        "objects in the window",
        "frames",
        "trades believed",
        "trades missed",
        "quarantined",
        "duplicate",
        "unasked",
        "shown + merged + quarantined + duplicate + unasked",
        "exit code",
    ]
    assert "NOT SO" not in result.stdout
    record_property("shown", first)


@pytest.mark.parametrize(
    ("row", "is_met"),
    [
        (Row("frames", 10, 10), True),
        (Row("frames", 9, 10), False),
        (Row("frames", 11, 10), False),
        (Row("memory", 119.0, 100.0, 20.0), True),
        (Row("memory", 80.0, 100.0, 20.0), True),
        (Row("memory", 120.0, 100.0, 20.0), False),
    ],
)
def test_one_figure_that_is_not_so_fails_the_whole(row: Row, is_met: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table([Row("exit code", 0, 0), row]) is is_met
    assert ("NOT SO" in capsys.readouterr().out) is not is_met
