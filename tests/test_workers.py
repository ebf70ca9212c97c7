"""The whole suite runs on all cores; a part of it, and what pytest-xdist or a debugger runs, in one process."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import encodable, has_workers, pytest_collection_modifyitems
from tests.workers import CAN_FORK, importing_from_the_end

SOURCE = pytest.Config.ArgsSource
ROOT = Path(__file__).parent.parent
LIMIT_S = 200
needs_fork = pytest.mark.skipif(not CAN_FORK, reason="only Linux forks processes that have imported Qt")

# What runs these files in workers, as the suite does it.
CONFTEST = """
import os
import pytest
from tests.workers import Workers

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    Workers(session).run()
    return True

@pytest.fixture(scope="session")
def shared():
    yield object()
    with open("shared.txt", "a") as file:
        print(os.getpid(), file=file)

@pytest.fixture(autouse=True)
def note_process(request, shared):
    with open("processes.txt", "a") as file:
        print(request.node.path.name, os.getpid(), id(shared), file=file)
"""


def are_distributed(source: Any = SOURCE.TESTPATHS, *, has_coverage: bool = False, **options: Any) -> bool:
    """Return whether a run with these options has workers."""
    option = SimpleNamespace(**{"numprocesses": None, "usepdb": False, "collectonly": False} | options)
    plugins = SimpleNamespace(hasplugin=lambda name: has_coverage and name == "_cov")
    return has_workers(SimpleNamespace(args_source=source, option=option, pluginmanager=plugins))  # type: ignore[arg-type]


def test_the_whole_suite_is_distributed_and_a_part_is_not() -> None:
    assert are_distributed() is CAN_FORK
    assert not are_distributed(SOURCE.ARGS)


def test_what_is_asked_for_stays() -> None:
    assert not are_distributed(numprocesses=0)
    assert not are_distributed(usepdb=True)
    assert not are_distributed(collectonly=True)
    assert not are_distributed(has_coverage=True)


def run_files(folder: Path, *options: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Run test files in workers, in a process of their own."""
    (folder / "conftest.py").write_text(CONFTEST)
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    plugins = ("no:cacheprovider", "no:xdist", "no:pytest-qt", "no:hypothesispytest")
    switches = [argument for plugin in plugins for argument in ("-p", plugin)]
    command = [sys.executable, "-m", "pytest", *switches, "--timeout=100", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )


@needs_fork
def test_each_file_is_run_once_by_one_worker_and_everything_is_reported(tmp_path: Path) -> None:
    files = {f"number_{number}": "def test_one(): pass\ndef test_two(): pass\n" for number in range(8)}
    files["bad"] = """
import pytest, warnings
def test_fails(): assert "\\udcd7" == "what"
@pytest.mark.skip(reason="not today")
def test_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_expected(): assert False
def test_warns(): warnings.warn("take care")
@pytest.fixture
def broken():
    yield
    raise OSError("teardown")
def test_broken(broken): pass
"""
    result = run_files(tmp_path, "-ra", **files)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 18 passed, 1 skipped, 1 xfailed, 1 warning, 1 error in" in result.stdout
    for text in ("FAILED test_bad.py::test_fails", "not today", "UserWarning: take care", "OSError: teardown"):
        assert text in result.stdout
    rows = [line.split() for line in (tmp_path / "processes.txt").read_text().splitlines()]
    workers = {file: {process for name, process, _ in rows if name == file} for file, _, _ in rows}
    assert len(rows) == 20  # nothing is set up for a skipped test
    assert all(len(processes) == 1 for processes in workers.values())
    assert str(os.getpid()) not in {process for _, process, _ in rows}
    # A worker sets up what all tests share once, and tears it down.
    shared = {process: {one for _, other, one in rows if other == process} for _, process, _ in rows}
    assert all(len(objects) == 1 for objects in shared.values())
    assert sorted((tmp_path / "shared.txt").read_text().split()) == sorted(shared)


@needs_fork
def test_a_test_that_ends_its_process_is_named_and_the_others_run(tmp_path: Path) -> None:
    ends = "import os\ndef test_ends(): os._exit(3)\ndef test_not_run(): pass\n"
    others = {f"number_{number}": "def test_one(): pass\n" for number in range(8)}
    result = run_files(tmp_path, "-q", "-ra", ends=ends, **others)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "test_ends.py::test_ends: The process ended with 3; the rest of its file was not run." in result.stdout
    assert "1 failed, 8 passed" in result.stdout


