from __future__ import annotations

import tomllib

import msgspec
import pytest

from ticker_gui.feeds.mapping import FieldMapping, as_toml


def test_a_mapping_is_read_from_the_settings_without_defaults_added() -> None:
    mapping = msgspec.toml.decode(b'items = "data[]"\nsymbol = "s"\nprice = "p"', type=FieldMapping)
    assert (mapping.items, mapping.symbol, mapping.price, mapping.when) == ("data[]", "s", "p", "")
    assert msgspec.to_builtins(mapping) == {"items": "data[]", "symbol": "s", "price": "p"}


def test_an_unknown_field_is_named_in_the_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="cost"):
        msgspec.toml.decode(b'cost = "p"', type=FieldMapping)


def test_a_mapping_is_written_as_settings_that_read_the_same() -> None:
    mapping = FieldMapping(
        items="data[]", when="$.ch == 'trades'", symbol='"a\\\\b"', price="p", subscribe='{"a":"$KEY"}'
    )
    text = as_toml(mapping)
    assert text.startswith("[feeds.mapping]\n")
    table = tomllib.loads(text)["feeds"]["mapping"]
    assert msgspec.convert(table, FieldMapping) == mapping
