"""The frame that the user writes: checked, with its placeholders replaced, and the history of those sent."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from ticker_gui.domain.errors import SettingsError
from ticker_gui.feeds.generic.mapped import fill_template
from ticker_gui.feeds.wire import to_json

MAX_HISTORY: Final = 50
MAX_LENGTH: Final = 64 << 10
MAX_STORED: Final = 8 << 10  # characters of a frame in the history
KEY: Final = "$KEY"
_STAND_INS: Final = (
    ('"$SYMBOLS"', '"AAAAAAAA"'),
    ("$SYMBOLS", '["AAAA"]'),
    ("$SYMBOL", "AAAAAAA"),
    (KEY, "AAAA"),
)  # of the same length
_MIN_KEY: Final = 4  # a shorter one would match ordinary text


class DraftKind(StrEnum):
    """How the text of a draft becomes a frame."""

    JSON = "JSON"
    TEXT = "Text"
    BASE64 = "Base64"


class Draft(NamedTuple):
    """A frame to send, as the user has written it. It contains no key, only ``$KEY``."""

    kind: DraftKind
    text: str


class Outgoing(NamedTuple):
    """A message to send, and the form without the key in which it is displayed."""

    message: str | bytes
    shown: str | bytes


def draft_of(payload: bytes) -> Draft:
    """Return the draft of a frame that was sent or received."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return Draft(DraftKind.BASE64, b64encode(payload).decode())
    return Draft(DraftKind.JSON if text[:1] in ("{", "[") else DraftKind.TEXT, text)


def problem_of(draft: Draft, symbols: Sequence[str] = ("A",)) -> str:
    """Return why a draft cannot be sent, as a sentence; empty if it can. JSON errors state line and column."""
    text = draft.text.strip()
    if not text:
        return "Nothing to send."
    if len(text) > MAX_LENGTH:
        return f"The message is larger than {MAX_LENGTH >> 10} KB."
    if draft.kind is DraftKind.BASE64:
        try:
            b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return "Not valid base64."
        return ""
    if "$SYMBOL" in text and not symbols:
        return "The feed has no symbols for $SYMBOLS."
    if draft.kind is DraftKind.JSON:
        problem = next(filter(None, (_json_problem(one) for one in _filled(text, symbols, "key"))), "")
        return (_json_problem(_with_stand_ins(draft.text)) or problem) if problem else ""
    return ""


def prepare(draft: Draft, symbols: Sequence[str], key: str | None) -> list[Outgoing]:
    """Return the messages of a draft: one, or one per symbol if it contains ``$SYMBOL``.

    Raises:
        SettingsError: it cannot be sent.
    """
    if problem := problem_of(draft, symbols):
        raise SettingsError(problem)
    text = draft.text.strip()
    if draft.kind is DraftKind.BASE64:
        content = b64decode("".join(text.split()))
        return [Outgoing(content, content)]
    if KEY in text and not key:
        raise SettingsError("The feed has no key for $KEY.")
    shown = _filled(text.replace(KEY, "\0"), symbols, "")
    sent = _filled(text, symbols, key or "")
    return [Outgoing(one, other.replace("\0", KEY)) for one, other in zip(sent, shown, strict=True)]


def _filled(text: str, symbols: Sequence[str], key: str) -> list[str]:
    """Return the messages of a template, also of one without placeholders if there are no symbols."""
    if "$SYMBOL" not in text:
        return [text.replace(KEY, to_json(key)[1:-1])]
    return fill_template(text, symbols, key)


def _with_stand_ins(text: str) -> str:
    """Return a template with values as long as its placeholders, so that the place of a problem is that in the text."""
    for placeholder, value in _STAND_INS:
        text = text.replace(placeholder, value)
    return text


def _json_problem(text: str) -> str:
    import json  # msgspec states bytes, not line and column

    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            return f"Not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        except (RecursionError, ValueError):
            pass
        return "Not valid JSON."
    return ""


class SentHistory:
    """The last drafts that were sent, the newest first, each once."""

    def __init__(self, drafts: Iterable[Draft] = ()) -> None:
        self._drafts = [draft for draft in drafts if 0 < len(draft.text) <= MAX_STORED][:MAX_HISTORY]

    @property
    def drafts(self) -> Sequence[Draft]:
        """The drafts, the newest first."""
        return tuple(self._drafts)

    def add(self, draft: Draft) -> None:
        """Add a draft that was sent, unless it is very long. It must contain no key."""
        if len(draft.text) <= MAX_STORED:
            self._drafts = [draft, *(one for one in self._drafts if one != draft)][:MAX_HISTORY]

    def remove(self, draft: Draft) -> None:
        """Remove a draft."""
        self._drafts = [one for one in self._drafts if one != draft]

    def clear(self) -> None:
        """Remove all drafts."""
        self._drafts = []


def without_key(draft: Draft, key: str | None) -> Draft:
    """Return a draft with ``$KEY`` in place of the key itself."""
    if key is None or len(key) < _MIN_KEY:
        return draft
    return Draft(draft.kind, draft.text.replace(to_json(key)[1:-1], KEY).replace(key, KEY))
