"""Detection of secrets in URLs and headers, by the names of values and by their appearance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

# Parts of the names of secrets, such as apiKey, access_token and X-MBX-APIKEY.
SECRET_NAME: Final = r"(?:key|token|secret|passw|pwd|auth|sign|credential|cookie|session|jwt|bearer|otp)"
_SECRET_NAMES: Final = frozenset({"k", "p", "pw", "pass", "pin", "sid", "sig", "pk", "sk", "nonce", "ticket", "code"})
_HARMLESS_NAMES: Final = re.compile(
    r"""symbols?|instruments?|tickers?|pairs?|products?|markets?|assets?|coins?|stocks?|contracts?|names?|i?ds?|s
    |streams?|channels?|topics?|events?|types?|feeds?|subscribe|subscriptions?|data|product_?(?:ids?|type)|inst_?ids?
    |interval|timeframe|resolution|period|depth|levels?|limit|count|size|speed|rate|freq(?:uency)?|throttle
    |format|encoding|compress(?:ion|ed)?|binary|version|v|api_?version|protocol|transport|mode|env(?:ironment)?
    |exchange|venue|source|region|category|class|currency|base|quote|lang(?:uage)?|locale|tz|timezone
    |from|to|since|until|start|end|date|time|timestamp|delayed|extended|raw|heartbeat|ping|eio
    |accept|accept-.*|user-agent|origin|host|referer|connection|upgrade|cache-control|pragma|content-type
    |sec-websocket-(?:version|protocol|extensions)""",
    re.IGNORECASE | re.VERBOSE,
)
_SCHEMES: Final = frozenset({"basic", "bearer", "digest", "token", "apikey", "key"})
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONG_TOKEN: Final = re.compile(r"[A-Za-z0-9_+/-]{24,}")  # of base64, for example
# A change of case that words do not have, not even camelCase: the end of several capitals, or one small letter alone.
_ODD_CASE: Final = re.compile(r"(?<=[A-Z])[A-Z](?=[a-z])|(?<=[A-Z])[a-z](?=[A-Z])")
_MIN_ODD_CASES: Final = 3
_MIN_MIXED: Final = 8  # minimum length of a mix of letters and digits that is considered random
_MAX_PER_CHANGE: Final = 4
_MAX_PER_CHANGE_OF_TOKEN: Final = 3
_MIN_CHANGES: Final = 4
_MAX_MIXED: Final = 23
_MAX_LETTERS: Final = 31
_MAX_DIGITS: Final = 19
_MIN_KINDS: Final = 3  # kinds of characters in a long token: lower case, upper case and digits


def url_secrets(url: str) -> Iterator[str]:
    """Yield the secrets in a URL: in its user and password, its path and its query."""
    parts = urlsplit(url)
    if parts.password:
        yield unquote(parts.password)
        yield unquote(parts.netloc.rpartition("@")[0])
    elif parts.username:
        yield unquote(parts.username)  # some providers take the key as the user
    yield from (part for part in map(unquote, parts.path.split("/")) if looks_random(part))
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if value and is_secret(name, value):
            yield value
        if looks_random(name):  # the query consists of a key only
            yield name


def header_secrets(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the secrets in headers: whole values, and their words except the name of the authentication scheme."""
    for name, value in headers.items():
        if is_secret(name, value):
            yield value
            yield from (word for word in value.split() if word.casefold() not in _SCHEMES)


def is_secret(name: str, value: str) -> bool:
    """Return whether a named value is a secret.

    Common names decide. Values with other names are secrets unless they are plain words and numbers.
    """
    if re.search(SECRET_NAME, name, re.IGNORECASE) or name.casefold() in _SECRET_NAMES:
        return True
    if looks_random(value):
        return True
    return _HARMLESS_NAMES.fullmatch(name) is None and not _is_plain(value)


def looks_random(value: str) -> bool:
    """Return whether a value contains a part that looks like a generated key, not like a name, symbol or number."""
    if _UUID.search(value) or any(map(_is_random_word, _WORD.findall(value))):
        return True
    if any(len(token) > _MAX_MIXED and _has_many_kinds(token) for token in _TOKEN.findall(value)):
        return True
    return any(len(_ODD_CASE.findall(token)) >= _MIN_ODD_CASES for token in _LONG_TOKEN.findall(value))


def _is_random_word(word: str) -> bool:
    if word.isdigit():
        return len(word) > _MAX_DIGITS
    if word.isalpha():
        return len(word) > _MAX_LETTERS
    changes = _changes(word)
    is_mixed = len(word) >= _MIN_MIXED and changes >= _MIN_CHANGES and len(word) <= _MAX_PER_CHANGE * changes
    return is_mixed or len(word) > _MAX_MIXED


def _has_many_kinds(token: str) -> bool:
    kinds = {_kind(character) for character in token} - {""}
    return len(kinds) >= _MIN_KINDS and len(token) <= _MAX_PER_CHANGE_OF_TOKEN * _changes(token)


def _changes(text: str) -> int:
    """Return how often the characters change between lower case, upper case and digits."""
    kinds = [kind for kind in map(_kind, text) if kind]
    return sum(one != other for one, other in pairwise(kinds))


def _kind(character: str) -> str:
    if not character.isalnum():
        return ""
    return "digit" if character.isdigit() else "upper" if character.isupper() else "lower"


def _is_plain(value: str) -> bool:
    """Return whether a value consists of words, numbers and short codes."""
    return all(word.isalpha() or word.isdigit() or len(word) < _MIN_MIXED for word in _WORD.findall(value))
