from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import Reply
from ticker_gui.feeds.requests import PendingRequests, batched, error_reply, key_rejected, partial_replies, with_query


@pytest.mark.parametrize(("write_id", "ids"), [(int, [1, 2, 3]), (str, ["1", "2", "3"])])
def test_ids_are_counted_in_the_type_of_the_provider(write_id: type[int] | type[str], ids: list[int | str]) -> None:
    requests = PendingRequests[str](write_id)
    assert [requests.add([symbol]) for symbol in "ABC"] == ids


@given(st.lists(st.lists(st.sampled_from("ABC"), max_size=3), max_size=9), st.integers(0, 2**32).map(Random))
def test_an_answer_returns_the_symbols_of_its_request_once(batches: list[list[str]], chance: Random) -> None:
    requests = PendingRequests[str]()
    pending = {requests.add(batch): tuple(batch) for batch in batches}
    for identifier in sorted(pending, key=lambda _: chance.random()):
        assert requests.pop(identifier) == pending[identifier]
        assert requests.pop(identifier) == ()


def test_an_unknown_id_belongs_to_no_symbols() -> None:
    requests = PendingRequests[str]()
    requests.add(["A"])
    assert requests.pop(7) == requests.pop("1") == requests.pop(None) == ()


def test_ids_continue_after_all_requests_are_forgotten() -> None:
    requests = PendingRequests[tuple[str, int]]()
    first = requests.add([("A", 1)])
    assert len(requests) == 1
    requests.clear()
    assert len(requests) == 0
    assert requests.pop(first) == ()
    assert requests.add([("B", 5)]) == 2


def test_a_request_may_be_accepted_in_part() -> None:
    assert partial_replies("AB", "C", "unknown") == [
        Reply(("A", "B"), ok=True),
        Reply(("C",), ok=False, message="unknown"),
    ]
    assert partial_replies("A", "", "unknown") == [Reply(("A",), ok=True)]
    assert partial_replies("", "C", "unknown") == [Reply(("C",), ok=False, message="unknown")]
    assert partial_replies("", "", "unknown") == []


def test_a_refusal_ends_with_the_code_of_the_provider() -> None:
    assert error_reply("no such pair", 10300, ("A",)) == Reply(("A",), ok=False, message="no such pair (code 10300)")
    assert error_reply("no such pair", None) == Reply((), ok=False, message="no such pair")
    assert error_reply("", 7) == Reply((), ok=False, message="no reason was given (code 7)")


def test_a_rejected_key_states_what_to_check() -> None:
    assert str(key_rejected("Tiingo")) == "Tiingo rejected the API key. Check the key and its plan, then retry."


def test_requests_are_split() -> None:
    assert list(batched("abcde", 2)) == ["ab", "cd", "e"]
    assert list(batched("", 2)) == []


def test_the_key_is_added_to_the_query_once() -> None:
    assert with_query("wss://h/p", "token", "k&y") == "wss://h/p?token=k%26y"
    assert with_query("wss://h/p?a=1", "token", "k") == "wss://h/p?a=1&token=k"
    assert with_query("wss://h/p?token=&a=1", "token", "k") == "wss://h/p?a=1&token=k"
    assert with_query("wss://h/p?token=own", "token", "k") == "wss://h/p?token=own"
    assert with_query("wss://h/p", "token", None) == "wss://h/p"
