"""The Replay menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.replay.times import speed_text
from ticker_gui.gui.replay.transport_bar import PAUSE_KEY, STEP_KEY, TransportBar
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, RadioGroup, Submenu, Toggle

TITLE: Final = "&Replay"
JUMP_NS: Final = 10 * SECOND_NS


def replay_items(bar: TransportBar, speeds: Sequence[float], began_ns: int, ended_ns: int) -> Sequence[MenuItem]:
    """Return the commands, which request the same as the bar."""

    def seek(offset_ns: int) -> Callable[[], None]:
        return lambda: bar.seek_requested.emit(bar.state.now_ns + offset_ns)

    def ended() -> str:
        return "This is the end of the recording" if bar.state.is_at_end else ""

    return (
        MenuCommand("&Pause or play", bar.pause_requested.emit, PAUSE_KEY, name="replay_pause"),
        MenuCommand("&Step", bar.step_requested.emit, STEP_KEY, name="replay_step", unavailable=ended),
        None,
        MenuCommand("&Back 10 seconds", seek(-JUMP_NS), "Alt+Left", name="replay_back"),
        MenuCommand("&Forward 10 seconds", seek(JUMP_NS), "Alt+Right", name="replay_forward", unavailable=ended),
        MenuCommand("Go to the be&ginning", lambda: bar.seek_requested.emit(began_ns), "Alt+Home"),
        MenuCommand("Go to the &end", lambda: bar.seek_requested.emit(ended_ns), "Alt+End", unavailable=ended),
        None,
        Submenu(
            "Spee&d",
            [
                RadioGroup(
                    {f"{speed:g}": speed_text(speed) for speed in speeds},
                    lambda: f"{bar.state.speed:g}",
                    lambda value: bar.speed_requested.emit(float(value)),
                )
            ],
        ),
        Toggle("Skip &idle periods", lambda: bar.state.skips_idle, bar.skip_requested.emit),
    )
