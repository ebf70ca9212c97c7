"""The one gate for text that a server supplied."""

from __future__ import annotations

import unicodedata
from typing import Final

SYMBOL_LENGTH: Final = 64
MESSAGE_LENGTH: Final = 256

# Control, format (bidi overrides, zero width), surrogate, private use and unassigned characters: none of them
# has a look of its own, and each can make one text pass for another.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def sanitize_text(text: str, limit: int = MESSAGE_LENGTH) -> str:
    """Return ``text`` as it may be shown: one line, NFC, no invisible characters, at most ``limit`` long.

    The result is still plain text: a widget that shows it must not interpret it as markup.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:  # nearly all are
        return text.strip()
    # A hostile text may be megabytes long; what is cut away need not be looked at.
    visible = "".join(
        " " if character in "\t\n\r" else character
        for character in text[: 4 * limit]
        if character in "\t\n\r" or unicodedata.category(character) not in _INVISIBLE
    )
    shown = unicodedata.normalize("NFC", visible).strip()
    return shown if len(shown) <= limit and len(text) <= 4 * limit else shown[: limit - 1] + "…"
