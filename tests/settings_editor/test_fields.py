from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.settings_editor.fields import OTHER, Field, FieldKind, editable_fields, value_of, with_setting

FIELDS = editable_fields()
BY_KEY = {field.key: field for field in FIELDS}


def test_every_setting_has_a_title_a_help_and_a_category() -> None:
    assert [field.key for field in FIELDS if not (field.title and field.help) or field.category == OTHER] == []


def test_every_field_of_the_settings_is_editable_once() -> None:
    settings = msgspec.to_builtins(Settings())
    keys = [key for key, value in settings.items() if not isinstance(value, dict)]
    keys += [f"{table}.{key}" for table in ("limits", "archive", "recording") for key in settings[table]]
    assert sorted(BY_KEY) == sorted(keys)
    assert len(FIELDS) == len(keys)


def test_types_defaults_and_bounds_are_those_of_the_settings() -> None:
    assert BY_KEY["theme"].kind is FieldKind.CHOICE
    assert list(BY_KEY["palette"].choices) == ["safe", "classic", "red-up", "red-blue"]
    assert BY_KEY["flash"].kind is FieldKind.SWITCH
    assert BY_KEY["feeds"].kind is FieldKind.ELSEWHERE
    trades = BY_KEY["limits.trades"]
    assert (trades.kind, trades.default, trades.minimum, trades.maximum) == (FieldKind.NUMBER, 2_000, 60, 100_000_000)
    assert all(field.default == value_of(Settings(), field.key) for field in FIELDS)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("theme", "dark", "dark"),
        ("theme", "Same as system", "system"),
        ("palette", " red up, BLUE down ", "red-blue"),
        ("flash", "Off", False),
        ("flash", "true", True),
        ("limits.trades", "5000", 5_000),
        ("limits.trades", " 1,000,000 ", 1_000_000),
        ("limits.trades", "1\u202f000", 1_000),
        ("limits.trades", "5_000", 5_000),
    ],
)
def test_a_text_that_stands_for_a_value_is_accepted(key: str, text: str, value: object) -> None:
    assert BY_KEY[key].parse(text) == value


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("theme", "drak", "Choose Same as system, Dark or Light."),
        ("flash", "maybe", "Enter on or off."),
        ("limits.trades", "59", "Enter a whole number from 60 to 100,000,000."),
        ("limits.trades", "many", "Enter a whole number from 60 to 100,000,000."),
        ("limits.trades", "9" * 5_000, "Enter a whole number from 60 to 100,000,000."),
        ("limits.charts", "-1", "Enter a whole number from 1 to 100,000."),
        ("limits.charts", "1.5", "Enter a whole number from 1 to 100,000."),
        ("limits.charts", "", "Enter a whole number from 1 to 100,000."),
        ("feeds", "coinbase", "This cannot be entered here."),
    ],
)
def test_another_text_is_answered_with_what_is_expected(key: str, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        BY_KEY[key].parse(text)
    assert error.value.for_user == message


@given(st.sampled_from(FIELDS), st.text() | st.integers().map(str) | st.floats().map(str))
def test_any_text_in_any_field_gives_a_valid_value_or_a_plain_error(field: Field, text: str) -> None:
    message = "."
    try:
        value = field.parse(text)
        settings = with_setting(Settings(), field.key, value)
        assert msgspec.convert(msgspec.to_builtins(settings), Settings) == settings
        assert field.parse(field.describe(value)) == value
    except SettingsError as error:
        message = error.for_user
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("bounds", [(None, None), (5, None), (None, 5), (2, 9)])
def test_the_range_of_a_number_is_described(bounds: tuple[int | None, int | None]) -> None:
    field = Field("x", FieldKind.NUMBER, 5, minimum=bounds[0], maximum=bounds[1])
    with pytest.raises(SettingsError) as error:
        field.parse("x")
    assert all(str(bound) in error.value.for_user for bound in bounds if bound is not None)
    assert field.parse("5") == 5


def test_text_is_accepted_in_one_line() -> None:
    field = Field("x", FieldKind.TEXT, "")
    assert field.parse(" Europe/Paris ") == "Europe/Paris"
    with pytest.raises(SettingsError, match="one line"):
        field.parse("a\nb")


def test_values_are_described_in_words() -> None:
    assert BY_KEY["theme"].describe("system") == "Same as system"
    assert BY_KEY["theme"].describe(5) == "5"
    assert BY_KEY["flash"].describe(True) == "on"
    assert BY_KEY["limits.chart_trades"].describe(1_000_000) == "1,000,000"
    assert BY_KEY["feeds"].describe(()) == "none"
    assert BY_KEY["feeds"].describe((Feed(),)) == "1 feed"
    assert Field("x", FieldKind.TEXT, "").describe("a") == "a"
