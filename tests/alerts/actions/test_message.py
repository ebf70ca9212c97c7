from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.actions.message import (
    ENVIRONMENT_PREFIX,
    MAX_JSON_BYTES,
    AlertMessage,
    message_environment,
    message_json,
)

MESSAGE = AlertMessage(
    "BTC-USD above 100",
    "Last 100.5 at 13:02:05",
    {"feed": "desk", "symbol": "BTC-USD", "price": 100.5, "gap": {"start": "13:02"}, "previous": None},
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_json_has_the_facts_and_the_texts() -> None:
    assert msgspec.json.decode(message_json(MESSAGE)) == {
        "feed": "desk",
        "symbol": "BTC-USD",
        "price": 100.5,
        "gap": {"start": "13:02"},
        "previous": None,
        "title": "BTC-USD above 100",
        "text": "Last 100.5 at 13:02:05",
        "test": False,
        "replay": False,
    }


def test_the_environment_has_the_facts_that_are_single_values() -> None:
    assert message_environment(msgspec.structs.replace(MESSAGE, is_test=True)) == {
        "TICKER_ALERT_FEED": "desk",
        "TICKER_ALERT_SYMBOL": "BTC-USD",
        "TICKER_ALERT_PRICE": "100.5",
        "TICKER_ALERT_PREVIOUS": "null",
        "TICKER_ALERT_TITLE": "BTC-USD above 100",
        "TICKER_ALERT_TEXT": "Last 100.5 at 13:02:05",
        "TICKER_ALERT_TEST": "true",
        "TICKER_ALERT_REPLAY": "false",
    }


def test_facts_cannot_replace_the_texts_or_the_mark_of_a_test() -> None:
    message = AlertMessage("title", "text", {"title": "other", "test": False}, is_test=True)
    assert msgspec.json.decode(message_json(message))["test"] is True
    assert message_environment(message)["TICKER_ALERT_TITLE"] == "title"


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=10), VALUES, max_size=5))
def test_every_message_is_valid_json_and_a_valid_environment(title: str, facts: dict[str, Any]) -> None:
    message = AlertMessage(title, title, facts)
    content = msgspec.json.decode(message_json(message))
    assert content["test"] is False
    for name, value in message_environment(message).items():
        assert name.startswith(ENVIRONMENT_PREFIX)
        assert "=" not in name
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in value)
        os.fsencode(value)


def test_an_odd_environment_reaches_a_program() -> None:
    odd = AlertMessage("a\0b\nc\ud800", "ü" * 5000, {"x=y\0": "1", "": 2, "ß": 3})
    environment = message_environment(odd)
    assert set(environment) == {f"TICKER_ALERT_{name}" for name in ("X_Y", "SS", "TITLE", "TEXT", "TEST", "REPLAY")}
    if sys.platform != "win32":
        subprocess.run(["/bin/sh", "-c", "exit 0"], env=environment, check=True)


def test_a_huge_message_is_reduced_to_its_texts() -> None:
    facts: dict[str, Any] = {f"fact {number}": ["x" * 1000] * 100 for number in range(99)}
    encoded = message_json(AlertMessage("title", "text", facts))
    assert len(encoded) < MAX_JSON_BYTES
    assert msgspec.json.decode(encoded)["title"] == "title"
    deep: Any = 1
    for _ in range(10_000):
        deep = [deep]
    message_json(AlertMessage("title", "text", {"deep": deep.copy()}))


def test_the_number_of_variables_is_limited() -> None:
    variables = message_environment(AlertMessage("title", "text", {f"fact {number}": 1 for number in range(500)}))
    assert len(variables) == 64
    assert variables["TICKER_ALERT_TITLE"] == "title"
