from __future__ import annotations

import msgspec
import pytest

from tests.engine.test_engine import feed
from ticker_gui.bars.gaps import NOT_RUNNING
from ticker_gui.desk.missed_trades import MissedTrades, as_earlier_trade
from ticker_gui.domain.events import Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.nats_desk import GapMessage
from ticker_gui.formatting.json_lines import fact_line
from ticker_gui.market.backfills import Backfill

T0 = 1_700_000_000 * SECOND_NS
Reports = list[tuple[str, str, str, str]]


@pytest.fixture
def engine() -> Engine:
    return Engine([feed("exchange", "a", "b")])


def reporting(engine: Engine) -> tuple[MissedTrades, Reports]:
    reports: Reports = []

    def put(symbol: str, message: GapMessage) -> None:
        reports.append((symbol, message.start[17:19], message.end[17:19], str(message.backfill)))

    return MissedTrades(engine.feeds["exchange"], put), reports


def line(second: int, trade_id: int | str = 5) -> bytes:
    trade = Trade("A", 1.0, 2.0, T0 + second * SECOND_NS, trade_id)
    return msgspec.json.encode(fact_line("exchange", "A", trade, T0))


def test_each_gap_is_reported_once_for_each_symbol_and_then_its_result(engine: Engine) -> None:
    missed, reports = reporting(engine)
    coverage = engine.feeds["exchange"].market.coverage
    coverage.mark_connected(T0)
    coverage.mark_disconnected(T0 + 2 * SECOND_NS)
    missed.report()
    assert reports == []
    coverage.mark_connected(T0 + 5 * SECOND_NS)
    missed.report()
    missed.report()
    assert reports == [("a", "22", "25", "open"), ("b", "22", "25", "open")]
    (gap,) = coverage.gaps
    first, second = engine.feeds["exchange"].market.states
    missed.note_result(first, Backfill(gap, T0, T0 + 9 * SECOND_NS, 3))
    missed.note_result(second, Backfill(gap, T0, T0 + 9 * SECOND_NS, 0, "No list."))
    assert reports[2:] == [("a", "22", "25", "filled"), ("b", "22", "25", "lost")]
    assert not missed.is_interrupted


def test_the_time_without_any_publisher_is_a_gap(engine: Engine) -> None:
    missed, reports = reporting(engine)
    coverage = engine.feeds["exchange"].market.coverage
    coverage.mark_connected(T0 + 9 * SECOND_NS)
    missed.note_stored(None)
    assert not missed.is_interrupted
    missed.note_stored(line(3))
    missed.note_stored(line(4))
    assert missed.is_interrupted
    assert reports == [("a", "23", "29", "open"), ("b", "23", "29", "open")]
    (gap,) = coverage.gaps
    assert gap.reason == NOT_RUNNING


def test_a_publisher_that_was_standing_by_has_missed_nothing(engine: Engine) -> None:
    missed, reports = reporting(engine)
    engine.feeds["exchange"].market.coverage.mark_connected(T0 + 2 * SECOND_NS)
    missed.note_stored(line(3))
    assert (missed.is_interrupted, reports) == (False, [])


@pytest.mark.parametrize(("trade_id", "expected"), [(7, 7), ("x7", "x7"), ("07", "07")])
def test_the_last_stored_trade_is_read_as_the_provider_sent_it(trade_id: int | str, expected: int | str) -> None:
    assert as_earlier_trade("A", line(1, trade_id)) == [Trade("A", 1.0, 2.0, T0 + SECOND_NS, expected)]


def test_another_message_is_no_earlier_trade() -> None:
    assert (
        as_earlier_trade(
            "A", b'{"event":"bar","timeframe":"1m","start":"2023-11-14T22:13:00Z","open":1,"high":1,"low":1,"close":1}'
        )
        == []
    )
