from __future__ import annotations

import argparse

import pytest

from ticker_gui.commands.websocket_options import WebSocketOptions, add_options, make_endpoint, read_options
from ticker_gui.domain.errors import SettingsError
from ticker_gui.stream.opening import Endpoint


def parse(*arguments: str) -> tuple[Endpoint, WebSocketOptions]:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return read_options(parser.parse_args(arguments))


def test_without_options_lines_are_text_and_pings_are_those_of_a_feed() -> None:
    endpoint, options = parse("wss://host/path")
    assert endpoint == Endpoint("wss://host/path")
    assert options == WebSocketOptions()
    assert options.ping_s == 10


def test_options_describe_the_connection() -> None:
    endpoint, options = parse(
        "ws://host", "--header", "Authorization: Bearer a:b", "--header", "X-Empty:", "--subprotocol", "v2", "--subprotocol", "v1",
        "--origin", "https://example.com", "--cafile", "/ca.pem", "--proxy", "none", "--ping", "3", "--linger", "0", "--binary", "--json",
    )  # fmt: skip
    headers = {"Authorization": "Bearer a:b", "X-Empty": ""}
    assert endpoint == Endpoint("ws://host", headers, "/ca.pem", "none", ("v2", "v1"), "https://example.com")
    assert options == WebSocketOptions(is_binary=True, as_json=True, ping_s=3, linger_s=0)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"url": "http://host"}, "not a WebSocket URL"),
        ({"headers": ["s3cret"]}, "NAME:VALUE"),
        ({"headers": ["bad name: s3cret"]}, "NAME:VALUE"),
        ({"headers": ["Name: s3cret\nX: y"]}, "cannot be sent"),
        ({"origin": "a\r\nb"}, "header Origin"),
        ({"subprotocols": ["two words"]}, "one word"),
        ({"proxy": "http://user:s3cret@[::1"}, "The proxy must be system, none or a URL"),
        ({"proxy": "ws://host"}, "The proxy must be system, none or a URL"),
    ],
)
def test_invalid_values_are_described_without_repeating_secrets(options: dict[str, str], text: str) -> None:
    with pytest.raises(SettingsError, match=text) as error:
        make_endpoint(**({"url": "ws://host"} | options))  # type: ignore[arg-type]
    assert "s3cret" not in str(error.value)
