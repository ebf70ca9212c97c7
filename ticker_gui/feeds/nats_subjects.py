"""The NATS subjects of a desk: ``ticker.<feed>.<event>.<symbol>``."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

PREFIX: Final = "ticker"
STATE: Final = "state"
SYMBOLS: Final = "symbols"
GAPS: Final = "gap"  # in which a publisher has missed trades
MINUTE_BARS: Final = "minute"  # closed bars of one minute, which are stored; ``bar`` are those of the provider
MARKET_EVENTS: Final = ("trade", "correction", "quote", "day", "bar")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def encode_token(text: str) -> str:
    """Return any text as one token of a subject: what is not a letter, a digit, ``_`` or ``-`` becomes ``%XX``.

    Empty text becomes ``%``. Lone surrogates are kept.
    """
    if _PLAIN.fullmatch(text):
        return text
    return (
        quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="").replace(".", "%2E").replace("~", "%7E") or "%"
    )


def decode_token(token: str) -> str:
    """Return the text of a token; the inverse of `encode_token`.

    A token that `encode_token` does not return, as of another program, gives some text and no exception.
    """
    encoded = b"" if token == "%" else unquote_to_bytes(token)
    try:
        return encoded.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return encoded.decode("utf-8", "replace")


def event_subject(feed: str, event: str, symbol: str) -> str:
    """Return the subject of an event of a symbol, whose capitals are ignored."""
    return f"{PREFIX}.{encode_token(feed)}.{event}.{encode_token(symbol.upper())}"


def feed_subject(feed: str, kind: str) -> str:
    """Return the subject of what concerns a whole feed: its state or its list of symbols."""
    return f"{PREFIX}.{encode_token(feed)}.{kind}"


def feed_of(subject: str) -> str:
    """Return the name of the feed in a subject; empty if the subject is not one of a desk."""
    parts = subject.split(".")
    return decode_token(parts[1]) if len(parts) > 2 and parts[0] == PREFIX else ""
