from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings_file import TextChange
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings_editor.file_changes import ABSENT, value_in, with_value
from ticker_gui.settings_editor.history import ChangeHistory, SettingChange, undone

TEXT = "theme = 'light' # mine\n"


def changed(text: str, key: str, value: str | bool) -> SettingChange:
    return SettingChange(TextChange(text, with_value(text, key, value)), key, value_in(text, key))  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from(["theme", "palette"]), st.sampled_from("abc")), max_size=8))
def test_undoing_every_change_restores_the_values(edits: list[tuple[str, str]]) -> None:
    history, text = ChangeHistory(), TEXT
    for key, value in edits:
        history.add(change := changed(text, key, value))
        text = change.texts.after
    while (last := history.last) is not None:
        text = undone(text, last)
        history.remove(last)
    assert tomllib.loads(text) == tomllib.loads(TEXT)  # quotes may have changed
    assert "# mine" in text


def test_a_change_that_changes_nothing_is_not_undone() -> None:
    history = ChangeHistory()
    history.add(changed(TEXT, "theme", "light"))
    assert history.last is None


def test_later_changes_of_other_settings_stay() -> None:
    first = changed(TEXT, "theme", "dark")
    later = with_value(first.texts.after, "flash", False)
    assert undone(later, first) == TEXT.replace("'light'", '"light"') + "flash = false\n"
    added = changed(TEXT, "palette", "classic")
    assert value_in(undone(with_value(added.texts.after, "flash", False), added), "palette") is ABSENT


def test_what_another_program_changed_is_undone_only_while_it_is_the_last_change() -> None:
    other = SettingChange(TextChange(TEXT, "theme = 'dark'"))
    assert undone("theme = 'dark'", other) == TEXT
    with pytest.raises(SettingsError, match="changed since then"):
        undone("theme = 'dark' # more", other)


def test_the_last_hundred_changes_can_be_undone() -> None:
    history = ChangeHistory()
    for number in range(150):
        history.add(SettingChange(TextChange(str(number), str(number + 1))))
    history.remove(SettingChange(TextChange("x", "y")))
    count = 0
    while (last := history.last) is not None:
        history.remove(last)
        count += 1
    assert count == 100
