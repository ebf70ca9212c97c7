from __future__ import annotations

import socket
import ssl

import aiohttp
import pytest

from ticker_gui.domain.events import Refusal
from ticker_gui.domain.feed_state import Phase
from ticker_gui.history.http_errors import describe_error, refusal_of
from ticker_gui.stream.error_translation import ConnectAttempt

ATTEMPT = ConnectAttempt("venue.test", 443, "/bars", Phase.OPEN)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TimeoutError(), "venue.test:443 did not respond in time."),
        (ConnectionResetError(), "venue.test:443 dropped the connection."),
        (socket.gaierror(1, "x"), "The host venue.test was not found. Check the URL and the network."),
        (aiohttp.ServerDisconnectedError("GET /?token=CANARY"), "venue.test:443 dropped the connection."),
        (
            aiohttp.ClientPayloadError("CANARY"),
            "venue.test:443 sent an incomplete or damaged response.",
        ),
        (
            aiohttp.InvalidURL("CANARY"),
            "The request to venue.test:443 cannot be sent: its address or a header is not valid.",
        ),
        (aiohttp.ClientError("CANARY"), "The request to venue.test:443 failed."),
        (
            ssl.SSLError("CANARY"),
            "Could not open a secure connection to venue.test:443: the tls handshake failed. Check the network.",
        ),
    ],
)
def test_errors_become_sentences_without_what_the_library_says(error: Exception, text: str) -> None:
    assert describe_error(error, ATTEMPT) == text


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (TimeoutError(), Refusal.OFFLINE),
        (ConnectionRefusedError(), Refusal.OFFLINE),
        (socket.gaierror(1, "x"), Refusal.OFFLINE),
        (aiohttp.ServerDisconnectedError(), Refusal.OFFLINE),
        (aiohttp.ClientPayloadError(), Refusal.OFFLINE),
        (ssl.SSLCertVerificationError(), Refusal.FAILED),
        (aiohttp.InvalidURL("x"), Refusal.FAILED),
        (aiohttp.ClientError(), Refusal.FAILED),
    ],
)
def test_a_lost_connection_is_distinguished_from_other_failures(error: Exception, refusal: Refusal) -> None:
    assert refusal_of(error) is refusal
