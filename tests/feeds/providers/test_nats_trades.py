from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import PastTrades, Refusal, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import TradesQuery
from ticker_gui.feeds.nats_desk import BackfillState, GapMessage
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.providers import nats_trades
from ticker_gui.feeds.providers.nats_trades import StoredTrades
from ticker_gui.formatting.json_lines import fact_line, iso_time
from ticker_gui.history.cleaning import clean_trades

T0 = 1_700_000_000 * SECOND_NS


def trade(number: int, second: int) -> Trade:
    return Trade("A", 1.0, 1.0, T0 + second * SECOND_NS, f"t{number}")


def payload(one: Trade) -> bytes:
    return msgspec.json.encode(fact_line("desk", "A", one, T0))


def read(stored: Iterable[Trade], query: TradesQuery, first_live: Trade | None) -> PastTrades:
    """Read stored trades until no more are needed."""
    trades = StoredTrades(query, b"" if first_live is None else payload(first_live))
    for one in stored:
        if not trades.add(Msg(b"1", b"s", b"", payload(one))):
            break
    return trades.result("")


@given(st.data())
def test_no_trade_is_left_out_whatever_was_killed_and_in_whatever_order_they_were_sent(data: st.DataObject) -> None:
    # Times do not increase, as a publisher that backfills its own gap sends older trades.
    seconds = data.draw(st.lists(st.integers(0, 8), min_size=2, max_size=20), "times")
    sent = [trade(number, second) for number, second in enumerate(seconds)]
    lost = data.draw(st.integers(1, len(sent) - 1), "the desktop is disconnected before")
    back = data.draw(st.integers(lost, len(sent) - 1), "it receives again from")
    killed = data.draw(st.integers(0, len(sent)), "the server is killed before it stores")
    repeated = data.draw(st.integers(0, killed), "the publisher sends again from")
    stored = [*sent[:killed], *sent[repeated:]]
    after = max(sent[:lost], key=lambda one: one.time_ns or 0)
    query = TradesQuery("A", after.time_ns or 0, sent[back].time_ns or 0)
    past = read(stored, query, sent[back])
    assert not past.error
    found = clean_trades(past.trades, query, selected=True)
    assert set(sent[lost:back]) <= set(found)
    assert len(found) == len(set(found))


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 8))
def test_old_trades_that_were_deleted_are_noticed(deleted: int, back: int, lost: int) -> None:
    sent = [trade(number, number) for number in range(10)]
    lost = min(lost, back - 1)
    query = TradesQuery("A", sent[lost].time_ns or 0, sent[back].time_ns or 0)
    past = read(sent[deleted:], query, sent[back])
    assert bool(past.error) == (deleted > lost)
    assert past.error or set(sent[lost + 1 : back]) <= set(past.trades)


def test_a_list_that_does_not_reach_the_first_live_trade_is_requested_again() -> None:
    sent = [trade(number, number) for number in range(5)]
    query = TradesQuery("A", T0, T0 + 3 * SECOND_NS)
    past = read(sent[:3], query, sent[3])  # a busy server stores later than it delivers
    assert past.error.startswith("The NATS server has not stored all trades")
    assert past.refusal.is_temporary
    assert read(sent, query, sent[3]).trades == tuple(sent[:3])


def test_a_list_that_begins_too_late_is_no_answer() -> None:
    sent = [trade(number, number) for number in range(5)]
    past = read(sent[2:], TradesQuery("A", T0, T0 + 3 * SECOND_NS), sent[3])
    assert past.error.startswith("The NATS server no longer has the trades from the beginning")
    assert past.refusal is Refusal.OUT_OF_RANGE


def test_after_another_reconnection_the_trade_after_the_gap_ends_the_list() -> None:
    sent = [trade(number, 20 * number) for number in range(5)]
    query = TradesQuery("A", T0, T0 + 40 * SECOND_NS)
    assert read(sent, query, None).trades == tuple(sent[:3])
    assert not read(sent[:3], query, None).error
    assert read(sent[:2], query, None).error


def gap(start: int, end: int, backfill: BackfillState) -> Msg:
    times = iso_time(T0 + start * SECOND_NS), iso_time(T0 + end * SECOND_NS)
    return Msg(b"1", b"s", b"", msgspec.json.encode(GapMessage("desk", "A", *times, backfill, "No list.")))


@pytest.mark.parametrize(
    ("reports", "refusal"),
    [
        ([gap(1, 2, BackfillState.OPEN)], Refusal.FAILED),
        ([gap(1, 2, BackfillState.OPEN), gap(1, 2, BackfillState.LOST)], Refusal.OUT_OF_RANGE),
        ([gap(1, 2, BackfillState.LOST), gap(2, 3, BackfillState.FILLED)], Refusal.OUT_OF_RANGE),
        ([gap(1, 2, BackfillState.OPEN), gap(1, 2, BackfillState.FILLED)], None),
        ([gap(4, 9, BackfillState.LOST)], None),  # after this gap
    ],
)
def test_trades_that_the_publisher_has_missed_are_not_taken_for_complete(
    reports: list[Msg], refusal: Refusal | None
) -> None:
    sent = [trade(number, number) for number in range(4)]
    trades = StoredTrades(TradesQuery("A", T0, T0 + 3 * SECOND_NS), payload(sent[3]))
    for one in sent:
        trades.add(Msg(b"1", b"s", b"", payload(one)))
    for report in reports:
        assert trades.add_gap(report)
    past = trades.result("")
    if refusal is None:
        assert past.trades == tuple(sent[:3])
    else:
        assert (past.trades, past.refusal) == ((), refusal)
        assert past.error == "The publisher of this desk has missed trades: No list."


def test_too_many_trades_are_not_backfilled_and_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_trades, "MAX_TRADES", 3)
    sent = [trade(number, number) for number in range(9)]
    past = read(sent, TradesQuery("A", T0, T0 + 8 * SECOND_NS), sent[8])
    assert (past.error, past.trades) == ("More than 20,000 trades were made in this period.", ())
    assert past.refusal is Refusal.OUT_OF_RANGE
