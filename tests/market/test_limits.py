from __future__ import annotations

import msgspec
import pytest

from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.market.limits import Limits


def test_symbols_on_charts_have_a_longer_history() -> None:
    limits = msgspec.toml.decode(b"trades = 100\nchart_trades = 5_000", type=Limits)
    assert limits.watched == HistoryCapacity(100, 600, 1_440)
    assert limits.charted == HistoryCapacity(5_000, 86_400, 43_200)


@pytest.mark.parametrize("text", ["trades = 10", "symbols = 0", "charts = 1.5", "chart = 2"])
def test_limits_that_cannot_work_are_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(text, type=Limits)
