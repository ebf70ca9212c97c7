"""Opening a WebSocket with what a handshake may ask for; failures are tested with the transport."""

from __future__ import annotations

import pytest
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import StillClock
from tests.servers import receive_forever, serving
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.domain.feed_state import Phase
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.transport import open_connection


def test_the_handshake_asks_for_subprotocols_and_states_origin_and_headers(run: RunQt) -> None:
    received: list[object] = []

    async def note(client: ServerConnection) -> None:
        assert client.request is not None
        received.append((client.subprotocol, client.request.headers["Origin"], client.request.headers["X-Room"]))
        await receive_forever(client)

    async def test() -> None:
        phases: list[Phase] = []
        with serving(note, subprotocols=["chat", "soap"]) as server:
            endpoint = Endpoint(
                server.url, {"X-Room": "a"}, subprotocols=("v2.chat", "chat"), origin="https://example.com"
            )
            connection = await open_connection(endpoint, lambda payloads, time_ns: None, StillClock(), phases.append)
            await connection.close()
        assert phases == [Phase.NAME, Phase.TCP, Phase.TLS, Phase.HANDSHAKE, Phase.OPEN]

    run(test())
    assert received == [("chat", "https://example.com", "a")]


def test_a_server_that_refuses_the_origin_is_reported(run: RunQt) -> None:
    async def test() -> None:
        with serving(receive_forever, origins=["https://other.example"]) as server:
            endpoint = Endpoint(server.url, origin="https://example.com")
            with pytest.raises(FeedRejected, match="HTTP 403"):
                await open_connection(endpoint, lambda payloads, time_ns: None, StillClock(), lambda phase: None)

    run(test())


def test_an_endpoint_names_its_host() -> None:
    assert Endpoint("wss://user@Host.example:8443/path").host == "host.example"
    assert Endpoint("ws://[::1]:80").host == "::1"
