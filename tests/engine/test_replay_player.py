"""The controls of a replay: speed, pause, step, seek, and skipping idle periods."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

import pytest

from tests.conftest import run_plain
from tests.doubles import until
from tests.engine.recordings import last_price, opening, replay_of, trade
from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine import replay_player
from ticker_gui.engine.replay_player import MAX_SPEED, ReplayPlayer

END_S = 240  # of the recording: each second of it takes time
HOUR_S = 3600


def play(
    folder: Path, test: Callable[[ReplayPlayer], Awaitable[None]], *, speed: float = MAX_SPEED, end_s: int = END_S
) -> None:
    async def run() -> None:
        trades = [*(trade(n, n) for n in range(1, 4)), trade(9, end_s)]
        player = ReplayPlayer(replay_of(folder, opening(), *trades), speed)
        try:
            await test(player)
        finally:
            await player.close()
        assert not player.replay.errors.count

    run_plain(run())


def test_at_the_highest_speed_an_hour_takes_a_moment(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        changes: list[bool] = []
        player.on_change = lambda: changes.append(player.is_at_end)
        assert player.is_paused
        player.resume()
        await player.wait_until_end()
        assert (last_price(player.replay), player.now_ns) == (109.0, T0 + HOUR_S * SECOND_NS)
        assert changes == [False, True]

    play(tmp_path, test, end_s=HOUR_S)


def test_the_speed_is_relative_to_the_recording(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        began = perf_counter()
        player.resume()
        await until(lambda: last_price(player.replay) == 103.0)
        assert perf_counter() - began > 0.06  # three seconds at fifty times the speed
        assert player.now_ns < T0 + END_S * SECOND_NS
        player.set_speed(MAX_SPEED)
        await player.wait_until_end()

    play(tmp_path, test, speed=50.0)


def test_a_paused_replay_plays_one_read_per_step(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        for price in (101.0, 102.0, 103.0, 109.0):
            player.step()
            await until(lambda price=price: last_price(player.replay) == price)  # type: ignore[misc]
            assert player.is_paused
        player.step()
        await player.wait_until_end()

    play(tmp_path, test)


def test_steps_that_are_not_played_yet_end_with_a_seek_and_with_playing_on(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        player.may_continue = lambda: False  # such as while the window is painted
        player.step()
        player.step()
        player.seek(T0 + SECOND_NS)
        player.may_continue = lambda: True
        await until(lambda: not player.is_seeking and player._timer is None)
        assert (last_price(player.replay), player.now_ns) == (101.0, T0 + SECOND_NS)
        player.may_continue = lambda: False
        player.step()
        player.resume()
        player.pause()
        player.may_continue = lambda: True
        await until(lambda: player._timer is None)
        assert last_price(player.replay) == 101.0

    play(tmp_path, test)


def test_a_seek_goes_forward_and_back(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        rewinds: list[int] = []
        player.on_rewind = lambda: rewinds.append(player.now_ns)
        player.seek(T0 + 3 * SECOND_NS)
        await until(lambda: not player.is_seeking)
        assert last_price(player.replay) == 103.0
        player.seek(T0 + 1 * SECOND_NS)
        assert player.is_seeking
        await until(lambda: not player.is_seeking)
        assert (last_price(player.replay), player.now_ns) == (101.0, T0 + SECOND_NS)
        assert rewinds == [T0 + 3 * SECOND_NS]
        player.seek(2**62)
        await until(lambda: not player.is_seeking)
        assert last_price(player.replay) == 109.0
        player.seek(0)
        await until(lambda: not player.is_seeking)
        assert (last_price(player.replay), player.is_at_end) == (None, False)

    play(tmp_path, test)


def test_a_stopped_seek_stays_where_it_is(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        player.resume()
        player.may_continue = lambda: False
        player.seek(T0 + 4 * SECOND_NS)
        assert player.seek_progress == 0.0
        await until(lambda: player.replay.run_until(T0 + 3 * SECOND_NS))
        assert (player.is_seeking, player.seek_progress) == (True, 0.75)
        player.stop_seek()
        assert (player.is_seeking, player.is_paused, player.seek_progress) == (False, True, 1.0)
        player.may_continue = lambda: True
        await asyncio.sleep(0.05)
        assert player.now_ns == T0 + 3 * SECOND_NS

    play(tmp_path, test)


def test_the_reached_speed_is_known_if_it_is_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_player, "_MEASURE_S", 0.05)

    async def test(player: ReplayPlayer) -> None:
        assert player.reached_speed is None
        player.set_speed(10.0)
        player.resume()
        measured_ns = player.now_ns
        # On a busy machine, it may be lower at first.
        await until(lambda: player._measured[0] > measured_ns and player.reached_speed is None)
        player.set_speed(1e6)
        player.replay.run_until = lambda time_ns, stop_s, **_: False  # type: ignore[method-assign]
        await until(lambda: player.reached_speed == 0.0)
        player.pause()
        assert player.reached_speed is None

    play(tmp_path, test)


def test_a_paused_replay_stands_still(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        player.resume()
        await until(lambda: player.now_ns > T0)
        player.pause()
        paused_ns = player.now_ns
        await asyncio.sleep(0.05)
        assert player.now_ns - paused_ns < SECOND_NS // 50
        player.resume()
        await until(lambda: player.now_ns > paused_ns)

    play(tmp_path, test, speed=1.0)


def test_idle_periods_are_skipped_on_request(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        player.skips_idle = True
        player.resume()
        await player.wait_until_end()  # the hour before the last trade is skipped
        assert last_price(player.replay) == 109.0

    play(tmp_path, test, speed=4.0, end_s=HOUR_S)  # the hour would take longer than a test may


def test_it_waits_for_a_slow_receiver(tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        ready = False
        player.may_continue = lambda: ready
        player.resume()
        await asyncio.sleep(0.03)
        assert last_price(player.replay) is None
        ready = True
        await player.wait_until_end()

    play(tmp_path, test)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_impossible_speeds_are_refused(speed: float, tmp_path: Path) -> None:
    async def test(player: ReplayPlayer) -> None:
        with pytest.raises(ValueError, match="greater than zero"):
            player.set_speed(speed)

    play(tmp_path, test)
