from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.loading import parse_settings
from ticker_gui.config.settings import Settings
from ticker_gui.config.settings_errors import InvalidSetting
from ticker_gui.domain.errors import SettingsError

FILE = Path("config.toml")


@pytest.mark.parametrize(
    ("text", "key", "line", "reason"),
    [
        ("\n\n\ntheme = 'drak'", "theme", 4, 'theme must be system, dark or light, not "drak" (line 4)'),
        ("theme = 5", "theme", 1, "theme must be system, dark or light, not a whole number (line 1)"),
        ("flash = 'yes'", "flash", 1, "flash: expected true or false, got text (line 1)"),
        ("# a\nthem = 'dark'", "them", 2, 'unknown setting "them" (did you mean "theme"?) (line 2)'),
        ("[limits]\ntrades = 1", "limits.trades", 2, "limits.trades must be at least 60 (line 2)"),
        ("limits = { charts = 900000 }", "limits.charts", 1, "limits.charts must be at most 100,000 (line 1)"),
        ("limits.charts = 1.5", "limits.charts", 1, "limits.charts: expected a whole number, got a number (line 1)"),
        ("[limits]\ntrade = 1", "limits.trade", 2, 'unknown setting "limits.trade" (did you mean "trades"?) (line 2)'),
        ("[archive]\ntrade_day = 1", "archive.trade_day", 2,
         'unknown setting "archive.trade_day" (did you mean "trade_days"?) (line 2)'),
        ("[[feeds]]\n[feeds.mapping]\nprices = 'p'", "feeds[0].mapping.prices", 3,
         'unknown setting "feeds[0].mapping.prices" (did you mean "price"?) (line 3)'),
        ("[[feeds]]\nurl = 5", "feeds[0].url", 2, "feeds[0].url: expected text, got a whole number (line 2)"),
        ("frame_limit = nan", "frame_limit", 1, "frame_limit must be 60, 30, 15 or battery, not a number (line 1)"),
        ("flash = 07:32:00", "flash", 1, "flash: expected true or false, got a time (line 1)"),
        ("limits = 1979-05-27", "limits", 1, "limits: expected a table, got a date (line 1)"),
        (f"theme = '{'x' * 1000}'", "theme", 1,
         f'theme must be system, dark or light, not "{"x" * 79}…" (line 1)'),
        (f"{'x' * 1000} = 1", "x" * 1000, 1, f'unknown setting "{"x" * 79}…" (line 1)'),
        ('[limits]\n"a\\nb" = 1', "limits.a\nb", 1, r'unknown setting "limits.a\nb" (line 1)'),
        (f"theme = {'9' * 5000}", "", None, "not valid TOML: a number has too many digits"),
        ("\ntheme = ", "", None, "not valid TOML: Invalid value (at end of document)"),
        ("flash = true\nurl wss", "", 2, "not valid TOML: Expected '=' after a key in a key/value pair (at line 2, column 5)"),
    ],
)  # fmt: skip
def test_an_error_names_key_line_and_reason(text: str, key: str, line: int | None, reason: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_settings(FILE, text)
    error = caught.value
    assert (error.key, error.line, error.reason) == (key, line, reason)
    assert error.for_user.startswith(f"config.toml: {reason}.")
    assert error.for_user.endswith(".")


def test_a_feed_that_makes_no_sense_is_named_with_its_line() -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_settings(FILE, "theme = 'dark'\n[[feeds]]\nprovider = 'demo'\n\n[[feeds]]\nprovider = 'demo'\n")
    assert caught.value.for_user == (
        'config.toml: feeds[1] (line 5): another feed is also named "demo". Give each feed its own name.'
    )
    assert caught.value.line == 5


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@given(st.sampled_from([*Settings.__struct_fields__, "other", "limits.trades", "feeds"]), _VALUES)
def test_any_value_leads_to_settings_or_to_one_sentence(key: str, value: object) -> None:
    try:
        text = f"{key} = {tomlkit.item(value).as_string()}"
    except (TypeError, ValueError):  # TOML has no null and no lone surrogates
        text = f"{key} = {value!r}"
    message = f"{FILE}: fine."
    try:
        parse_settings(FILE, text)
    except SettingsError as error:
        message = error.for_user
    assert message.startswith("config.toml: ")
    assert message.endswith((".", "?"))
