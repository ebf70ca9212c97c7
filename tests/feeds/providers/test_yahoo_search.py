from __future__ import annotations

import json

import pytest

from tests.feeds.past_data import responses
from tests.feeds.venues import yahoo
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpResponse, Instrument
from ticker_gui.feeds.providers.yahoo import Yahoo


def found(typed: str) -> list[Instrument]:
    protocol = Yahoo()
    return protocol.decode_search(responses(yahoo.respond, protocol.search_request(typed)))


def test_instruments_are_found_by_name_and_companies_without_a_symbol_are_left_out() -> None:
    assert found("nimbus") == [
        Instrument("NIMB", "Nimbus Incorporated", "NASDAQ"),
        Instrument("NIMB-USD", "Nimbus USD", "CCC"),
    ]
    assert found("zeph") == [Instrument("ZEPH.DE", "ZEPHYR AG", "XETRA")]
    assert found("&q=nimb#") == []


@pytest.mark.parametrize(("typed", "refusal"), [("limited", Refusal.RATE_LIMITED), ("cookie", Refusal.FAILED)])
def test_a_refused_search_says_why(typed: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as caught:
        found(typed)
    assert caught.value.refusal is refusal


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"quotes":[{"symbol":5}]}', b'{"quotes":{}}'])
def test_a_response_of_another_form_is_an_error(body: bytes) -> None:
    with pytest.raises(FrameError):
        Yahoo().decode_search(HttpResponse(200, body))


def test_names_may_be_null() -> None:
    body = json.dumps({"quotes": [{"symbol": "A", "shortname": None, "exchDisp": None}]}).encode()
    assert Yahoo().decode_search(HttpResponse(200, body)) == [Instrument("A")]
