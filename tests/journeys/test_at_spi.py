"""The window as a screen reader sees it: on a virtual X server, over the accessibility bus."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.journeys.at_spi_session import LAUNCHER, SYSTEM_PYTHON

_PACKAGES = "xvfb dbus at-spi2-core python3-pyatspi libxcb-cursor0"


def missing() -> str:
    """Return why this machine cannot run the test, or an empty text."""
    if not sys.platform.startswith("linux"):
        return "AT-SPI is Linux's"
    reads = [SYSTEM_PYTHON, "-c", "import pyatspi"]
    has_all = (
        shutil.which("Xvfb")
        and shutil.which("dbus-run-session")
        and LAUNCHER.exists()
        and subprocess.run(reads, capture_output=True, check=False).returncode == 0
    )
    return "" if has_all else f"this machine lacks some of {_PACKAGES}"


@pytest.fixture
def display() -> Iterator[str]:
    """Run an X server and return its display."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def test_a_screen_reader_finds_what_is_on_the_screen(display: str) -> None:
    if reason := missing():
        pytest.skip(reason)
    command = ["dbus-run-session", "--", sys.executable, "-m", "tests.journeys.at_spi_session"]
    environment = os.environ | {"DISPLAY": display}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=285, check=False)
    assert result.returncode == 0, result.stderr
    found, ended = result.stdout.splitlines()[-2:]
    assert ended == "0"
    nodes = [tuple(node) for node in json.loads(found)]

    def named(role: str) -> list[str]:
        return [name for kind, name, _ in nodes if kind == role]

    assert named("frame") == ["Main window"]
    assert {"Symbol", "Last", "Chg %", "Age"} <= set(named("table column header"))
    cells = named("table cell")
    assert "NIMB" in cells
    assert any(cell.startswith("NIMB Last ") and cell[-1].isdigit() for cell in cells)
    (chart,) = [words for kind, name, words in nodes if name == "Price chart"]
    assert chart.startswith("NIMB   ")
    assert "Visible range: " in chart
    assert {"Demo data:", "not real prices."} <= set(named("label"))
    assert "Connect a feed…" in named("push button")
    (state,) = [words for _, name, words in nodes if name == "Connection state"]
    assert "Demo since" in state
    assert {"File", "Edit", "Watchlist", "Chart", "View", "Help", "Quit"} <= set(named("menu item"))
    assert "Add symbols" in named("text")
    assert {"Timeframe", "Chart type"} <= {words for kind, _, words in nodes if kind == "combo box"}
    # Nothing that people read is markup.
    assert not [node for node in nodes if "<qt>" in node[1] or "<qt>" in node[2]]
    assert not [node for node in nodes if node[0] == "push button" and not node[1]]
