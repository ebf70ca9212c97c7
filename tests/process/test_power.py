from __future__ import annotations

from pathlib import Path

import pytest

from ticker_gui.process.power import is_discharging, is_on_battery


def supply(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir()
    for file, text in files.items():
        (folder / name / file).write_text(f"{text}\n")


@pytest.mark.parametrize(("online", "status", "expected"), [
    ("0", "Discharging", True), ("1", "Charging", False), ("1", "Discharging", False), ("0", "Full", False),
])  # fmt: skip
def test_a_laptop_runs_on_battery_if_it_discharges_and_is_not_plugged_in(
    tmp_path: Path, online: str, status: str, expected: bool
) -> None:
    supply(tmp_path, "AC", type="Mains", online=online)
    supply(tmp_path, "BAT0", type="Battery", status=status)
    assert is_discharging(tmp_path) is expected


def test_the_battery_of_a_mouse_is_not_that_of_the_computer(tmp_path: Path) -> None:
    supply(tmp_path, "hidpp_battery_0", type="Battery", scope="Device", status="Discharging")
    assert not is_discharging(tmp_path)


def test_a_computer_without_a_battery_does_not_run_on_one(tmp_path: Path) -> None:
    assert not is_discharging(tmp_path)
    assert not is_discharging(tmp_path / "missing")


def test_the_system_has_an_answer() -> None:
    assert is_on_battery() in (True, False)
