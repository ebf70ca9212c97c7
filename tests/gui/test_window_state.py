from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui import window_state
from ticker_gui.gui.theme import load_theme
from ticker_gui.gui.window import MainWindow
from ticker_gui.gui.window_state import WindowState


def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_window_comes_back_where_it_stood(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "ticker-gui" / "window.json"
    first = window(qtbot)
    first.resize(700, 500)
    first.splitter.setSizes([400, 300])
    first.watchlist.setColumnWidth(2, 133)
    window_state.write(file, window_state.take(first))
    second = window(qtbot)
    window_state.put(window_state.read(file), second)
    assert second.size() == first.size()
    assert second.splitter.sizes() == first.splitter.sizes()
    assert second.watchlist.columnWidth(2) == 133


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "ticker-gui" / "window.json"
    window_state.write(file, WindowState())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]  # no draft is left behind


def test_nothing_kept_is_nothing_known(tmp_path: Path) -> None:
    assert window_state.read(tmp_path / "none.json") == WindowState()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b'{"version": "x"}', b'{"geometry": 5}', b"[" * 100_000, b" " * 100_000]
)
def test_a_file_that_is_not_ours_is_put_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(content)
    assert window_state.read(file) == WindowState()
    assert not file.exists()
    assert (tmp_path / "window.bad").read_bytes() == content


def test_records_that_are_not_qts_do_no_harm(qtbot: QtBot) -> None:
    made = window(qtbot)
    size = made.size()
    window_state.put(WindowState(geometry=b"nonsense" * 10, splitter=b"\x00" * 50, columns=b"\xff" * 50), made)
    assert made.size() == size


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    window_state.write(tmp_path / "file" / "window.json", WindowState())
