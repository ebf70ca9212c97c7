"""The recorded connections: what the session gets from them, and with which error they end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conftest import run_plain
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, InternalError, KeyRejected
from ticker_gui.engine.replay_connections import ReplayConnections, recorded_error
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.stream.opening import Endpoint


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"state": "waiting"}, ConnectionLost),
        ({"state": "waiting", "is_internal": True}, InternalError),
        ({"state": "rejected"}, FeedRejected),
        ({"state": "rejected", "wants_key": True}, KeyRejected),
        ({"state": "stopped"}, type(None)),
        ({"last": 5}, type(None)),  # replaced by another connection
        ({}, ConnectionLost),  # of a capture
    ],
)
def test_a_connection_ends_with_the_error_of_the_recorded_one(options: dict[str, Any], kind: type) -> None:
    error = recorded_error("desk", Line(1, "close", "desk", 1, frame="why", **options))
    assert type(error) is kind


def test_frames_wait_until_the_session_reads_and_messages_until_they_were_sent() -> None:
    async def test() -> None:
        connections, received = ReplayConnections("desk"), list[tuple[list[bytes], int]]()
        connections.open(Line(1, "open", "desk", 1), waits_to_send=True)
        recorded = connections.find(1)
        assert recorded is not None
        recorded.deliver(Batch("desk", 1, [b"a"], 5))
        transport = await connections.connect(
            Endpoint(""), lambda *batch: received.append(batch), lambda: 0, lambda phase: None
        )
        assert not received
        reading = asyncio.ensure_future(transport.read())
        sending = asyncio.ensure_future(transport.send("hello"))
        await asyncio.sleep(0)
        recorded.deliver(Batch("desk", 1, [b"b", b"c"], 6))
        assert received == [([b"a"], 5), ([b"b", b"c"], 6)]
        assert transport.last_received_ns == 6
        assert not sending.done()
        connections.allow_send(1)
        await sending
        connections.close(Line(9, "close", "desk", 1, state="waiting", frame="gone", last=8))
        with pytest.raises(ConnectionLost, match="gone"):
            await reading
        assert transport.last_received_ns == 8
        assert connections.was_closed(1)

    run_plain(test())


def test_an_error_of_the_decoder_ends_the_connection_as_it_does_live() -> None:
    async def test() -> None:
        def reject(payloads: list[bytes], received_ns: int) -> None:
            raise KeyRejected("wrong key")

        connections = ReplayConnections("desk")
        attempt = asyncio.ensure_future(connections.connect(Endpoint(""), reject, lambda: 0, lambda phase: None))
        await asyncio.sleep(0)
        assert not attempt.done()
        connections.open(Line(1, "open", "desk", 1), waits_to_send=False)
        transport = await attempt
        reading = asyncio.ensure_future(transport.read())
        await transport.send("not recorded")
        recorded = connections.find(1)
        assert recorded is not None
        recorded.deliver(Batch("desk", 1, [b"a"], 5))
        recorded.deliver(Batch("desk", 1, [b"b"], 6))  # after the end
        with pytest.raises(KeyRejected):
            await reading

    run_plain(test())


def test_frames_recorded_after_the_session_closed_the_connection_are_not_delivered() -> None:
    async def test() -> None:
        connections, received = ReplayConnections("desk"), list[list[bytes]]()
        connections.open(Line(1, "open", "desk", 1), waits_to_send=False)
        recorded = connections.find(1)
        assert recorded is not None
        transport = await connections.connect(
            Endpoint(""), lambda payloads, received_ns: received.append(payloads), lambda: 0, lambda phase: None
        )
        reading = asyncio.ensure_future(transport.read())
        await asyncio.sleep(0)
        recorded.deliver(Batch("desk", 1, [b"a"], 5))
        assert not recorded.is_ended
        await transport.close()
        recorded.deliver(Batch("desk", 1, [b"b"], 6))
        assert recorded.is_ended
        assert received == [[b"a"]]
        with pytest.raises(ConnectionLost):
            await reading

    run_plain(test())


def test_an_attempt_fails_as_the_recorded_one_did() -> None:
    async def test() -> None:
        connections = ReplayConnections("desk")
        connections.close(Line(9, "close", "desk", 1, state="waiting", frame="refused"))
        assert connections.is_expected
        with pytest.raises(ConnectionLost, match="refused"):
            await connections.connect(Endpoint(""), lambda *batch: None, lambda: 0, lambda phase: None)

    run_plain(test())
