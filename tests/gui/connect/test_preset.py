from __future__ import annotations

from ticker_gui.config.settings import Feed
from ticker_gui.feed_setup.provider_list import ANY_WEBSOCKET, find_entry
from ticker_gui.gui.connect.preset import ConnectPreset


def test_a_dialog_may_open_with_nothing_known() -> None:
    assert not any(ConnectPreset())
    assert ConnectPreset(symbol="AAPL", more_symbols=["MSFT"]).more_symbols == ["MSFT"]


def test_the_address_of_a_provider_is_its_own_unless_its_feed_is_edited() -> None:
    preset = ConnectPreset(feed=Feed("ws://127.0.0.1:9", ("A",), "desk", "kraken"))
    assert preset.usual_address(find_entry("kraken")) == "ws://127.0.0.1:9"
    assert ConnectPreset().usual_address(find_entry("kraken")) == "wss://ws.kraken.com/v2"
    assert preset.usual_address(ANY_WEBSOCKET) == ""
