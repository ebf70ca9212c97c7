from __future__ import annotations

import stat
import sys
from pathlib import Path

import msgspec
import pytest

from ticker_gui.files import MOST_BYTES, StateFile, put_aside, text_of, write_whole


class Kept(msgspec.Struct, frozen=True):
    version: int = 1
    name: str = ""


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "ticker-gui" / "kept.json", Kept)
    assert file.read() == Kept()
    file.write(Kept(2, "ORCA"))
    assert StateFile(file.path, Kept).read() == Kept(2, "ORCA")
    assert list(file.path.parent.iterdir()) == [file.path]  # no draft is left behind
    assert file.complaint == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "ticker-gui" / "kept.json", Kept)
    file.write(Kept())
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"version": "x"}', b'{"name": 5}', b"[" * 100_000, b" " * (MOST_BYTES + 1)],
    ids=lambda content: str(content[:12]),
)
def test_a_file_that_is_not_ours_is_put_aside_and_told_once(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(content)
    file = StateFile(path, Kept)
    assert file.read() == Kept()
    assert "it is now kept.json.bad" in file.complaint
    assert not path.exists()
    assert (tmp_path / "kept.json.bad").read_bytes() == content
    again = StateFile(path, Kept)
    assert (again.read(), again.complaint) == (Kept(), "")


def test_a_folder_that_cannot_be_written_to_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    StateFile(tmp_path / "file" / "kept.json", Kept).write(Kept())
    assert "cannot be put aside" in put_aside(tmp_path / "file" / "kept.json")


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "text")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["", "AAPL\r\nMSFT\n", "Größe ✓", "x" * MOST_BYTES], ids=["empty", "lines", "signs", "full"]
)
def test_a_text_is_read_as_it_stands(tmp_path: Path, text: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes(text.encode())
    assert text_of(path) == text


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"A\xffB", "invalid start byte at byte 1"), (b"A\0B", "zero bytes"), (b" " * (MOST_BYTES + 1), "mebibyte")],
    ids=["binary", "zeros", "huge"],
)
def test_what_is_no_text_is_not_read_and_why_is_said(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=why) as error:
        text_of(path)
    assert str(error.value).endswith(".")


def test_a_file_that_is_not_there_is_the_systems_own_complaint(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        text_of(tmp_path / "gone.txt")
    with pytest.raises(OSError, match="directory"):
        text_of(tmp_path)
