from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chart.test_drawings import T0, lines
from ticker_gui.chart.drawing_book import MAX_PER_SYMBOL, Drawings
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.config.drawings_file import DrawingsFile

A, B = ("desk", "A"), ("desk", "B")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drawings.json"


def level(name: str, price: float = 1.0) -> Drawing:
    return Drawing(name, DrawingKind.HORIZONTAL, Anchor(T0, price))


def opened(path: Path) -> DrawingsFile:
    file = DrawingsFile(path)
    file.read_drawings()
    return file


def saved(path: Path) -> dict[tuple[str, str], Drawings]:
    return DrawingsFile(path).read_drawings()[0]


def raw(drawing: Drawing) -> Any:
    return json.loads(msgspec.json.encode(drawing))


@given(drawings=st.lists(lines(), max_size=5), is_hidden=st.booleans())
def test_drawings_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, drawings: list[Drawing], is_hidden: bool
) -> None:
    path = tmp_path_factory.mktemp("state") / "drawings.json"
    of_symbol = tuple(msgspec.structs.replace(one, id=str(number)) for number, one in enumerate(drawings))
    opened(path).save({A: of_symbol}, is_hidden=is_hidden)
    assert DrawingsFile(path).read_drawings() == ({A: of_symbol} if of_symbol else {}, is_hidden)


def test_without_a_file_there_are_no_drawings(path: Path) -> None:
    file = DrawingsFile(path)
    assert file.read_drawings() == ({}, False)
    assert file.notice == ""


def test_invalid_drawings_are_left_out_reported_and_kept_in_a_copy(path: Path) -> None:
    valid = raw(level("a"))
    content = {
        "version": 1,
        "symbols": [
            {"feed": "desk", "symbol": "A", "drawings": [valid, valid, {**valid, "id": "b", "color": "puce"}, 7]},
            {"feed": "", "symbol": "B", "drawings": [valid]},
            "nonsense",
        ],
    }
    path.write_text(json.dumps(content))
    file = DrawingsFile(path)
    assert file.read_drawings() == ({A: (level("a"),)}, False)
    assert (
        file.notice == "5 drawings are invalid in drawings.json and left out. The file was copied to drawings.json.bad."
    )
    assert json.loads((path.with_name("drawings.json.bad")).read_text()) == content


def test_a_copy_of_invalid_drawings_does_not_replace_an_earlier_one(path: Path) -> None:
    copies = [path.with_name(name) for name in ("drawings.json.bad", "drawings.json.bad.2")]
    contents = [json.dumps({"symbols": [number]}) for number in (1, 2)]
    for content in [*contents, contents[-1]]:
        path.write_text(content)
        opened(path)
    assert [copy.read_text() for copy in copies] == contents[::-1]
    assert not path.with_name("drawings.json.bad.3").exists()


def test_a_symbol_keeps_as_many_drawings_as_are_possible(path: Path) -> None:
    many = [raw(level(str(number))) for number in range(MAX_PER_SYMBOL + 1)]
    path.write_text(json.dumps({"symbols": [{"feed": "desk", "symbol": "A", "drawings": many}]}))
    file = DrawingsFile(path)
    assert len(file.read_drawings()[0][A]) == MAX_PER_SYMBOL
    assert file.notice.startswith("One drawing is invalid")


def test_a_corrupt_file_is_renamed(path: Path) -> None:
    path.write_text("{")
    file = DrawingsFile(path)
    assert file.read_drawings() == ({}, False)
    assert path.with_name("drawings.json.bad").exists()
    assert "could not be read" in file.notice


def test_a_file_of_a_newer_version_is_not_overwritten(path: Path) -> None:
    path.write_text(json.dumps({"version": 2, "symbols": {}}))
    file = opened(path)
    file.save({A: (level("a"),)}, is_hidden=False)
    assert json.loads(path.read_text())["version"] == 2
    assert "newer version" in file.notice


def test_two_windows_keep_each_others_drawings(path: Path) -> None:
    first, second = opened(path), opened(path)
    first.save({A: (level("a"),)}, is_hidden=False)
    second.save({B: (level("b"),)}, is_hidden=False)
    assert saved(path) == {A: (level("a"),), B: (level("b"),)}
    first.save({A: ()}, is_hidden=False)
    assert saved(path) == {B: (level("b"),)}


def test_a_failure_is_reported_and_ends_with_the_next_save(path: Path) -> None:
    file = opened(path)
    path.mkdir()
    file.save({A: (level("a"),)}, is_hidden=False)
    assert file.failure.startswith("Could not save drawings.json")
    path.rmdir()
    file.save({A: (level("a"),)}, is_hidden=False)
    assert (file.failure, saved(path)) == ("", {A: (level("a"),)})


@given(
    content=st.binary(max_size=200) | st.text(max_size=50).map(lambda text: json.dumps({"symbols": [text]}).encode())
)
def test_any_content_can_be_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "drawings.json"
    path.write_bytes(content)
    assert DrawingsFile(path).read_drawings()[0] == {}
