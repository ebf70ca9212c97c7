from __future__ import annotations

from ticker_gui.gui.connect.preset import ConnectPreset


def test_a_dialog_may_open_with_nothing_known() -> None:
    assert not any(ConnectPreset())
    assert ConnectPreset(symbol="AAPL", more_symbols=["MSFT"]).more_symbols == ["MSFT"]
