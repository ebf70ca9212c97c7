"""Sanitizing of text from servers and users, before it is displayed or stored."""

from __future__ import annotations

import unicodedata
from typing import Final

SYMBOL_LENGTH: Final = 64
MESSAGE_LENGTH: Final = 256
_QUOTED_LENGTH: Final = 40

# Control, format (bidi overrides, zero width), surrogate, private use and unassigned characters: they are invisible,
# and could make one text look like another.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BREAKS: Final = "\t\n\r\u2028\u2029"  # these become spaces; widgets break lines at the last two as well


def is_encodable(text: str) -> bool:
    """Return whether a text can be encoded: bytes of the command line or a file name may not be text in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def sanitize_text(text: str, limit: int = MESSAGE_LENGTH) -> str:
    """Return a text that is safe to display: one line, NFC, no invisible characters, at most ``limit`` characters.

    The result is plain text: a widget must not interpret it as markup.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:  # the common case
        return text.strip()
    # A hostile text may be megabytes long, so that only its beginning is examined.
    visible = "".join(
        " " if character in _BREAKS else character
        for character in text[: 4 * limit]
        if character in _BREAKS or unicodedata.category(character) not in _INVISIBLE
    )
    shown = unicodedata.normalize("NFC", visible).strip()
    return shown if len(shown) <= limit and len(text) <= 4 * limit else shown[: limit - 1] + "…"


def quoted(text: str, limit: int = _QUOTED_LENGTH) -> str:
    """Return the beginning of a text as a message repeats it: in double quotes, on one line.

    Invisible characters are written as escape sequences, since they may be what is wrong with it.
    """
    shown = text if len(text) <= limit else f"{text[: limit - 1]}…"
    visible = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in shown)
    return f'"{visible}"'
