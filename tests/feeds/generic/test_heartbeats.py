from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.generic.heartbeats import Heartbeats


def answers(*messages: Any) -> list[Any]:
    outgoing: list[Any] = []
    Heartbeats().answer(messages, outgoing)
    return [json.loads(answer) for answer in outgoing]


@pytest.mark.parametrize(
    ("ping", "pong"),
    [
        ({"ping": 1_795_860_000_123}, {"pong": 1_795_860_000_123}),
        ({"ping": "2177c6", "time": "2026-11-28"}, {"pong": "2177c6", "time": "2026-11-28"}),
        ({"action": "ping", "ping": "x"}, {"action": "pong", "pong": "x"}),
        ({"action": "ping", "data": {"ts": 5}}, {"action": "pong", "data": {"ts": 5}}),
        ({"op": "ping", "ts": 5}, {"op": "pong", "ts": 5}),
        ({"event": "ping"}, {"event": "pong"}),
        ({"type": "ping", "id": 3}, {"type": "pong", "id": 3}),
        ({"e": "ping", "time": 1}, {"e": "pong", "time": 1}),
        ({"method": "PING"}, {"method": "PONG"}),
        ({"m": "ping", "hp": 3}, {"op": "pong"}),
        ({"event": "pusher:ping", "data": {}}, {"event": "pusher:pong", "data": {}}),
        ({"id": 7, "method": "public/heartbeat", "code": 0}, {"id": 7, "method": "public/respond-heartbeat"}),
        ({"jsonrpc": "2.0", "id": 4, "method": "ping"}, {"jsonrpc": "2.0", "id": 4, "result": "pong"}),
    ],
)
def test_a_ping_in_a_known_form_is_answered(ping: Any, pong: Any) -> None:
    assert answers(ping) == [pong]


def test_a_test_request_is_answered_by_a_call() -> None:
    (answer,) = answers({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}})
    assert answer["method"] == "public/test"


@pytest.mark.parametrize(
    "message",
    [
        {"pong": 5}, {"event": "pong"}, {"m": "connected"}, {"m": ["ping"]}, {"type": "heartbeat"}, {"symbol": "PING", "price": 5}, {"ping": {"a": 1}}, [], 5, {},
        {"type": "trade", "symbol": "A"}, {"method": "heartbeat", "params": {"type": "heartbeat"}},
    ],
)  # fmt: skip
def test_nothing_else_is_answered(message: Any) -> None:
    assert answers(message) == []


@pytest.mark.parametrize(("payload", "answer"), [(b"ping", "pong"), (b"PING", "PONG"), (b'"ping"', '"pong"')])
def test_a_ping_as_bare_text_is_answered_as_bare_text(payload: bytes, answer: str) -> None:
    outgoing: list[Any] = []
    assert Heartbeats().answer_text(payload, outgoing)
    assert Heartbeats().answer_text(bytearray(payload), outgoing)
    assert outgoing == [answer, answer]


def test_a_bare_two_is_a_ping_only_after_the_greeting_of_engine_io() -> None:
    heartbeats, outgoing = Heartbeats(), list[Any]()
    assert not heartbeats.answer_text(b"2", outgoing)
    assert not heartbeats.answer_text(b'0{"sid":"x","pingInterval":25000}', outgoing)
    assert heartbeats.answer_text(b"2", outgoing)
    assert outgoing == ["3"]


def test_the_ping_of_signal_r_is_answered_with_its_separator() -> None:
    outgoing: list[Any] = []
    Heartbeats().answer([{"type": 6}], outgoing)
    assert outgoing == ['{"type":6}\x1e']


def test_a_ping_in_an_unknown_form_is_reported() -> None:
    heartbeats = Heartbeats()
    heartbeats.answer([{"kind": "hb", "serverPing": 5}, {"symbol": "PING"}, {"op": "Ping!"}], [])
    assert list(heartbeats.unknown) == ['{"kind":"hb","serverPing":5}', '{"op":"Ping!"}']


def test_a_flood_of_unsent_answers_is_bounded() -> None:
    heartbeats, outgoing = Heartbeats(), list[Any]()
    for number in range(10_000):
        heartbeats.answer([{"ping": number}, {f"ping {number}": 1}], outgoing)
    assert len(outgoing) < 100
    assert len(heartbeats.unknown) < 10


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["ping", "op", "method", "params", "type"]) | st.text(), x)
        ),
    )
)
def test_any_message_is_accepted(message: Any) -> None:
    Heartbeats().answer([message], [])
