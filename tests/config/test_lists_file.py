"""The file of the lists while other programs write it."""

from __future__ import annotations

import errno
import logging
import sys
from pathlib import Path

import msgspec
import pytest

from ticker_gui.config import lists_file as module
from ticker_gui.config import state_files
from ticker_gui.config.lists_file import ListsFile
from ticker_gui.watchlist.lists import MAX_ENTRIES, ListEntry, Lists, NamedList
from ticker_gui.watchlist.saved_lists import SavedLists


def saved(text: str, **changes: object) -> SavedLists:
    lists = Lists((NamedList("A", tuple(ListEntry("desk", letter) for letter in text)),))
    return msgspec.structs.replace(SavedLists(lists=lists), **changes)


def text_of(state: SavedLists) -> str:
    assert state.lists is not None
    return "".join(entry.symbol for entry in state.lists.lists[0].entries)


def in_file(path: Path) -> str:
    return text_of(msgspec.json.decode(path.read_bytes(), type=SavedLists))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lists.json"
    path.write_bytes(msgspec.json.encode(saved("ab")))
    return path


def open_file(path: Path) -> ListsFile:
    file = ListsFile(path)
    file.read()
    return file


def test_the_additions_of_two_programs_are_both_saved(path: Path) -> None:
    one, other = open_file(path), open_file(path)
    assert text_of(one.merge_and_write(saved("abc"))) == "abc"
    assert other.is_changed
    assert text_of(other.merge_and_write(saved("abd"))) == in_file(path)
    assert set(in_file(path)) == set("abcd")
    assert text_of(one.merge_and_write(saved("abc"))) == in_file(path)


def test_the_active_list_and_the_symbols_of_the_settings_are_saved_without_a_change_of_the_lists(path: Path) -> None:
    file, ours = open_file(path), saved("ab")
    assert ours.lists is not None
    two = msgspec.structs.replace(ours, lists=ours.lists.new("B"))
    for state in (
        two,
        msgspec.structs.replace(two, shown=1),
        msgspec.structs.replace(two, shown=1, settings=(ListEntry("desk", "a"),)),
    ):
        file.merge_and_write(state)
        written = msgspec.json.decode(path.read_bytes(), type=SavedLists)
        assert (written.shown, written.settings) == (state.shown, state.settings)
    before = path.stat().st_ino
    file.merge_and_write(state)
    assert path.stat().st_ino == before  # nothing has changed


def test_an_edit_of_the_file_is_included_without_a_change_of_ours(path: Path) -> None:
    one = open_file(path)
    one.merge_and_write(saved("abc"))
    path.write_text(path.read_text().replace('"symbol":"b"', '"symbol":"x"'))
    assert text_of(one.merge_and_write(saved("abc"))) == "axc"
    assert not one.is_changed


def test_an_unchanged_file_is_not_written(path: Path) -> None:
    one = open_file(path)
    before = path.stat().st_ino
    one.merge_and_write(saved("ab"))
    assert path.stat().st_ino == before


def test_two_programs_with_different_active_lists_do_not_write_forever(path: Path) -> None:
    lists = Lists((NamedList("A"), NamedList("B")))
    path.write_bytes(msgspec.json.encode(SavedLists(lists=lists)))
    states = [SavedLists(lists=lists, shown=0), SavedLists(lists=lists, shown=1)]
    files = [open_file(path), open_file(path)]
    for _ in range(2):
        for file, state in zip(files, states, strict=True):
            file.merge_and_write(state)
    before = path.stat().st_ino
    for file, state in zip(files, states, strict=True):
        file.merge_and_write(state)
    assert path.stat().st_ino == before


@pytest.mark.parametrize("content", [b"", b"{", b'{"lists": 3}', b"\xff"])
def test_an_invalid_file_is_kept_as_a_backup_as_soon_as_there_is_something_to_save(path: Path, content: bytes) -> None:
    one = open_file(path)
    path.write_bytes(content)
    one.merge_and_write(saved("ab"))
    assert path.read_bytes() == content  # somebody may be editing it
    one.merge_and_write(saved("abc"))
    assert in_file(path) == "abc"
    assert (path.parent / "lists.json.bad").read_bytes() == content
    assert "lists.json.bad" in one.notice


def test_a_file_that_a_newer_version_has_written_meanwhile_is_not_overwritten(path: Path) -> None:
    one = open_file(path)
    newer = b'{"version":99,"lists":"other"}'
    path.write_bytes(newer)
    for text in ("abc", "abcd"):
        assert text_of(one.merge_and_write(saved(text))) == text
    assert path.read_bytes() == newer
    assert "newer version" in one.notice


def test_lists_that_are_too_long_together_are_kept_in_two_files(path: Path) -> None:
    many = [Lists((NamedList("A", tuple(ListEntry(side, str(n)) for n in range(MAX_ENTRIES))),)) for side in "xy"]
    one = open_file(path)
    theirs = msgspec.json.encode(SavedLists(lists=many[1]))
    path.write_bytes(theirs)
    one.merge_and_write(SavedLists(lists=many[0]))
    assert msgspec.json.decode(path.read_bytes(), type=SavedLists).lists == many[0]
    assert (path.parent / "lists.json.bad").read_bytes() == theirs
    assert "too long" in one.notice


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked")
def test_while_another_program_saves_nothing_is_written_and_the_failure_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_TIMEOUT_S", 0.1)
    one, before = open_file(path), path.read_bytes()
    with module.folder_locked(path.parent):
        assert text_of(one.merge_and_write(saved("abc"))) == "abc"
    assert path.read_bytes() == before
    assert "another program is saving" in one.failure
    one.merge_and_write(saved("abc"))
    assert one.failure == ""
    assert in_file(path) == "abc"


def test_a_failure_is_logged_once_although_saving_is_retried(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fill_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    caplog.set_level(logging.INFO)
    one = open_file(path)
    with monkeypatch.context() as patch:
        patch.setattr(state_files, "atomic_write", fill_disk)
        for _ in range(3):
            one.merge_and_write(saved("abc"))
            assert one.failure.startswith("Could not save lists.json: ")
    assert [record.getMessage() for record in caplog.records if "could not be saved" in record.message] == [
        f"{path} could not be saved: [Errno 28] No space left on device"
    ]
    one.merge_and_write(saved("abc"))
    assert (one.failure, in_file(path)) == ("", "abc")


@pytest.mark.parametrize("text", ["abc", "ab"])
def test_a_deleted_file_is_written_again_with_the_next_save(path: Path, text: str) -> None:
    one = open_file(path)
    path.unlink()
    one.merge_and_write(saved(text))
    assert in_file(path) == text
