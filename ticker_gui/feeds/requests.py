"""Requests to a provider and their answers: batches, ids, errors, and the key in the URL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from ticker_gui.domain.errors import KeyRejected
from ticker_gui.domain.events import Reply

T = TypeVar("T")


class PendingRequests(Generic[T]):
    """What the requests that are not answered yet are about, such as symbols, by the id of the request.

    ``write_id`` turns the number of a request into an id as the provider expects it: ``int`` or ``str``.
    """

    def __init__(self, write_id: Callable[[int], int | str] = int) -> None:
        self._write_id: Final = write_id
        self._numbers = itertools.count(1)
        self._items: dict[int | str, tuple[T, ...]] = {}

    def __len__(self) -> int:
        return len(self._items)

    def add(self, items: Sequence[T] = ()) -> int | str:
        """Return the id of a new request about these items."""
        identifier = self._write_id(next(self._numbers))
        if items:
            self._items[identifier] = tuple(items)
        return identifier

    def pop(self, identifier: int | str | None) -> tuple[T, ...]:
        """Return the items of an answered request, and remove it; nothing for an unknown id."""
        return () if identifier is None else self._items.pop(identifier, ())

    def clear(self) -> None:
        """Forget all requests; the numbers continue."""
        self._items.clear()


def partial_replies(accepted: Sequence[str], refused: Sequence[str], reason: str) -> list[Reply]:
    """Return the answers to a request of which the provider accepted a part and refused the rest."""
    replies = [Reply(tuple(accepted), ok=True)] if accepted else []
    return [*replies, Reply(tuple(refused), ok=False, message=reason)] if refused else replies


def error_reply(message: str, code: int | str | None, symbols: Sequence[str] = ()) -> Reply:
    """Return the error of a provider as a reply about these symbols, or about the feed if there are none."""
    reason = message or "no reason was given"
    return Reply(tuple(symbols), ok=False, message=reason if code is None else f"{reason} (code {code})")


def key_rejected(provider: str) -> KeyRejected:
    """Return the error to raise when a provider rejects the key."""
    return KeyRejected(f"{provider} rejected the API key. Check the key and its plan, then retry.")


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Split a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def with_query(url: str, name: str, value: str | None) -> str:
    """Return a URL with a value in its query, unless the value is ``None`` or the URL already has one of that name.

    A name without a value, as in an address copied from documentation, gets this one.
    """
    parts = urlsplit(url)
    if value is None or name in parse_qs(parts.query):
        return url
    others = [each for each in parts.query.split("&") if each and each.partition("=")[0] != name]
    return parts._replace(query="&".join((*others, f"{name}={quote(value, safe='')}"))).geturl()
