"""A forked program is what a new process is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs
from tests.conftest import stop_passing_on_ignored_signals
from tests.forked import CAN_FORK, RANDOM_CONSTANTS, Forked
from ticker_gui.process.exit_signals import handlers_restored

STATE = """
import asyncio, faulthandler, gc, json, locale, os, signal, sys, threading, time, warnings
folder = "/proc/self/fd/"
state = {
    "arguments": sys.argv[1:],
    "asyncio": asyncio.events._get_running_loop() is None,
    "collects": [gc.isenabled(), gc.get_threshold()],
    "descriptors": [one for one in range(3, 64) if os.path.exists(folder + str(one))],
    "developer": [sys.flags.dev_mode, faulthandler.is_enabled(), len(warnings.filters) > 0],
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "group": [os.getpgid(0), os.getsid(0)],
    "handlers": {number.name: str(signal.getsignal(number)).split(" at ")[0] for number in signal.Signals},
    "locale": locale.setlocale(locale.LC_ALL),
    "main": [__name__, sys.modules["__main__"].__dict__ is globals()],
    "mask": os.umask(0o22),
    "streams": [[one.encoding, one.errors, one.line_buffering, one.isatty()] for one in (sys.stdin, sys.stdout, sys.stderr)],
    "input": sys.stdin.read(),
    "threads": threading.active_count(),
    "zone": time.tzname,
}
print(json.dumps(state, indent=1, sort_keys=True))
"""
ENDS = {
    "exit code": "import sys; print('a'); sys.exit(7)",
    "text": "import sys; sys.exit('wrong')",
    "end": "print('a')",
    "signal": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "unclosed file": "open('/dev/null')",
    "at exit": "import atexit; atexit.register(print, 'last')",
    "at once": "import os; print('lost', end=''); os._exit(3)",
}

CONSTANTS = """
import json, sys
import tests.forked as forked
from importlib import import_module
for name in forked._MODULES:
    import_module(name)
print(json.dumps({
    f"{module}.{name}": repr(value)
    for module in sorted(sys.modules) if module.startswith("ticker_gui")
    for name, value in vars(sys.modules[module]).items() if type(value) in (bytes, float, int, str)
}))
"""

# Prints the process that has forked it, and the one that has forked that.
ANCESTORS = """
import os
parent = os.getppid()
with open(f"/proc/{parent}/stat") as file:
    print(parent, file.read().rpartition(")")[2].split()[1])
"""

CALLS = (programs.call_python, programs.call_new_python)
pytestmark = pytest.mark.skipif(not CAN_FORK, reason="this system cannot fork")


def test_a_forked_program_is_in_the_state_of_a_new_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    forked, new = (call(STATE, "a", "b c", TZ="Asia/Tokyo", DESK="ä") for call in CALLS)
    assert (forked.returncode, forked.stderr) == (0, "")
    assert forked.stdout == new.stdout
    assert '"a",\n  "b c"' in forked.stdout


def test_what_each_process_draws_for_itself_is_drawn_again() -> None:
    calls = (programs.call_python, programs.call_python, programs.call_new_python)
    forked, again, new = (json.loads(call(CONSTANTS).stdout) for call in calls)
    drawn = {f"{module}.{name}" for name, (_, modules) in RANDOM_CONSTANTS.items() for module in modules}
    for other in (again, new):
        assert {name for name in forked if forked[name] != other[name]} == drawn


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_a_forked_program_ends_as_a_new_process_does(code: str) -> None:
    forked, new = (call(code) for call in CALLS)
    assert (forked.returncode, forked.stdout, forked.stderr) == (new.returncode, new.stdout, new.stderr)


def test_an_unhandled_error_is_printed() -> None:
    result = programs.call_python("1 / 0")
    assert result.returncode == 1
    assert result.stderr.startswith("Traceback")
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_a_forked_program_is_stopped_and_waited_for() -> None:
    with programs.start("demo-server", "--port", "0") as program:
        assert isinstance(program, Forked)
        assert program.stdout is not None
        program.stdout.readline()
        assert program.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(0.01)
        program.kill()
        assert program.wait(60) == -signal.SIGKILL
        assert program.poll() == -signal.SIGKILL


def test_forked_processes_share_what_has_imported_the_program() -> None:
    def ancestors() -> list[str]:
        return programs.call_python(ANCESTORS).stdout.split()

    server, _ = ancestors()
    forked = list[int]()
    for _ in range(2):
        if pid := os.fork():
            forked.append(pid)
            continue
        try:
            (own, shared), again = ancestors(), ancestors()
            os._exit(0 if own != server == shared and again == [own, shared] else 1)
        finally:
            os._exit(2)
    assert [os.waitpid(pid, 0)[1] for pid in forked] == [0, 0]
    assert ancestors()[0] == server


@pytest.mark.parametrize("start", [programs.start, programs.start_new])
def test_a_failing_test_ends_its_program(start: Callable[..., subprocess.Popen[str]]) -> None:
    with pytest.raises(ZeroDivisionError), start("demo-server", "--port", "0") as program:
        raise ZeroDivisionError
    assert program.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["PYTHONVERBOSE", "LC_ALL", "QT_API"])
def test_what_is_read_when_a_process_starts_needs_a_new_process(name: str) -> None:
    with programs.start("--version", **{name: "1"}) as program:
        assert not isinstance(program, Forked)
        program.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_program_reacts_to_a_signal_that_the_run_ignores(number: signal.Signals) -> None:
    with handlers_restored():
        signal.signal(number, signal.SIG_IGN)
        stop_passing_on_ignored_signals()
        result = programs.call_new_python(f"import os; os.kill(os.getpid(), {number:d}); print('still running')")
    assert (result.returncode, result.stdout) == (-number, "")
