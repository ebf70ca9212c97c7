"""A signal at any moment of the start ends the program without a traceback."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests import programs
from tests.process.test_exit_signals import SIGNALS, arguments, expected
from ticker_gui.process.early_exit import EXIT_SIGNAL_NAMES, exit_at_once, exit_code, is_ignored
from ticker_gui.process.exit_signals import EXIT_SIGNALS, handlers_restored

_MAX_IMPORT_S = 0.6  # what is imported later is tested module by module in `tests.process.test_exit_signals`
_ATTEMPTS = {signal.SIGINT: 12, signal.SIGTERM: 5, signal.SIGHUP: 5}  # only an interrupt can raise an exception
_LONGER_S = (1.0, 3.0, 10.0, 30.0)  # until a handler was reached
_FIRST_FILES = {"__init__.py", "__main__.py", "process/__init__.py", "process/early_exit.py"}
_OWN_MODULES = ["ticker_gui", "ticker_gui.process", "ticker_gui.process.early_exit"]


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
            _, errors = program.communicate(timeout=150)
        interrupted = set(re.findall(r'File ".*/ticker_gui/(.+?)", line', errors))
        assert interrupted <= _FIRST_FILES, f"after {delay_s:.3f} s"
        codes.add(program.returncode)
    # Python itself ends by the signal, or with code 1 for an interrupt, before the first line of the program runs.
    assert expected(command, number) in codes
    assert codes <= {expected(command, number), -number, 1}


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
