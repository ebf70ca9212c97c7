"""What is saved and reported at the end of the program."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ticker_gui.gui.window.exit_handling import ExitHandling


class SavedState(SimpleNamespace):
    """Lists and layout that are written, or cannot be written."""

    failure = ""
    writes = 0

    def write(self) -> None:
        self.writes += 1

    async def write_in_thread(self) -> None:
        self.writes += 1


def exit_handling(state: SavedState) -> ExitHandling:
    persistence: Any = state
    return ExitHandling([persistence], asyncio.Event())


def test_lists_and_layout_are_saved_without_a_message() -> None:
    state = SavedState()
    assert asyncio.run(exit_handling(state).save()) == ""
    assert state.writes == 1


def test_changes_that_cannot_be_saved_are_reported() -> None:
    state = SavedState(failure="Could not save lists.json: the disk is full.")
    assert (
        asyncio.run(exit_handling(state).save())
        == "Could not save lists.json: the disk is full. Changes since the last save are lost."
    )


@pytest.mark.parametrize("waits", [False, True])
def test_the_program_ends_when_the_display_is_lost_unless_qt_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], waits: bool
) -> None:
    codes = list[int]()
    monkeypatch.setattr("os._exit", codes.append)
    monkeypatch.delenv("QT_WAYLAND_RECONNECT", raising=False)
    if waits:
        monkeypatch.setenv("QT_WAYLAND_RECONNECT", "1")
    state = SavedState()
    exit_handling(state).save_and_exit()
    assert state.writes == 1
    assert codes == ([] if waits else [0])
    text = "ticker-gui: The connection to the display was lost. Lists and layout are saved.\n"
    assert capsys.readouterr().err == ("" if waits else text)
