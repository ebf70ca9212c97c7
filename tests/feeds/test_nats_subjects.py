from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ticker_gui.feeds.nats_subjects import decode_token, encode_token, event_subject, feed_of, feed_subject

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
@example("")
@example("%")
@example("BRK.B")
@example("BTC/USD")
@example("a b*>")
@example("\ud800")
def test_any_text_is_one_token_from_which_it_can_be_read(text: str) -> None:
    token = encode_token(text)
    assert re.fullmatch(r"[A-Za-z0-9_%-]+", token)
    assert decode_token(token) == text


@given(ANY_TEXT, ANY_TEXT)
def test_different_texts_are_different_tokens(one: str, other: str) -> None:
    assert (encode_token(one) == encode_token(other)) == (one == other)


@given(ANY_TEXT, ANY_TEXT)
def test_a_subject_has_four_tokens_and_names_its_feed(feed: str, symbol: str) -> None:
    subject = event_subject(feed, "trade", symbol)
    assert subject.count(".") == 3
    assert feed_of(subject) == feed
    assert feed_of(feed_subject(feed, "state")) == feed


def test_capitals_of_symbols_are_ignored() -> None:
    assert event_subject("desk", "trade", "btc-usd") == event_subject("desk", "trade", "BTC-USD")


@pytest.mark.parametrize("subject", ["", "ticker", "ticker.a", "other.a.state", "_INBOX.x.1"])
def test_other_subjects_name_no_feed(subject: str) -> None:
    assert feed_of(subject) == ""


@given(st.binary().map(lambda raw: raw.decode("latin-1")))
def test_tokens_of_other_programs_are_read_without_an_exception(token: str) -> None:
    decode_token(token)
