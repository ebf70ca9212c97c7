"""Descriptions of file errors name the cause."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.state_files import atomic_write, read_bounded
from ticker_gui.formatting.file_errors import describe_disk_error, describe_read_error, describe_write_error, is_special

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need privileges on Windows")


def write_error(path: Path) -> str:
    """Return why a file cannot be written, as it really is."""
    with pytest.raises(OSError, match=r".") as caught:
        _write(path)
    return describe_write_error(caught.value, path)


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, b"x")


def read_error(path: Path) -> str:
    with pytest.raises(OSError, match=r".") as caught:
        read_bounded(path, 100)
    return describe_read_error(caught.value, path)


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("describe", [write_error, read_error])
def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path, depth: int, describe: Callable[[Path], str]) -> None:
    obstacle = tmp_path / "ticker-gui"
    obstacle.write_text("mine")
    path = obstacle.joinpath(*"abcd"[:depth], "window.json")
    assert describe(path) == f"{obstacle} is a file, not a folder"


@needs_links
@pytest.mark.parametrize("depth", range(3))
def test_a_folder_that_is_a_broken_link_is_named(tmp_path: Path, depth: int) -> None:
    dangling, circle, to_file = tmp_path / "dangling", tmp_path / "circle", tmp_path / "to-file"
    dangling.symlink_to(tmp_path / "gone")
    circle.symlink_to(circle)
    (tmp_path / "file").write_text("mine")
    to_file.symlink_to(tmp_path / "file")
    below = [*"abc"[:depth], "window.json"]
    assert write_error(dangling.joinpath(*below)) == (
        f"{dangling} is a link to {tmp_path / 'gone'}, which does not exist"
    )
    assert write_error(circle.joinpath(*below)) == f"{circle} is a link that leads to itself"
    assert write_error(to_file.joinpath(*below)) == (
        f"{to_file} is a link to {tmp_path / 'file'}, which is a file, not a folder"
    )


@needs_links
def test_a_file_that_is_a_link_into_a_missing_folder_names_that_folder(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.symlink_to(tmp_path / "gone" / "window.json")
    assert write_error(path) == f"the folder {tmp_path / 'gone'} does not exist"
    (tmp_path / "gone").write_text("now it is a file")
    assert write_error(path) == f"{tmp_path / 'gone'} is a file, not a folder"


@needs_links
def test_a_broken_link_is_named_when_it_is_read(tmp_path: Path) -> None:
    path, circle = tmp_path / "symbols.txt", tmp_path / "circle.txt"
    path.symlink_to(tmp_path / "gone.txt")
    circle.symlink_to(circle)
    assert read_error(path) == f"{path} is a link to {tmp_path / 'gone.txt'}, which does not exist"
    assert read_error(circle) == f"{circle} is a link that leads to itself"


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.mkdir()
    assert write_error(path) == read_error(path) == f"{path} is a folder, not a file"


def test_a_name_that_is_too_long_is_reported(tmp_path: Path) -> None:
    assert write_error(tmp_path / ("x" * 300)) == "its name is too long"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your disk quota is used up"),
        (errno.EROFS, "{folder} is on a read-only disk"),
        (errno.EACCES, "you do not have permission to write to {folder}"),
        (errno.EPERM, "you do not have permission to write to {folder}"),
        (errno.EIO, "the disk reports an error"),
    ],
)
def test_disk_and_folder_errors_are_described(tmp_path: Path, number: int, words: str) -> None:
    path = tmp_path / "missing" / "window.json"
    words = words.format(folder=tmp_path)
    assert describe_write_error(OSError(number, os.strerror(number)), path) == words


def test_missing_read_permission_is_described(tmp_path: Path) -> None:
    error = OSError(errno.EACCES, os.strerror(errno.EACCES))
    assert describe_read_error(error, tmp_path / "x") == "you do not have permission to read it"
    assert read_error(tmp_path / "x") == "there is no such file"


def test_missing_write_permission_names_the_folder_of_the_link_target(tmp_path: Path) -> None:
    path, target = tmp_path / "lists.json", tmp_path / "shared" / "lists.json"
    target.parent.mkdir()
    path.symlink_to(target)
    error = OSError(errno.EACCES, os.strerror(errno.EACCES))
    assert describe_write_error(error, path) == f"you do not have permission to write to {target.parent}"


def test_missing_write_permission_names_a_file_in_a_folder_that_may_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.sqlite3"
    path.touch()
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != path)  # root may write to any file
    error = OSError(errno.EACCES, os.strerror(errno.EACCES))
    assert describe_write_error(error, path) == f"you do not have permission to write to {path}"


NUMBERS = st.sampled_from([*errno.errorcode, 0, 9_999, -1])
PATHS = st.sampled_from(["x", "/", "", "/nowhere/x", "/dev/null", "/dev/null/x", "/proc/self/mem", "relative/x", "~"])


@given(NUMBERS, PATHS)
def test_every_error_has_a_reason_without_a_code_or_a_full_stop(number: int, path: str) -> None:
    error = OSError(number, os.strerror(number))
    for words in (
        describe_write_error(error, Path(path)),
        describe_read_error(error, Path(path)),
        describe_disk_error(error),
    ):
        assert words
        assert "Errno" not in words
        assert not words.endswith(".")


def test_an_error_without_a_number_has_its_own_message() -> None:
    assert describe_disk_error(OSError("the cable is loose.")) == "the cable is loose"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
def test_only_what_is_neither_a_file_nor_a_folder_is_special(tmp_path: Path) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "file"
    os.mkfifo(pipe)
    file.touch()
    paths = (pipe, file, tmp_path, tmp_path / "none", tmp_path / ("x" * 300))
    assert [is_special(path) for path in paths] == [True, False, False, False, False]
