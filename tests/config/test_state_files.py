from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.state_files import (
    MAX_TEXT_BYTES,
    StateFile,
    atomic_write,
    atomic_writer,
    back_up_corrupt,
    read_bounded,
    read_text,
)

ENCODINGS = ("utf-8", "utf-16", "utf-16-be", "cp1251", "cp1252", "shift_jis", "gbk", "koi8-r", "utf-32")


class Kept(msgspec.Struct, frozen=True):
    version: int = 1
    name: str = ""


def test_a_written_state_is_read_again(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "ticker-gui" / "kept.json", Kept)
    assert file.read() == Kept()
    file.write(Kept(1, "ORCA"))
    assert StateFile(file.path, Kept).read() == Kept(1, "ORCA")
    assert list(file.path.parent.iterdir()) == [file.path]  # no draft is left behind
    assert file.notice == ""


def test_a_state_that_an_editor_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text('{"name":"ORCA"}', "utf-8-sig")
    assert StateFile(path, Kept).read() == Kept(1, "ORCA")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_state_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "ticker-gui" / "kept.json", Kept)
    file.write(Kept())
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"version": "x"}', b'{"name": 5}', b"[" * 100_000, b'{"version":' + b"9" * 5_000 + b"x}",
     b'{"name":"\xff"}', b" " * (MAX_TEXT_BYTES + 1)],
    ids=lambda content: str(content[:12]),
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_set_aside_with_a_notice(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(content)
    file = StateFile(path, Kept)
    assert file.read() == Kept()
    assert "was renamed to kept.json.bad" in file.notice
    assert not path.exists()
    assert (tmp_path / "kept.json.bad").read_bytes() == content
    again = StateFile(path, Kept)
    assert (again.read(), again.notice) == (Kept(), "")


def test_the_last_five_broken_files_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    for number in range(7):
        path.write_text(f"broken {number}")
        StateFile(path, Kept).read()
    kept = {other.name: other.read_text() for other in tmp_path.iterdir()}
    assert kept == {
        "kept.json.bad": "broken 6",
        **{f"kept.json.bad.{number}": f"broken {7 - number}" for number in range(2, 6)},
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "circle"])
def test_a_path_that_is_not_a_regular_file_is_renamed_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "kept.json"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "circle":
            path.symlink_to(path)
    file = StateFile(path, Kept)
    assert file.read() == Kept()
    assert "was renamed to kept.json.bad" in file.notice
    file.write(Kept(1, "ORCA"))
    assert StateFile(path, Kept).read() == Kept(1, "ORCA")


def test_a_file_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    newer = b'{"version": 2, "name": ["of another type"]}'
    path.write_bytes(newer)
    file = StateFile(path, Kept)
    assert file.read() == Kept()
    assert "newer version of Ticker GUI" in file.notice
    file.write(Kept(1, "ORCA"))
    assert path.read_bytes() == newer
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_place_of_the_folder_is_named_until_it_is_gone(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "ticker-gui" / "window.json", Kept)
    file.path.parent.write_text("mine")
    file.write(Kept(1, "ORCA"))
    assert file.failure == f"Could not save window.json: {file.path.parent} is a file, not a folder."
    file.path.parent.unlink()
    file.write(Kept(1, "ORCA"))
    assert file.failure == ""


@pytest.mark.skipif(sys.platform == "win32", reason="links need privileges on Windows")
def test_a_link_stays_one_and_the_file_that_it_leads_to_is_written(tmp_path: Path) -> None:
    target, path = tmp_path / "dotfiles" / "kept.json", tmp_path / "kept.json"
    target.parent.mkdir()
    path.symlink_to(target)
    file = StateFile(path, Kept)
    assert file.read() == Kept()
    file.write(Kept(1, "ORCA"))
    assert path.is_symlink()
    assert b"ORCA" in target.read_bytes()
    target.write_bytes(b"broken")
    assert StateFile(path, Kept).read() == Kept()
    assert (tmp_path / "dotfiles" / "kept.json.bad").read_bytes() == b"broken"
    assert path.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="there, no process can be asked whether it runs")