@needs_fork
def test_workers_end_after_the_process_that_started_them_was_killed(tmp_path: Path) -> None:
    """Each of them holds the pipe whose end is waited for."""
    kills = "import os, signal\ndef test_kills(): os.kill(os.getppid(), signal.SIGKILL)\n"
    others = {f"number_{number}": "def test_one(): pass\n" for number in range(8)}
    assert run_files(tmp_path, "-q", kills=kills, **others).returncode == -signal.SIGKILL


@needs_fork
def test_a_broken_end_of_a_worker_fails_the_run(tmp_path: Path) -> None:
    shared = """
import pytest
@pytest.fixture(scope="session")
def broken():
    yield
    raise OSError("teardown of all")
def test_one(broken): pass
"""
    result = run_files(tmp_path, "-q", one=shared)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "the end of a worker: The process ended with 1" in result.stdout
    assert "OSError: teardown of all" in result.stderr


@needs_fork
def test_a_run_ends_at_the_first_failure_if_that_is_asked_for(tmp_path: Path) -> None:
    waits = "import time\ndef test_waits(): time.sleep(90)\n"
    result = run_files(tmp_path, "-x", fails="def test_fails(): assert False\n", waits=waits)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "stopping after 1 failures" in result.stdout


@needs_fork
def test_a_test_that_hangs_is_ended_and_named(tmp_path: Path) -> None:
    hangs = "import time\ndef test_hangs():\n  time.sleep(90)\n"
    result = run_files(tmp_path, "--timeout=0.2", hangs=hangs)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "test_hangs.py::test_hangs: The process ended because of a timeout" in result.stdout
    assert 'test_hangs.py", line 3 in test_hangs' in result.stderr


@needs_fork
def test_temporary_folders_of_all_workers_are_in_that_of_the_run_and_deleted_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(root))
    note = "def test_one(tmp_path):\n  print(tmp_path, file=open('folders.txt', 'a'))\n"
    result = run_files(
        tmp_path, "-o", "tmp_path_retention_policy=failed", **{f"number_{number}": note for number in range(8)}
    )
    assert result.returncode == pytest.ExitCode.OK, result.stdout
    folders = [Path(line) for line in (tmp_path / "folders.txt").read_text().splitlines()]
    assert len(set(folders)) == 8
    (of_run,) = {folder.parent.parent for folder in folders}
    assert of_run.is_relative_to(root)
    assert not of_run.exists()
    assert not list(of_run.parent.glob("pytest-[0-9]*"))


@needs_fork
def test_modules_are_imported_from_the_end_by_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "imported_from_the_end"
    folder.mkdir()
    note = "from pathlib import Path\nimport os\nPath(__file__).with_suffix('.txt').write_text(str(os.getpid()))\n"
    for name, text in {"a": note, "b": "raise OSError('not importable')\n", "c": note}.items():
        (folder / f"test_{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    with importing_from_the_end(folder):
        first = folder / "test_a.txt"
        while not (first.exists() and first.read_text()):
            time.sleep(0.01)
    process = int(first.read_text())
    assert (folder / "test_c.txt").read_text() == str(process)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert process != os.getpid()
    assert "imported_from_the_end" not in sys.modules


def test_a_worker_of_xdist_can_send_a_failure_whose_text_is_not_unicode() -> None:
    sent = encodable({"nodeid": "test", "longrepr": ["a\udcd7", ("b", 1, None)], "outcome": "failed"})
    assert sent == {"nodeid": "test", "longrepr": ["a\\udcd7", ("b", 1, None)], "outcome": "failed"}


def test_files_with_slow_tests_are_first_and_the_order_of_files_is_kept() -> None:
    def item(path: str, *, is_slow: bool = False) -> Any:
        return SimpleNamespace(path=path, get_closest_marker=lambda name: is_slow or None)

    items = [item("a"), item("b"), item("b", is_slow=True), item("c"), item("d", is_slow=True)]
    pytest_collection_modifyitems(items)
    assert [one.path for one in items] == ["b", "b", "d", "a", "c"]


def test_a_logger_may_be_created_while_pytest_goes_through_them() -> None:
    before = list(logging.Logger.manager.loggerDict)
    for number, _ in enumerate(logging.Logger.manager.loggerDict.values()):
        logging.getLogger(f"test-{number}")
    for name in logging.Logger.manager.loggerDict.keys() - before:
        del logging.Logger.manager.loggerDict[name]
