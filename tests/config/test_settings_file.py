from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ticker_gui.config.settings_file import change_file, read_settings_text
from ticker_gui.domain.errors import SettingsError

DARK = 'theme = "dark"\n'


def test_a_file_is_created_changed_and_stays_a_symbolic_link(tmp_path: Path) -> None:
    file, target = tmp_path / "link.toml", tmp_path / "new" / "target.toml"
    file.symlink_to(target)
    assert change_file(file, lambda text: DARK) == ("", DARK)
    assert file.is_symlink()
    assert target.read_text() == read_settings_text(file) == DARK
    stat = target.stat()
    change_file(file, lambda text: text)
    assert target.stat().st_mtime_ns == stat.st_mtime_ns  # unchanged, so it was not written


def test_an_abandoned_draft_of_the_settings_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    draft = file.with_name(f".{file.name}-left-behind")
    draft.write_text("theme")
    os.utime(draft, (0, 0))
    change_file(file, lambda text: DARK)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("before", "after"),
    [("a = 1\r\n", "a = 1\r\nb = 2\r\n"), ("a = 1\r\n\n", "a = 1\r\n\nb = 2\n"), ("", "b = 2\n")],
)
def test_a_file_with_the_line_ends_of_windows_keeps_them(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(before.encode())
    assert change_file(file, lambda text: f"{text}b = 2\n").after == after
    assert file.read_bytes() == after.encode()


def test_changes_at_the_same_time_are_all_made(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: change_file(file, lambda text: f"{text}# {n}\n"), range(20)))
    assert sorted(file.read_text().split()[1::2], key=int) == [str(n) for n in range(20)]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (2 << 20)], ids=["binary", "huge"])
def test_a_file_that_is_not_text_does_not_change(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="could not be read"):
        change_file(file, lambda text: "x")
    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_created_or_a_file_that_is_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"Could not save config\.toml"):
        change_file(tmp_path / "file" / "config.toml", lambda text: "x")
    with pytest.raises(SettingsError, match="could not be read"):
        read_settings_text(tmp_path)
