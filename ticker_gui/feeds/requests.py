"""Requests to a provider and their answers: batches, ids, errors, and the key in the URL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from ticker_gui.domain.errors import KeyRejected
from ticker_gui.domain.events import Reply

T = TypeVar("T")


class PendingRequests:
    """The symbols of requests that are not answered yet, by the id of the request.

    ``write_id`` turns the number of a request into an id as the provider expects it: ``int`` or ``str``.
    """

    def __init__(self, write_id: Callable[[int], int | str] = int) -> None:
        self._write_id: Final = write_id
        self._numbers = itertools.count(1)
        self._symbols: dict[int | str, tuple[str, ...]] = {}

    def add(self, symbols: Sequence[str] = ()) -> int | str:
        """Return the id of a new request for these symbols."""
        identifier = self._write_id(next(self._numbers))
        if symbols:
            self._symbols[identifier] = tuple(symbols)
        return identifier

    def pop(self, identifier: int | str | None) -> tuple[str, ...]:
        """Return the symbols of an answered request, and remove it; nothing for an unknown id."""
        return () if identifier is None else self._symbols.pop(identifier, ())


def partial_replies(accepted: Sequence[str], refused: Sequence[str], reason: str) -> list[Reply]:
    """Return the answers to a request of which the provider accepted a part and refused the rest."""
    replies = [Reply(tuple(accepted), ok=True)] if accepted else []
    return [*replies, Reply(tuple(refused), ok=False, message=reason)] if refused else replies


def error_reply(message: str, code: int | str | None, symbols: Sequence[str] = ()) -> Reply:
    """Return the error of a provider as a reply about these symbols, or about the feed if there are none."""
    return Reply(tuple(symbols), ok=False, message=message if code is None else f"{message} (code {code})")


def key_rejected(provider: str) -> KeyRejected:
    """Return the error to raise when a provider rejects the key."""
    return KeyRejected(f"{provider} rejected the API key. Check the key and its plan, then retry.")


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Split a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def with_query(url: str, name: str, value: str | None) -> str:
    """Return a URL with a value in its query, unless the value is ``None`` or the URL already has one of that name."""
    parts = urlsplit(url)
    if value is None or name in parse_qs(parts.query):
        return url
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}{name}={quote(value, safe='')}").geturl()
