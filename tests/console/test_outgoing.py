from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.outgoing import (
    MAX_HISTORY,
    Draft,
    DraftKind,
    SentHistory,
    draft_of,
    prepare,
    problem_of,
    without_key,
)
from ticker_gui.domain.errors import SettingsError

JSON, TEXT, BASE64 = DraftKind.JSON, DraftKind.TEXT, DraftKind.BASE64


def test_placeholders_are_replaced_as_in_mappings() -> None:
    draft = Draft(JSON, '{"op":"sub","symbols":$SYMBOLS,"key":"$KEY"}')
    (outgoing,) = prepare(draft, ["A", "B"], 'se"cret')
    assert outgoing.message == '{"op":"sub","symbols":["A","B"],"key":"se\\"cret"}'
    assert outgoing.shown == '{"op":"sub","symbols":["A","B"],"key":"$KEY"}'
    each = prepare(Draft(TEXT, "SUB $SYMBOL"), ["A", "B"], None)
    assert [one.message for one in each] == ["SUB A", "SUB B"]


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (Draft(JSON, '{"a":1,}'), "Not valid JSON at line 1, column 8: "),
        (Draft(JSON, '{"a":$SYMBOLS,"b":"$SYMBOL","c":"$KEY",}'), "Not valid JSON at line 1, column 40: "),
        (Draft(JSON, '  {"a":"$SYMBOLS" x}'), "Not valid JSON at line 1, column 19: "),
        (Draft(JSON, '{"a":\n  x}'), "Not valid JSON at line 2, column 3: Expecting value."),
        (Draft(JSON, "NaN"), "Not valid JSON."),
        (Draft(BASE64, "a"), "Not valid base64."),
        (Draft(TEXT, "  "), "Nothing to send."),
        (Draft(TEXT, "x" * 70_000), "The message is larger than 64 KB."),
    ],
)
def test_a_wrong_draft_is_explained(draft: Draft, problem: str) -> None:
    assert problem_of(draft).startswith(problem)
    with pytest.raises(SettingsError, match=problem[:8]):
        prepare(draft, ["A"], "key")


def test_placeholders_need_symbols_and_a_key() -> None:
    assert problem_of(Draft(TEXT, "$SYMBOLS"), ()) == "The feed has no symbols for $SYMBOLS."
    with pytest.raises(SettingsError, match="no key"):
        prepare(Draft(TEXT, "$KEY"), (), None)


def test_base64_is_sent_as_bytes() -> None:
    (outgoing,) = prepare(Draft(BASE64, "AP8Q\n"), (), None)
    assert outgoing.message == outgoing.shown == b"\x00\xff\x10"


def test_the_history_has_each_draft_once_and_is_limited() -> None:
    history = SentHistory()
    for number in range(MAX_HISTORY + 5):
        history.add(Draft(TEXT, str(number)))
    history.add(Draft(TEXT, "10"))
    assert len(history.drafts) == MAX_HISTORY
    assert history.drafts[0] == Draft(TEXT, "10")
    history.remove(Draft(TEXT, "10"))
    assert Draft(TEXT, "10") not in history.drafts
    history.clear()
    history.add(Draft(TEXT, "x" * 10_000))
    assert not history.drafts
    assert not SentHistory([Draft(TEXT, ""), Draft(TEXT, "x" * 10_000)]).drafts


@given(st.text(min_size=4, max_size=20), st.text(max_size=10), st.text(max_size=10))
def test_a_typed_key_is_replaced_by_its_placeholder(key: str, before: str, after: str) -> None:
    draft = without_key(Draft(TEXT, f"{before}{key}{after}"), key)
    assert key not in draft.text.replace("$KEY", "") or key in "$KEY"
    assert without_key(draft, None) == draft


@given(st.text(max_size=60), st.sampled_from(DraftKind))
def test_every_text_is_sent_or_explained(text: str, kind: DraftKind) -> None:
    draft = Draft(kind, text)
    if problem_of(draft, ["A"]):
        with pytest.raises(SettingsError):
            prepare(draft, ["A"], "k" * 8)
    else:
        assert prepare(draft, ["A"], "k" * 8)


@pytest.mark.parametrize(
    ("payload", "draft"),
    [
        (b'{"op":"ping"}', Draft(DraftKind.JSON, '{"op":"ping"}')),
        ("h\u00e9llo".encode(), Draft(DraftKind.TEXT, "h\u00e9llo")),
        (b"\xff\x00", Draft(DraftKind.BASE64, "/wA=")),
    ],
)
def test_the_draft_of_a_frame_sends_the_same_bytes(payload: bytes, draft: Draft) -> None:
    assert draft_of(payload) == draft
    message = prepare(draft, (), None)[0].message
    assert (message.encode() if isinstance(message, str) else message) == payload
