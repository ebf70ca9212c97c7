from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs import log_redaction
from ticker_gui.logs.log_redaction import LogRedaction

SECRET = "can4ry-k3y"
ACCESS = Credentials(
    "wss://desk/?token=qu3ry-t0ken", SECRET, {"Authorization": "Bearer h3ader-key"}, proxy="http://u:pr0xy-pw@h:1"
)


@given(st.text(max_size=50), st.text(max_size=50))
def test_known_secrets_are_redacted_anywhere_in_a_text(before: str, after: str) -> None:
    redaction = LogRedaction()
    redaction.add(ACCESS)
    for secret in (SECRET, "qu3ry-t0ken", "h3ader-key", "pr0xy-pw"):
        assert secret not in redaction.redact(f"{before}{secret}{after}")


@pytest.mark.parametrize(
    "text",
    [
        "wss://desk/ws?symbols=A&apiKey=s3cr3t&x=1",
        "wss://desk/ws?access_token=s3cr3t",
        "'GET /?TOKEN=s3cr3t HTTP/1.1'",
        "http://user:s3cr3t@proxy:3128",
        "Authorization: Bearer s3cr3t",
        "{'Authorization': 'Bearer s3cr3t'}",
        "('X-Api-Key', 's3cr3t')",
        "Set-Cookie: session=s3cr3t",
    ],
)
def test_unknown_secrets_are_redacted_by_their_context(text: str) -> None:
    assert "s3cr3t" not in LogRedaction().redact(text)


@pytest.mark.parametrize(
    "text", ["wss://desk/ws?symbols=A,B&limit=5", "Feed desk: live", "KeyError at feeds/demo.py:47"]
)
def test_other_text_is_unchanged(text: str) -> None:
    assert LogRedaction().redact(text) == text


@pytest.mark.parametrize("length", [60, 16_384, 131_072, 200_000, 1_000_000])
def test_a_long_text_is_shortened_and_shows_no_part_of_a_secret(length: int) -> None:
    redaction = LogRedaction()
    redaction.add(ACCESS)
    for offset in range(len(SECRET)):
        text = redaction.redact("x" * offset + SECRET * (length // len(SECRET)))
        assert len(text) < 20_000
        assert "can4" not in text
        assert "-k3y" not in text


def test_the_number_of_secrets_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_redaction, "_MAX_SECRETS", 32)  # more of them would make the test slow
    redaction = LogRedaction()
    for number in range(100):
        redaction.add(Credentials("ws://desk", f"secret-{number:05}"))
    assert "secret-00099" not in redaction.redact("secret-00099")
    assert len(redaction._secrets) <= 32


def test_a_text_with_a_known_secret_is_found_and_short_or_unknown_ones_are_not() -> None:
    redaction = LogRedaction()
    redaction.add(ACCESS)
    redaction.add(Credentials(key="1"))
    assert redaction.is_contained_in(f"id:{SECRET}")
    assert not redaction.is_contained_in("http://user:0ther@host/?token=s3cr3t&page=1")
