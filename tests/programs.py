"""The real program as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import msgspec

LOG_FILE = "TICKER_GUI_LOG_FILE"  # which each test sets
COMMAND = [sys.executable, "-m", "ticker_gui"]
_TIMEOUT_S = 150
_CRASHING = """
import sys
from tests.doubles import crashing_protocol
from ticker_gui.feeds.registry import PROVIDERS
hooks, _, text = sys.argv[1].partition(":")
for hook in hooks.split(","):
    PROVIDERS["crashing"] = PROVIDERS[hook] = crashing_protocol(hook, lambda: KeyError(text or "price"))
from ticker_gui.cli import main
sys.exit(main(sys.argv[2:]))
"""


def environment(**changes: str) -> dict[str, str]:
    """Return an environment for the program: offscreen, without settings of the user's own."""
    own = os.environ.items()
    kept = {name: value for name, value in own if name == LOG_FILE or not name.startswith("TICKER_GUI_")}
    return kept | {"QT_QPA_PLATFORM": "offscreen"} | changes


def call(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def call_crashing(hook: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program with a provider "crashing", which has a bug in one hook, to its end.

    Several hooks with commas between them are that many providers, each with the name of its hook. The text of the
    exception may follow after a colon.
    """
    return call_python(_CRASHING, hook, *arguments, **changes)


def call_python(code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run code that runs the program to its end, with the checks of Python's developers turned on."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", code, *arguments],
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def start(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program; the caller ends it."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_REPORTS_SIGNALS = """
import sys
from ticker_gui import __main__
from ticker_gui.process import exit_signals

handle = exit_signals.handle

def handle_and_report(*arguments):
    result = handle(*arguments)
    print("ready", flush=True)
    return result

exit_signals.handle = handle_and_report
sys.exit(__main__.run())
"""


def start_and_wait(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program and return when its command handles signals itself; the caller ends it."""
    program = subprocess.Popen(
        [sys.executable, "-c", _REPORTS_SIGNALS, *arguments],
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def lines(output: str) -> list[dict[str, Any]]:
    """Return the JSON lines of an output."""
    return [msgspec.json.decode(line) for line in output.splitlines()]
