"""The soak test in its short form, and its failures."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests import programs
from tests.faults.soak import Row, print_table

SHORT = ("--messages", "20000", "--reconnects", "10")
_SOAK = "import sys; from tests.faults.soak import main; sys.exit(main())"


@pytest.mark.skipif(sys.platform != "linux", reason="memory and file descriptors are asked of Linux")
def test_f62_soak_test_in_its_short_form(record_property: Callable[[str, object], None]) -> None:
    result = programs.call_script(_SOAK, *SHORT)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
    first, _, *rows = result.stdout.splitlines()
    assert first.startswith("20,011 messages")  # with eleven acknowledgements
    assert [row.split("  ")[0] for row in rows] == [
        "memory (MiB)",
        "file descriptors",
        "tasks",
        "timers",
        "cancelled timers",
        "Qt objects in Python",
        "objects in the window",
        "frames",
        "trades accepted",
        "trades missed",
        "rejected frames",
        "duplicates",
        "unsubscribed",
        "displayed + coalesced + rejected + duplicates + others",
        "exit code",
    ]
    assert "FAILED" not in result.stdout
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
def test_one_failed_value_fails_the_soak_test(row: Row, is_met: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table([Row("exit code", 0, 0), row]) is is_met
    assert ("FAILED" in capsys.readouterr().out) is not is_met
