from __future__ import annotations

from typing import Any

import pytest

from ticker_gui.feeds.generic.field_roles import FieldRoles


def judged(*items: dict[str, Any]) -> tuple[dict[str, str], float]:
    """Return the roles found in items of one symbol, and the confidence."""
    fields: dict[str, dict[int, Any]] = {}
    for number, item in enumerate(items):
        for name, value in item.items():
            fields.setdefault(name, {})[number] = value
    field_roles = FieldRoles(fields, "", len(items))
    score = field_roles.assign()
    assert bool(score) == bool(field_roles.reasons)
    return field_roles.roles, score


def test_names_determine_the_roles() -> None:
    roles, score = judged({"price": 5, "size": 2, "time": 1_700_000_000})
    assert roles == {"price": "price", "size": "size", "time": "time"}
    assert score > 0.9


def test_a_bid_above_its_ask_is_not_assigned() -> None:
    assert judged({"bid": 5, "ask": 4}) == ({}, 0.0)
    assert judged({"bid": 5, "ask": 500}) == ({}, 0.0)
    assert judged({"bid": 4.9, "ask": 5})[0] == {"bid": "bid", "ask": "ask"}


def test_a_price_is_within_the_day_s_range() -> None:
    roles, _ = judged({"p": 2.5, "c": 101, "h": 110, "l": 90})
    assert roles["price"] == "c"


def test_a_volume_without_a_day_is_the_size_of_the_trade() -> None:
    assert judged({"p": 2.5, "v": 10})[0] == {"price": "p", "size": "v"}
    assert judged({"p": 2.5, "v": 10, "o": 2, "h": 3, "l": 1})[0]["volume"] == "v"


def test_the_unnamed_field_with_the_lowest_volatility_is_the_price() -> None:
    roles, score = judged(*({"foo": 100.5 + i, "bar": (i * 37) % 91} for i in range(6)))
    assert roles == {"price": "foo"}
    assert 0.7 < score < 0.9


def test_two_close_unnamed_fields_are_bid_and_ask() -> None:
    roles, _ = judged(*({"foo": 100.2 + i, "bar": 100.05 + i} for i in range(6)))
    assert roles == {"bid": "bar", "ask": "foo"}


def test_of_three_unnamed_fields_the_middle_one_is_the_price() -> None:
    roles, _ = judged(
        *({"foo": 100.2 + i, "bar": 100.05 + i, "baz": 100.1 + i, "stamp": 1_700_000_000 + i} for i in range(6))
    )
    assert roles == {"bid": "bar", "price": "baz", "ask": "foo", "time": "stamp"}


def test_sequence_numbers_are_not_prices() -> None:
    assert judged(*({"U": 499_869_980 + i, "u": 499_869_981 + i} for i in range(6))) == ({}, 0.0)
    assert judged(*({"foo": 499 + i % 3, "bar": 500 + i % 3} for i in range(6)))[0] == {"bid": "foo", "ask": "bar"}


def test_a_field_that_jumps_is_probably_not_a_price() -> None:
    _, calm = judged(*({"price": 100 + i} for i in range(6)))
    _, wild = judged(*({"price": 100 * (1 + i % 2 * 50)} for i in range(6)))
    assert wild < calm


@pytest.mark.parametrize("item", [{}, {"name": "x"}, {"price": 0}, {"price": "x"}, {"size": 5}, {"high": 5, "low": 4}])
def test_without_a_price_there_are_no_events(item: dict[str, Any]) -> None:
    assert judged(item) == ({}, 0.0)


def test_the_bid_the_ask_and_the_last_price_beside_them_may_be_b_k_and_a() -> None:
    roles, _ = judged({"b": "99", "bs": "1", "a": "100", "k": "101", "ks": "2", "h": "110", "l": "90"})
    assert (roles["bid"], roles["price"], roles["ask"]) == ("b", "a", "k")


@pytest.mark.parametrize(
    "item", [{"price": 612_345_000}, {"price": 5_500, "scale": 2}, {"bid": 61_234_000, "ask": 61_235_000}]
)
def test_integers_that_are_scaled_prices_are_refused(item: dict[str, Any]) -> None:
    field_roles = FieldRoles({name: {0: value} for name, value in item.items()}, "", 1)
    assert field_roles.assign() == 0
    assert "integers" in field_roles.notes[0]


def test_large_integers_are_prices_in_a_currency_of_small_units() -> None:
    field_roles = FieldRoles({"s": {0: "KRW-BTC"}, "price": {0: 134_000_000}}, "s", 1)
    assert field_roles.assign() > 0.9


def test_the_size_is_the_quantity_and_not_its_value() -> None:
    rows = [{"price": 100 + i, "amount": (100 + i) * (1 + i), "volume": 1 + i} for i in range(5)]
    assert judged(*rows)[0]["size"] == "volume"


def test_a_ticker_has_no_size_of_a_trade() -> None:
    assert "size" not in judged({"price": 100, "size": 2, "bid": 99, "ask": 101})[0]


def test_a_price_far_from_bid_and_ask_is_not_assigned() -> None:
    assert "price" not in judged({"c": 0.01, "b": 99, "a": 101})[0]


