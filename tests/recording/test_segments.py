"""The files of the rolling recording: which are deleted, and which a report contains."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticker_gui.recording.format import RUN, SUFFIX
from ticker_gui.recording.segments import delete, expired, list_segments, recent_segments, segment_path

NOW_S = 1_000_000.0


def make(folder: Path, run: str, number: int, age_s: float, size: int = 100) -> Path:
    path = segment_path(folder, number) if run == RUN else folder / f"rolling-1-{run}-{number:06d}{SUFFIX}"
    path.write_bytes(bytes(size))
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))
    return path


def test_old_segments_of_this_run_are_deleted_and_the_newest_never(tmp_path: Path) -> None:
    paths = [make(tmp_path, RUN, number, age_s) for number, age_s in ((1, 900), (2, 300), (3, 200))]
    assert [one.path for one in expired(list_segments(tmp_path), NOW_S, 600, 10**6)] == paths[:1]
    assert [one.path for one in expired(list_segments(tmp_path), NOW_S, 0, 10**6)] == paths[:2]


def test_the_oldest_segments_are_deleted_when_they_take_too_much_space(tmp_path: Path) -> None:
    paths = [make(tmp_path, RUN, number, 10 - number, 400) for number in range(1, 5)]
    assert [one.path for one in expired(list_segments(tmp_path), NOW_S, 600, 1000)] == paths[:2]


def test_segments_of_other_runs_are_deleted_after_a_day_only(tmp_path: Path) -> None:
    old = make(tmp_path, "abcd", 1, 90_000)
    make(tmp_path, "ef01", 1, 80_000, 10**6)
    (tmp_path / "mine.txt").write_text("")
    segments = expired(list_segments(tmp_path), NOW_S, 600, 1000)
    assert [one.path for one in segments] == [old]
    delete(segments)
    delete(segments)  # another program was faster
    assert not old.exists()
    assert (tmp_path / "mine.txt").exists()


def test_a_report_has_the_last_minutes_of_this_run_or_of_the_last_one(tmp_path: Path) -> None:
    crashed = [make(tmp_path, "abcd", number, 5_000 - number) for number in (1, 2)]
    make(tmp_path, "ef01", 1, 50_000)
    assert recent_segments(tmp_path, 600, NOW_S) == crashed
    own = make(tmp_path, RUN, 1, 5)
    make(tmp_path, RUN, 2, 1)
    assert recent_segments(tmp_path, 600, NOW_S)[0] == own
    assert recent_segments(tmp_path, 3, NOW_S) == [segment_path(tmp_path, 2)]


def test_a_folder_that_does_not_exist_has_no_segments(tmp_path: Path) -> None:
    assert recent_segments(tmp_path / "none", 600) == []


def test_a_segment_that_cannot_be_read_or_was_just_deleted_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, gone, last = (make(tmp_path, RUN, number, 10 - number) for number in (1, 2, 3))
    segment_path(tmp_path, 4).mkdir()
    read_status = Path.stat

    def stat(path: Path, **options: bool) -> os.stat_result:
        if path == gone:
            raise PermissionError(13, "no", str(path))
        return read_status(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert [one.path for one in list_segments(tmp_path)] == [first, last]
