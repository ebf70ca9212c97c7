"""The controls of a replay in its window, by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.test_replay_app import Playing, recorded
from tests.conftest import RunQt
from tests.doubles import until
from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.replay import open_replay
from ticker_gui.engine.replay_player import MAX_SPEED
from ticker_gui.gui.application import Application


def test_space_pauses_and_plays_and_f8_plays_one_message(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            window, player = playing.window, playing.player
            await until(window.isActiveWindow)
            window.watchlist.setFocus()
            player.set_speed(0.001)
            assert playing.words("replay_word") == "Paused"
            QTest.keyClick(window.watchlist, Qt.Key.Key_Space)
            assert (player.is_paused, playing.words("replay_word")) == (False, "")
            QTest.keyClick(window.watchlist, Qt.Key.Key_Space)
            assert (player.is_paused, playing.words("replay_word")) == (True, "Paused")
            QTest.keyClick(window.watchlist, Qt.Key.Key_F8)
            await until(lambda: player.now_ns == T0 + SECOND_NS and playing.rows("last") == [("101.00",)])
            QTest.keyClick(window.watchlist, Qt.Key.Key_F8)
            await until(lambda: player.now_ns == T0 + 2 * SECOND_NS and playing.rows("last") == [("102.00",)])

    run_qt(test())


def test_speed_skipping_and_zone_are_shown_and_applied(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            bar, player = playing.bar, playing.player
            bar.speed_requested.emit(10.0)
            bar.skip_requested.emit(True)
            assert (player.speed, player.skips_idle, bar.speed.currentText()) == (10.0, True, "10×")
            assert bar.skip.isChecked()
            await playing.seek(30)
            assert bar.now.text().endswith(":35.000")
            assert bar.slider.value() == 30_000
            assert bar.end.text().endswith(" · 1:00")
            chart = playing.window.chart
            for zone, shown in (("UTC", "03:04:35"), ("Asia/Kolkata", "08:34:35")):
                chart.set_options(structs.replace(chart.options, zone=zone))
                assert bar.now.text() == f"{shown}.000"
                playing.app.bridge.second.emit()
                assert f" {shown} " in playing.window.windowTitle()

    run_qt(test())


def test_a_seek_back_shows_its_progress_and_can_be_stopped(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            player = playing.player
            await playing.seek(50)
            shown = playing.rows("last", "state")
            assert shown == [("150.00", "replay")]
            player.may_continue = lambda: False  # it stands still
            playing.bar.seek_requested.emit(T0 + 40 * SECOND_NS)
            assert (playing.words("replay_word"), playing.bar.pause.accessibleName()) == ("Seeking 0%", "Stop")
            head = playing.window.chart.head
            assert head.status is not None
            assert (head.status.word, head.status.is_stale) == ("Seeking 0%", True)
            playing.window.model.refresh()
            assert playing.rows("last", "state") == shown
            await until(lambda: player.replay.run_until(T0 + 10 * SECOND_NS))
            await until(lambda: playing.words("replay_word") == "Seeking 25%")
            await until(lambda: head.status is not None and head.status.word == "Seeking 25%")
            QTest.mouseClick(playing.bar.pause, Qt.MouseButton.LeftButton)
            assert (player.is_seeking, player.is_paused, playing.words("replay_word")) == (False, True, "Paused")
            await until(lambda: playing.rows("last") == [("110.00",)])
            await until(lambda: head.status is not None and head.status.word == "Replay")

    run_qt(test())


def test_the_clock_runs_while_nothing_arrives(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown():
            await playing.seek(0.2)
            playing.player.set_speed(1.0)
            before = playing.bar.now.text()
            playing.player.resume()
            await until(lambda: playing.bar.now.text() != before)
            assert playing.player.now_ns < T0 + SECOND_NS

    run_qt(test())


def test_at_the_end_of_a_truncated_recording_the_missing_end_is_reported(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    recorded(tmp_path).close()
    path = tmp_path / "a.ticker.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-20])
    playing = Playing(qapp, open_replay(path))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            message = playing.window.status.currentMessage()
            assert message.startswith("The recording has ended. Messages are missing after line ")

    run_qt(test())


def test_after_going_back_the_message_about_the_end_is_gone(qapp: Application, run_qt: RunQt, tmp_path: Path) -> None:
    playing = Playing(qapp, recorded(tmp_path))

    async def test() -> None:
        async with playing.shown(is_paused=False):
            await playing.player.wait_until_end()
            status = playing.window.status
            assert status.currentMessage() == "The recording has ended."
            playing.player.set_speed(0.001)
            QTest.mouseClick(playing.bar.pause, Qt.MouseButton.LeftButton)  # from the beginning again
            await until(lambda: not playing.player.is_at_end and not status.currentMessage())
            playing.player.set_speed(MAX_SPEED)
            await playing.player.wait_until_end()
            assert status.currentMessage() == "The recording has ended."

    run_qt(test())
