"""The symbols in the lists of all exchanges that need no key can be typed, and mean themselves."""

from __future__ import annotations

import pytest

from tests.feeds import venues
from tests.feeds.past_market import Respond, ask
from ticker_gui.catalog.catalog import clean_instruments
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS

LISTING = [one for one in PROVIDERS.values() if one is not Demo and not one.needs_key and one().catalog_request()]


def test_nearly_all_exchanges_have_a_list() -> None:
    assert len(LISTING) >= 9


@pytest.mark.parametrize("provider", LISTING, ids=lambda provider: provider.name)
def test_listed_symbols_can_be_typed_and_mean_themselves(provider: type[FeedProtocol]) -> None:
    respond: Respond = venues.venue(provider.name).respond  # type: ignore[attr-defined]
    request = provider().catalog_request()
    assert request is not None
    listed = provider().decode_catalog(ask(request, respond))
    cleaned = clean_instruments(listed)
    assert [one.symbol for one in cleaned] == [one.symbol for one in listed] != []
    for one in cleaned:
        wire_symbol = provider.wire_symbol(one.symbol)
        assert provider.wire_symbol(wire_symbol) == wire_symbol
        assert wire_symbol.casefold() == one.symbol.casefold()
