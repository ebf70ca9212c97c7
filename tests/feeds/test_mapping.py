from __future__ import annotations

import msgspec
import pytest

from ticker_gui.feeds.mapping import FieldMapping


def test_a_mapping_is_read_from_the_settings_and_says_only_what_was_said() -> None:
    mapping = msgspec.toml.decode(b'items = "data[]"\nsymbol = "s"\nprice = "p"', type=FieldMapping)
    assert (mapping.items, mapping.symbol, mapping.price, mapping.when) == ("data[]", "s", "p", "")
    assert msgspec.to_builtins(mapping) == {"items": "data[]", "symbol": "s", "price": "p"}


def test_a_field_that_nobody_knows_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="cost"):
        msgspec.toml.decode(b'cost = "p"', type=FieldMapping)
