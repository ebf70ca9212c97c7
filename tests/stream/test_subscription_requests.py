from __future__ import annotations

from ticker_gui.stream.subscription_requests import SentRequest, SubscriptionRequests


def sent(*symbols: str, acknowledges: bool = True) -> SubscriptionRequests:
    requests = SubscriptionRequests(acknowledges=acknowledges)
    requests.begin(symbols)
    requests.end(5, is_repeated=False)
    return requests


def test_each_sent_request_is_unanswered_until_its_reply_arrives() -> None:
    requests = sent("A", "B")
    requests.note_reply(["A", "GHOST"])
    assert requests.unanswered == {"B": SentRequest(5, False)}


def test_a_reply_may_arrive_before_the_last_request_of_its_batch_is_sent() -> None:
    requests = SubscriptionRequests(acknowledges=True)
    requests.begin(["A", "B"])
    requests.note_reply(["A"])
    requests.end(5, is_repeated=False)
    assert list(requests.unanswered) == ["B"]


def test_a_reply_does_not_answer_a_later_request() -> None:
    requests = SubscriptionRequests(acknowledges=True)
    requests.note_reply(["A"])
    requests.begin(["A"])
    requests.end(5, is_repeated=False)
    assert list(requests.unanswered) == ["A"]


def test_a_symbol_is_repeated_once_and_expected_again() -> None:
    requests = sent("A", "B")
    requests.repeat(["B"])
    assert list(requests.unanswered) == ["A"]
    assert (requests.take_repeated(), requests.take_repeated()) == (["B"], [])
    assert (requests.were_repeated(["B"]), requests.were_repeated(["A", "B"])) == (True, False)
    requests.begin(["B"])
    requests.end(7, is_repeated=True)
    assert requests.unanswered == {"A": SentRequest(5, False), "B": SentRequest(7, True)}


def test_without_acknowledgements_nothing_is_expected() -> None:
    assert not sent("A", acknowledges=False).unanswered
