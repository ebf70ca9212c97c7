"""Each provider as it is documented to behave: its frames, a server that acts like it, what a client should tell.

A module here is named like its provider and holds:

- ``FRAMES``: good frames of every kind, for the fuzz; ``PRELUDE``: those that have to be decoded before, where later
  ones lean on them; ``FLOW``: those that our subscription brings all day, for the decode benchmark;
- ``SETTINGS``: what the settings send of the feed besides, as TOML, where the command line does not send enough;
- ``SYMBOLS``: what the user types, in other resolver than the provider's and with one that is refused or silent;
  ``KEY`` and ``PATH`` where they matter;
- ``serve(client)``: the server's side of one connection; it asserts what the client has to send, and then stays;
- ``LINES``: what ``ticker-gui stream`` has to print, each as the part of a line that matters.
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
    """What a module here may hold; see above."""

    FRAMES: list[str]
    PRELUDE: list[str]
    FLOW: list[str]
    SYMBOLS: str
    KEY: str
    PATH: str
    SETTINGS: str
    LINES: list[dict[str, Any]]

    def serve(self, client: ServerConnection) -> Awaitable[None]: ...


def venue(name: str) -> Venue:
    """Return the module of a provider, with what it leaves out filled in."""
    module = importlib.import_module(f"tests.feeds.venues.{name}")
    for constant, usual in (("PRELUDE", []), ("FLOW", module.FRAMES), ("KEY", ""), ("PATH", ""), ("SETTINGS", "")):
        if not hasattr(module, constant):
            setattr(module, constant, usual)
    return cast(Venue, module)


def credentials_for(provider: type[FeedProtocol]) -> Credentials:
    """Return what a provider needs to know, with what its settings send of the mapping."""
    said = tomllib.loads(f"[[feeds]]\n{venue(provider.name).SETTINGS}")["feeds"][0]
    mapping = msgspec.convert(said.get("mapping"), FieldMapping | None)
    return Credentials(provider.url, "key:secret", mapping=mapping)


def as_bytes(frame: str | bytes) -> bytes:
    """Return a frame as it arrives."""
    return frame.encode() if isinstance(frame, str) else frame


async def receive(client: ServerConnection) -> Any:
    """Return the next message of the client, read as JSON."""
    return json.loads(await client.recv())


async def expect(client: ServerConnection, *messages: Any) -> None:
    """Hear exactly these messages, in whatever order."""
    heard = [await receive(client) for _ in messages]
    assert sorted(map(json.dumps, heard)) == sorted(map(json.dumps, messages)), heard


async def send(client: ServerConnection, *messages: str | Any) -> None:
    """Send these messages; what is no text goes as JSON."""
    for message in messages:
        await client.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def wait_until_closed(client: ServerConnection) -> None:
    """Listen without a word until the client goes."""
    async for _ in client:
        pass
