from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.connection_request import ConnectionRequest
from ticker_gui.domain.errors import SettingsError

URL = "wss://host.example/chat"


def test_subprotocols_and_headers_are_read() -> None:
    request = ConnectionRequest(URL, "chat, superchat", "X-Key: a:b\n\nAccept: x", "https://host.example")
    request.check()
    assert request.subprotocol_names == ("chat", "superchat")
    assert request.header_values == {"X-Key": "a:b", "Accept": "x"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ConnectionRequest(" "), "Enter an address"),
        (ConnectionRequest("https://host"), "not a WebSocket URL"),
        (ConnectionRequest(URL, "a b/c"), "b/c is not a valid subprotocol name"),
        (ConnectionRequest(URL, headers="Accept: x\ns3cret"), "Header 2 must be written as Name: value."),
        (ConnectionRequest(URL, headers="A b: c"), "Header 1 must be written"),
        (ConnectionRequest(URL, origin="a b"), "The origin must be an address"),
    ],
)
def test_a_wrong_value_is_explained_without_repeating_secrets(request_: ConnectionRequest, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        request_.check()
    assert message in caught.value.for_user
    assert "s3cret" not in caught.value.for_user


def test_an_address_with_a_key_is_known() -> None:
    assert ConnectionRequest(f"{URL}?token=s3cret-key").has_secrets
    assert not ConnectionRequest(f"{URL}?symbol=BTC").has_secrets


@given(st.builds(ConnectionRequest, *[st.text(max_size=30)] * 4))
def test_any_text_is_accepted_or_explained(request_: ConnectionRequest) -> None:
    try:
        request_.check()
    except SettingsError as error:
        assert error.for_user  # noqa: PT017
