from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.redaction import REDACTED, redact

SECRETS = ("canary:s3cr&t/+ key", 'pa"ss\\wörd<🔑>', "s3cr&t", "Bearer abc123==")

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent-encoded": lambda secret: quote(secret, safe=""),
    "percent-encoded in lower case": lambda secret: quote(secret, safe="").replace("%3A", "%3a").replace("%2F", "%2f"),
    "all of it percent-encoded": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "percent-encoded but for slashes": quote,
    "as a form": quote_plus,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON without ASCII": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "JSON, all of it escaped": lambda secret: "".join(
        f"\\u{unit}" for unit in secret.encode("utf-16-be").hex(" ", 2).split()
    ),
    "HTML": escape,
    "HTML in numbers": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 with a user": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "base64 with more around it": lambda secret: base64.b64encode(f"x{secret}y".encode()).decode(),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_is_found_in_every_form(form: Callable[[str], str], secret: str) -> None:
    repeated = form(secret)
    hidden = redact(f'{{"error":"no such key {repeated}"}}', SECRETS)
    assert REDACTED in hidden
    for begin in range(len(repeated) - 7):
        assert repeated[begin : begin + 8] not in hidden


@given(secret=st.text(st.characters(codec="utf-8"), min_size=6, max_size=40), before=st.text(max_size=5))
def test_no_form_of_any_secret_stays(secret: str, before: str) -> None:
    for form in FORMS.values():
        assert form(secret) not in redact(before + form(secret), [secret])


@given(text=st.text(max_size=60))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert redact(text, ["", "1", "abc"]) == text
    assert redact(text, []) == text
