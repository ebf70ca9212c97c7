from __future__ import annotations

import base64

import msgspec
import pytest

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, KeyRejected
from ticker_gui.feeds.providers.nats_login import ServerInfo, connect_options, nkey_answer, read_info, reported_error

SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"  # of the documentation of NATS
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


def options(key: str, info: ServerInfo | None = None) -> dict[str, object]:
    return dict(msgspec.json.decode(connect_options(info or ServerInfo(), key)))


def test_a_key_is_a_token_or_a_user_with_a_password() -> None:
    assert options("abc")["auth_token"] == "abc"
    assert {"user": "ann", "pass": "a:b"}.items() <= options("ann:a:b").items()
    assert options("").keys().isdisjoint({"auth_token", "user", "pass", "nkey"})


def test_a_missing_key_is_requested() -> None:
    with pytest.raises(KeyRejected, match="requires a token"):
        connect_options(read_info(b'{"auth_required":true}'), "")


def test_an_nkey_signs_the_nonce() -> None:
    pytest.importorskip("cryptography", reason="nkeys need the cryptography package")
    answer = nkey_answer(SEED, "nonce")
    assert answer["nkey"] == PUBLIC
    assert len(base64.urlsafe_b64decode(f"{answer['sig']}==")) == 64
    assert options(SEED, ServerInfo(nonce="nonce"))["nkey"] == PUBLIC


@pytest.mark.parametrize("seed", ["SU", "SU!!", "SUAB", "SU" + "A" * 20])
def test_a_broken_nkey_is_refused(seed: str) -> None:
    with pytest.raises(KeyRejected):
        nkey_answer(seed, "nonce")


def test_errors_of_the_server_say_who_has_to_act() -> None:
    def reported(reason: str) -> object:
        return reported_error(reason, lambda text: text.replace("secret", "…"))

    assert isinstance(reported("Authorization Violation"), KeyRejected)
    assert isinstance(reported("User Authentication Expired"), KeyRejected)
    assert isinstance(reported('Permissions Violation for Subscription to "ticker.a.trade.B"'), FeedRejected)
    assert reported('Permissions Violation for Publish to "$JS.API.CONSUMER.CREATE.BARS"') is None
    stale = reported("Stale Connection secret")
    assert isinstance(stale, ConnectionLost)
    assert str(stale) == "The NATS server reported an error: Stale Connection …."
