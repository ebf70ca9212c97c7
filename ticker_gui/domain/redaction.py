"""Redaction: secrets taken out of texts, in every form in which a server or a library may repeat them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Final

REDACTED: Final = "•••"
_MIN_LENGTH: Final = 4  # shorter ones are words like "1"
_MIN_BASE64_LENGTH: Final = 6  # of shorter ones, too little is left that stands for them alone


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return a text without any of these secrets.

    A secret is found as it is, percent-encoded, escaped as in JSON or HTML, character by character, and in base64,
    alone or within a longer text such as ``user:password``. Secrets of up to three characters are left alone.
    """
    pattern = _pattern(tuple(sorted({one for one in secrets if len(one) >= _MIN_LENGTH}, key=len, reverse=True)))
    return text if pattern is None else pattern.sub(REDACTED, text)


@lru_cache(maxsize=64)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds the secrets, the longest first."""
    forms = ["".join(map(_character, secret)) for secret in secrets]
    forms += [form for secret in secrets if len(secret) >= _MIN_BASE64_LENGTH for form in _base64(secret)]
    return re.compile("|".join(forms)) if forms else None


@lru_cache(maxsize=512)
def _character(character: str) -> str:
    """Return what finds one character in each way of writing it."""
    utf8, utf16 = character.encode("utf-8", "surrogatepass"), character.encode("utf-16-be", "surrogatepass")
    forms = {re.escape(character), re.escape(escape(character)), re.escape(json.dumps(character)[1:-1])}
    if character == "/":
        forms.add(r"\\/")
    elif character == " ":
        forms.add(r"\+")
    percent = "".join(f"%{byte:02x}" for byte in utf8)
    unicode = "".join(rf"\\u{utf16[at]:02x}{utf16[at + 1]:02x}" for at in range(0, len(utf16), 2))
    forms.add(f"(?i:{percent}|{unicode}|&\\#0*{ord(character)};|&\\#x0*{ord(character):x};)")
    return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})"


def _base64(secret: str) -> Iterable[str]:
    """Yield what finds a secret within base64: it may begin at any of the three bytes of a group.

    Characters that also depend on the bytes beside it are left out.
    """
    content = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content).decode()
        begin = -(-before * 8 // 6)
        end = (before + len(content)) * 8 // 6
        # The alphabet for URLs has other signs for two of its characters.
        yield "".join({"+": "[-+]", "/": "[/_]"}.get(sign, sign) for sign in encoded[begin:end])
