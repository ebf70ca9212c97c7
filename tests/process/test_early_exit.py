"""A signal at any moment of the start ends the program without a traceback."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from tests import programs
from tests.process.test_exit_signals import COMMANDS, SIGNALS, arguments, expected
from ticker_gui.process.early_exit import EXIT_SIGNAL_NAMES, exit_at_once, exit_code, is_ignored
from ticker_gui.process.exit_signals import EXIT_SIGNALS, handlers_restored

_MAX_IMPORT_S = 0.6
_ATTEMPTS = {signal.SIGINT: 4, signal.SIGTERM: 2, signal.SIGHUP: 2}  # only an interrupt can raise an exception
_HUNG_S = 150.0
_LONGER_S = (1.0, 3.0, 10.0, 30.0)  # until a handler was reached
_FIRST_FILES = {"__init__.py", "__main__.py", "process/__init__.py", "process/early_exit.py"}
_OWN_MODULES = ["ticker_gui", "ticker_gui.process", "ticker_gui.process.early_exit"]
_IMPORTED = {
    "window": [
        "asyncio.base_events",
        "msgspec",
        "ticker_gui.config.settings",
        "PySide6.QtCore",
        "pyqtgraph.functions",
        "ticker_gui.gui.window.main_window",
    ],
    "stream": [
        "asyncio.base_events",
        "argparse",
        "numpy",
        "ticker_gui.config.settings",
        "websockets.frames",
        "ticker_gui.engine.engine",
    ],
    "check": ["asyncio.base_events", "websockets.frames", "ticker_gui.feeds.registry"],
    "demo-server": ["ticker_gui.cli", "ticker_gui.demo.market"],
}
# Starts the program up to the last of some imports. At each of them, and at each line of the first files, it forks and
# lets the copy receive each signal; it prints the moment, the signal and the exit code.
_FORKS_AT_MOMENTS = """
import os, runpy, sys
first_files, modules, numbers = [word.split(",") for word in sys.argv[1:4]]
del sys.argv[1:4]
lines = set()

