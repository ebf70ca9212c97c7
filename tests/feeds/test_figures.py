from __future__ import annotations

from typing import Any

import pytest

from ticker_gui.feeds.figures import Figures


def judged(*items: dict[str, Any]) -> tuple[dict[str, str], float]:
    """Return the roles found in items of one symbol, and how well they fit."""
    fields: dict[str, dict[int, Any]] = {}
    for number, item in enumerate(items):
        for name, value in item.items():
            fields.setdefault(name, {})[number] = value
    figures = Figures(fields, "", len(items))
    score = figures.judge()
    assert bool(score) == bool(figures.reasons)
    return figures.roles, score


def test_names_tell_what_is_what() -> None:
    roles, score = judged({"price": 5, "size": 2, "time": 1_700_000_000})
    assert roles == {"price": "price", "size": "size", "time": "time"}
    assert score > 0.9


def test_a_bid_above_its_ask_is_none() -> None:
    assert judged({"bid": 5, "ask": 4}) == ({}, 0.0)
    assert judged({"bid": 5, "ask": 500}) == ({}, 0.0)
    assert judged({"bid": 4.9, "ask": 5})[0] == {"bid": "bid", "ask": "ask"}


def test_a_price_lies_within_its_day() -> None:
    roles, _ = judged({"p": 2.5, "c": 101, "h": 110, "l": 90})
    assert roles["price"] == "c"


def test_a_volume_without_a_day_is_the_size_of_the_trade() -> None:
    assert judged({"p": 2.5, "v": 10})[0] == {"price": "p", "size": "v"}
    assert judged({"p": 2.5, "v": 10, "o": 2, "h": 3, "l": 1})[0]["volume"] == "v"


def test_without_names_the_steadiest_is_the_price() -> None:
    roles, score = judged(*({"foo": 100.5 + i, "bar": (i * 37) % 91} for i in range(6)))
    assert roles == {"price": "foo"}
    assert 0.7 < score < 0.9


def test_without_names_two_that_go_together_are_bid_and_ask() -> None:
    roles, _ = judged(*({"foo": 100.2 + i, "bar": 100.05 + i} for i in range(6)))
    assert roles == {"bid": "bar", "ask": "foo"}


def test_without_names_the_one_between_is_the_price() -> None:
    roles, _ = judged(
        *({"foo": 100.2 + i, "bar": 100.05 + i, "baz": 100.1 + i, "stamp": 1_700_000_000 + i} for i in range(6))
    )
    assert roles == {"bid": "bar", "price": "baz", "ask": "foo", "time": "stamp"}


def test_numbers_of_messages_are_no_prices() -> None:
    assert judged(*({"U": 499_869_980 + i, "u": 499_869_981 + i} for i in range(6))) == ({}, 0.0)
    assert judged(*({"foo": 499 + i % 3, "bar": 500 + i % 3} for i in range(6)))[0] == {"bid": "foo", "ask": "bar"}


def test_what_jumps_is_hardly_a_price() -> None:
    _, calm = judged(*({"price": 100 + i} for i in range(6)))
    _, wild = judged(*({"price": 100 * (1 + i % 2 * 50)} for i in range(6)))
    assert wild < calm


@pytest.mark.parametrize("item", [{}, {"name": "x"}, {"price": 0}, {"price": "x"}, {"size": 5}, {"high": 5, "low": 4}])
def test_without_a_price_there_is_nothing(item: dict[str, Any]) -> None:
    assert judged(item) == ({}, 0.0)
