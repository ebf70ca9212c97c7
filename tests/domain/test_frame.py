import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.frame import redacted


@given(st.binary())
def test_a_payload_without_secrets_is_unchanged(payload: bytes) -> None:
    assert redacted(payload, str) == payload


@given(st.binary(), st.binary())
def test_a_secret_is_removed_between_any_bytes(before: bytes, after: bytes) -> None:
    hide = lambda text: text.replace("secret", "•••")  # noqa: E731
    assert redacted(before + b"secret" + after, hide) == before + "•••".encode() + after


@given(st.text(st.characters()))  # lone surrogates included
def test_text_becomes_utf_8(text: str) -> None:
    assert redacted(text, str).decode("utf-8") == msgspec.json.decode(
        msgspec.json.encode(text.encode("utf-8", "replace").decode())
    )
