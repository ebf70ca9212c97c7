"""The whole suite runs on all cores; a part of it, and each worker, in the process it was started in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import encodable, pytest_cmdline_main, pytest_collection_modifyitems

SOURCE = pytest.Config.ArgsSource


def workers_of(source: Any = SOURCE.TESTPATHS, *, has_xdist: bool = True, **options: Any) -> Any:
    """Return how many workers a run is given; ``None`` where xdist is left alone."""
    option = SimpleNamespace(
        **{"numprocesses": None, "dist": "no", "usepdb": False, "loadscopereorder": True} | options
    )
    plugins = SimpleNamespace(hasplugin=lambda name: has_xdist)
    pytest_cmdline_main(SimpleNamespace(args_source=source, option=option, pluginmanager=plugins))  # type: ignore[arg-type]
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


def test_a_worker_can_send_a_failure_whose_text_is_not_unicode() -> None:
    sent = encodable({"nodeid": "test", "longrepr": ["a\udcd7", ("b", 1, None)], "outcome": "failed"})
    assert sent == {"nodeid": "test", "longrepr": ["a\\udcd7", ("b", 1, None)], "outcome": "failed"}


def test_files_with_slow_tests_are_first_and_the_order_of_files_is_kept() -> None:
    def item(path: str, *, is_slow: bool = False) -> Any:
        return SimpleNamespace(path=path, get_closest_marker=lambda name: is_slow or None)

    items = [item("a"), item("b"), item("b", is_slow=True), item("c"), item("d", is_slow=True)]
    pytest_collection_modifyitems(items)
    assert [one.path for one in items] == ["b", "b", "d", "a", "c"]
