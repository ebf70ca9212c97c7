"""The items of a replay: reads as they were, in their order, without what another recording repeats."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.recording.recorded import HEADER, T0, batch, write, write_text
from ticker_gui.recording import sources
from ticker_gui.recording.format import Header, Line
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.reading import Part, Recording, Unread
from ticker_gui.recording.replay_source import ReplayItem, ReplaySource, replay_items


def described(items: list[ReplayItem]) -> list[object]:
    return [
        item.payloads if isinstance(item, Batch) else "header" if isinstance(item, Header) else (item.dir, item.conn)
        for item in items
    ]


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.001)


def items_of(path: Path) -> list[ReplayItem]:
    recording = Recording(path)
    return [item for item in replay_items(recording, recording.parts()) if not isinstance(item, Unread)]


def taken(source: ReplaySource) -> list[ReplayItem]:
    items: list[ReplayItem] = []
    while not source.is_ended:
        item = source.peek()
        if item is None:
            time.sleep(0.001)
        else:
            items.append(item)
            source.take()
    return items


def test_the_frames_of_one_read_stay_together(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", batch("1", "2"), batch("3", t=T0 + 1), batch("?", direction="out"), batch("4"))
    items = items_of(path)
    assert described(items) == ["header", [b"1", b"2"], [b"3"], ("out", 1), [b"4"]]


def test_the_beginning_of_a_connection_is_used_once_per_run(tmp_path: Path) -> None:
    opening, first = Line(T0, "open", "crypto", 1, again=True), batch("hello")._replace(again=True)
    one = write(tmp_path / "1.gz", opening, first, batch("1", t=T0 + 9))
    two = write(tmp_path / "2.gz", opening, first, batch("2", t=T0 + 99))
    other = msgspec.structs.replace(HEADER, run="other")
    three = write(tmp_path / "3.gz", opening, first, batch("3", t=T0 + 999), header=other)
    path = tmp_path / "all.gz"
    path.write_bytes(one.read_bytes() + two.read_bytes() + three.read_bytes())
    assert described(items_of(path)) == [
        "header", ("open", 1), [b"hello"], [b"1"],
        "header", [b"2"],
        "header", ("open", 1), [b"hello"], [b"3"],
    ]  # fmt: skip


def long_recording(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a recording that is read in many parts."""
    monkeypatch.setattr(sources, "_MAX_OUTPUT_BYTES", 500)
    return write(folder / "a.gz", *(batch(str(number), t=T0 + number) for number in range(200)))


def test_a_thread_reads_ahead_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ReplaySource(Recording(long_recording(tmp_path, monkeypatch)))
    until(source._parts.full)
    assert not source._is_read.is_set()
    items = taken(source)
    assert [item.payloads for item in items if isinstance(item, Batch)] == [[b"%d" % number] for number in range(200)]
    assert len(items) == 201
    assert source.peek() is None
    source.close()


def test_a_closed_source_ends_its_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ReplaySource(Recording(long_recording(tmp_path, monkeypatch)))
    while source.peek() is None:
        time.sleep(0.001)
    until(source._parts.full)
    source.close()
    assert source.peek() is None
    until(source._is_read.is_set)


def test_rubbish_is_decoded_in_steps_between_which_the_program_goes_on(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.gz", [msgspec.json.encode(HEADER), *["rubbish"] * 20_000])
    recording = Recording(path)
    items = list(replay_items(recording, recording.parts()))
    assert len(items) > 5
    assert all(isinstance(item, Unread) for item in items[1:])
    assert recording.problems.count == 20_000


def test_a_file_that_disappears_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", batch("1"))
    recording = Recording(path)
    path.unlink()
    taken(ReplaySource(recording))
    assert "could not be read" in recording.problems.describe()


@pytest.mark.parametrize("method", ["parts", "items_of"])
def test_a_bug_ends_the_replay_and_is_a_problem(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> Iterator[Part]:
        raise LookupError
        yield b""

    recording = Recording(write(tmp_path / "a.gz", batch("1")))
    monkeypatch.setattr(Recording, method, fail)
    taken(ReplaySource(recording))
    assert recording.problems.first == ["The rest cannot be read: internal error. Details are in the log."]
