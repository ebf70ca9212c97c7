"""The options of ``ticker-gui websocket``, and what they mean for the connection."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ticker_gui.commands.number_arguments import number_from_zero, positive_number
from ticker_gui.config.settings import check_proxy, check_url, unusable_in_header
from ticker_gui.domain.errors import SettingsError
from ticker_gui.process.home_folder import expand_home
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.timeouts import Timeouts

DESCRIPTION: Final = (
    "Connect to any WebSocket: each line that you type is sent as one message, and received messages are printed."
)
MARKS: Final = "Received messages are marked with <, and sent ones with > unless you have typed them on a terminal."
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class WebSocketOptions(msgspec.Struct, frozen=True):
    """How to send and print, the ping interval, and how long to receive after the end of the input."""

    is_binary: bool = False
    as_json: bool = False
    ping_s: float = Timeouts().ping_interval
    linger_s: float = 1.0


def make_endpoint(
    url: str,
    headers: Sequence[str] = (),
    subprotocols: Sequence[str] = (),
    origin: str | None = None,
    cafile: str | None = None,
    proxy: str = "system",
) -> Endpoint:
    """Return where and how to connect; ``headers`` are texts such as ``NAME: VALUE``.

    Raises:
        SettingsError: one of the values is invalid.
    """
    check_url(url)
    parsed: dict[str, str] = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not _TOKEN.fullmatch(name.strip()):
            raise SettingsError("A header is written as NAME:VALUE, as in --header 'Authorization: Bearer abc'.")
        parsed[name.strip()] = value.strip()
    for name, value in (*parsed.items(), ("Origin", origin or "")):
        if unusable_in_header(value) is not None:
            raise SettingsError(f"The value of the header {name} contains a character that cannot be sent.")
    for name in subprotocols:
        if not _TOKEN.fullmatch(name):
            raise SettingsError("A subprotocol is one word, such as chat.v1. Repeat --subprotocol to offer several.")
    check_proxy(proxy, "The proxy")
    path = None if cafile is None else str(expand_home(cafile))
    return Endpoint(url, parsed, path, proxy, tuple(subprotocols), origin)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the URL and the options."""
    parser.add_argument("url", metavar="URL", help="where to connect, such as wss://host:port/path")
    group = parser.add_argument_group("connection")
    group.add_argument(
        "--header", metavar="NAME:VALUE", action="append", default=[], help="send this HTTP header (repeatable)"
    )
    group.add_argument(
        "--subprotocol", metavar="NAME", action="append", default=[], help="offer this subprotocol (repeatable)"
    )
    group.add_argument("--origin", metavar="URL", help="Origin header to send, as a web page would")
    group.add_argument(
        "--cafile", metavar="FILE", type=str, help="PEM file of additional certificate authorities to trust"
    )
    group.add_argument("--proxy", metavar="URL", default="system", help="proxy to use, or none (default: system)")
    group.add_argument(
        "--ping",
        metavar="SECONDS",
        type=positive_number,
        default=10.0,
        help="seconds between pings; after twice as long without data, the connection counts as lost (default: 10)",
    )
    parser.add_argument("--binary", action="store_true", help="lines are base64, and are sent as binary messages")
    parser.add_argument("--json", action="store_true", help="print each event as one JSON line")
    parser.add_argument(
        "--linger",
        metavar="SECONDS",
        type=number_from_zero,
        default=1.0,
        help="how long to receive after the end of the input, before closing (default: 1)",
    )


def read_options(options: argparse.Namespace) -> tuple[Endpoint, WebSocketOptions]:
    """Return where and how to connect, and how to send and print.

    Raises:
        SettingsError: one of the values is invalid.
    """
    endpoint = make_endpoint(
        options.url, options.header, options.subprotocol, options.origin, options.cafile, options.proxy
    )
    return endpoint, WebSocketOptions(options.binary, options.json, options.ping, options.linger)
