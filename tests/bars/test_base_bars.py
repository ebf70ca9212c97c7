from __future__ import annotations

from tests.bars.test_bar_history import RecordedTape
from ticker_gui.bars.bar_columns import CLOSE, START
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND_NS

T0 = 1_700_006_400 * SECOND_NS


def minute_bar(minute: int) -> Bar:
    return Bar("A", "1m", T0 + minute * MINUTE_NS, 5.0, 9.0, 1.0, 7.0, 50.0, is_closed=True)


def test_without_provided_bars_the_built_ones_are_not_copied() -> None:
    recorded = RecordedTape()
    recorded.add(T0, 1.0, 1.0)
    recorded.bars.aggregate_pending()
    base = recorded.bars.base_of(MINUTE)
    base.update()
    assert base.ring is recorded.bars.minutes
    assert base.sources().tolist() == [BarSource.PARTIAL]
    generation = base.generation
    recorded.add(T0 + MINUTE_NS, 1.0, 1.0)
    recorded.bars.aggregate_pending()
    base.update()
    assert base.generation == generation


def test_provided_bars_change_the_generation_and_new_trades_do_not() -> None:
    recorded = RecordedTape()
    recorded.add(T0 + MINUTE_NS, 1.0, 1.0)
    recorded.bars.aggregate_pending()
    base = recorded.bars.base_of(MINUTE)
    base.update()
    generation = base.generation
    recorded.bars.provided.add(MINUTE, [minute_bar(-1), minute_bar(0)])
    base.update()
    assert base.generation > generation
    assert base.ring.column(CLOSE).tolist() == [7.0, 7.0, 1.0]
    generation = base.generation
    recorded.add(T0 + MINUTE_NS + SECOND_NS, 2.0, 1.0)
    recorded.add(T0 + 2 * MINUTE_NS, 3.0, 1.0)
    recorded.bars.aggregate_pending()
    base.update()
    assert base.generation == generation
    assert base.ring.column(CLOSE).tolist() == [7.0, 7.0, 2.0, 3.0]
    assert base.sources(2).tolist() == [BarSource.PARTIAL, BarSource.SEEN]


def test_bars_are_rebuilt_if_more_were_added_than_are_held() -> None:
    recorded = RecordedTape(minute_bars=4)
    recorded.bars.provided.add(MINUTE, [minute_bar(0)])
    base = recorded.bars.base_of(MINUTE)
    for minute in range(1, 3):
        recorded.add(T0 + minute * MINUTE_NS, float(minute), 1.0)
    recorded.bars.aggregate_pending()
    base.update()
    for minute in range(3, 20):
        recorded.add(T0 + minute * MINUTE_NS, float(minute), 1.0)
    recorded.bars.aggregate_pending()
    base.update()
    starts = [(start - T0) // MINUTE_NS for start in base.ring.column(START).tolist()]
    assert starts == [0, 16, 17, 18, 19]
