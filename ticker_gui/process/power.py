"""The power supply of the computer."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from typing import Final

_SUPPLIES: Final = Path("/sys/class/power_supply")  # Linux
_TIMEOUT_S: Final = 5.0
_OFFLINE: Final = 0  # ACLineStatus; 255 if unknown


def is_on_battery() -> bool:
    """Return whether the computer runs on its battery; False if that is unknown. The answer may take a while."""
    if sys.platform == "win32":
        status = (ctypes.c_ubyte * 12)()  # SYSTEM_POWER_STATUS; its first byte is ACLineStatus
        return bool(ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status))) and status[0] == _OFFLINE
    if sys.platform == "darwin":
        return _is_on_battery_by_pmset()
    return is_discharging(_SUPPLIES)


def is_discharging(supplies: Path) -> bool:
    """Return whether a battery of the computer discharges and no other supply is online, by the files of Linux."""
    kinds = [(_read(supply / "type"), supply) for supply in sorted(supplies.glob("*"))]
    if any(kind != "Battery" and _read(supply / "online") == "1" for kind, supply in kinds):
        return False
    return any(
        kind == "Battery" and _read(supply / "scope") != "Device" and _read(supply / "status") == "Discharging"
        for kind, supply in kinds
    )


def _is_on_battery_by_pmset() -> bool:
    try:
        answer = subprocess.run(["pmset", "-g", "batt"], capture_output=True, check=False, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"'Battery Power'" in answer.stdout


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""
