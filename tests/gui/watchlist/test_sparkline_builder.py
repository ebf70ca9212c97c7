from __future__ import annotations

import pytest

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.watchlist.sparkline_builder import SparklineBuilder
from ticker_gui.gui.watchlist.sparkline_cell import SparklineCell, SparklineSize
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

NOW_NS = 1_700_000_000 * SECOND_NS


def test_failures_are_reported_until_the_sparkline_can_be_built(
    monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    reports: list[tuple[str, ...]] = []
    builder = SparklineBuilder(lambda: reports.append(builder.failed_titles))
    first, second = (SymbolState("desk", name, name, Limits().watched) for name in "AB")
    size = SparklineSize(100, 20, SPARKLINE_PERIODS[0], 0)

    def build(state: SymbolState) -> None:
        builder.build(SparklineCell(), state, size, NOW_NS)

    def fail(*arguments: object) -> None:
        raise FloatingPointError("underflow")

    build(first)
    assert reports == []
    with monkeypatch.context() as patch:
        patch.setattr(SparklineCell, "build", fail)
        build(first)
        build(second)
    build(first)
    assert reports == [("the column Trend",)] * 3
    builder.forget_all_except({first})
    assert reports[-1] == builder.failed_titles == ()
    paint_failures.clear()
