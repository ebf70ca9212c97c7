"""The console in the window, on feeds with scripted connections."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, until
from tests.engine.test_engine import feed, payload, running
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window import console_presenter
from ticker_gui.gui.window.console_presenter import ConsolePresenter
from ticker_gui.gui.window.main_window import MainWindow

KEY = "s3cret-key"


class Shown:
    """A window with an open console, and the engine behind it."""

    def __init__(self, *feeds: Feed) -> None:
        self.connector = ScriptedConnector()
        self.engine = Engine(
            feeds or [feed("desk", "A", "B")],
            connector=self.connector,
            find_credentials=lambda feed: Credentials(feed.url, KEY),
        )
        self.window = MainWindow([one.name for one in feeds], self.engine.clock, load_theme("dark"))
        self.bridge = MarketBridge(self.engine, self.window)
        self.tasks = BackgroundTasks()
        self.panel, self.bar = self.window.console.panel, self.window.console.panel.send_bar
        self.presenter = ConsolePresenter(self.engine, self.bridge, self.window, self.tasks)
        self.toggle = self.window.docks.toggle(self.window.console)

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[ScriptedConnection]:
        self.window.show()
        self.toggle.trigger()
        async with running(self.engine):
            connection = await self.connector.connection()
            await until(lambda: bool(connection.sent))
            self.presenter.show_feeds()
            yield connection
        self.window.close()

    @property
    def texts(self) -> list[str]:
        return [entry.frame.payload.decode() for entry in self.panel.shown_entries()]

    def send(self, text: str, kind: str = "Text") -> None:
        self.bar.kind.setCurrentText(kind)
        self.bar.field.setPlainText(text)
        QTest.keyClick(self.bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_frames_are_recorded_only_while_the_console_is_open(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown()
        taps = it.engine.taps
        assert not any(map(bool, (taps.frames, taps.facts, taps.rejected_frames)))
        async with it.shown() as connection:
            await until(lambda: bool(it.texts))
            assert '"subscribe"' in it.texts[0]
            connection.deliver(payload(Trade("A", 5.0)), b"{")
            await until(lambda: len(it.texts) == 3)
            it.toggle.trigger()
            assert not any(map(bool, (taps.frames, taps.facts, taps.rejected_frames)))
            connection.deliver(payload(Trade("A", 6.0)))
            it.toggle.trigger()
            connection.deliver(payload(Trade("A", 7.0)))
            await until(lambda: len(it.texts) == 4)
            assert '"price":7.0' in it.texts[3]

    run_qt(test())


def test_an_open_console_shows_the_rates_each_second_and_loads_the_library_of_searches_once(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[tuple[str, bool]] = []

    def load(name: str) -> None:
        loaded.append((name, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr(console_presenter, "import_module", load)

    async def test() -> None:
        it = Shown()
        it.bridge.second.emit()
        async with it.shown() as connection:
            connection.deliver(*[payload(Trade("A", 5.0))] * 3)
            assert it.panel.foot.rates.text() == ""
            it.bridge.second.emit()
            assert it.panel.foot.rates.text().startswith("trade ")
            await until(lambda: loaded)
            it.bridge.second.emit()
        assert loaded == [("jmespath", False)]  # in a thread, because it takes long

    run_qt(test())


def test_the_selected_frame_shows_its_facts_or_why_it_was_rejected(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown()
        async with it.shown() as connection:
            connection.deliver(payload(Trade("A", 5.0)), payload(Trade("X", 6.0)), b"{")
            await until(lambda: len(it.texts) == 4)
            titles = []
            for row in range(4):
                it.panel.table.selectRow(row)
                titles.append(it.panel.details.outcome_title.text())
            assert titles == ["Sent", "Decoded as", "Nothing new, or not watched", "Rejected"]

    run_qt(test())


def test_a_frame_with_the_key_is_sent_and_shown_without_it(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown()
        async with it.shown() as connection:
            it.send('{"op":"login","key":"$KEY","for":$SYMBOLS}', "JSON")
            await until(lambda: it.bar.message.text() == "Sent.")
            assert connection.sent[-1] == f'{{"op":"login","key":"{KEY}","for":["A","B"]}}'
            await until(lambda: it.texts[-1:] == ['{"op":"login","key":"$KEY","for":["A","B"]}'])
            it.send(f"login {KEY}")
            await until(lambda: connection.sent[-1] == f"login {KEY}")
            await until(lambda: it.texts[-1:] == ["login $KEY"])
            it.send("SUB $SYMBOL")
            await until(lambda: it.bar.message.text() == "Sent 2 messages.")
            assert connection.sent[-2:] == ["SUB A", "SUB B"]
            history = [draft.text for draft in it.bar.history.drafts]
            assert history == ["SUB $SYMBOL", "login $KEY", '{"op":"login","key":"$KEY","for":$SYMBOLS}']

    run_qt(test())


def test_sending_is_disabled_with_a_reason_while_the_feed_is_not_connected(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown()
        async with it.shown() as connection:
            assert it.bar.send.isEnabled()
            connection.end(ConnectionLost("The connection broke."))
            await until(lambda: not it.bar.send.isEnabled())
            assert it.bar.message.text() == "desk: not connected. The connection broke."
            it.engine.retry_now()
            await it.connector.connection(2)
            await until(lambda: it.bar.send.isEnabled())

    run_qt(test())


def test_with_several_feeds_one_is_chosen_to_send_to(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown(feed("desk", "A"), feed("other", "B"))
        async with it.shown():
            other = await it.connector.connection(2)
            await until(lambda: bool(other.sent))
            it.presenter.show_feeds()
            assert it.bar.message.text() == "Choose one feed to send a message."
            it.panel.head.choose_feed("other")
            assert it.bar.send.isEnabled()
            it.send("hello")
            await until(lambda: it.bar.message.text() == "Sent.")
            name = "other" if it.connector.urls[1] == "ws://other" else "desk"
            sent = other if name == "other" else it.connector.connections[0]
            assert sent.sent[-1] == "hello"

    run_qt(test())


def test_a_ping_shows_its_round_trip_time(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        it = Shown()
        async with it.shown():
            it.bar.ping.click()
            await until(lambda: it.bar.message.text() == "The server has not answered the ping.")
            monkeypatch.setattr(ScriptedConnection, "latency_s", 0.0124)
            it.bar.ping.click()
            await until(lambda: it.bar.message.text() == "Ping answered after 12.4 ms.")

    run_qt(test())


def test_frames_are_saved_as_json_lines(run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        it = Shown()
        async with it.shown():
            await until(lambda: bool(it.texts))
            it.panel.head.save.click()
            dialog = it.panel.findChild(QFileDialog, "save_as")
            assert isinstance(dialog, QFileDialog)
            assert dialog.selectedFiles()[0].endswith("desk-messages.jsonl")
            dialog.fileSelected.emit(str(tmp_path / "frames.jsonl"))
            dialog.close()
            await until(lambda: (tmp_path / "frames.jsonl").exists())
            (line,) = map(msgspec.json.decode, (tmp_path / "frames.jsonl").read_bytes().splitlines())
            assert (line["feed"], line["dir"]) == ("desk", "out")

    run_qt(test())


def test_a_frame_is_used_as_a_mapping_in_the_feed_dialog(run_qt: RunQt) -> None:
    async def test() -> None:
        it = Shown()
        presets: list[ConnectPreset] = []
        it.window.connect_feed_requested.connect(presets.append)
        async with it.shown() as connection:
            connection.deliver(b'{"event":"trade","symbol":"A","price":5.0}', b"hello")
            await until(lambda: len(it.texts) == 3)
            for row in (1, 2):
                it.panel.table.selectRow(row)
                it.panel.details.mapping.click()
            (preset,) = presets
            assert preset.address == "ws://desk"
            assert preset.messages == [{"event": "trade", "symbol": "A", "price": 5.0}]
            assert it.bar.message.text() == "This message contains no values that can be mapped."

    run_qt(test())
