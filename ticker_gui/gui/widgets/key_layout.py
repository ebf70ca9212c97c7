"""Latin letters of keys in every keyboard layout, for shortcuts and type-ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtGui import QGuiApplication, QKeyEvent

_ROWS: Final = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_LATIN: Final = "".join(_ROWS)
_LAST_ASCII: Final = 0x7F
_FIRST_FUNCTION_KEY: Final = 0x01000000  # Qt's codes from here on are not characters

# Scan codes of X11 and Wayland; each row of letters is contiguous.
_SCAN_CODES: Final = {first + place: letter for first, row in zip((24, 38, 52), _ROWS, strict=True)
                      for place, letter in enumerate(row)}  # fmt: skip
_SCAN_CODE_PLATFORMS: Final = ("xcb", "wayland", "wayland-egl", "offscreen")

# Virtual key codes of macOS, which identify keys and not letters.
_MAC_CODES: Final = dict(zip(
    (0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x10, 0x20, 0x22, 0x1F, 0x23,
     0x00, 0x01, 0x02, 0x03, 0x05, 0x04, 0x26, 0x28, 0x25,
     0x06, 0x07, 0x08, 0x09, 0x0B, 0x2D, 0x2E),
    _LATIN, strict=True,
))  # fmt: skip

# Fallback without key codes: the letters on the keys Q to M in common layouts. A space means no letter.
_SCRIPTS: Final = (
    "йцукенгшщзфывапролдячсмить",
    " ςερτυθιοπασδφγηξκλζχψωβνμ",
    "  קראטוןםפשדגכעיחלךזסבהנמצ",
    "ضصثقفغعهخحشسيبلاتنمئءؤر ىة",
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
    "ๆไำพะัีรนยฟหกดเ้่าสผปแอิืท",
    "ქწერტყუიოპასდფგჰჯკლზხცვბნმ",
)
_LETTERS: Final = {
    character: letter
    for script in _SCRIPTS
    for character, letter in zip(script, _LATIN, strict=True)
    if character != " "
} | {"і": "S", "ў": "O"}  # Ukrainian and Belarusian


def key_of(event: QKeyEvent, platform: str | None = None) -> int:
    """Return the `Qt.Key` of an event; in a non-Latin layout, that of the Latin letter on the same key."""
    key = event.key()
    if key <= _LAST_ASCII or key >= _FIRST_FUNCTION_KEY:
        return key
    found = next(_letters(event, platform or QGuiApplication.platformName()), None)
    return key if found is None else ord(found)


def latin(text: str) -> str:
    """Return the text that the same keys produce in a Latin layout, in lower case."""
    return "".join(_LETTERS.get(character, character) for character in text.casefold()).casefold()


def _letters(event: QKeyEvent, platform: str) -> Iterator[str]:
    """Yield candidates for the Latin letter of the key, most reliable first."""
    virtual = event.nativeVirtualKey()
    if platform == "cocoa":
        if virtual in _MAC_CODES:
            yield _MAC_CODES[virtual]
    elif platform == "windows" and virtual <= _LAST_ASCII and chr(virtual) in _LATIN:
        yield chr(virtual)
    if platform in _SCAN_CODE_PLATFORMS and event.nativeScanCode() in _SCAN_CODES:
        yield _SCAN_CODES[event.nativeScanCode()]
    letter = _LETTERS.get(event.text().casefold()) or _LETTERS.get(chr(event.key()).casefold())
    if letter is not None:
        yield letter
