"""The printed table of fault cases."""

from __future__ import annotations

import re
import subprocess
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from tests import programs
from tests.faults.__main__ import FaultSelection
from tests.faults.table import Fault, Table, fault_of

_MAIN = "import sys; from tests.faults.__main__ import main; sys.exit(main())"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return programs.call_script(_MAIN, *arguments)


def test_the_table_has_case_status_text_and_result() -> None:
    result = run("--only", "F8,f16")
    assert (result.returncode, result.stderr) == (0, "")
    head, *rows = result.stdout.splitlines()
    assert re.split(" {2,}", head.strip()) == ["case", "status text", "pause ms", "result"]
    assert re.match(
        r"F08   rejected by http status +Stopped at [\d:]+: 127\.0\.0\.1 denied access.* \d+\.\d +ok$", rows[0]
    )
    refused = next(row for row in rows if row.startswith("F16"))
    assert re.match(r"F16   close 1008 with markup +Stopped at [\d:]+: 127\.0\.0\.1 closed .* \d+\.\d +ok$", refused)
    assert "<b>policy</b>" in result.stdout
    assert rows[-1] == "2 cases: 2 ok, 0 FAILED, 0 skipped"


def test_an_unknown_fault_is_reported(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    cases = list(request.session.items)
    FaultSelection({"F999"}).pytest_collection_modifyitems(cases)
    assert cases == []
    table = Table()
    table.end()
    assert table.exit_code == 2
    assert "0 cases" in capsys.readouterr().out


def test_only_the_cases_of_some_faults_are_selected() -> None:
    names = ["t.py::test_f07_to_f09_refused[f08]", "t.py::test_f16_closed", "t.py::test_f17_closed", "t.py::test_table"]
    for only, selected in ((["F08", "F17"], [0, 2]), ([], [0, 1, 2])):
        cases: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
        FaultSelection(only).pytest_collection_modifyitems(cases)
        assert [names.index(case.nodeid) for case in cases] == selected


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("tests/faults/test_x.py::test_f35_a_price_of_zero", Fault("F35", "a price of zero")),
        ("tests/faults/test_x.py::test_f241_late", Fault("F241", "late")),
        ("tests/faults/test_x.py::test_f15_closes[1013-x]", Fault("F15", "closes: 1013-x")),
        ("tests/faults/test_x.py::test_f07_to_f09_refused[f08]", Fault("F08", "refused")),
        ("tests/faults/test_x.py::test_f34_odd[a[0]]", Fault("F34", "odd: a[0]")),
        ("tests/faults/test_main.py::test_the_table", None),
        ("tests/faults/test_main.py::test_the_table[t.py::test_f15_closes]", None),
    ],
)
def test_a_case_is_identified_by_its_name(test: str, fault: Fault | None) -> None:
    assert fault_of(test) == fault


def report(when: Literal["setup", "call", "teardown"], outcome: Literal["passed", "failed"]) -> pytest.TestReport:
    """Return pytest's report of one phase of a case."""
    user_properties = [("shown", "Live since 12:00:00"), ("gap_ms", 7.5)]
    why = "E   it burns" if outcome == "failed" else None
    return pytest.TestReport(
        "t.py::test_f99_fire[hot]", ("t.py", 1, ""), {}, outcome, why, when, user_properties=user_properties
    )


@pytest.mark.parametrize("failing", ["setup", "call", "teardown", "nothing"])
def test_a_case_fails_if_any_of_its_phases_fails(failing: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table()
    for when in ("setup", "call", "teardown"):
        table.pytest_runtest_logreport(report(when, "failed" if when == failing else "passed"))
    table.end()
    output = capsys.readouterr().out
    assert re.search(r"F99   fire: hot +Live since 12:00:00 +7\.5 +(ok|FAILED)$", output, re.MULTILINE)
    assert ("it burns" in output) == (failing != "nothing")
    assert table.exit_code == (failing != "nothing")
