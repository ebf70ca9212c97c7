"""The whole suite runs on all cores; a part of it, and each worker, in the process it was started in."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tests.conftest import encodable, pytest_cmdline_main, pytest_collection_modifyitems, pytest_ignore_collect

SOURCE = pytest.Config.ArgsSource


def workers_of(source: Any = SOURCE.TESTPATHS, *, has_xdist: bool = True, **options: Any) -> Any:
    """Return how many workers a run is given; ``None`` where xdist is left alone."""
    option = SimpleNamespace(
        **{"numprocesses": None, "dist": "no", "usepdb": False, "loadscopereorder": True} | options
    )
    plugins = SimpleNamespace(hasplugin=lambda name: has_xdist)
    config = SimpleNamespace(args_source=source, option=option, pluginmanager=plugins, stash=pytest.Stash())
    pytest_cmdline_main(config)  # type: ignore[arg-type]
    return option.numprocesses


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)


def test_the_whole_suite_has_more_workers_than_one() -> None:
    assert workers_of() >= 2


def test_a_worker_starts_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    assert workers_of() is None


def test_a_part_of_the_suite_runs_in_one_process() -> None:
    assert workers_of(SOURCE.ARGS) is None


def test_what_is_asked_for_stays() -> None:
    assert workers_of(numprocesses=0) == 0
    assert workers_of(usepdb=True) is None
    assert workers_of(has_xdist=False) is None


def test_the_shares_of_the_workers_are_all_files_each_once() -> None:
    folder = Path(__file__).parent
    files = sorted(folder.rglob("test_*.py"))
    collected = [file for number in range(6) for file in files if not is_ignored(file, number, has_share=True)]
    assert sorted(collected) == files
    assert not is_ignored(folder / "gui", 0, has_share=True)


def test_a_worker_without_a_share_collects_all_files() -> None:
    assert not any(is_ignored(file, 0, has_share=False) for file in Path(__file__).parent.rglob("test_*.py"))


def is_ignored(path: Path, number: int, *, has_share: bool) -> bool:
    worker = {"workerid": f"gw{number}", "workercount": 6, "has_share": has_share}
    return bool(pytest_ignore_collect(path, SimpleNamespace(workerinput=worker)))  # type: ignore[arg-type]


def test_the_number_of_tests_is_that_of_all_shares() -> None:
    """Pytest would report that there were no tests if the worker that has collected last had none."""
    pytest.importorskip("xdist")
    from tests.shares import Shares

    session = SimpleNamespace(testscollected=0)
    plugins = SimpleNamespace(get_plugin=lambda name: session)
    shares = Shares(SimpleNamespace(getvalue=lambda name: ["popen", "popen"], pluginmanager=plugins))
    started = list[str]()
    for name, tests in (("gw0", ["a", "b"]), ("gw1", [])):
        node = Mock(send_runtest_all=functools.partial(started.append, name))
        shares.add_node(node)
        shares.add_node_collection(node, tests)
    shares.schedule()
    assert session.testscollected == 2
    assert started == ["gw0", "gw1"]


def test_a_worker_can_send_a_failure_whose_text_is_not_unicode() -> None:
    sent = encodable({"nodeid": "test", "longrepr": ["a\udcd7", ("b", 1, None)], "outcome": "failed"})
    assert sent == {"nodeid": "test", "longrepr": ["a\\udcd7", ("b", 1, None)], "outcome": "failed"}


def test_files_with_slow_tests_are_first_and_the_order_of_files_is_kept() -> None:
    def item(path: str, *, is_slow: bool = False) -> Any:
        return SimpleNamespace(path=path, get_closest_marker=lambda name: is_slow or None)

    items = [item("a"), item("b"), item("b", is_slow=True), item("c"), item("d", is_slow=True)]
    pytest_collection_modifyitems(items)
    assert [one.path for one in items] == ["b", "b", "d", "a", "c"]
