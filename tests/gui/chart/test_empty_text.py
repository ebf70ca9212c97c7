from __future__ import annotations

from ticker_gui.gui.chart.empty_text import empty_text


def test_without_a_symbol_the_chart_says_how_to_get_one() -> None:
    text = empty_text(None, None)
    assert (text.title, text.action) == ("No symbol on the chart", "Add symbols")
