"""The kinds of messages that an unknown feed sends: trades, tickers, order books and others.

A kind is determined by the texts around the values: channel names, event types, the names of objects. Order books, mark
prices and indices have the same fields as trades, so these texts decide, and not the fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from ticker_gui.feeds.generic.candidates import MAX_NAMES, Item, candidates_of, is_time, join_path, leaves, number_of
from ticker_gui.feeds.generic.field_names import BOOK_NAMES, KIND_NAMES
from ticker_gui.feeds.symbols import LONGEST_SEARCHED, SymbolResolver

_MAX_TEXT: Final = 80
_MAX_SPANS: Final = 16_384
_MAX_DIGITS: Final = 4  # in a row; a text with more is an id or a time

# Matched against lower-case words with single spaces between them.
_BOOK: Final = re.compile(
    r"\b(?:order ?books?\w*|books?\d*(?! ?ticker)|bookdelta|booksnapshot|boards?|\w*depth\w*|l ?2\b|l ?3\b(?! ?match)"
    r"|level ?[23]\w*|lvl ?[23]\w*|mbo|mbp|mbl|dom|ladder|bids?|asks?|offers?|orders?|open ?orders?|queue|heatmap)\b"
)
# Events of one order, if the text has no other words.
_ORDER_EVENT: Final = re.compile(
    r"(?:add|adds|added|modif(?:y|ied)|changed?|deleted?|cancel(?:led|ed)?|removed?|replaced?|received|open|opened|done"
    r"|closed?|placed|price ?changes?|reduced?|activate|resting|book)"
)
_OTHER: Final = re.compile(
    r"\b(?:\w*mark ?prices?|marks?|\w*index(?:es)?|indices|index ?price|funding\w*|premium\w*|liquidations?"
    r"|force ?orders?|settlements?|settle|open ?interest|reference|ref|navs?|theo\w*|fair ?price|fair|estimated\w*"
    r"|auctions?|vwap|twap|avg|average|imbalances?|rfq|indicative|greeks|volatility|insurance|long ?short|account"
    r"|balances?|positions?|wallet|user|underlying|oracle|mids?|mid ?prices?)\b"
)
_TRADE: Final = re.compile(
    r"\b(?:\w*trades?|trades?\w*|match(?:es)?|last ?match|l ?3 ?match|deals?|executions?|execs?|fills?|transactions?"
    r"|prints?|last ?sales?)\b"
)
_TICKER: Final = re.compile(r"\b(?:\w*tickers?|bbo|nbbo|quotes?|book ?tickers?|summary|stats?|market ?data)\b")
_BAR: Final = re.compile(r"\b(?:candles?\w*|k ?lines?\w*|ohlcv?\w*|bars?|chart)\b")
_GENERIC: Final = frozenset(
    (
        *(
            "snapshot",
            "update",
            "updates",
            "partial",
            "insert",
            "incremental",
            "delta",
            "full",
            "message",
            "data",
            "push",
        ),
        *(
            "subscribe",
            "subscribed",
            "ok",
            "success",
            "channel message",
            "realtime",
            "spot",
            "public",
            "market",
            "linear",
        ),
        *(
            "inverse",
            "futures",
            "swap",
            "event",
            "notification",
            "result",
            "response",
            "all",
            "new",
            "final",
            "initial",
        ),
        *(
            "buy",
            "sell",
            "b",
            "s",
            "bid",
            "ask",
            "up",
            "down",
            "rise",
            "fall",
            "even",
            "taker",
            "maker",
            "true",
            "false",
        ),
    )
)
_REMOVALS: Final = frozenset({"delete", "deleted", "remove", "removed", "modify", "modified", "cancelled", "canceled"})
_LEVEL_SIDES: Final = frozenset({"bid", "ask", "bids", "asks", "offer"})
_ORDER_WORDS: Final = frozenset({"order", "ord", "remaining", "leaves", "queue"})
_PARTIES: Final = frozenset({"maker", "taker", "buy", "buyer", "sell", "seller", "bid", "ask", "resting", "aggressor"})
_IS_SIDE: Final = ({"is", "bid"}, {"is", "ask"}, {"is", "offer"})
_SIDE_NAMES: Final = ("side", "Side", "S", "sd")
_FIX_ENTRY_TYPES: Final = ("269", "MDEntryType")
_SIDE_STEPS: Final = frozenset({"buy", "sell", "buys", "sells", "b", "a", "bs", "as", "bid", "ask"})
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAMES: Final = re.compile(r"[A-Za-z0-9]+")
_KIND_NAMES: Final = frozenset(KIND_NAMES)


class RequestedSymbols:
    """Finds requested symbols in texts, and keeps the results for the texts that were searched last."""

    def __init__(self, resolver: SymbolResolver) -> None:
        self._resolver = resolver
        self._spans: dict[str, tuple[int, int] | None] = {}

    def is_in(self, text: str) -> bool:
        """Return whether a text is or contains a requested symbol."""
        return self.span(text) is not None

    def removed_from(self, text: str) -> str:
        """Return a text without the requested symbol in it: BOOK/USDT is a token, not an order book."""
        span = self.span(text)
        return text if span is None else f"{text[: span[0]]} {text[span[1] :]}"

    def span(self, text: str) -> tuple[int, int] | None:
        """Return the position of a requested symbol in a text."""
        if text not in self._spans:
            if len(self._spans) >= _MAX_SPANS:
                self._spans.clear()
            self._spans[text] = self._find(text)
        return self._spans[text]

    def names_one(self, text: str) -> bool:
        """Return whether a text is or contains a requested symbol; for speed, decimal numbers are not searched."""
        is_number = text[:1].isdecimal() and text[-1:].isdecimal() and not text.isdecimal()
        return not is_number and self.is_in(text)

    def _find(self, text: str) -> tuple[int, int] | None:
        if self._resolver.match(text) is None:
            return None
        words = [match.span() for match in _NAMES.finditer(text, 0, LONGEST_SEARCHED)]
        for count in range(len(words), 0, -1):
            for first in range(len(words) - count + 1):
                begin, end = words[first][0], words[first + count - 1][1]
                if self._resolver.is_requested(text[begin:end]):
                    return begin, end
        return 0, len(text)


class MessageKind(Enum):
    """The content of a message. ``OTHER`` are prices that are not those of trades, such as mark prices and indices."""

    TRADE = "trades"
    TICKER = "tickers"
    BAR = "bars"
    BOOK = "order books"
    OTHER = "other values"
    UNKNOWN = "messages of an unknown kind"

    @property
    def is_readable(self) -> bool:
        """Whether messages of this kind may contain the price of a trade, or a bid and an ask."""
        return self not in (MessageKind.BOOK, MessageKind.OTHER)


_FIX_KINDS: Final = {"0": MessageKind.BOOK, "1": MessageKind.BOOK, "2": MessageKind.TRADE}  # bid, ask, trade

# The meanings of single letters as message types; cancellations and corrections are not trades.
_LETTERS: Final = (
    dict.fromkeys(("t", "xt"), MessageKind.TRADE)
    | dict.fromkeys(("q", "xq"), MessageKind.TICKER)
    | dict.fromkeys(("x", "c", "l", "i"), MessageKind.OTHER)
)


@lru_cache(maxsize=4096)
def kind_of_text(text: str) -> MessageKind:
    """Return the kind that the words of a text name; an order book has precedence over all others."""
    words = " ".join(word.lower() for word in _WORDS.findall(text))
    if words in _LETTERS:
        return _LETTERS[words]
    if _ORDER_EVENT.fullmatch(words):
        return MessageKind.BOOK
    for kind, pattern in (
        (MessageKind.BOOK, _BOOK),
        (MessageKind.OTHER, _OTHER),
        (MessageKind.BAR, _BAR),
        (MessageKind.TICKER, _TICKER),
        (MessageKind.TRADE, _TRADE),
    ):
        if pattern.search(words):
            return kind
    return MessageKind.UNKNOWN


def kind_of_item(
    item: Item, path: str, requested: RequestedSymbols, texts: dict[str, str] | None = None
) -> MessageKind:
    """Return the kind of an item by all texts around it; ``texts`` are its `kind_texts` if already known."""
    found = (*(kind_texts(item) if texts is None else texts).values(), *_other_texts(item))
    # A list, because enumerations are compared much faster than hashed.
    kinds = [kind_of_text(requested.removed_from(text)) for text in found]
    kinds += (_kind_of_path(path), *_kinds_by_fix(item))
    for kind in (MessageKind.BOOK, MessageKind.OTHER, MessageKind.BAR, MessageKind.TICKER, MessageKind.TRADE):
        if kind in kinds:
            return kind
    return MessageKind.BOOK if _is_level(item) else MessageKind.UNKNOWN


@lru_cache(maxsize=4096)
def _kind_of_path(path: str) -> MessageKind:
    """Return the kind that the names of a path state: of an order book if one names a side."""
    is_side = any(step in _SIDE_STEPS for step in re.split(r"[.\[\]]+", path.lower()))
    return MessageKind.BOOK if is_side else kind_of_text(path.replace("*", " "))


def _kinds_by_fix(item: Item) -> list[MessageKind]:
    """Return the kind that an entry type of the FIX protocol names, in a field with its name or its number."""
    value = item.value
    types = [value.get(name) for name in _FIX_ENTRY_TYPES] if isinstance(value, dict) else []
    return [_FIX_KINDS.get(str(entry), MessageKind.OTHER) for entry in types if isinstance(entry, str | int)]


def _is_level(item: Item) -> bool:
    """Return whether the fields of an item describe a level of an order book, or a change of one."""
    around = () if item.message is item.value else (item.message,)
    holders = [dict(islice(one.items(), MAX_NAMES)) for one in (item.value, *around) if isinstance(one, dict)]
    texts = {value.lower() for holder in holders for value in holder.values() if isinstance(value, str)}
    if any(str(holder.get(name)).lower() == "a" for holder in holders for name in _SIDE_NAMES):  # the bid side is "b"
        return True
    return bool(texts & (_LEVEL_SIDES | _REMOVALS)) or any(_names_order(name) for holder in holders for name in holder)


@lru_cache(maxsize=4096)
def _names_order(name: str) -> bool:
    """Return whether the name of a field is about one resting order; trades have orders of both sides."""
    words = {word.lower() for word in _WORDS.findall(name)}
    return (bool(words & _ORDER_WORDS) and not words & _PARTIES) or words in _IS_SIDE


def kind_texts(item: Item) -> dict[str, str]:
    """Return the texts in fields such as "type" and "channel" by path: in the item and around it."""
    value, message = item.value, item.message
    found = dict(_named_texts(value, "")) if isinstance(value, dict) else {}
    if isinstance(value, list) and value and value is not message and is_kind_text(value[0]):
        found["[0]"] = value[0]
    prefix = "" if message is value else "$."
    if isinstance(message, list):
        texts = enumerate(message[:MAX_NAMES])
        found.update((f"{prefix}[{index}]", text) for index, text in texts if is_kind_text(text))
    elif isinstance(message, dict):
        found.update(_named_texts(message, prefix))
        for name, inner in islice(message.items(), MAX_NAMES):  # {"arg":{"channel":"trade"},"data":[…]}
            if isinstance(inner, dict) and inner is not value:
                found.update(_named_texts(inner, f"{prefix}{join_path('', name)}."))
            elif isinstance(inner, list) and inner and inner is not value and is_kind_text(inner[0]):
                found[f"{prefix}{join_path('', name)}[0]"] = inner[0]  # {"data":["T","AAPL",…]}
    return found


def _named_texts(holder: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    if _KIND_NAMES.isdisjoint(holder):
        return
    for name, text in islice(holder.items(), MAX_NAMES):
        if name in _KIND_NAMES and isinstance(text, str) and _is_kind_text(text):
            yield f"{prefix}{join_path('', name)}", text


def _other_texts(item: Item) -> list[str]:
    """Return the texts in other fields of the envelope of an item: ``{"what":"l2", …}``."""
    if item.message is item.value or not isinstance(item.message, dict):
        return []
    return [text for text in islice(item.message.values(), MAX_NAMES) if is_kind_text(text)]


def is_kind_text(text: object) -> bool:
    """Return whether a value may name a kind: a short text with letters that is not a number, a time or an id."""
    return isinstance(text, str) and _is_kind_text(text)


@lru_cache(maxsize=8192)
def _is_kind_text(text: str) -> bool:
    if len(text) > _MAX_TEXT or not any(character.isalpha() for character in text) or "'" in text or "\\" in text:
        return False
    return number_of(text) is None and not is_time(text) and not re.search(rf"[0-9]{{{_MAX_DIGITS + 1},}}", text)


def is_order_book(message: Any, requested: RequestedSymbols) -> bool:
    """Return whether a message is one of an order book, by its texts or by the names of its lists."""
    if kind_of_item(Item(message, message), "", requested) is MessageKind.BOOK:
        return True
    if not isinstance(message, dict):
        return False
    inner = [value for value in message.values() if isinstance(value, dict)]
    names = {name.lower() for holder in (message, *inner) for name, value in holder.items() if isinstance(value, list)}
    return bool(names & BOOK_NAMES)


def mentions_requested(message: Any, requested: RequestedSymbols) -> bool:
    """Return whether a message names a requested symbol."""
    return any(
        isinstance(text, str) and requested.is_in(text)
        for _, items in candidates_of([message], requested.names_one).items()
        for item in items
        for text in (item.key, *(value for _, value in leaves(item.value)))
    )


@lru_cache(maxsize=4096)
def is_generic(text: str) -> bool:
    """Return whether a text names no kind: it has no words, or only words such as "update" and "snapshot"."""
    words = [word.lower() for word in _WORDS.findall(text) if not word.isdecimal()]
    return not words or " ".join(words) in _GENERIC or all(word in _GENERIC for word in words)
