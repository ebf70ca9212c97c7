import json
import random

from tests.fuzz.mutations import Pairs, encode, mutated, parse

FRAME = b'{"type":"trade","data":[{"symbol":"BTC-USD","price":"61234.5","time":1700000000123,"flags":[]}]}'


def test_a_tree_is_encoded_as_the_json_that_it_came_from() -> None:
    assert json.loads(encode(parse(FRAME))) == json.loads(FRAME)
    assert encode(Pairs([("a", 1), ("a", None)])) == b'{"a":1,"a":null}'


def test_a_payload_other_than_a_json_object_is_mutated_as_bytes() -> None:
    assert parse(b"\x82\xa1") is None
    assert parse(b"7") is None
    rng = random.Random(1)
    assert any(mutated(b"\x82\xa1\x01", None, rng) != b"\x82\xa1\x01" for _ in range(20))


def test_mutations_leave_the_tree_as_it_was() -> None:
    tree, rng = parse(FRAME), random.Random(1)
    for _ in range(500):
        mutated(FRAME, tree, rng)
    assert encode(tree) == encode(parse(FRAME))


def test_every_kind_of_mutation_happens() -> None:
    tree, rng = parse(FRAME), random.Random(1)
    frames = [mutated(FRAME, tree, rng) for _ in range(5_000)]
    assert any(frame.count(b'"price"') == 2 for frame in frames)  # a repeated key
    assert any(b'"price"' not in frame for frame in frames)  # a dropped one
    assert any(frame.find(b'"price"') < frame.find(b'"symbol"') for frame in frames if b'"price"' in frame)  # reordered
    assert any(b"[[[[" in frame for frame in frames)  # nested
    assert any(not _is_utf8(frame) and frame.startswith(b'{"type"') for frame in frames)  # a byte in a string
    assert any(len(frame) < len(FRAME) // 2 for frame in frames)  # cut short


def _is_utf8(frame: bytes) -> bool:
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True
