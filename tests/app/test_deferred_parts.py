"""The parts that are made when the window is painted."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.test_app import Running
from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.app import app as module
from ticker_gui.app.app import App
from ticker_gui.gui.alerts.alert_dialog import AlertDialog
from ticker_gui.gui.application import Application
from ticker_gui.gui.garbage_collection import GarbageCollector


def made(app: App) -> set[str]:
    return {"deferred_parts", "deferred_feed_parts"} & set(vars(app))


def test_they_are_made_when_the_window_is_painted(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt
) -> None:
    async def test() -> None:
        running = Running(qapp, monkeypatch)
        painted: list[set[str]] = []
        running.window.painted.connect(lambda: painted.append(made(running.app)))
        async with running.shown():
            await until(lambda: len(made(running.app)) == 2)
        assert painted[0] == set()

    run_qt(test())


def test_collections_skip_them(qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt) -> None:
    frozen: list[set[str]] = []

    async def test() -> None:
        running = Running(qapp, monkeypatch)
        monkeypatch.setattr(GarbageCollector, "freeze", lambda collector: frozen.append(made(running.app)))
        async with running.shown():
            await until(lambda: frozen)

    run_qt(test())
    assert frozen == [{"deferred_parts", "deferred_feed_parts"}]


def test_the_first_input_makes_them_at_once(qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt) -> None:
    is_importing, may_go_on = threading.Event(), threading.Event()

    def import_slowly(name: str) -> ModuleType:
        is_importing.set()
        may_go_on.wait()
        return module

    async def test() -> None:
        monkeypatch.setattr(module, "import_module", import_slowly)
        running = Running(qapp, monkeypatch)
        try:
            async with running.shown():
                await until(is_importing.is_set)
                assert not made(running.app)
                # Not in this task: a key sent to a window makes Qt process events, which may be steps of other tasks.
                press = partial(QTest.keyClick, running.window.windowHandle())
                asyncio.get_running_loop().call_soon(press, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
                await until(lambda: running.window.findChild(AlertDialog) is not None)
                dialog = running.app.deferred_parts.alerts.dialog
                assert dialog is not None
                assert dialog.isVisible()
                parts = running.app.deferred_parts, running.app.deferred_feed_parts
                may_go_on.set()
                alerting = running.app.deferred_parts.alerts.alerting
                await until(lambda: running.app.engine.taps.on_unmonitored_feed == alerting.update)
                assert parts == (running.app.deferred_parts, running.app.deferred_feed_parts)
                dialog.close()
        finally:
            may_go_on.set()

    run_qt(test())


def test_what_is_wrong_with_the_saved_alerts_is_shown_after_the_other_notices(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # messages with short paths are shown in full length
    for name in ("window.json", "alerts.json"):
        Path(name).write_bytes(b"\x80\x04nonsense")

    async def test() -> None:
        running = Running(qapp, monkeypatch, folder=Path())
        async with running.shown():
            status = running.window.status
            await until(lambda: "window.json.bad" in status.currentMessage())
            status.clearMessage()  # as after ten seconds
            await until(lambda: "alerts.json.bad" in status.currentMessage())

    run_qt(test())


def test_a_feed_can_be_connected_before_they_are_made(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt
) -> None:
    async def test() -> None:
        running = Running(qapp, monkeypatch)
        running.window.connect_feed(symbol="C")
        dialog = running.app.deferred_feed_parts.feed_connector.dialog
        assert dialog is not None
        assert dialog.form.symbols.text() == "C"
        dialog.reject()

    run_qt(test())
