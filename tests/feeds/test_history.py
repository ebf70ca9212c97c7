from __future__ import annotations

import pytest

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse, check_status, refusal_error


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (401, Refusal.KEY_REFUSED),
        (403, Refusal.NOT_OFFERED),
        (404, Refusal.UNKNOWN_SYMBOL),
        (418, Refusal.RATE_LIMITED),
        (429, Refusal.RATE_LIMITED),
        (451, Refusal.NOT_OFFERED),
        (400, Refusal.FAILED),
        (301, Refusal.FAILED),
        (503, Refusal.FAILED),
    ],
)
def test_a_status_says_whether_a_request_may_be_repeated(status: int, refusal: Refusal) -> None:
    with pytest.raises(HistoryError, match=r"^Kraken .*: EQuery\.$") as error:
        check_status("Kraken", HttpResponse(status, b"", retry_after_s=7.0), "EQuery")
    assert error.value.refusal is refusal
    assert error.value.retry_after_s == (7.0 if refusal is Refusal.RATE_LIMITED else None)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_status_of_success_is_not_an_error(status: int) -> None:
    check_status("Kraken", HttpResponse(status, b""))


def test_the_repr_of_a_request_contains_no_key() -> None:
    request = HttpRequest("https://example.test/api/eod/AAPL?api_token=secret", {"Authorization": "secret"})
    assert repr(request) == "HttpRequest(https://example.test/api/eod/AAPL)"


def test_the_repr_of_a_response_contains_no_key() -> None:
    response = HttpResponse(200, b"your key is secret", {"x-key": "secret"}, url="https://example.test/?token=secret")
    assert repr(response) == "HttpResponse(200, 18 bytes)"


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_is_a_sentence_with_the_reason_of_the_provider(refusal: Refusal) -> None:
    error = refusal_error("Kraken", refusal, "EQuery", 7.0)
    assert (error.refusal, error.retry_after_s) == (refusal, 7.0)
    assert str(error).startswith("Kraken ")
    assert str(error).endswith(": EQuery.")
    assert ":" not in str(refusal_error("Kraken", refusal))
