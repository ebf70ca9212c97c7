from __future__ import annotations

from typing import Any

from ticker_gui.feeds.generic.candidates import candidates_of
from ticker_gui.feeds.generic.examiner import Examiner, fields_of
from ticker_gui.feeds.generic.message_kinds import MessageKind
from ticker_gui.feeds.symbols import SymbolResolver


def examining(*symbols: str) -> Examiner:
    resolver = SymbolResolver()
    resolver.add(symbols)
    return Examiner(resolver)


def test_an_item_has_the_values_in_it_and_around_it() -> None:
    message = {"channel": "trades", "n": 3, "data": [{"s": "A", "p": 5.5, "x": None, "y": ""}]}
    (item,) = examining("A").items_by_path([message])["data[]"]
    assert item.fields == {"s": "A", "p": 5.5, "$.channel": "trades", "$.n": 3}
    assert item.kind_texts == {"$.channel": "trades"}
    assert item.kind is MessageKind.TRADE


def test_an_item_that_is_named_by_its_symbol_has_the_name() -> None:
    (item,) = examining("A").items_by_path([{"A": {"p": 5.5}}])["*"]
    assert item.fields == {"$key": "A", "p": 5.5}


def test_a_requested_symbol_is_found_in_an_item_around_it_and_in_its_name() -> None:
    for path, message in {"": {"s": "A"}, "data": {"s": "A", "data": {"p": 1}}, "*": {"A": {"p": 1}}}.items():
        assert examining("A").items_by_path([message])[path][0].names_requested
    assert not examining("B").items_by_path([{"s": "A"}])[""][0].names_requested


def test_fields_have_the_values_of_the_items_that_have_them() -> None:
    messages = [{"s": "A", "p": 1}, {"s": "B"}, {"s": "C", "p": 3}]
    assert fields_of(examining("A").items_by_path(messages)[""]) == {
        "s": {0: "A", 1: "B", 2: "C"},
        "p": {0: 1, 2: 3},
    }


def test_a_message_is_examined_once() -> None:
    examiner, messages = examining("A"), [{"s": "A", "p": 1}, {"s": "A", "p": 2}]
    (first,) = examiner.items_by_path(messages[:1])[""]
    assert first.fields
    assert examiner.items_by_path(messages)[""][0] is first


def test_the_items_of_a_place_are_examined_again_if_they_differ() -> None:
    examiner, calls = examining("A"), list[str]()
    messages: list[Any] = [{"s": "A", "p": 1}, {"t": "A"}, {"s": "A", "p": 2}]

    def count_of(messages: list[Any], path: str = "") -> int:
        items = examiner.items_by_path(messages)[path]

        def examine() -> int:
            calls.append(path)
            return len(items)

        return examiner.once(path, items, examine)

    assert [count_of(messages[:2]), count_of(messages[:2]), count_of(messages)] == [2, 2, 3]
    assert len(calls) == 2
    assert [count_of([{"s": "A", "x": {}}], "x"), count_of(messages)] == [1, 3]
    assert calls == ["", "", "x"]


def test_a_message_with_a_great_many_items_is_examined_in_full_and_not_kept() -> None:
    rows = [{f"value{column}": row / 8 + column for column in range(8)} for row in range(40)]
    examiner, messages = examining("A"), [dict.fromkeys("abcdef", rows)]
    expected = {path: [item.value for item in items] for path, items in candidates_of(messages).items()}
    assert sum(map(len, expected.values())) > 1_000
    for _ in range(2):
        found = {path: [item.item.value for item in items] for path, items in examiner.items_by_path(messages).items()}
        assert found == expected
    assert not examiner._kept
