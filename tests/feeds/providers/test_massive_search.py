from __future__ import annotations

import pytest

from tests.feeds.past_data import responses
from tests.feeds.venues import massive
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.massive import Massive

NIMBUS = Instrument("NIMB", "Nimbus Inc. Common Stock", "XNAS")


def found(typed: str, market: str = "stocks", key: str = massive.KEY) -> list[Instrument]:
    protocol = Massive(Credentials(f"wss://socket.massive.com/{market}", key))
    request = protocol.search_request(typed)
    assert request is not None
    assert key not in request.url
    return protocol.decode_search(responses(massive.respond, request))


@pytest.mark.parametrize(
    ("typed", "market", "expected"),
    [
        ("nimb", "stocks", [NIMBUS]),
        ("nimb", "crypto", [Instrument("NIMB-USD", "Nimbus - United States Dollar")]),
        ("eur", "forex", [Instrument("EUR-USD", "Euro - United States Dollar")]),
        ("nimb", "indices", [Instrument("I:NIMX", "Nimbus Index")]),
        ("ghost", "stocks", []),
    ],
)
def test_the_market_of_the_feed_is_searched_and_symbols_are_those_of_its_stream(
    typed: str, market: str, expected: list[Instrument]
) -> None:
    assert found(typed, market) == expected
    for one in expected:
        assert Massive.wire_symbol(one.symbol) == one.symbol


def test_options_are_not_searched() -> None:
    assert Massive(Credentials("wss://socket.massive.com/options")).search_request("nimb") is None


@pytest.mark.parametrize(
    ("typed", "key", "refusal"),
    [("plan", massive.KEY, Refusal.NOT_OFFERED), ("nimb", "wrong", Refusal.KEY_REFUSED)],
)
def test_a_refused_search_says_why(typed: str, key: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as caught:
        found(typed, key=key)
    assert caught.value.refusal is refusal
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"results":[{"name":"x"}]}', b'{"results":{}}'])
def test_a_response_of_another_form_is_an_error(body: bytes) -> None:
    with pytest.raises(FrameError):
        Massive().decode_search(HttpResponse(200, body))
