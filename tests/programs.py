"""The real program as a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.forked import Forked, Start, Started, fork_server

LOG_FILE = "TICKER_GUI_LOG_FILE"  # which each test sets
_PROGRAM = ["-m", "ticker_gui"]
COMMAND = [sys.executable, *_PROGRAM]
_DEVELOPER = ("-X", "dev")
_PIPES: Mapping[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
_NO_STREAMS: Mapping[str, Any] = {}
_TIMEOUT_S = 500
_RECHECK_S = 0.05
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


def share_fork_servers() -> None:
    """Let processes that are forked later share what starts programs: it imports the program once for all of them."""
    for options in ((), _DEVELOPER):
        fork_server(*options)


def call(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return _to_its_end(_start(None, arguments, changes))


def call_crashing(hook: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program with a provider "crashing", which has a bug in one hook, to its end.

    Several hooks with commas between them are that many providers, each with the name of its hook. The text of the
    exception may follow after a colon.
    """
    return _to_its_end(start_crashing(hook, *arguments, **changes))


def start_crashing(hook: str, *arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program as `call_crashing` does; the caller ends it."""
    return start_python(_CRASHING, hook, *arguments, **changes)


def call_python(code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run code that runs the program to its end, with the checks of Python's developers turned on.

    The modules of the program may be there already: `call_new_python` is for what depends on the imports.
    """
    return _to_its_end(start_python(code, *arguments, **changes))


def start_python(code: str, *arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start code as `call_python` does; the caller ends it."""
    return _start(code, arguments, changes, *_DEVELOPER)


def call_script(code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run code as `call_python` does, without the checks, which report a loop that is slow for a moment."""
    return _to_its_end(_start(code, arguments, changes))


def start_script(code: str, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
    """Start code as `call_script` does, with streams as `subprocess.Popen` takes them; the caller ends it."""
    return _start(code, arguments, {}, streams=streams)


def start_new_script(code: str, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
    """Start code as `start_script` does in a new interpreter; the caller ends it."""
    return _start_new(["-c", code], arguments, {}, streams=streams)


def call_new_python(code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new interpreter to its end, with the checks of Python's developers turned on."""
    return _to_its_end(_start_new([*_DEVELOPER, "-c", code], arguments, changes))


def start(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program; the caller ends it."""
    return _start(None, arguments, changes)


def start_on(streams: Mapping[str, Any], *arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program with standard streams of the test's own, as `subprocess.Popen` takes them; the caller ends it.

    A terminal has to be the standard error, because the others are read in another way on it.
    """
    return _start(None, arguments, changes, streams=streams)


def call_on(streams: Mapping[str, Any], *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program as `start_on` does to its end."""
    return _to_its_end(start_on(streams, *arguments, **changes))


def start_new(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program in a new interpreter, which imports it; the caller ends it."""
    return _start_new(_PROGRAM, arguments, changes)


def start_and_wait(*arguments: str, **changes: str) -> subprocess.Popen[str]:
    """Start the program and return when its command handles signals itself; the caller ends it."""
    program = _start(_REPORTS_SIGNALS, arguments, changes)
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


def _start(
    code: str | None,
    arguments: Sequence[str],
    changes: Mapping[str, str],
    *options: str,
    streams: Mapping[str, Any] = _NO_STREAMS,
) -> subprocess.Popen[str]:
    """Start code, or the program if there is none, where possible without importing the program again."""
    request = Start(code, list(arguments), environment(**changes), str(Path.cwd()))
    server = fork_server(*options)
    if server is not None and server.can_start(request.environment):
        return Forked(server, request, **{**_PIPES, **streams})
    return _start_new(_PROGRAM if code is None else [*options, "-c", code], arguments, changes, streams)


def _start_new(
    options: Sequence[str],
    arguments: Sequence[str],
    changes: Mapping[str, str],
    streams: Mapping[str, Any] = _NO_STREAMS,
) -> subprocess.Popen[str]:
    return Started(
        [sys.executable, *options, *arguments], env=environment(**changes), text=True, **{**_PIPES, **streams}
    )


def _to_its_end(program: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    with program:
        output, errors = program.communicate(timeout=_TIMEOUT_S)
    return subprocess.CompletedProcess(program.args, program.returncode, output, errors)


def end_when(is_so: Callable[[], object], program: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Read what a program writes until a fact holds or it has ended, and then end it with SIGTERM."""
    deadline_s = time.monotonic() + _TIMEOUT_S
    with program:
        while program.poll() is None and not is_so():
            assert time.monotonic() < deadline_s
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.communicate(timeout=_RECHECK_S)
        program.terminate()
        return _to_its_end(program)


def lines(output: str) -> list[dict[str, Any]]:
    """Return the JSON lines of an output."""
    return [msgspec.json.decode(line) for line in output.splitlines()]
