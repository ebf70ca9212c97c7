from __future__ import annotations

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config import toml_blocks
from ticker_gui.config.toml_blocks import Block, find_blocks, line_of, split_lines


def found(text: str) -> list[Block]:
    return find_blocks(split_lines(text))


def test_tables_end_before_the_comments_that_follow_them() -> None:
    assert found("a = 1\n[one]\nb = 2\n\n# two\n[[two]] # here\n") == [
        Block("one", False, 1, 3),
        Block("two", True, 5, 6),
    ]


def test_brackets_in_values_are_not_headers() -> None:
    text = "[a]\nx = [\n  [1],\n[2], # ]\n]\ny = '''\n[no]\n'''\nz = \"\"\"\n\\\"\"\"\n[no]\"\"\"\"\nw = { q = ']' }\n[b]\nv = 'it[s'\n"
    tomllib.loads(text)
    assert [(block.name, block.start) for block in found(text)] == [("a", 0), ("b", 12)]
    assert found(text)[0].end == 12


_TEXTS = st.text("ab[]{}#'\"\\\n =\x85\u2028", max_size=8)
_VALUES = st.recursive(_TEXTS | st.integers(0, 9), lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@given(st.lists(st.lists(_VALUES, max_size=3), max_size=4), st.booleans())
def test_each_table_is_found_whatever_its_values_contain(tables: list[list[object]], is_multiline: bool) -> None:
    text = ""
    for number, values in enumerate(tables):
        text += f"[table{number}]\n"
        for index, value in enumerate(values):
            if isinstance(value, str) and is_multiline and "\r" not in value:
                text += f"k{index} = {tomlkit.string(value, multiline=True).as_string()}\n"
            elif isinstance(value, list):
                text += f"k{index} = {tomlkit.array().as_string()[:-1]}\n{''.join(tomlkit.item(each).as_string() + chr(44) + chr(10) for each in value)}]\n"
            else:
                text += f"k{index} = {tomlkit.item(value).as_string()}\n"
    tomllib.loads(text)
    assert [block.name for block in found(text)] == [f"table{number}" for number in range(len(tables))]


def test_a_text_is_scanned_once_for_the_lines_of_many_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[str] = []
    monkeypatch.setattr(toml_blocks._Scanner, "read", lambda scanner, line: scanned.append(line))
    text, other = 'a = 1\nb = 2\nscanned = "once"\n', 'b = 1\na = 2\nscanned = "then"\n'
    assert [line_of(text, key) for key in ("a", "b", "c")] == [1, 2, None]
    assert len(scanned) == 3
    assert [line_of(other, key) for key in ("a", "b", "c")] == [2, 1, None]
    assert [line_of(text, key) for key in ("a", "b", "c")] == [1, 2, None]
    assert len(scanned) == 9
