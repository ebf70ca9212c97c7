from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ticker_gui.alerts.actions.argument_text import join_arguments, split_arguments
from ticker_gui.domain.errors import SettingsError

ARGUMENTS = st.lists(st.text(st.sampled_from("a\" \t\\'$ü"), max_size=6) | st.text(max_size=10), max_size=5)


@given(ARGUMENTS)
@example(["", '"', '""', " ", 'a"b c"'])
def test_arguments_survive_as_text(arguments: list[str]) -> None:
    assert split_arguments(join_arguments(tuple(arguments))) == tuple(arguments)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", ()),
        ("   ", ()),
        ("notify.sh", ("notify.sh",)),
        (' notify.sh  "two words" three ', ("notify.sh", "two words", "three")),
        (r"C:\Tools\notify.exe -x", (r"C:\Tools\notify.exe", "-x")),
        (r'"C:\Program Files\a.exe" ""', (r"C:\Program Files\a.exe", "")),
        ('--title="a b"', ("--title=a b",)),
        ("$HOME `id` ; | *", ("$HOME", "`id`", ";", "|", "*")),
    ],
)
def test_text_is_split_as_users_expect_and_as_no_shell_does(text: str, arguments: tuple[str, ...]) -> None:
    assert split_arguments(text) == arguments


def test_a_missing_quotation_mark_is_explained() -> None:
    with pytest.raises(SettingsError, match="quotation mark without a closing one"):
        split_arguments('notify.sh "two words')


def test_simple_arguments_are_not_quoted() -> None:
    assert join_arguments(("notify.sh", "-x", "two words", "")) == 'notify.sh -x "two words" ""'
