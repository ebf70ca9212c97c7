"""Requests for feeds, carried out in the whole program on scripted connections and a real settings file."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.conftest import RunQt
from tests.doubles import Ring, ScriptedConnector, until
from ticker_gui.app import app as module
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.loading import Arguments, load, read_file
from ticker_gui.demo.market import DemoMarket
from ticker_gui.domain.errors import KeyRejected
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.gui.application import Application
from ticker_gui.gui.window.exit_handling import EXIT_DONE

TEXT = """theme = "dark"  # mine

[[feeds]]
name = "desk"
url = "ws://127.0.0.1:9"
provider = "demo"
symbols = ["A", "B"]

[[feeds]]
name = "other"
url = "ws://127.0.0.1:8"
provider = "demo"
symbols = ["C"]
"""


class Setup:
    """The program with a settings file; ``url`` is a feed of the command line."""

    def __init__(self, application: Application, monkeypatch: pytest.MonkeyPatch, file: Path, url: str = "") -> None:
        self.connector, self.file = ScriptedConnector("ws://127.0.0.1:9", "ws://127.0.0.1:8"), file
        monkeypatch.setattr(module, "Engine", partial(Engine, connector=self.connector))
        monkeypatch.setattr(DemoMarket, "generate_history", lambda *_: iter(()))  # nothing here shows trades
        arguments = Arguments(config=str(file))
        if url:
            arguments = Arguments(url=url, symbols="X", provider="demo", feed="typed", config=str(file))
        reload = partial(load, arguments, {}, print)
        folder = file.parent / "state"
        self.app = App(application, reload(), AppEnvironment(folder, not url, reload, settings_file=file))
        self.commands = self.app.feed_commands

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.app.run())
        try:
            await until(lambda: self.commands._urls is not None)
            yield
        finally:
            self.app.stop.set()
            assert await task == EXIT_DONE

    @property
    def names(self) -> list[str]:
        return list(self.app.engine.feeds)

    @property
    def saved(self) -> list[str]:
        return [feed.name for feed in read_file(self.file, print).feeds]

    @property
    def text(self) -> str:
        return self.file.read_text()

    def write(self, text: str) -> None:
        self.file.write_text(text)

    @property
    def symbols(self) -> list[str]:
        return [entry.symbol for entry in self.app.list_controller.active_list.entries]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    return file


def test_a_feed_is_disabled_and_enabled_in_the_engine_and_in_the_file(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            line = await setup.connector.connection()
            setup.commands.enable("desk", False)
            await until(lambda: line.is_closed)
            assert [feed.disabled for feed in read_file(file, print).feeds] == [True, False]
            await until(lambda: setup.app.window.feeds_panel.rows[0].is_disabled)
            setup.commands.enable("desk", True)
            await setup.connector.connection(3)
            assert setup.text == TEXT

    run_qt(test())


def test_a_removed_feed_comes_back_with_its_rows_and_its_lines_in_the_file(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            panel = setup.app.window.feeds_panel
            panel.requests.removal_requested.emit("desk")
            await until(lambda: setup.names == ["other"] and not panel._undo.isHidden())
            assert (setup.saved, setup.symbols) == (["other"], ["C"])
            panel.requests.undo_requested.emit()
            await until(lambda: setup.names == ["desk", "other"] and panel._undo.isHidden())
            assert setup.symbols == ["A", "B", "C"]
            assert setup.text == TEXT

    run_qt(test())


def test_a_feed_that_cannot_be_restored_can_be_later(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        messages: list[str] = []
        async with setup.shown():
            setup.commands.remove("desk")
            await until(lambda: setup.names == ["other"])
            without = setup.text
            setup.commands.message_requested.connect(messages.append)
            setup.write("[[feeds]")
            setup.app.undo_history.undo()
            await until(lambda: messages)
            setup.write(without)
            assert setup.app.undo_history.can_undo
            setup.app.undo_history.undo()
            await until(lambda: setup.names == ["desk", "other"])
            assert setup.text == TEXT

    run_qt(test())


def test_what_is_requested_of_a_feed_while_it_is_being_removed_has_no_effect(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        answers = list[str]()
        async with setup.shown():
            requests = setup.app.window.feeds_panel.requests
            for _ in range(2):  # a double-click
                requests.removal_requested.emit("desk")
            requests.enabling_requested.emit("desk", False)
            requests.saving_requested.emit("desk")
            setup.commands.set_key("desk", "s3cret", KeyStorage.SESSION, answers.append)
            await until(lambda: answers)
            assert answers == ["desk was removed."]
            assert (setup.names, setup.saved) == (["other"], ["other"])
            assert setup.commands.removed_feed == "desk"
            assert setup.app.errors.count == 0

    run_qt(test())


def test_ctrl_z_in_the_list_brings_a_removed_feed_back_and_then_undoes_the_step_before(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            setup.app.list_controller.add("other", ["D"])
            window.feeds_panel.requests.removal_requested.emit("desk")
            await until(lambda: setup.symbols == ["C", "D"])
            window.watchlist.setFocus()
            for expected in (["A", "B", "C", "D"], ["A", "B", "C"]):
                await until(window.watchlist.hasFocus)
                QTest.keyClick(window.watchlist, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
                await until(partial(lambda one: setup.symbols == one, expected))
            assert (setup.names, setup.text) == (["desk", "other"], TEXT)
            assert not setup.app.undo_history.can_undo

    run_qt(test())


def test_without_its_last_feed_the_program_shows_the_demo(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.commands.remove("desk")
            setup.commands.remove("other")
            await until(lambda: setup.names == ["demo"])
            assert not setup.commands.is_saved("demo")

    run_qt(test())


def test_a_feed_of_the_command_line_is_remembered_disabled_and_removed(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file, "ws://127.0.0.1:7")

    async def test() -> None:
        async with setup.shown():
            assert not setup.commands.is_saved("typed")
            setup.commands.enable("typed", False)
            await until(lambda: setup.app.engine.feeds["typed"].settings.disabled)
            assert setup.text == TEXT
            setup.commands.enable("typed", True)
            await until(lambda: not setup.app.engine.feeds["typed"].settings.disabled)
            setup.commands.save("typed")
            await until(lambda: setup.commands.is_saved("typed"))
            assert setup.saved == ["desk", "other", "typed"]
            setup.commands.remove("typed")
            await until(lambda: "typed" not in setup.names)
            await until(lambda: setup.saved == ["desk", "other"])

    run_qt(test())


def test_the_changes_of_the_session_end_when_the_user_reads_the_settings_again(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file, "ws://127.0.0.1:7")

    async def test() -> None:
        async with setup.shown():
            setup.commands.enable("typed", False)
            await until(lambda: setup.app.engine.feeds["typed"].settings.disabled)
            setup.app.window.reload_requested.emit()
            await until(lambda: not setup.app.engine.feeds["typed"].settings.disabled)
            setup.commands.remove("typed")
            await until(lambda: "typed" not in setup.names)
            setup.app.window.reload_requested.emit()
            await until(lambda: setup.names == ["typed"])

    run_qt(test())


@pytest.mark.parametrize("storage", KeyStorage)
def test_a_rejected_feed_continues_with_the_new_key_at_once(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path, ring: Ring, storage: KeyStorage
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    setup.connector.failures = [KeyRejected("Wrong key.")]

    async def test() -> None:
        failures: list[str] = []
        async with setup.shown():
            feed = setup.app.engine.feeds["desk"]
            await until(lambda: feed.state.kind is FeedStatus.REJECTED)
            setup.commands.set_key("desk", "s3cret-4711", storage, failures.append)
            await until(lambda: feed.state.is_connected)
            assert failures == [""]
            assert setup.app.engine.feeds["desk"] is feed
            assert setup.app.engine.find_credentials(feed.settings).key == "s3cret-4711"
            assert "s3cret-4711" not in setup.text

    run_qt(test())


def test_a_change_that_cannot_be_saved_is_reported_and_not_made(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        messages: list[str] = []
        async with setup.shown():
            setup.commands.message_requested.connect(messages.append)
            setup.write("[[feeds]")
            setup.commands.enable("desk", False)
            setup.commands.remove("desk")
            await until(lambda: len(messages) == 2)
            assert setup.names == ["desk", "other"]
            assert not setup.app.engine.feeds["desk"].settings.disabled
            assert setup.text == "[[feeds]"

    run_qt(test())


def test_a_feed_of_the_command_line_that_was_saved_is_restored_with_its_lists_and_chart(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")

    async def first_run() -> None:
        setup = Setup(qapp, monkeypatch, file, "ws://127.0.0.1:7")
        async with setup.shown():
            app = setup.app
            setup.commands.save("typed")
            await until(lambda: setup.commands.is_saved("typed"))
            app.list_controller.new_list()
            app.list_controller.add("typed", ["Y", "Z"])
            app.window.watchlist.selectAll()
            app.chart_selection.compare(True)
            app.window.watchlist.selectRow(1)

    run_qt(first_run())
    assert (tmp_path / "state" / "lists.json").exists()

    async def second_run() -> None:
        setup = Setup(qapp, monkeypatch, file)
        async with setup.shown():
            chart, lists = setup.app.window.chart, setup.app.list_controller.lists.lists
            assert setup.names == ["typed"]
            assert [[entry.symbol for entry in named.entries] for named in lists] == [["X"], ["Y", "Z"]]
            assert setup.app.list_controller.active_index == 1
            assert chart.state is not None
            assert chart.state.symbol == "Z"
            assert [state.symbol for state in chart.compared] == ["Y", "Z"]

    run_qt(second_run())