def receive_each_signal(moment):
    for number in map(int, numbers):
        if pid := os.fork():
            print(moment, number, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
            continue
        sys.settrace(None)
        os.kill(os.getpid(), number)
        for _ in range(1_000):  # Python handles it meanwhile
            pass
        os._exit(99)

class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "ticker_gui.cli":
            sys.settrace(None)
        if name in modules:
            modules.remove(name)
            receive_each_signal(name)
        if not modules:
            os._exit(0)

def trace(frame, event, argument):
    if (file := frame.f_code.co_filename.rpartition("/ticker_gui/")[2]) not in first_files:
        return None
    if event == "line" and (moment := f"{file}:{frame.f_lineno}") not in lines:
        lines.add(moment)
        receive_each_signal(moment)
    return trace

sys.meta_path.insert(0, Finder)
sys.settrace(trace)
runpy.run_module("ticker_gui", run_name="__main__", alter_sys=True)
"""
# Interrupts itself in a callback, as it may happen during an import, and then runs until an interrupt.
_DROPS_AN_INTERRUPT = """
import os, signal, sys, time, weakref
class Lock: pass
lock = Lock()
reference = weakref.ref(lock, lambda _: [os.kill(os.getpid(), signal.SIGINT), sys.getrefcount(None)])
del lock
while True:
    time.sleep(0.01)
"""


def test_almost_nothing_is_imported_before_signals_are_handled() -> None:
    code = (
        "import os, sys; before = set(sys.modules)\n"
        "from ticker_gui.process import early_exit\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = programs.call_new_python(code)
    assert result.stdout.split() == _OWN_MODULES


def test_importing_the_entry_point_imports_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules)\nimport ticker_gui.__main__\nprint(*sorted(set(sys.modules) - before))"
    )
    result = programs.call_new_python(code)
    assert result.stdout.split() == [_OWN_MODULES[0], "ticker_gui.__main__", *_OWN_MODULES[1:]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_signal_at_the_first_lines_or_at_an_import_prints_no_traceback(command: str, tmp_path: Path) -> None:
    words = ",".join(sorted(_FIRST_FILES)), ",".join(_IMPORTED[command]), ",".join(str(int(one)) for one in SIGNALS)
    result = programs.call_new_python(_FORKS_AT_MOMENTS, *words, *arguments(command), XDG_CONFIG_HOME=str(tmp_path))
    assert interrupted_files(result.stderr) <= _FIRST_FILES
    codes = {
        (moment, signal.Signals(int(number))): int(code)
        for moment, number, code in map(str.split, result.stdout.splitlines())
    }
    assert {moment.partition(":")[0] for moment, _ in codes} == {*_FIRST_FILES, *_IMPORTED[command]}
    at_imports = {where: code for where, code in codes.items() if where[0] in _IMPORTED[command]}
    assert at_imports == {(moment, number): expected(command, number) for moment, number in at_imports}
    for number in SIGNALS:
        assert {code for (_, each), code in codes.items() if each == number} == {expected(command, number), -number}


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", ["window", "stream"])
def test_a_signal_at_any_moment_of_the_start_prints_no_traceback(
    command: str, number: signal.Signals, tmp_path: Path
) -> None:
    random = Random(f"{command} {number}")
    codes = set[int]()
    # Most of them are in the first tenth of a second.
    delays_s = [random.random() ** 3 * _MAX_IMPORT_S for _ in range(_ATTEMPTS[number])]
    for delay_s in (*delays_s, *_LONGER_S):
        if delay_s in _LONGER_S and expected(command, number) in codes:
            break
        with programs.start_new(*arguments(command), XDG_CONFIG_HOME=str(tmp_path)) as program:
            time.sleep(delay_s)
            program.send_signal(number)
            errors = errors_until_end(program, number)
        assert interrupted_files(errors) <= _FIRST_FILES, f"after {delay_s:.3f} s"
        codes.add(program.returncode)
    # Python itself ends by the signal, or with code 1 for an interrupt, before the first line of the program runs.
    assert expected(command, number) in codes
    assert codes <= {expected(command, number), -number, 1}


def test_an_interrupt_that_python_drops_is_sent_again() -> None:
    with programs.start_new_script(_DROPS_AN_INTERRUPT) as program:
        errors = errors_until_end(program, signal.SIGINT)
    assert program.returncode == -signal.SIGINT
    assert errors.startswith("Exception ignored in")


def errors_until_end(program: subprocess.Popen[str], number: signal.Signals) -> str:
    """Return what a program prints as errors until it has ended, and send a signal again that Python has dropped.

    Until the first line of the program runs, an interrupt is an exception. Inside a callback of an import, Python prints
    that it ignores the exception, and goes on.
    """
    assert program.stderr is not None
    hung = Timer(_HUNG_S, program.kill)  # whose exit code no test expects
    hung.start()
    try:
        errors = ""
        for line in program.stderr:
            errors += line
            if line.startswith("KeyboardInterrupt") and "Exception ignored in" in errors:
                program.send_signal(number)
        program.wait()
    finally:
        hung.cancel()
    return errors


def interrupted_files(errors: str) -> set[str]:
    """Return the files of the program that a traceback names."""
    return set(re.findall(r'File ".*/ticker_gui/(.+?)", line', errors))


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        ("stream", signal.SIGINT, 130),
        ("stream", signal.SIGTERM, 0),
        ("export", signal.SIGINT, 130),
        ("websocket", signal.SIGINT, 130),
        ("websocket", signal.SIGTERM, 0),
        ("export", signal.SIGTERM, 0),
        ("check", signal.SIGTERM, 130),
        ("", signal.SIGINT, 0),
    ],
)
def test_the_exit_code_shows_whether_the_result_is_incomplete(command: str, number: int, code: int) -> None:
    assert exit_code(command, number) == code


@pytest.mark.parametrize("number", EXIT_SIGNALS)
def test_each_signal_exits_at_once(number: signal.Signals) -> None:
    code = (
        "import os, sys\n"
        "from ticker_gui.process.early_exit import exit_at_once\n"
        f"exit_at_once('stream'); os.kill(os.getpid(), {int(number)}); print('still running')"
    )
    result = subprocess.run([sys.executable, "-c", code], env=programs.environment(), capture_output=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (exit_code("stream", number), b"", b"")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    with handlers_restored():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        exit_at_once("stream")
        assert is_ignored(signal.SIGHUP)
        assert not is_ignored(signal.SIGTERM)


def test_the_signals_are_those_that_end_a_running_program() -> None:
    assert {number.name for number in EXIT_SIGNALS} <= set(EXIT_SIGNAL_NAMES)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_python_exits_does_not_change_the_exit_code(number: signal.Signals) -> None:
    code = (
        "import os, sys\n"
        "from ticker_gui import __main__, cli\n"
        "class Late:\n"
        f"    def __del__(self, kill=os.kill, pid=os.getpid()): kill(pid, {int(number)})\n"
        "cli.main, late = lambda: 7, Late()\n"  # Python deletes it last
        "sys.exit(__main__.run())"
    )
    result = programs.call_new_python(code, "stream")
    assert (result.returncode, result.stderr) == (7, "")
