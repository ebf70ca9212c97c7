from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain import redaction
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
    "JSON within JSON": lambda secret: json.dumps(json.dumps(json.dumps(secret)))[1:-1],
    "JSON without ASCII within JSON": lambda secret: json.dumps(json.dumps(secret, ensure_ascii=False)),
    "percent-encoded twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent-encoded JSON": lambda secret: quote(json.dumps(secret), safe=""),
    "bytes of Python": lambda secret: repr(secret.encode()),
    "UTF-8 read as Latin-1": lambda secret: secret.encode().decode("latin-1"),
    "percent-encoded base64": lambda secret: quote(base64.b64encode(secret.encode()), safe=""),
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
def test_no_form_of_any_secret_remains(secret: str, before: str) -> None:
    before += " " if secret.isalnum() else ""  # one that may be part of a word is found as a whole word only
    for form in FORMS.values():
        assert form(secret) not in redact(before + form(secret), [secret])


WORDS = st.one_of(st.text("abcdemoXYZ", min_size=4, max_size=11), st.text("abc123", min_size=4, max_size=5))


@given(word=WORDS)
def test_a_short_secret_is_found_as_a_whole_word_in_every_form(word: str) -> None:
    for name, form in FORMS.items():
        if "base64" in name and len(word) < 6:  # its base64 form is too short to be unique
            continue
        hidden = redact(f'{{"error":"no such key {form(word)}"}}', [word])
        assert form(word) not in hidden
        assert hidden.startswith('{"error":"no such key ')
    for text in (f"key={word}&x=1", f"%20{word}%20", f"\\n{word}\\n", f"\\u0020{word},", f"({word})", f"_{word}_"):
        assert word not in redact(text, [word])


@given(word=WORDS, before=st.text("abc12", max_size=3), after=st.text("xyz89", max_size=3))
def test_a_short_secret_within_another_word_leaves_that_word_unchanged(word: str, before: str, after: str) -> None:
    text = f"a {before}x{word}{after} b"
    assert redact(text, [word]) == text


def _pieces(secret: str) -> st.SearchStrategy[str]:
    """Return texts that contain a secret, its beginning or parts of it in any form, or nothing of it."""
    encodings: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
        [str, lambda one: f"%{ord(one):02x}", lambda one: f"%25{ord(one):02X}", lambda one: f"\\u{ord(one):04x}", "\\{}".format,
         lambda one: f"\\x{ord(one):02x}", lambda one: f"&#{ord(one)};", lambda one: f"&#x{ord(one):x};", "%5c{}".format]
    )  # fmt: skip
    mixed = st.lists(encodings, min_size=len(secret), max_size=len(secret)).map(
        lambda chosen: "".join(encode(one) for encode, one in zip(chosen, secret, strict=True))
    )
    whole = st.sampled_from([form(secret) for form in FORMS.values()]) | mixed
    cut = st.tuples(whole, st.integers(0, 20)).map(lambda pair: pair[0][: pair[1]])
    return st.lists(whole | cut | st.text('\\%&"u0x25;# aQ=', max_size=6), max_size=4).map("".join)


@given(data=st.data(), secret=st.text("abcXYZ0189_-./+:=~", min_size=4, max_size=24))
def test_the_quick_test_misses_nothing(data: st.DataObject, secret: str) -> None:
    pattern = redaction._pattern(frozenset({secret}))
    text = data.draw(_pieces(secret))
    assert redact(text, {secret}) == pattern.sub(REDACTED, text)


def test_a_message_without_a_secret_costs_little() -> None:
    finder = redaction._finder(frozenset({"c4n4ry-S3CRET-0123456789", "abcdefgh12345678"}))
    assert finder is not None
    assert not finder.may_find('{"type":"match","price":"1.5","note":"{\\"a\\":[]}","rate":"5% & more"}')
    assert finder.may_find("c4n4ry-S3CRE")


def test_the_pattern_is_compiled_for_the_first_text_that_may_have_the_secret() -> None:
    secrets = {"c4n4ry-S3CRET-0123456789"}
    redaction._pattern.cache_clear()
    redact("no such symbol: XYZ", secrets)
    assert redaction._pattern.cache_info().currsize == 0
    assert redact("no such key: c4n4ry-S3CRET-0123456789", secrets) == f"no such key: {REDACTED}"
    assert redaction._pattern.cache_info().currsize == 1


def test_the_demo_key_does_not_mangle_messages() -> None:
    assert redact("The demo key of the demonstration is demo.", ["demo"]) == (
        f"The {REDACTED} key of the demonstration is {REDACTED}."
    )


@given(text=st.text(max_size=60))
def test_a_text_without_secrets_is_unchanged(text: str) -> None:
    assert redact(text, ["", "1", "abc"]) == text
    assert redact(text, []) == text


@pytest.mark.parametrize("length", range(12, 40))
def test_the_beginning_of_a_secret_is_found_in_a_cut_text(length: int) -> None:
    secret = "sk-live/4f9a0c7e52d8b1a36f9a0c7e52d8b1a3"
    for form in (str, FORMS["JSON"], FORMS["base64"], lambda cut: quote(cut, safe="")):
        cut = form(secret)[:-8] if form is FORMS["base64"] else form(secret[:length])
        assert cut not in redact(f'not a number: "{cut}"', [secret])
        assert redact(f'market: not a number: "{cut}", and more', [secret]).endswith('", and more')


@pytest.mark.parametrize("text", ["\\" * 5_000, "%25" * 2_000, "\\u00" * 1_250, "&#000" * 1_250, "a" * 5_000])
@pytest.mark.parametrize(
    "secret", ["\\" * 12 + "a", "\\" * 2 + "aaaa", "a" + "\\a" * 20, "%" * 20, "a" * 30 + "b", "&#" * 9]
)
def test_the_cost_grows_with_the_length_of_the_text_and_not_with_its_square(text: str, secret: str) -> None:
    def cost_s(text: str) -> float:
        started = time.thread_time()
        redact(text, [secret])
        return time.thread_time() - started

    assert cost_s(4 * text) < 10 * cost_s(text) + 0.1
