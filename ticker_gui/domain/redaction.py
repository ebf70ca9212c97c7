"""Redaction of secrets in texts, in every form in which a server or a library may repeat them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

REDACTED: Final = "•••"
MIN_LENGTH: Final = 4  # shorter secrets would match ordinary text such as "1"
_MIN_BASE64_BYTES: Final = 6  # the base64 form of shorter secrets is too short to be unique
_CUT_LENGTH: Final = 12  # characters at the beginning that identify a secret in a text that was cut
_REST: Final = r"[^\s\"'<>,;(){}\[\]…•]*"  # the rest of a secret that was cut, or differs after its beginning
_AGAIN: Final = "(?:25){0,3}"  # "%" is "%25" if it is encoded again
_BACKSLASH: Final = rf"(?:\\|%{_AGAIN}5[cC])"
_MAX_BACKSLASHES: Final = 8  # each level of quoting doubles the backslashes
_FEW_BACKSLASHES: Final = 2
_SHORT: Final = 5  # a secret this short may be part of a word
_SHORT_WORD: Final = 11  # one that consists of letters may be so, too
# What may precede a word: no letter and no digit, unless they are part of an escape sequence.
_BEFORE_WORD: Final = (
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[abfnrtv])|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\x[0-9A-Fa-f]{2}))"
)
_AFTER_WORD: Final = r"(?![A-Za-z0-9])"
_RUNS: Final = re.compile(r"\\+|[^\\]", re.DOTALL)
_ESCAPE: Final = f"{_BACKSLASH}{{1,{_MAX_BACKSLASHES}}}"
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_.~+/:=,;@!*$^-]+")  # such as a key
_BASE64_VARIANTS: Final = {"+": f"(?:[-+]|%{_AGAIN}2[bB])", "/": f"(?:[/_]|{_ESCAPE}/|%{_AGAIN}2[fF])"}


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return a text with all secrets replaced by `REDACTED`.

    A secret is found as it is, percent-encoded, escaped as in JSON, Python or HTML, also repeatedly, character by
    character, and in base64, alone or within a longer text such as ``user:password``. Its beginning is found, too,
    because a server or an error may repeat a part of it. Secrets of up to three characters are left alone, and those
    that may be part of a word, such as ``demo``, are found as a whole word only.
    """
    finder = _finder(frozenset(secrets))
    if finder is None or not finder.may_find(text):
        return text
    return _pattern(finder.secrets).sub(REDACTED, text)


class _Finder(NamedTuple):
    """Secrets, and what is quickly found in every text in which their pattern is found, which is slow to compile.

    That is one of the ``parts``, or an ``encoded`` character of a secret. Without ``encoded``, it is not known.
    """

    secrets: frozenset[str]
    parts: Sequence[str] = ()
    encoded: re.Pattern[str] | None = None

    def may_find(self, text: str) -> bool:
        """Return whether the pattern may be found. If not, trying it would only take time, a lot of it."""
        if self.encoded is None or any(part in text for part in self.parts):
            return True
        has_escapes = "\\" in text or "%" in text or "&" in text
        return has_escapes and self.encoded.search(text) is not None


@lru_cache(maxsize=64)
def _finder(given: frozenset[str]) -> _Finder | None:
    secrets = [one for one in given if len(one) >= MIN_LENGTH]
    if not secrets:
        return None
    encoded_parts = ["".join(form) for secret in secrets for form in map(_longest_run, _base64(secret))]
    parts = [*(secret[:_CUT_LENGTH] for secret in secrets), *encoded_parts]
    if not all(map(_SIMPLE.fullmatch, secrets)) or min(map(len, parts)) < MIN_LENGTH:
        return _Finder(given)
    return _Finder(given, parts, _encoded({character for secret in secrets for character in secret[:_CUT_LENGTH]}))


def _longest_run(form: Sequence[str]) -> Sequence[str]:
    """Return the longest part of the beginning of a form in which each character is written in one way only."""
    runs = [list(run) for is_single, run in groupby(form[:_CUT_LENGTH], lambda one: len(one) == 1) if is_single]
    return max(runs, key=len, default=())


