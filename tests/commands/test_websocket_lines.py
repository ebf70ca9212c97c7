from __future__ import annotations

import unicodedata
from base64 import b64decode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.commands.websocket_lines import MAX_SHOWN, JsonLines, TextLines
from ticker_gui.domain.frame import Frame
from ticker_gui.stream.plain_client import ConnectionEnd, TrafficCounts

TIME_NS = 1_767_323_045_000_006_789


def hide(text: str) -> str:
    return text.replace("s3cret", "•••")


JSON = JsonLines("ws://host/", hide)
TEXT = TextLines("ws://host/", hide, prints_sent=True)


@pytest.mark.parametrize(
    ("payload", "is_text", "shown"),
    [
        (b"hello", True, "hello"),
        (b"", True, ""),
        (b"\x1b[2Jred\xe2\x80\xae\nline \xc2\x9b1m", True, "[2Jred line 1m"),
        (b"bad \xff", True, "bad \N{REPLACEMENT CHARACTER}"),
        (b"my s3cret", True, "my •••"),
        (b"\xff\0", False, "(binary, 2 bytes) /wA="),
        (b"a", False, "(binary, 1 byte) YQ=="),
    ],
)
def test_a_message_is_one_line_with_time_and_direction(payload: bytes, is_text: bool, shown: str) -> None:
    received, sent = (TEXT.message(Frame(payload, way, TIME_NS), is_text) for way in ("in", "out"))  # type: ignore[arg-type]
    assert received[2] == ":"
    assert received[6:] == f"05.000 < {shown}"
    assert sent[6:] == f"05.000 > {shown}"


def test_sent_messages_that_were_typed_are_not_repeated() -> None:
    assert TextLines("", hide, prints_sent=False).message(Frame(b"hi", "out", 0), True) == ""


@pytest.mark.parametrize("is_text", [True, False])
def test_huge_messages_are_cut_in_the_display_only(is_text: bool) -> None:
    payload = b"x" * (1 << 20)
    assert len(TEXT.message(Frame(payload, "in", 0), is_text)) < MAX_SHOWN + 60
    assert "1,048,576 bytes" in TEXT.message(Frame(payload, "in", 0), is_text)
    line = msgspec.json.decode(JSON.message(Frame(payload, "in", 0), is_text))
    assert line["bytes"] == 1 << 20
    assert (line["text"].encode() if is_text else b64decode(line["base64"])) == payload


@given(st.binary(), st.booleans())
def test_json_lines_contain_the_whole_message_and_no_invisible_character(payload: bytes, is_text: bool) -> None:
    text = JSON.message(Frame(payload, "in", TIME_NS), is_text)
    line = msgspec.json.decode(text)
    assert (line["event"], line["type"]) == ("in", "text" if is_text else "binary")
    content = line["text"].encode() if "text" in line else b64decode(line["base64"])
    assert content == payload
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def test_control_and_bidi_characters_are_escaped_in_json() -> None:
    text = JSON.message(Frame("\x1b\x7f\x9b\u202e\u2028é".encode(), "out", 0), True)
    assert text.isascii() is False  # ordinary letters are as they are
    assert r'"text":"\u001b\u007f\u009b\u202e\u2028é"' in text


def test_opening_and_closing_are_json_lines() -> None:
    assert msgspec.json.decode(JSON.open("chat", TIME_NS)) == {
        "event": "open", "time": "2026-01-02T03:04:05.000006Z", "url": "ws://host/", "subprotocol": "chat",
    }  # fmt: skip
    assert "subprotocol" not in msgspec.json.decode(JSON.open("", TIME_NS))
    end = ConnectionEnd("host is shutting down (code 1001: bye).", 1001, "bye", True)
    assert msgspec.json.decode(JSON.close(end, TrafficCounts(3, 30, 1, 10), TIME_NS)) == {
        "event": "close", "time": "2026-01-02T03:04:05.000006Z", "code": 1001, "reason": "bye",
        "message": "host is shutting down (code 1001: bye).", "clean": True, "received": 3, "sent": 1,
    }  # fmt: skip


def test_the_text_notice_names_the_subprotocol() -> None:
    assert TEXT.open("chat\x1b", 0).startswith("Connected to ws://host/, subprotocol chat. ")
    assert TEXT.close(ConnectionEnd("over"), TrafficCounts(), 0) == ""
