"""Reading: every line that is valid, the reasons for all others, and nothing that a hostile file could do."""

from __future__ import annotations

import gzip
import re
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.recording.recorded import FEED, HEADER, T0, all_lines, batch, lines_of, write, write_text
from ticker_gui.recording import reading
from ticker_gui.recording.format import Header, Line, RecordingError
from ticker_gui.recording.reading import Problems, Recording

HEADER_LINE = msgspec.json.encode(HEADER)
A_LINE = f'{{"t":{T0},"dir":"in","feed":"crypto","conn":1,"frame":"{{}}"}}'


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", batch("{}", b"\xff"), Line(T0 + 5, "close", "crypto", 1, frame="1006 lost"))
    recording = Recording(path)
    assert recording.header.feeds == (FEED,)
    for _ in range(2):  # it can be read again
        lines = all_lines(recording)
        assert isinstance(lines[0], Header)
        assert [(line.dir, line.payload, line.t) for line in lines[1:] if isinstance(line, Line)] == [
            ("in", b"{}", T0),
            ("in", b"\xff", T0),
            ("close", b"1006 lost", T0 + 5),
        ]
        assert not recording.problems.count


def test_captures_are_read_too(tmp_path: Path) -> None:
    lines = ['{"t":1633998511.159679,"dir":"open","frame":"wss://x"}', '{"t":1633998512,"dir":"in","frame":"{}"}']
    recording = Recording(write_text(tmp_path / "a.jsonl", lines))
    assert not recording.header.feeds
    assert [line.t for line in all_lines(recording) if isinstance(line, Line)] == [
        1633998511159679000,
        1633998512 * 10**9,
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is incomplete"),
        ("[]", "Expected `object`"),
        ('{"t":1,"dir":"sideways"}', "Invalid enum value"),
        ('{"t":"noon","dir":"in","frame":""}', "Expected `int | float`"),
        ('{"t":-1,"dir":"in","frame":""}', "between 1970 and 2262"),
        ('{"t":1e400,"dir":"in","frame":""}', "out of range|infinity"),
        ('{"t":99999999999999999999999,"dir":"in","frame":""}', "between 1970 and 2262"),
        ('{"t":1,"dir":"in"}', "contains no frame"),
        ('{"t":1,"dir":"in","b64":"???"}', "base64 is invalid"),
        ('{"t":1,"dir":"in","frame":7}', "Expected `str | null`"),
        (b'{"t":1,"dir":"in","frame":"\xff"}', "not valid UTF-8"),
        ('{"t":1,"dir":"in","frame":"","x":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)  # fmt: skip
def test_a_damaged_line_is_reported_and_skipped(line: str | bytes, reason: str, tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.gz", [HEADER_LINE, A_LINE, line, A_LINE])
    recording = Recording(path)
    assert len(all_lines(recording)) == 3
    assert recording.problems.count == 1
    assert recording.problems.first[0].startswith("Line 3 was skipped: ")
    assert re.search(reason, recording.problems.describe()), recording.problems.describe()


def test_a_line_that_is_too_long_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(HEADER_LINE + b"\n")
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + A_LINE.encode() + b"\n")
    tracemalloc.start()
    lines, problems = lines_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(lines) == 1
    assert problems == ["Line 2 was skipped: it is longer than 8 MB."]
    assert peak < 32 << 20


def test_reading_ends_where_only_rubbish_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_UNUSABLE_BYTES", 1000)
    lines, problems = lines_of(write_text(tmp_path / "a.gz", [HEADER_LINE, A_LINE, *["rubbish"] * 1000, A_LINE]))
    assert len(lines) == 1
    assert len(problems) == 20
    recording = Recording(tmp_path / "a.gz")
    all_lines(recording)
    assert recording.problems.is_truncated
    assert recording.problems.count < 200
    assert "more problems." in recording.problems.describe()


def test_problems_beyond_the_first_ones_are_counted() -> None:
    problems = Problems()
    for number in range(22):
        problems.add(f"Problem {number}.")
        last = problems.describe().splitlines()[-1]
        assert last == (f"Problem {number}." if number < 20 else f"{number - 19} more problem{'s' * (number > 20)}.")


def test_a_bomb_without_a_line_break_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_UNUSABLE_BYTES", 10 << 20)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(HEADER_LINE + b"\n" + bytes(20 << 20), 1))
    lines, problems = lines_of(path)
    assert not lines
    assert problems == ["Messages are missing after line 1: what follows is not a recording."]


def test_a_truncated_recording_says_where_it_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", *(batch(f"{number:01000}") for number in range(500)))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    recording = Recording(path)
    count = len(all_lines(recording))
    assert 1 < count < 500
    assert recording.problems.is_truncated
    assert recording.problems.describe() == (
        f"Messages are missing after line {count:,}: the file was not closed properly, as after a crash."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty"),
        (b"\n\n", "It is empty"),
        (b"hello\n", "Line 1 was skipped: it is not valid JSON: invalid"),
        (b"\x1f\x8bnot gzip at all", "the compressed data is damaged"),
        (b'{"ticker_gui":"9.0","format":2}\n', r"newer version \(9.0\). Update"),
        (b'{"ticker_gui":[],"format":1}\n', "Expected `str`"),
    ],
)
def test_a_file_that_is_not_a_recording_is_refused_in_plain_words(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=reason):
        Recording(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubbish=some.binary(max_size=300), cut=some.integers(0, 400))
def test_no_content_raises_anything_but_a_sentence(rubbish: bytes, cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(HEADER_LINE + b"\n" + A_LINE.encode() + b"\n" + rubbish)[:cut] + rubbish)
    try:
        recording = Recording(path)
    except RecordingError:
        return
    for line in all_lines(recording):
        assert isinstance(line, Header) or line.payload is not None