def _encoded(characters: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of each of some characters in any encoding; it may find more. A search for it is fast."""
    codes = "|".join(sorted(f"{ord(character):02x}" for character in characters))
    plain = "".join(re.escape(character) for character in sorted(characters))
    return re.compile(rf"\\(?:[{plain}]|(?i:u00|x)(?i:{codes}))|%{_AGAIN}(?i:5c|{codes})|&\#")


@lru_cache(maxsize=64)
def _pattern(given: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of all secrets, the longest first, then of their beginnings."""
    secrets = sorted((one for one in given if len(one) >= MIN_LENGTH), key=len, reverse=True)
    plain = [[_run(run) for run in _RUNS.findall(secret)] for secret in secrets]
    forms = [*plain, *(form for secret in secrets for form in _base64(secret))]
    whole = ["".join(form) for form in forms]
    for index, secret in enumerate(secrets):
        if _may_be_part_of_word(secret):
            whole[index] = f"{_BEFORE_WORD}{whole[index]}{_AFTER_WORD}"
    cut = ["".join(form[:_CUT_LENGTH]) + _REST for form in forms if len(form) > _CUT_LENGTH]
    return re.compile("|".join((*whole, *cut)))


def _may_be_part_of_word(secret: str) -> bool:
    return secret.isascii() and secret.isalnum() and len(secret) <= (_SHORT_WORD if secret.isalpha() else _SHORT)


def _run(run: str) -> str:
    """Return a pattern of one character, or of consecutive backslashes, each of which may be repeated by quoting."""
    if run[0] != "\\":
        return _character(run)
    one = rf"(?:{_BACKSLASH}|(?i:{_ESCAPE}(?:u00|x)5c|&\#0{{0,6}}92;|&\#x0{{0,6}}5c;))"
    possessive = "+" if len(run) > _FEW_BACKSLASHES else ""  # avoids catastrophic backtracking in many backslashes
    return f"{one}{{{len(run)},{_MAX_BACKSLASHES * len(run)}}}{possessive}"


@lru_cache(maxsize=512)
def _character(character: str) -> str:
    """Return a pattern of one character in every encoding."""
    import json  # slow to load, and only needed where there are secrets

    utf8, utf16 = character.encode("utf-8", "surrogatepass"), character.encode("utf-16-be", "surrogatepass")
    plain, in_html, escaped = re.escape(character), re.escape(escape(character)), json.dumps(character)[1:-1]
    percent = "".join(f"%{_AGAIN}{byte:02x}" for byte in utf8)
    unicode = _ESCAPE.join(f"u{utf16[at]:02x}{utf16[at + 1]:02x}" for at in range(0, len(utf16), 2))
    python = _ESCAPE.join(f"x{byte:02x}" for byte in utf8)
    if character in '"/':  # as JSON escapes it, and then percent-encoded
        percent = f"(?:{_ESCAPE})?{percent}"
    after_backslashes = [f"(?i:{unicode}|{python})", plain]
    if escaped != character and escaped[0] == "\\":
        after_backslashes.append(re.escape(escaped[1:]))
    # Backslashes and ampersands are in one alternative each: compiling is slow, and so are many alternatives.
    forms = [
        f"{_ESCAPE}(?:{'|'.join(after_backslashes)})",
        f"(?i:{percent})",
        rf"&\#(?i:0{{0,6}}{ord(character)}|x0{{0,6}}{ord(character):x});",
        *([in_html] if in_html != plain else []),
        *([r"\+"] if character == " " else []),
        *([re.escape(utf8.decode("latin-1"))] if not character.isascii() else []),
        plain,
    ]
    return f"(?:{'|'.join(forms)})"


def _base64(secret: str) -> Iterable[list[str]]:
    """Yield patterns of a secret within base64, by character, for each offset within a group of three bytes.

    Base64 characters that also depend on adjacent bytes are left out.
    """
    content = secret.encode("utf-8", "surrogatepass")
    if len(content) < _MIN_BASE64_BYTES:
        return
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content).decode()
        begin = -(-before * 8 // 6)
        end = (before + len(content)) * 8 // 6
        # The URL-safe alphabet has other characters for two of them.
        yield [_BASE64_VARIANTS.get(character, character) for character in encoded[begin:end]]
