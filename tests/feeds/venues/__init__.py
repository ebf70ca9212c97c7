"""Each provider as documented: sample frames, a server that behaves like it, and the expected events.

A module here has the name of its provider and contains:

- ``FRAMES``: valid frames of every kind, for the fuzzer; ``PRELUDE``: frames that must be decoded before them;
  ``FLOW``: the frames of a normal subscription, for the decode benchmark;
- ``SETTINGS``: further settings of the feed, as TOML, if the command line is not sufficient;
- ``SYMBOLS``: symbols as the user types them, in notations other than the provider's, one of them refused or without
  data; ``KEY`` and ``PATH`` if they matter;
- ``serve(client)``: the server's side of a connection, which checks the messages of the client and then stays open;
- ``LINES``: the JSON lines that ``ticker-gui stream`` has to print, each as the part that matters;
- ``respond(path, query, headers)``: the response of the REST interface to a request for past data, as status, body and
  headers; ``answer(message)``: what the server sends to such a request on the socket. `tests.feeds.past_market`
  has bars and trades for both. ``LIMITED``: the
  response of the REST interface to too many requests.
"""

from __future__ import annotations

import importlib
import json
import tomllib
from collections.abc import Awaitable
from typing import Any, Protocol, cast

import msgspec
from websockets.asyncio.server import ServerConnection

from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials, FeedProtocol


class Venue(Protocol):
    """The contents of a module here; see above."""

    FRAMES: list[str | bytes]
    PRELUDE: list[str | bytes]
    FLOW: list[str | bytes]
    SYMBOLS: str
    KEY: str
    PATH: str
    SETTINGS: str
    LINES: list[dict[str, Any]]

    def serve(self, client: ServerConnection) -> Awaitable[None]: ...


def venue(name: str) -> Venue:
    """Return the module of a provider, with defaults for optional contents."""
    module = importlib.import_module(f"tests.feeds.venues.{name}")
    for constant, usual in (("PRELUDE", []), ("FLOW", module.FRAMES), ("KEY", ""), ("PATH", ""), ("SETTINGS", "")):
        if not hasattr(module, constant):
            setattr(module, constant, usual)
    return cast(Venue, module)


def credentials_for(provider: type[FeedProtocol]) -> Credentials:
    """Return credentials for a provider, with the mapping in its settings."""
    settings = tomllib.loads(f"[[feeds]]\n{venue(provider.name).SETTINGS}")["feeds"][0]
    mapping = msgspec.convert(settings.get("mapping"), FieldMapping | None)
    return Credentials(provider.url, "key:secret", mapping=mapping)


def as_bytes(frame: str | bytes) -> bytes:
    """Return a frame as bytes, as it is received."""
    return frame.encode() if isinstance(frame, str) else frame


async def receive(client: ServerConnection) -> Any:
    """Return the next message of the client, decoded from JSON."""
    return json.loads(await client.recv())


async def expect(client: ServerConnection, *messages: Any) -> None:
    """Receive exactly these messages, in any order."""
    received = [await receive(client) for _ in messages]
    assert sorted(map(json.dumps, received)) == sorted(map(json.dumps, messages)), received


async def send(client: ServerConnection, *messages: str | Any) -> None:
    """Send these messages; those that are not text are sent as JSON."""
    for message in messages:
        await client.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def wait_until_closed(client: ServerConnection) -> None:
    """Ignore all messages until the client closes the connection."""
    async for _ in client:
        pass
