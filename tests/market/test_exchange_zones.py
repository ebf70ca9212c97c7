from __future__ import annotations

from zoneinfo import ZoneInfo

from ticker_gui.market.exchange_zones import EXCHANGE_ZONES, INDEX_ZONES, SUFFIX_ZONES, US_EXCHANGES


def test_every_zone_exists_and_no_exchange_is_in_two_tables() -> None:
    for zones in (EXCHANGE_ZONES, INDEX_ZONES, SUFFIX_ZONES):
        for zone in set(zones.values()):
            assert ZoneInfo(zone).key == zone
    assert not US_EXCHANGES & EXCHANGE_ZONES.keys()
    assert all(index.startswith("^") for index in INDEX_ZONES)
