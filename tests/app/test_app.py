"""The whole program with its window, inside the test's process and as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from weakref import ref

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QPushButton

from tests import programs
from tests.conftest import RunQt, delete_windows
from tests.doubles import ScriptedConnector, until
from ticker_gui.app import app as module
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import FeedRejected, SettingsError
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application
from ticker_gui.gui.window.exit_handling import EXIT_DONE
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMNS

KEYS = [column.key for column in COLUMNS]


def payload(fact: Fact) -> bytes:
    return msgspec.json.encode(fact)


class Running:
    """The program on scripted connections."""

    def __init__(self, application: Application, monkeypatch: pytest.MonkeyPatch, *feeds: str, **options: Any) -> None:
        names = feeds or ("desk",)
        self.connector = ScriptedConnector(*(f"ws://{name}" for name in names))
        monkeypatch.setattr(module, "Engine", partial(Engine, connector=self.connector))
        settings = Settings(feeds=tuple(Feed(f"ws://{name}", ("A", "B"), name, "demo") for name in names))
        self.app = App(application, settings, AppEnvironment(**options))
        self.window = self.app.window

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        self.task = asyncio.create_task(self.app.run())
        try:
            yield
        finally:
            self.app.stop.set()
            assert await self.task == EXIT_DONE

    def cell(self, row: int, key: str) -> str:
        return str(self.window.model.index(row, KEYS.index(key)).data())

    def is_live(self, row: int) -> bool:
        return self.window.model.state(row).is_live(self.app.engine.clock())

    def words(self, name: str = "connection_state") -> str:
        label = self.window.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text()

    def feeds_count(self) -> str:
        button = self.window.findChild(QPushButton, "feeds_count")
        assert isinstance(button, QPushButton)
        return button.text()


@pytest.fixture(autouse=True)
def _delete_windows(qapp: Application) -> Iterator[None]:
    """Delete the windows of each test: each theme that is applied later would style all of them again."""
    yield
    delete_windows()


@pytest.fixture
def running(qapp: Application, monkeypatch: pytest.MonkeyPatch) -> Running:
    return Running(qapp, monkeypatch)


def test_a_received_price_reaches_the_table_and_the_chart(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            table = running.window.watchlist
            table.set_columns((*table.columns, "bid", "ask"))
            line = await running.connector.connection()
            line.deliver(
                payload(DayStats("A", previous_close=100.0, high=120.0, low=90.0, volume=1000.0)),
                payload(Quote("A", bid=109.5, ask=110.5)),
                payload(Trade("A", 110.0, 1.0)),
            )
            await until(lambda: running.app.bridge.frames and running.app.bridge.latencies_ns)
            cells = {key: running.cell(0, key) for key in running.window.watchlist.columns}
            assert cells | {"age": "", "line": ""} == {
                "symbol": "A", "feed": "desk", "last": "110.00", "change_percent": "+10.00%", "range": "67%",
                "volume": "1,000",
                "bid": "109.50", "ask": "110.50", "age": "", "line": "",
            }  # fmt: skip
            assert running.window.chart.head.text().startswith("A   110.00")
            assert running.words().startswith("Demo since")

    run_qt(test())


def test_a_window_that_is_shown_again_shows_the_latest_price(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            line, bridge = await running.connector.connection(), running.app.bridge
            line.deliver(payload(Trade("A", 110.0, 1.0)))
            await until(lambda: running.window.chart.head.text().startswith("A   110.00"))
            running.window.hide()
            await until(lambda: bridge.is_hidden)
            updates = bridge.updates
            line.deliver(payload(Trade("A", 120.0, 1.0)))
            await until(lambda: bridge.updates > updates)
            assert running.window.chart.head.text().startswith("A   110.00")
            running.window.show()
            await until(lambda: running.window.chart.head.text().startswith("A   120.00"))

    run_qt(test())


def test_selecting_another_row_shows_its_chart_and_keeps_a_charts_history(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            line = await running.connector.connection()
            line.deliver(payload(Trade("A", 1.0)), payload(Trade("B", 2.0)), payload(Trade("B", 3.0)))
            await until(lambda: running.window.model.rowCount() == 2)
            running.window.watchlist.selectRow(1)
            assert running.window.chart.head.text().startswith("B ")
            scene = running.window.chart.scene
            assert scene is not None
            assert list(scene.visible_data.line.prices) == [2.0, 3.0]
            limits = running.app.engine.market.limits
            assert running.app.engine.market.states[1].tape.capacity == limits.chart_trades

    run_qt(test())


def test_typed_symbols_are_subscribed_and_deleted_ones_unsubscribed(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        window = running.window
        async with running.shown():
            line = await running.connector.connection()
            await until(lambda: window.model.rowCount() == 2 and line.sent)  # otherwise both requests are sent as one
            QTest.keyClicks(window.add_field, "c, D")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            await until(lambda: window.model.rowCount() == 4)
            await until(lambda: len(line.sent) == 2)
            assert '"C","D"' in line.sent[1]
            window.watchlist.selectRow(0)
            QTest.keyClick(window.watchlist, Qt.Key.Key_Delete)
            await until(lambda: window.model.rowCount() == 3)
            await until(lambda: len(line.sent) == 3)
            assert "unsubscribe" in line.sent[2]
            assert '"A"' in line.sent[2]
            QTest.keyClicks(window.add_field, "<img>")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            assert "is not a valid symbol" in window.status.currentMessage()
            for left in (2, 1, 0):
                window.watchlist.selectRow(0)
                QTest.keyClick(window.watchlist, Qt.Key.Key_Delete)
                assert window.model.rowCount() == left
            assert window.chart.state is None
            assert window.chart.head.text() == ""

    run_qt(test())


def test_the_data_of_a_removed_symbol_is_freed_without_a_garbage_collection(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    running = Running(qapp, monkeypatch, folder=tmp_path, archive_file=tmp_path / "archive.sqlite3")
    window, market = running.window, running.app.engine.market

    def find() -> ref[SymbolState] | None:
        return next((ref(state) for state in market.states if state.symbol == "removed"), None)

    async def test() -> None:
        async with running.shown():
            line = await running.connector.connection()
            window.symbols_requested.emit("desk", "removed")
            line.deliver(*(payload(Trade(symbol, 5.0)) for symbol in ("A", "REMOVED", "A", "REMOVED")))
            window.watchlist.selectRow(2)
            await until(lambda: window.chart.scene is not None and window.chart.head.text().startswith("removed"))
            window.grab()  # painted, as it is on a screen
            held = find()
            assert held is not None
            QTest.keyClick(window.watchlist, Qt.Key.Key_Delete)
            await until(lambda: held() is None)

    assert not gc.isenabled()
    run_qt(test())


def test_additions_and_removals_can_be_undone_at_once(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        window = running.window
        async with running.shown():
            await running.connector.connection()
            await until(lambda: window.model.rowCount() == 2 and window.isActiveWindow())
            window.add_field.setFocus()
            QTest.keyClicks(window.add_field, "C")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            assert window.model.rowCount() == 3
            for keys, rows in (("Ctrl+Z", 2), ("Ctrl+Shift+Z", 3), ("Ctrl+Z", 2), ("Ctrl+Y", 3)):
                window.add_field.setFocus()
                QTest.keySequence(window.add_field, keys)
                assert window.model.rowCount() == rows
            window.watchlist.setFocus()
            window.watchlist.selectAll()
            QTest.keyClick(window.watchlist, Qt.Key.Key_Delete)
            assert window.model.rowCount() == 0
            undo = window.findChild(QPushButton, "undo_message")
            assert isinstance(undo, QPushButton)
            assert window.status.currentMessage() == "Removed 3 symbols from Watchlist."
            QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
            assert window.model.rowCount() == 3
            assert not undo.isVisible()

    run_qt(test())


def test_drawings_are_undone_in_one_order_with_the_lists_and_come_back_after_a_restart(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    level = Drawing("level", DrawingKind.HORIZONTAL, Anchor(1_700_000_000_000_000_000, 5.0))

    def drawn(window: MainWindow) -> tuple[Drawing, ...]:
        return window.drawings.book.of(("desk", "A"))

    async def test() -> None:
        first = Running(qapp, monkeypatch, folder=tmp_path)
        async with first.shown():
            await first.connector.connection()
            window = first.window
            await until(lambda: window.model.rowCount() == 2)
            first.app.list_controller.add("desk", ["C"])
            window.watchlist.chart_requested.emit(window.model.states[0])
            window.drawings.put("draw", level)
            window.drawings.delete(level)
            assert window.status.currentMessage() == "Deleted a horizontal line."
            found = []
            for request in (*[window.undo_requested] * 3, *[window.redo_requested] * 2):
                request.emit()
                found.append((len(drawn(window)), window.model.rowCount()))
            assert found == [(1, 3), (0, 3), (0, 2), (0, 3), (1, 3)]
        await first.task
        second = Running(qapp, monkeypatch, folder=tmp_path)
        async with second.shown():
            assert drawn(second.window) == (level,)
            assert not second.app.undo_history.can_undo

    run_qt(test())


def test_a_lost_feed_is_reported_and_its_prices_are_not_live(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            line = await running.connector.connection()
            line.deliver(payload(Trade("A", 1.0)))
            await until(lambda: running.words().startswith("Demo since"))
            assert running.is_live(0)
            line.end(FeedRejected("The desk is closed."))  # which is retried once
            (await running.connector.connection(2)).end(FeedRejected("The desk is closed."))
            await until(lambda: running.words().startswith("Stopped"))
            assert not running.is_live(0)
            button = running.window.status._retry
            assert button.isVisible()
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            await running.connector.connection(3)
            await until(lambda: not button.isVisible())

    run_qt(test())


def test_refused_symbols_are_displayed(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            line = await running.connector.connection()
            line.deliver(
                payload(Reply(("B",), ok=False, message="not listed")), payload(Reply((), ok=False, message="slow"))
            )
            await until(lambda: running.window.model.rowCount() == 2)
            # As soon as the feed is known to be a demo, the symbol has no feed.
            assert running.cell(1, "age") in ("unavailable", "no feed")
            await until(lambda: running.window.status.currentMessage() == "desk: slow")

    run_qt(test())


def test_several_feeds_share_a_table(qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt) -> None:
    running = Running(qapp, monkeypatch, "one", "two")

    async def test() -> None:
        async with running.shown():
            first, second = await running.connector.connection(1), await running.connector.connection(2)
            first.deliver(payload(Trade("A", 1.0)))
            second.deliver(payload(Trade("A", 2.0)))
            await until(lambda: running.window.model.rowCount() == 4)
            rows = [(running.cell(row, "feed"), running.cell(row, "last")) for row in (0, 2)]
            assert rows == [("one", "1.00"), ("two", "2.00")]
            await until(lambda: running.feeds_count() == "2 of 2 feeds")
            first.end(FeedRejected("Closed."))  # which is retried once
            (await running.connector.connection(3)).end(FeedRejected("Closed."))
            await until(lambda: running.words().startswith("one: Stopped") and running.feeds_count() == "1 of 2 feeds")
            assert [running.is_live(row) for row in (0, 2)] == [False, True]
            second.deliver(payload(Trade("B", 3.0)))
            assert running.cell(3, "last") == "3.00"

    run_qt(test())


def test_one_click_explains_a_quiet_feed(qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt) -> None:
    running = Running(qapp, monkeypatch, "one", "two")

    async def test() -> None:
        async with running.shown():
            first = await running.connector.connection(1)
            second = await running.connector.connection(2)
            first.deliver(payload(Trade("A", 1.0)))
            second.end(FeedRejected("Closed."))
            await until(lambda: running.feeds_count() == "1 of 2 feeds" and "Closed." in running.words())
            details = running.window.details
            QTest.mouseClick(running.window.status._state, Qt.MouseButton.LeftButton)
            assert details.isVisible()
            assert (details.feed, running.words("answer_why")) == ("two", "Closed.")
            await until(lambda: running.window.model.rowCount() == 4)
            running.window.watchlist.selectRow(1)
            running.window.watchlist.request_diagnosis()
            assert details.feed == "one"
            assert "No data for B yet" in running.words("answer")
            first.deliver(payload(Reply(("B",), ok=False, message="not listed")))
            await until(lambda: running.words("answer") == "B is not available: not listed")  # it is kept up to date

    run_qt(test())


def test_settings_are_reloaded_while_the_program_runs(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt
) -> None:
    settings = Settings(
        feeds=(Feed("wss://delayed.massive.com", ("A",), "slow", "demo"), Feed("ws://b", ("B",), "b", "demo"))
    )
    answers: list[Settings | Exception] = [settings, SettingsError("feeds[0]: not so.")]

    def reload() -> Settings:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    running = Running(qapp, monkeypatch, reload=reload)

    async def test() -> None:
        async with running.shown():
            await running.connector.connection()
            await until(lambda: running.window.model.rowCount() == 2)
            running.window.reload_requested.emit()
            await running.connector.connection(3)
            await until(lambda: [running.cell(row, "feed") for row in range(2)] == ["slow", "b"])
            assert running.words("delayed") == "Delayed prices: slow"
            box = running.window.findChild(QComboBox, "add_to_feed")
            assert isinstance(box, QComboBox)
            assert box.count() == 3  # with Automatic
            running.window.docks.open(running.window.details)
            assert running.window.details._feed.count() == 2
            running.window.reload_requested.emit()
            banner = running.window.banner.banner
            assert banner is not None
            assert "feeds[0]: not so." in banner.text
            assert list(running.app.engine.feeds) == ["slow", "b"]

    run_qt(test())


def test_an_imported_symbol_is_added_to_the_feed_that_has_it_unless_one_is_chosen(
    qapp: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Engine", partial(Engine, connector=ScriptedConnector()))
    feeds = (Feed("ws://desk", ("A",), "desk", "demo"), Feed("ws://other", ("B",), "other", "demo"))
    app = App(qapp, Settings(feeds=feeds))
    app.make_deferred_parts()
    lists = app.list_controller
    lists.create_list()
    app.window.watchlist.text_dropped.emit("A\nB")
    assert [(entry.feed, entry.symbol) for entry in lists.active_list.entries] == [("desk", "A"), ("other", "B")]
    box = app.window.findChild(QComboBox, "add_to_feed")
    assert isinstance(box, QComboBox)
    box.setCurrentText("desk")
    app.window.watchlist.text_dropped.emit("B")
    assert (lists.active_list.entries[-1].feed, lists.active_list.entries[-1].symbol) == ("desk", "B")


def test_delayed_feeds_are_marked_permanently(qapp: Application) -> None:
    feed = Feed("wss://delayed.massive.com/stocks", ("AAPL",), "slow", "massive")
    app = App(qapp, Settings(feeds=(feed,)))
    label = app.window.findChild(QLabel, "delayed")
    assert isinstance(label, QLabel)
    assert label.text() == "Delayed prices: slow"


def test_a_bug_in_the_engine_leaves_the_window_open(
    running: Running, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(running.app.engine, "run", crash)

    async def test() -> None:
        async with running.shown():
            await until(lambda: running.app.errors.count == 1)
            await asyncio.sleep(0.1)
            assert running.window.isVisible()
            assert not running.task.done()

    run_qt(test())


def test_bugs_in_all_parts_of_the_program_are_counted_in_the_window(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    running = Running(qapp, monkeypatch, folder=tmp_path, archive_file=tmp_path / "archive.sqlite3")
    app = running.app

    async def test() -> None:
        async with running.shown():
            await until(lambda: app.stored_data._archive is not None and list(tmp_path.glob("recordings/*")))
            counted = {id(app.errors), *(id(feed.errors) for feed in app.engine.feeds.values())}
            every = [one for one in gc.get_objects() if type(one) is InternalErrors]
            assert [one.owner for one in every if id(one) not in counted] == []
            app.errors.note(KeyError("x"), "testing")
            app.status_presenter.show_states()
            assert running.words("internal_errors").startswith("1 ")

    run_qt(test())


@pytest.mark.parametrize("broken", ["model", "chart"])
def test_a_bug_in_one_part_of_the_window_does_not_stop_the_others(
    running: Running, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    refreshed: list[str] = []

    def crash() -> None:
        raise KeyError("x")

    async def test() -> None:
        async with running.shown():
            line = await running.connector.connection()
            for part in ("model", "chart"):
                refresh = crash if part == broken else lambda part=part: refreshed.append(part)  # type: ignore[misc]
                monkeypatch.setattr(getattr(running.window, part), "refresh", refresh)
            line.deliver(payload(Trade("A", 1.0)))
            await until(lambda: refreshed and running.app.errors.count)
            monkeypatch.undo()

    run_qt(test())


def test_the_theme_can_be_changed_while_the_program_runs(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            await running.connector.connection()
            running.window.theme_requested.emit("dark")
            dark = running.window.grab().toImage()
            running.window.theme_requested.emit("light")
            assert running.window.grab().toImage() != dark
            running.app.theme_presenter.follow_color_scheme()  # the theme is not "system"
            assert running.window.theme_name == "light"

    run_qt(test())


def test_the_layout_of_the_window_is_restored(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    file = tmp_path / "window.json"
    for width in (700, 640):
        running = Running(qapp, monkeypatch, folder=file.parent)

        async def test(running: Running = running, width: int = width) -> None:
            async with running.shown():
                await running.connector.connection()
                if width == 640:
                    assert running.window.width() == 700
                running.window.resize(width, 500)

        run_qt(test())
    assert file.exists()


def test_changes_that_cannot_be_saved_at_the_end_are_reported_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "ticker-gui").write_text("mine")
    with programs.start_and_wait(XDG_CONFIG_HOME=str(tmp_path)) as program:
        program.send_signal(signal.SIGTERM)
        _, errors = program.communicate(timeout=150)
    reason = f"{tmp_path / 'ticker-gui'} is a file, not a folder"
    failures = f"Could not save window.json: {reason}. Could not save lists.json: {reason}."
    assert (program.returncode, errors) == (0, f"ticker-gui: {failures} Changes since the last save are lost.\n")


def test_an_unreadable_state_file_is_reported_once(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(b"\x80\x04nonsense")
    running = Running(qapp, monkeypatch, folder=file.parent)

    async def test() -> None:
        async with running.shown():
            await until(lambda: "window.json.bad" in running.window.status.currentMessage())

    run_qt(test())
    assert msgspec.json.decode(file.read_bytes())["version"] == 2


def test_a_screenshot_is_saved_and_no_other_file(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    folders = {"XDG_CONFIG_HOME": str(tmp_path / "config"), programs.LOG_FILE: str(tmp_path / "state" / "it.log")}
    result = programs.call("--screenshot", str(picture), "--after", "0.3", "--theme", "light", **folders)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    image = QImage(str(picture))
    assert image.width() > 800
    assert list(tmp_path.iterdir()) == [picture]


def end(program: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    program.send_signal(number)
    _, errors = program.communicate(timeout=60)  # three seconds in quiet surroundings
    return program.returncode, errors


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("state", ["live", "refused", "silent handshake"])
def test_a_signal_exits_with_everything_saved(number: signal.Signals, state: str, tmp_path: Path) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if state == "silent handshake":
            listener.listen()
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        feed = () if state == "live" else ("--url", url, "--provider", "demo", "--symbols", "A")
        ready = tmp_path / "config" / "ticker-gui"
        with programs.start_and_wait(*feed, XDG_CONFIG_HOME=str(tmp_path / "config")) as program:
            assert end(program, number) == (0, "")
    assert (ready / "window.json").exists()


def test_columns_that_no_feed_provides_are_hidden_until_the_user_checks_them(qapp: Application, tmp_path: Path) -> None:
    def app_with(*protocols: str) -> App:
        feeds = tuple(Feed(f"ws://{name}", ("A",), name, name) for name in protocols)
        app = App(qapp, Settings(feeds=feeds), AppEnvironment(tmp_path))
        app.persistence.restore()
        return app

    def visible(app: App) -> set[str]:
        return {key for place, key in enumerate(KEYS) if not app.window.watchlist.isColumnHidden(place)}

    trades_only = app_with("finnhub")
    assert {"symbol", "last"} <= visible(trades_only)
    assert visible(trades_only).isdisjoint({"bid", "change_percent"})
    trades_only.window.choose_columns()
    entries = trades_only.window.findChild(QListWidget, "columns")
    assert isinstance(entries, QListWidget)
    (bid,) = entries.findItems("Bid:", Qt.MatchFlag.MatchStartsWith)
    bid.setCheckState(Qt.CheckState.Checked)
    assert visible(trades_only) >= {"bid"}
    trades_only.persistence.write()
    chosen = visible(app_with("finnhub"))
    assert "change_percent" not in chosen
    assert "bid" in chosen
    assert {"bid", "change_percent"} <= visible(app_with("finnhub", "demo"))


def test_a_symbol_chosen_in_the_palette_is_charted_and_added_if_it_is_in_no_list(
    running: Running, run_qt: RunQt
) -> None:
    async def choose(typed: str, symbol: str) -> None:
        window = running.window
        window.command_palette.open()
        field = window.findChild(QLineEdit, "palette_field")
        assert isinstance(field, QLineEdit)
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: (state := window.chart.state) is not None and state.symbol == symbol)
        current = window.watchlist.current_state
        assert current is not None
        assert current.symbol == symbol

    async def test() -> None:
        async with running.shown():
            controller = running.app.list_controller
            await choose("desk:b", "B")
            assert len(controller.active_list.entries) == 2
            controller.new_list()
            await choose("desk:a", "A")
            assert controller.active_index == 0
            await choose("desk:ZED", "ZED")
            assert [entry.symbol for entry in controller.active_list.entries] == ["A", "B", "ZED"]

    run_qt(test())


def test_the_palette_charts_a_symbol_whose_row_the_filter_hides(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            window = running.window
            row_filter = window.findChild(QLineEdit, "filter")
            assert isinstance(row_filter, QLineEdit)
            row_filter.setText("A")
            window.symbol_chosen.emit("desk", "B")
            assert window.chart.state is not None
            assert window.chart.state.symbol == "B"

    run_qt(test())


def test_a_restart_restores_the_symbols_on_the_chart_and_the_view(qapp: Application, tmp_path: Path) -> None:
    def started() -> App:
        return App(
            qapp, Settings(feeds=(Feed("ws://desk", ("A", "B", "C"), "desk", "demo"),)), AppEnvironment(tmp_path)
        )

    def symbols(app: App) -> list[str]:
        chart = app.window.chart
        return [state.symbol for state in (chart.state, *chart.compared) if state is not None]

    first = started()
    assert symbols(first) == ["A"]
    first.window.watchlist.selectAll()
    first.chart_selection.compare(True)
    first.window.watchlist.selectRow(1)
    state = first.window.chart.state
    assert state is not None
    for second in range(300):
        first.engine.feeds["desk"].market.apply(Trade("B", 100.0 + second, time_ns=second * 10**9), second * 10**9)
    first.window.chart.refresh()
    first.window.chart.time_range.zoom(0.5, first.window.chart.time_range.right)
    first.window.chart.price.price_range.restore(90.0, 95.0, False)
    first.persistence.write()
    second_run = started()
    assert symbols(second_run) == symbols(first)
    assert symbols(second_run)[0] == "B"
    current = second_run.window.watchlist.current_state
    assert current is not None
    assert current.symbol == "B"
    view, before = second_run.window.chart.captured_view(), first.window.chart.captured_view()
    assert view is not None
    assert before is not None
    assert (view.bars, view.middle_ns, view.prices) == (before.bars, before.middle_ns, before.prices)


def test_the_chart_view_of_a_file_survives_being_restored_before_there_are_bars(
    qapp: Application, tmp_path: Path
) -> None:
    settings = Settings(feeds=(Feed("ws://desk", ("A",), "desk", "demo"),))
    (tmp_path / "window.json").write_text(
        '{"chart":{"symbol":["desk","A"],"view":{"timeframe":"1s","middle_ns":5,"bars":17,"is_at_newest":true}}}'
    )
    for _ in range(2):
        app = App(qapp, settings, AppEnvironment(tmp_path))
        app.persistence.write()
    view = App(qapp, settings, AppEnvironment(tmp_path)).window.chart.captured_view()
    assert view is not None
    assert (view.timeframe, view.middle_ns, view.bars) == ("1s", 5, 17.0)


def test_a_restored_view_of_earlier_bars_stays_there_while_they_arrive(qapp: Application, tmp_path: Path) -> None:
    settings = Settings(feeds=(Feed("ws://desk", ("A",), "desk", "demo"),))
    (tmp_path / "window.json").write_text(
        '{"chart":{"timeframe":"1s","symbol":["desk","A"],'
        '"view":{"timeframe":"1s","middle_ns":1000000000000,"bars":40,"is_at_newest":false}}}'
    )
    app = App(qapp, settings, AppEnvironment(tmp_path))
    chart = app.window.chart
    for second in range(990, 1200):
        app.engine.feeds["desk"].market.apply(Trade("A", 1.0, time_ns=second * 10**9), second * 10**9)
        if second < 1030 or not second % 20:
            chart.refresh()
    assert (chart.time_range.left, chart.time_range.right) == (980.0, 1020.0)
