from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings import Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings_editor.fields import with_setting
from ticker_gui.settings_editor.rows import FileReading, SettingRow, matching, read_settings, setting_rows

FILE = Path("config.toml")
TEXT = "# mine\npalette = 'classic'\n\n[limits]\ntrades = 500\n"


def rows(text: str = "", *, in_force: Settings | None = None, **overrides: str) -> dict[str, SettingRow]:
    reading = read_settings(FILE, text)
    settings = in_force or reading.settings or Settings()
    return {row.field.key: row for row in setting_rows(reading, settings, settings, overrides)}


def test_a_value_comes_from_the_default_or_from_a_line_of_the_file() -> None:
    found = rows(TEXT)
    assert (found["theme"].value, found["theme"].source, found["theme"].source_detail) == ("system", "default", "")
    palette = found["palette"]
    assert (palette.value, palette.source, palette.source_detail) == (
        "classic",
        "settings file",
        "line 2; default: Blue and orange",
    )
    assert found["limits.trades"].source == "settings file"
    assert found["limits.charts"].source == "default"
    assert all(row.is_enabled and not row.error and not row.reason for row in found.values())


def test_the_feeds_come_from_the_line_of_the_first_one() -> None:
    text = "theme = 'dark'\n[[feeds]]\nurl = 'wss://ws.kraken.com/v2'\nsymbols = ['BTC/USD']\n"
    row = rows(text)["feeds"]
    assert (row.source, row.source_detail) == ("settings file", "line 2; default: none")
    overridden = rows(text, feeds="--url")["feeds"]
    assert (overridden.source, overridden.source_detail) == ("--url", "overrides the file: 1 feed")


@pytest.mark.parametrize(("name", "kind"), [("--theme", "argument"), ("TICKER_GUI_THEME", "environment variable")])
def test_a_value_from_elsewhere_is_disabled_with_the_reason(name: str, kind: str) -> None:
    row = rows("theme = 'light'", in_force=Settings(theme="dark"), theme=name)["theme"]
    assert not row.is_enabled
    assert (row.value, row.source, row.source_detail) == ("dark", name, "overrides the file: Light")
    assert row.reason == f"Set by the {kind} {name}, which takes precedence over the file."
    assert rows("", in_force=Settings(theme="dark"), theme=name)["theme"].source_detail == ""


def test_an_error_stands_in_its_row_and_the_last_good_value_stays() -> None:
    row = rows("palette = 'safe'\n\n\ntheme = 'drak'", in_force=Settings(theme="light"))["theme"]
    assert row.value == "light"
    assert row.error == 'Theme must be system, dark or light, not "drak" (line 4).'
    assert row.source == "settings file"
    others = rows("theme = 'drak'", in_force=Settings(flash=False))
    assert others["flash"].source == "last valid value"
    overruled = rows("theme = 'drak'", theme="--theme")["theme"]
    assert (overruled.override, bool(overruled.error)) == ("--theme", True)
    feeds = rows("[[feeds]]\nprovider = 'demo'\nurl = 'http://x'\nsymbols = ['A']")["feeds"]
    assert feeds.error.startswith("Feeds[0] (line 1): the URL is not") or "URL" in feeds.error


def test_invalid_toml_has_no_lines_and_belongs_to_no_row() -> None:
    reading = read_settings(FILE, "theme = ")
    assert reading.settings is None
    assert isinstance(reading.error, SettingsError)
    assert reading.wrong_key == ""
    assert {row.source for row in rows("theme = ").values()} == {"default"}


def test_a_value_that_could_not_be_saved_belongs_to_this_session() -> None:
    row = rows("", in_force=Settings(flash=False))["flash"]
    assert (row.value, row.source, row.source_detail) == (False, "this session", "default: on")


def test_a_change_that_needs_a_restart_says_so() -> None:
    start = Settings()
    changed = with_setting(start, "limits.trades", 700)
    reading = read_settings(FILE, "limits.trades = 700")
    found = {row.field.key: row.note for row in setting_rows(reading, changed, start, {})}
    assert found["limits.trades"] == "Restart to apply this change."
    assert found["limits.charts"] == "Applies after a restart."
    assert found["theme"] == ""


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("theme", ["theme"]),
        ("orange", ["palette"]),
        ("limits.charts", ["limits.charts"]),
        ("CHART minute", ["limits.chart_minute_bars"]),
        ("appearance", ["theme", "palette", "flash", "frame_limit"]),
        ("xyzzy", []),
    ],
)
def test_a_filter_finds_titles_help_keys_categories_and_choices(words: str, keys: list[str]) -> None:
    found = matching(tuple(rows().values()), words)
    assert [row.field.key for row in found] == keys
    assert matching(tuple(rows().values()), "  ") == tuple(rows().values())


@given(st.text("themflasi=\n'\".[]{}#5 dark", max_size=60))
def test_any_text_has_a_row_for_each_setting(text: str) -> None:
    reading = read_settings(FILE, text)
    assert isinstance(reading, FileReading)
    found = setting_rows(reading, Settings(), Settings(), {})
    assert len(found) == len(rows())
    assert all("\n" not in row.error for row in found)
