from __future__ import annotations

import string

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from ticker_gui.gui.widgets.key_layout import key_of, latin

M, R = ord("M"), ord("R")
SCRIPTS = {
    "Russian": "кь", "Greek": "ρμ", "Hebrew": "רצ", "Arabic": "قة", "Korean": "ㄱㅡ", "Thai": "พท", "Georgian": "რმ",
}  # fmt: skip


def event(key: int, text: str = "", scan_code: int = 0, virtual: int = 0) -> QKeyEvent:
    none = Qt.KeyboardModifier.NoModifier
    return QKeyEvent(QEvent.Type.KeyPress, key, none, scan_code, virtual, 0, text)


@pytest.mark.parametrize("letter", string.ascii_uppercase)
def test_a_latin_letter_is_itself_wherever_its_key_is(letter: str) -> None:
    for platform in ("xcb", "windows", "cocoa", "offscreen"):
        for code in range(64):
            assert key_of(event(ord(letter), letter.lower(), code, code), platform) == ord(letter)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("is_key", [True, False])
def test_a_letter_of_another_script_maps_to_the_latin_letter_of_its_key(script: str, is_key: bool) -> None:
    for character, letter in zip(SCRIPTS[script], (R, M), strict=True):
        key = ord(character.upper()) if is_key else 0x4E00
        assert key_of(event(key, "" if is_key else character), "other") == letter


@pytest.mark.parametrize(
    ("platform", "scan_code", "virtual", "letter"),
    [
        ("xcb", 58, 0x6D8, M),
        ("xcb", 27, 0x6CB, R),
        ("wayland", 58, 0x6D8, M),
        ("windows", 50, M, M),
        ("windows", 19, R, R),
        ("cocoa", 0, 0x2E, M),
        ("cocoa", 0, 0x0F, R),
    ],
)
def test_a_letter_of_an_unknown_script_is_that_of_its_key(
    platform: str, scan_code: int, virtual: int, letter: int
) -> None:
    for unknown in (0x0531, 0x0905, 0x1200):
        assert key_of(event(unknown, chr(unknown), scan_code, virtual), platform) == letter


def test_keys_without_a_latin_letter_are_unchanged() -> None:
    assert key_of(event(0x4E00, "一"), "xcb") == 0x4E00
    for key in (Qt.Key.Key_End, Qt.Key.Key_Plus, Qt.Key.Key_Escape):
        assert key_of(event(key, scan_code=58, virtual=M), "windows") == key


def test_a_text_typed_in_another_layout_is_what_its_keys_write_in_latin() -> None:
    assert latin("иес") == "btc"
    assert latin("βτψ") == "btc"
    assert latin("BTC-1") == "btc-1"
    assert latin("一") == "一"
