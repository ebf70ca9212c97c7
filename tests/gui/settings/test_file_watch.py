from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ticker_gui.config.state_files import atomic_write
from ticker_gui.gui.settings.file_watch import FileWatch


@pytest.mark.parametrize("how", ["in place", "replaced", "replaced by atomic_write", "behind a link"])
def test_every_change_of_the_file_is_reported(qtbot: QtBot, tmp_path: Path, how: str) -> None:
    file = tmp_path / "config.toml"
    target = tmp_path / "elsewhere" / "real.toml" if how == "behind a link" else file
    target.parent.mkdir(exist_ok=True)
    target.write_text("1")
    # Where the system has no more watches to give, Qt compares the times of files, which count milliseconds.
    os.utime(target, (0, 0))
    if target is not file:
        file.symlink_to(target)
    watch = FileWatch(file)
    watch.start()
    for number in range(3):
        with qtbot.waitSignal(watch.changed, timeout=20_000):
            if how == "in place":
                file.write_text(f"{number} and more" * (number + 1))
            elif how == "replaced by atomic_write":
                atomic_write(file, b"x" * number)
            else:
                draft = target.with_suffix(".new")
                draft.write_text(str(number))
                draft.replace(target)
    watch.deleteLater()


def test_a_file_that_is_created_later_is_watched(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    watch = FileWatch(file)
    watch.add_again()  # not started yet
    watch.start()
    file.parent.mkdir()
    watch.add_again()
    with qtbot.waitSignal(watch.changed):
        file.write_text("1")
    watch.deleteLater()


def test_a_file_is_watched_again_after_its_folder_was_removed(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "above" / "folder" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("1")
    watch = FileWatch(file)
    watch.start()
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        shutil.rmtree(file.parent.parent)
    for folder in (file.parent.parent, file.parent):
        with qtbot.waitSignal(watch.changed, timeout=20_000):
            folder.mkdir()
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        file.write_text("2")
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        file.write_text("three")
    watch.deleteLater()


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges on Windows")
def test_a_link_to_itself_is_reported_and_watched(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("1")
    watch = FileWatch(file)
    watch.start()
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        file.unlink()
        file.symlink_to(file)
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        file.unlink()
        file.write_text("2")
    watch.deleteLater()


def test_nothing_is_reported_after_the_end(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("1")
    watch = FileWatch(file)
    watch.start()
    file.write_text("22")
    watch.stop()
    with qtbot.assertNotEmitted(watch.changed, wait=300):
        file.write_text("333")
    watch.add_again()
    watch.deleteLater()


def test_a_change_that_is_noticed_between_the_end_and_the_deletion_is_not_reported(
    qtbot: QtBot, tmp_path: Path
) -> None:
    watch = FileWatch(tmp_path / "config.toml")
    watch.start()
    watcher = watch._watcher
    assert watcher is not None
    watch.stop()
    watcher.directoryChanged.emit(str(tmp_path))
    watcher.fileChanged.emit(str(tmp_path / "config.toml"))
    assert not watch._timer.isActive()
    watch.deleteLater()
