from __future__ import annotations

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.loading import parse_settings
from ticker_gui.config.settings import Feed
from ticker_gui.config.settings_file import change_file
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.feed_file import save_feed
from ticker_gui.settings_editor.fields import Field, FieldKind, Value, editable_fields, value_of
from ticker_gui.settings_editor.file_changes import ABSENT, value_in, with_value

FILE = Path("config.toml")
TEXTS = [
    "",
    "# nothing yet",
    "# mine\ntheme = 'light'   # by day\n\n[[feeds]] # one\nprovider = 'demo'\n\n[limits] # small\ntrades = 5_00\n# end\n",
    "limits.trades = 500\r\n# end\r\n",
    "limits = { trades = 500, charts = 2 } # in one line\n\n\n",
    "flash = false\n[[feeds]]\nprovider = 'demo'\n# after\n[[feeds]]\nname = 'b'\nprovider = 'demo'\n",
    "[limits]\n# none yet\n\n[[feeds]]\nprovider = 'demo'\nheaders = { A = 'b' } # c\n",
    "[[feeds]]\nprovider = 'demo'\n[limits]\nsymbols = 9\n[[feeds]]\nname = 'b'\nprovider = 'demo'\n",
]
COMMENT = re.compile(r"#[^\r\n]*")
FIELDS = [field for field in editable_fields() if field.kind is not FieldKind.ELSEWHERE]


def values(field: Field) -> st.SearchStrategy[Value]:
    match field.kind:
        case FieldKind.CHOICE:
            return st.sampled_from(list(field.choices))
        case FieldKind.SWITCH:
            return st.booleans()
        case _:
            assert field.minimum is not None
            assert field.maximum is not None
            return st.integers(int(field.minimum), int(field.maximum))


CHANGES = st.sampled_from(FIELDS).flatmap(lambda field: st.tuples(st.just(field.key), values(field)))


@given(st.sampled_from(TEXTS), st.lists(CHANGES, min_size=1, max_size=5))
def test_written_values_are_read_back_and_everything_else_stays(text: str, changes: list[tuple[str, Value]]) -> None:
    before, after = parse_settings(FILE, text), text
    for key, value in changes:
        after = with_value(after, key, value)
        assert value_of(parse_settings(FILE, after), key) == value
    assert COMMENT.findall(after) == COMMENT.findall(text)
    settings, changed = parse_settings(FILE, after), dict(changes)
    for field in editable_fields():
        assert value_of(settings, field.key) == changed.get(field.key, value_of(before, field.key))


@given(st.sampled_from(TEXTS), CHANGES)
def test_a_removed_value_is_the_default_again(text: str, change: tuple[str, Value]) -> None:
    key, value = change
    after = with_value(with_value(text, key, value), key, ABSENT)
    assert value_in(after, key) is ABSENT
    others = [field.key for field in editable_fields() if field.key != key]
    before, settings = parse_settings(FILE, text), parse_settings(FILE, after)
    assert [value_of(settings, other) for other in others] == [value_of(before, other) for other in others]


def test_the_line_of_the_value_keeps_its_comment() -> None:
    text = TEXTS[2]
    assert with_value(text, "theme", "dark") == text.replace("'light'", '"dark"')
    assert with_value(text, "limits.trades", 700) == text.replace("5_00", "700")


def test_the_same_value_changes_nothing() -> None:
    assert with_value(TEXTS[2], "limits.trades", 500) == TEXTS[2]
    assert with_value(TEXTS[2], "flash", ABSENT) == TEXTS[2]
    assert "true" in with_value("flash = 1", "flash", True)


def test_a_wrong_value_can_be_corrected() -> None:
    after = with_value("theme = 5 # oh\nlimits.trades = 'x'\n", "theme", "dark")
    assert tomllib.loads(after)["theme"] == "dark"
    assert "# oh" in after


@pytest.mark.parametrize(
    ("text", "key"), [("theme = ", "theme"), ("a = " + "[" * 5_000, "theme"), ("limits = 5", "limits.trades")]
)
def test_what_cannot_be_changed_is_a_plain_error(text: str, key: str) -> None:
    with pytest.raises(SettingsError) as error:
        with_value(text, key, 500 if "." in key else "dark")
    assert "Open the file to correct it." in error.value.for_user


@given(st.text("=[]{}.\"'#\nab1 ", max_size=30))
def test_any_text_is_changed_as_intended_or_refused(text: str) -> None:
    try:
        after = with_value(text, "theme", "dark")
    except SettingsError:
        return
    before = tomllib.loads(text)
    assert {k: v for k, v in tomllib.loads(after).items() if v != {}} == {
        k: v for k, v in {**before, "theme": "dark"}.items() if v != {}
    }


def test_feeds_and_other_settings_that_are_saved_at_the_same_time_are_all_saved(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"

    def save(number: int) -> None:
        if number % 2:
            save_feed(file, Feed(provider="demo", name=f"feed{number}"))
        else:
            change_file(file, partial(with_value, key="limits.trades", value=100 + number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, range(20)))
    assert len(parse_settings(file, file.read_text()).feeds) == 10