def test_two_steady_unnamed_fields_are_not_a_price() -> None:
    assert judged(*({"foo": 100.5 + i, "bar": 7.25 + i / 9} for i in range(6))) == ({}, 0.0)


def test_the_time_beside_the_price_is_preferred_to_that_of_the_message() -> None:
    stamp = 1_795_860_000_000
    assert judged({"ts": stamp + 5, "data.t": stamp, "data.p": 5.5})[0]["time"] == "data.t"


def test_a_trade_has_no_statistics_of_the_day() -> None:
    field_roles = FieldRoles({"p": {0: 5.5}, "q": {0: 2}, "l": {0: 5}, "v": {0: 3}}, "", 1, is_trade=True)
    assert field_roles.assign() > 0
    assert field_roles.roles == {"price": "p", "size": "q"}


def test_a_low_without_a_high_or_above_it_is_not_assigned() -> None:
    assert judged({"price": 5, "low": 4})[0] == {"price": "price"}
    assert "low" not in judged({"price": 5, "low": 6, "high": 4})[0]


def test_a_column_is_used_only_if_all_rows_have_it() -> None:
    even = {f"[{at}]": {item: 100.5 + item + 50 * at for item in range(5)} for at in range(2)}
    uneven = even | {"[2]": {0: "x"}}
    for fields, expected in ((even, True), (uneven, False)):
        field_roles = FieldRoles(fields, "", 5)
        field_roles._scores["price"], field_roles.roles["price"] = 0.78, "[0]"
        assert field_roles.has_uniform_rows() is expected


@pytest.mark.parametrize("names", [("price.aud", "price.usd"), ("price_aud", "price_usd"), ("priceAud", "priceUsd")])
def test_the_symbol_selects_one_of_several_prices_in_different_currencies(names: tuple[str, str]) -> None:
    for symbol, expected in (("xbt-aud", names[0]), ("XBT/USD", names[1]), ("xbt", None)):
        fields: dict[str, dict[int, Any]] = {"s": {0: symbol}, names[0]: {0: 90_000.5}, names[1]: {0: 61_000.5}}
        field_roles = FieldRoles(fields, "s", 1)
        field_roles.assign()
        assert field_roles.roles.get("price") == expected


def test_a_price_in_one_currency_needs_no_symbol_that_names_it() -> None:
    assert judged({"priceUsd": 5.5})[0] == {"price": "priceUsd"}


def test_similar_sizes_are_not_a_price() -> None:
    assert judged(*({"foo": size} for size in (1.2, 1.25, 1.3, 1.31, 1.4, 0.1, 2.5, 2.6))) == ({}, 0.0)


@pytest.mark.parametrize("name", ["price", "last", "close"])
def test_a_price_that_could_be_a_time_is_a_price_by_its_name(name: str) -> None:
    roles, _ = judged({name: 1_612_345_000, "time": 1_795_860_000, "currency": "IDR"})
    assert roles == {"price": name, "time": "time"}


def test_numbers_that_decrease_by_hours_are_not_times() -> None:
    rows = [{"[0]": 1_795_860_000 + i, "[1]": 1_612_345_000 + (i * 37 % 11) * 9_000, "[2]": 0.5} for i in range(8)]
    roles, _ = judged(*rows)
    assert roles.get("time") in (None, "[0]")


def test_bid_and_ask_may_have_the_usual_names_of_their_sizes() -> None:
    roles, _ = judged({"c": 100.5, "h": 110, "l": 90, "b": 0.4, "B": 100.4, "a": 0.6, "A": 100.6})
    assert {role: roles[role] for role in ("price", "bid", "ask", "bid_size", "ask_size")} == {
        "price": "c", "bid": "B", "ask": "A", "bid_size": "b", "ask_size": "a",
    }  # fmt: skip


def test_bid_and_ask_far_from_the_day_s_range_are_not_assigned() -> None:
    roles, _ = judged({"c": 100.5, "h": 110, "l": 90, "b": 0.4, "a": 0.42})
    assert roles["price"] == "c"
    assert not {"bid", "ask"} & roles.keys()


def test_one_letter_is_an_open_only_beside_the_high() -> None:
    assert "open" not in judged({"price": 5.0, "o1": 5.1})[0]
    assert judged({"price": 5.0, "o": 5.1, "h": 6, "l": 4})[0]["open"] == "o"


def test_the_volume_of_trades_is_their_size_unless_it_never_decreases() -> None:
    for volumes, size in (((3, 2, 5), "volume"), ((3, 4, 5), None)):
        fields: dict[str, dict[int, Any]] = {"price": {0: 5.5, 1: 5.6, 2: 5.5}, "volume": dict(enumerate(volumes))}
        field_roles = FieldRoles(fields, "", 3, is_trade=True)
        field_roles.assign()
        assert field_roles.roles.get("size") == size


def test_integer_prices_may_have_their_currency_beside_them() -> None:
    assert judged({"price": 61_234_000, "quote_currency": "KRW"})[0]["price"] == "price"
    assert judged({"price": 61_234_000, "quote_currency": "USD"})[1] == 0