def test_drafts_of_killed_programs_are_removed_and_those_of_running_ones_stay(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    for writer in (ended.pid, os.getppid()):
        (tmp_path / f".kept.json-{writer}-abcd").write_text("")
    (tmp_path / ".kept.json-oldstyle").write_text("")
    os.utime(tmp_path / ".kept.json-oldstyle", (0, 0))
    (tmp_path / ".other.json-1-abcd").write_text("")
    StateFile(tmp_path / "kept.json", Kept).read()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([f".kept.json-{os.getppid()}-abcd", ".other.json-1-abcd"])


def test_a_failure_to_save_is_reported_until_saving_succeeds(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("")
    file = StateFile(tmp_path / "folder" / "kept.json", Kept)
    file.write(Kept())
    assert file.failure.startswith("Could not save kept.json: ")
    (tmp_path / "folder").unlink()
    file.write(Kept())
    assert file.failure == ""
    assert file.path.exists()


def test_a_file_that_can_be_neither_read_nor_renamed_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "or backed up" in back_up_corrupt(tmp_path / "file" / "kept.json")


def test_a_failed_write_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    atomic_write(path, b"old")
    with pytest.raises(TypeError):
        atomic_write(path, "text")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["", "AAPL\r\nMSFT\n", "Größe ✓", "x" * MAX_TEXT_BYTES], ids=["empty", "lines", "signs", "full"]
)
def test_a_text_is_read_unchanged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes(text.encode())
    assert read_text(path) == text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"A\xffB", "UTF-8 .byte 1.. Save it as UTF-8"),
        (b"AA\0B", "NUL bytes"),
        (b" " * (MAX_TEXT_BYTES + 1), "1 MB"),
        (b"\xff\xfeA", "Save it as UTF-8"),
    ],
    ids=["binary", "zeros", "huge", "half of UTF-16"],
)
def test_a_file_that_is_not_text_is_rejected_with_the_reason(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=why) as error:
        read_text(path)
    assert str(error.value).endswith(".")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_text(tmp_path / "gone.txt")
    with pytest.raises(OSError, match="directory"):
        read_text(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_is_read_in_the_encodings_that_editors_write(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes("AAPL\nBRK.B".encode(encoding))
    assert read_text(path) == "AAPL\nBRK.B"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "text", ["Тикер;Symbol\r\nГазпром;GAZP\r\n", "名前,Symbol\nトヨタ,7203.T\n", "BTC\n币安人生USDT"]
)
def test_a_text_that_begins_in_another_script_is_read_too(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "symbols.txt"
    path.write_bytes(text.encode(encoding))
    assert read_text(path) == text


@given(content=st.binary(max_size=40), text=st.text("AЖ名\n,", max_size=10), encoding=st.sampled_from(ENCODINGS))
def test_any_file_is_read_or_rejected_with_advice(content: bytes, text: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "symbols.txt"
        for one in (content, text.encode(encoding, "replace"), text.encode("utf-16-le") + content):
            path.write_bytes(one)
            try:
                found = read_text(path)
            except ValueError as error:
                found = ""
                remedy = str(error)
            else:
                remedy = "Save it as UTF-8"
            assert "Save it as UTF-8" in remedy
            assert "\0" not in found


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 101)
    with pytest.raises(ValueError, match="larger than"):
        read_bounded(path, 100)
    assert read_bounded(path, 101) == b"x" * 101


def test_a_file_written_in_portions_replaces_the_old_one_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_writer(path) as file:
        file.write(b"new ")
        file.write(b"content")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new content"
    with pytest.raises(TypeError), atomic_writer(path) as file:
        file.writelines([b"half", "text"])  # type: ignore[list-item]
    assert path.read_bytes() == b"new content"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_not_a_regular_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(OSError, match="it is not a regular file"):
            atomic_write(path, b"new")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [link, pipe]
