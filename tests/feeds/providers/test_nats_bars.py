from __future__ import annotations

import msgspec

from ticker_gui.domain.events import Bar, PastBars, Quote
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.feeds.history import BarsQuery
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.providers.nats_bars import StoredBars
from ticker_gui.formatting.json_lines import fact_line

T0 = 28_333_333 * MINUTE_NS


def bar(minute: int) -> Bar:
    return Bar("A", "1m", T0 + minute * MINUTE_NS, 1.0, 2.0, 0.5, 1.5, 3.0, is_closed=True)


def message(fact: Bar | Quote) -> Msg:
    return Msg(b"1", b"s", b"", msgspec.json.encode(fact_line("desk", "A", fact, T0)))


def test_the_bars_of_the_period_are_collected_until_its_end() -> None:
    bars = StoredBars(BarsQuery("A", "1m", T0, T0 + 2 * MINUTE_NS))
    assert [bars.add(message(bar(minute))) for minute in (-1, 0, 1, 2)] == [True, True, True, False]
    assert bars.add(message(Quote("A", 1.0, None, 2.0)))
    assert bars.result("") == PastBars("A", "1m", (bar(0), bar(1)))


def test_an_error_is_the_answer() -> None:
    assert StoredBars(BarsQuery("A", "1m", T0, T0 + MINUTE_NS)).result("It failed.").error == "It failed."
