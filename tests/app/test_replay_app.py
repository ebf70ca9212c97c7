"""The window of a replay: what it shows at each time, after going back, and what it refuses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from tests import captures
from tests.app.test_app import Running, payload
from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.recordings import DESK, opening, replay_of, trade
from tests.recording.recorded import T0
from ticker_gui.app.replay_app import ReplayApp, first_options
from ticker_gui.chart.chart_data import DEFAULT_TIMEFRAME
from ticker_gui.config.settings import Settings
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.recorder import Recorder
from ticker_gui.engine.replay import Replay, open_replay
from ticker_gui.formatting.status_words import NOT_IN_REPLAY
from ticker_gui.gui.application import Application
from ticker_gui.gui.chart.exports import caption
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.window.exit_handling import EXIT_DONE
from ticker_gui.gui.window.past_bars import LOADING, NOT_RECORDED
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_encoder import FrameBatch
from ticker_gui.recording.writing import RecordingWriter
from ticker_gui.watchlist.columns import COLUMNS

TWO = msgspec.structs.replace(DESK, symbols=("NIMB", "RIVL"))


class Playing:
    """The program with a replay that is paused at the beginning."""

    def __init__(self, application: Application, replay: Replay) -> None:
        self.app = ReplayApp(application, replay, float("inf"), Settings())
        self.window, self.player, self.bar = self.app.window, self.app.player, self.app.presenter.bar

    @contextlib.asynccontextmanager
    async def shown(self, *, is_paused: bool = True) -> AsyncIterator[None]:
        if is_paused:
            self.app._start_feeds = self.player.pause  # type: ignore[method-assign]
        self.task = asyncio.create_task(self.app.run())
        try:
            await until(self.window.isVisible)
            yield
        finally:
            self.app.stop.set()
            assert await self.task == EXIT_DONE
        assert not self.app.errors.count
        assert not self.app.replay.errors.count

    async def seek(self, seconds: float) -> None:
        self.bar.seek_requested.emit(T0 + int(seconds * SECOND_NS))
        await until(lambda: not self.player.is_seeking)

    def rows(self, *keys: str) -> list[tuple[str, ...]]:
        model, columns = self.window.model, [column.key for column in COLUMNS]
        model.refresh()
        return [
            tuple(str(model.index(row, columns.index(key)).data()) for key in keys) for row in range(model.rowCount())
        ]

    def words(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert isinstance(label, QLabel)
        return label.text()


def recorded(folder: Path, *items: FrameBatch | Line) -> Replay:
    """Return a replay with a trade per second, before other items."""
    return replay_of(folder, opening(), *(trade(number, number) for number in range(1, 61)), *items)


def test_nothing_connects_or_records_feeds(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    async def test() -> None:
        playing = Playing(qapp, replay_of(tmp_path, opening()))
        async with playing.shown():
            await until(lambda: "deferred_parts" in vars(playing.app))
            assert "deferred_feed_parts" not in vars(playing.app)
            assert playing.app.deferred_parts.alerts.file is None

    run_qt(test())


def test_a_recording_of_the_program_shows_what_the_live_window_showed(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    running = Running(qapp, monkeypatch, "one", "two")
    path, keys = (
        tmp_path / "a.ticker.jsonl.gz",
        [column.key for column in COLUMNS if column.key not in ("age", "state")],
    )

    def cells(row: int) -> Sequence[str]:
        return [running.cell(row, key) for key in keys]

    async def live() -> list[Sequence[str]]:
        async with running.shown():
            recorder = Recorder(running.app.engine)
            writer = RecordingWriter(path, recorder.header(), print)
            recorder.add_sink(writer)
            first, second = await running.connector.connection(1), await running.connector.connection(2)
            first.deliver(payload(DayStats("A", previous_close=100.0, high=120.0, low=90.0, volume=10.0)))
            second.deliver(payload(Trade("B", 7.0, 2.0)))
            first.deliver(payload(Quote("A", bid=109.5, ask=110.5)), payload(Trade("A", 110.0, 1.0)))
            await until(lambda: running.app.window.model.rowCount() == 4 and "110.00" in running.cell(0, "last"))
            recorder.remove_sink(writer)
            await asyncio.to_thread(writer.close)
            running.window.model.refresh()
            return [cells(row) for row in range(4)]

    expected = run_qt(live())
    playing = Playing(qapp, open_replay(path))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            assert playing.rows(*keys) == [tuple(row) for row in expected]
            assert list(playing.app.engine.feeds) == ["one", "two"]

    run_qt(test())


def test_the_window_says_replay_and_the_time_of_the_recording_everywhere_and_never_live(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(30)
            window = playing.window
            window.chart.set_options(msgspec.structs.replace(window.chart.options, zone="UTC"))
            assert window.windowTitle().startswith(
                "REPLAY Fri 2 Jan 2026 03:04:35 UTC – a.ticker.jsonl.gz – Ticker GUI"
            )
            assert playing.words("clock") == "REPLAY Fri 2 Jan 03:04:35 UTC"
            await until(lambda: playing.words("connection_state").startswith("Replay since "))
            assert caption(window.chart).startswith("REPLAY · NIMB · ")
            assert "03:04:35" in caption(window.chart)
            await until(lambda: window.chart.head.status is not None and window.chart.head.status.word == "Replay")
            await until(lambda: [row.word for row in window.feeds_panel.rows] == ["Replay"])
            assert playing.rows("last", "age", "state") == [("130.00", "0 s", "replay")]
            labels = [label.text() for label in window.findChildren(QLabel)]
            assert not [text for text in labels if "live" in text.lower()]
            frame = window.findChild(QWidget, "replay_frame", Qt.FindChildOption.FindDirectChildrenOnly)
            assert isinstance(frame, QWidget)
            assert frame.size() == window.size()

    run_qt(test())


def test_going_back_shows_the_new_data_of_the_symbols_that_were_on_the_chart(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    more = Line(T0, "feed", "desk", settings=TWO)
    rivals = [trade(1000 + number, number + 0.5, "RIVL") for number in range(1, 60)]
    items: list[FrameBatch | Line] = [opening(), more, *(trade(n, n) for n in range(1, 61)), *rivals]
    items.sort(key=_time)
    playing = Playing(qapp, replay_of(tmp_path, *items))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(40)
            await until(lambda: len(playing.rows("symbol")) == 2)
            window, market = playing.window, playing.app.engine.market
            window.watchlist.selectAll()
            playing.app.chart_selection.compare(True)
            window.watchlist.selectRow(1)
            before, compared = window.chart.state, [one.symbol for one in window.chart.compared]
            assert "NIMB" in compared
            assert before is not None
            assert before.symbol == "RIVL"
            for seconds, last in (
                (10.7, ("110.00", "1,110.00")),
                (20.2, ("120.00", "1,119.00")),
                (3.6, ("103.00", "1,103.00")),
            ):
                await playing.seek(seconds)
                assert [row[0] for row in playing.rows("last")] == list(last)
                state = window.chart.state
                assert state is not None
                assert (state.symbol, market.holds(state)) == ("RIVL", True)
                assert state is not before or seconds == 20.2
                assert [one.symbol for one in window.chart.compared] == compared
                assert all(map(market.holds, (*window.chart.compared, *window.model.states)))
                assert window.watchlist.current_state is state
                before = state
            assert window.chart.head.text().startswith("RIVL")

    run_qt(test())


def _time(item: FrameBatch | Line) -> float:
    return item.t if isinstance(item, Line) else item.time_ns


def test_what_passes_during_a_seek_is_not_shown_but_its_end_is(
    qapp: Application, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = Playing(qapp, recorded(tmp_path))
    shown: list[bool] = []
    refresh = playing.window.model.refresh_values

    def note() -> None:
        shown.append(playing.player.is_seeking)
        refresh()

    monkeypatch.setattr(playing.window.model, "refresh_values", note)

    async def test() -> None:
        async with playing.shown():
            for seconds in (50, 10):
                playing.bar.seek_requested.emit(T0 + seconds * SECOND_NS)
                playing.app.bridge.request_frame()
                await until(lambda: not playing.player.is_seeking)
                last = f"{100 + seconds}.00"
                await until(lambda last=last: playing.window.chart.head.text().startswith(f"NIMB   {last}"))  # type: ignore[misc]
            assert shown
            assert not any(shown)

    run_qt(test())


def test_symbols_that_were_added_while_recording_are_added_at_that_time(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    more = Line(T0 + 2 * SECOND_NS, "feed", "desk", settings=TWO)
    playing = Playing(qapp, replay_of(tmp_path, opening(), trade(1, 1), more, trade(2, 3, "RIVL"), trade(3, 4)))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(1)
            assert playing.rows("symbol", "last") == [("NIMB", "101.00")]
            await playing.seek(4)
            await until(lambda: playing.rows("symbol", "last") == [("NIMB", "103.00"), ("RIVL", "102.00")])
            await playing.seek(1)
            assert playing.rows("symbol", "last") == [("NIMB", "101.00")]

    run_qt(test())


def test_what_needs_live_feeds_or_files_is_refused_with_the_reason(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(30)
            window, feeds = playing.window, dict(playing.app.engine.feeds)
            requests = window.feeds_panel.requests
            for request in (
                window.connect_feed,
                window.reload_requested.emit,
                window.deletion_requested.emit,
                window.status.retry_requested.emit,
            ):
                window.status.clearMessage()
                request()
                assert window.status.currentMessage() == NOT_IN_REPLAY
            requests.reconnect_requested.emit("desk")
            QTest.keyClicks(window.add_field, "OTHER")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            assert window.status.currentMessage() == "OTHER is not in the recording."
            assert playing.app.engine.feeds == feeds
            assert playing.rows("last") == [("130.00",)]

    run_qt(test())


def test_the_end_is_stated_and_playing_again_begins_at_the_beginning(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            assert playing.words("replay_word") == "At the end"
            assert playing.window.status.currentMessage() == "The recording has ended."
            playing.player.set_speed(0.001)
            playing.bar.pause_requested.emit()
            await until(lambda: not playing.player.is_seeking)
            assert playing.player.now_ns < T0 + SECOND_NS
            assert playing.words("replay_word") == ""

    run_qt(test())


def test_past_bars_that_were_not_recorded_are_reported_and_cannot_be_retried(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    playing = Playing(qapp, recorded(tmp_path, trade(61, 180)))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(2)
            window = playing.window
            window.chart.set_options(ChartOptions(kind="candles", timeframe="1m"))
            await until(lambda: playing.words("past_bars_note") == LOADING)
            await playing.seek(180)
            await until(lambda: NOT_RECORDED in window.range_bar.findChildren(QLabel, "past_bars_note")[0].toolTip())
            remedies = window.range_bar.findChildren(QToolButton, "past_bars_remedy")
            assert not any(button.isVisible() for button in remedies)

    run_qt(test())


def test_feeds_that_were_stopped_at_the_end_are_not_called_disabled(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    playing = Playing(qapp, recorded(tmp_path, Line(T0 + 61 * SECOND_NS, "state", "desk", state="stopped")))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            await until(lambda: playing.words("connection_state") == "All feeds were stopped")
            await until(lambda: [row.word for row in playing.window.feeds_panel.rows] == ["Stopped"])
            status = playing.window.chart.head.status
            assert status is not None
            assert (status.word, status.remedy, status.is_stale) == ("Stopped", None, True)

    run_qt(test())


@pytest.mark.parametrize(
    ("seconds", "kind", "timeframe"),
    [(31, "line", DEFAULT_TIMEFRAME), (600, "candles", "1s"), (36_000, "candles", "1m")],
)
def test_the_chart_has_trades_of_a_short_recording_and_bars_of_a_long_one(
    seconds: int, kind: str, timeframe: str
) -> None:
    options = first_options(seconds * SECOND_NS)
    assert (options.kind, options.timeframe) == (kind, timeframe)


def test_a_capture_is_played_to_its_end_and_back(qapp: Application, run_qt: RunQt) -> None:
    captures.frames("coinbase")  # skips where there is none
    playing = Playing(qapp, open_replay(captures.path("coinbase")))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            symbols = playing.rows("symbol", "last", "volume")
            assert len(symbols) > 5
            assert all(last != "–" for _, last, _ in symbols)
            playing.player.pause()
            playing.bar.seek_requested.emit(playing.app.replay.summary.began_ns)
            await until(lambda: not playing.player.is_seeking)
            playing.bar.seek_requested.emit(playing.app.replay.summary.ended_ns)
            await until(lambda: not playing.player.is_seeking)
            assert playing.rows("symbol", "last", "volume") == symbols

    run_qt(test())


def test_what_the_user_chooses_during_a_seek_back_stays(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    items: list[FrameBatch | Line] = [opening(), Line(T0, "feed", "desk", settings=TWO)]
    items += [trade(n, n / 2, "RIVL" if n % 2 else "NIMB") for n in range(1, 61)]
    playing = Playing(qapp, replay_of(tmp_path, *items))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(29)
            await until(lambda: len(playing.rows("symbol")) == 2)
            window, player = playing.window, playing.player
            window.watchlist.selectRow(0)
            window.docks.open(window.console)
            console = window.console.panel
            await playing.seek(30)
            assert len(console.traffic.ring) == 2
            player.may_continue = lambda: False
            playing.bar.seek_requested.emit(T0 + 20 * SECOND_NS)
            assert len(console.traffic.ring) == 0
            window.watchlist.selectRow(1)
            await until(lambda: window.chart.head.text().startswith("RIVL"))
            player.may_continue = lambda: True
            await until(lambda: not player.is_seeking)
            console.refresh()
            state = window.chart.state
            assert state is not None
            assert (state.symbol, playing.app.engine.market.holds(state)) == ("RIVL", True)
            assert window.watchlist.current_state is state
            received = [entry for entry in console.shown_entries() if entry.frame.direction == "in"]
            assert len(received) == 40  # all that was played

    run_qt(test())
