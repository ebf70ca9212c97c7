from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings import BUILT_IN, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings_editor.fields import editable_fields, with_setting
from ticker_gui.settings_editor.notice import change_notice, error_notice
from ticker_gui.settings_editor.rows import read_settings

START = Settings()


def test_an_error_is_reported_with_key_line_and_the_value_in_force() -> None:
    error = read_settings(Path("config.toml"), "\n\n\ntheme = 'drak'").error
    assert error is not None
    assert error_notice(error).sentence == (
        'The settings file has an error: theme must be system, dark or light, not "drak" (line 4). '
        "The last valid settings stay in effect until the file is corrected."
    )
    assert "Defaults apply until the file is corrected." in error_notice(error, at_start=True).text
    assert error_notice(SettingsError("Too many symbols.")).sentence.startswith(
        "Settings not applied: Too many symbols. "
    )


def test_a_change_is_described_by_the_titles_of_the_settings() -> None:
    notice = change_notice(START, with_setting(START, "palette", "classic"))
    assert notice is not None
    assert notice.sentence == "The settings file was changed by another program. New values: Price colors."
    assert notice.can_undo
    both = change_notice(START, with_setting(with_setting(START, "limits.trades", 99), "theme", "dark"))
    assert both is not None
    assert both.text == "New values: Theme. Trades per symbol applies after a restart."
    assert change_notice(START, START) is None


def test_many_changes_are_counted() -> None:
    changed = START
    for field in editable_fields():
        if field.key.startswith("limits."):
            changed = with_setting(changed, field.key, 77)
    notice = change_notice(START, with_setting(changed, "feeds", (BUILT_IN,)))
    assert notice is not None
    assert notice.text.startswith(
        "New values: Feeds. Symbols, Trades per symbol, 1-second bars per symbol and 5 more apply"
    )


@given(st.text())
def test_any_error_is_one_line(text: str) -> None:
    assert "\n" not in error_notice(SettingsError(text)).sentence
