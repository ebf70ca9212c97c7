from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_market import (
    LAST_ID,
    NOW_NS,
    ask,
    assert_robust,
    execution,
    executions,
    gap,
    last_bars,
    past_trades,
    values,
)
from tests.feeds.venues.kraken import LIMITED, TRADE, answer, respond
from tests.fuzz.mutations import mutated, parse
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Fact, PastBars, Refusal, Reply
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpResponse, Instrument
from ticker_gui.feeds.providers.kraken import Kraken


def query(timeframe: str = "1h", symbol: str = "BTC/USD") -> BarsQuery:
    return BarsQuery(symbol, timeframe, NOW_NS - 720 * BY_NAME[timeframe].width_ns, NOW_NS)


def exchange(it: Kraken, messages: Sequence[str]) -> list[Fact]:
    """Send messages to the stand-in until nothing more is to be sent; return the events in its answers."""
    facts: list[Fact] = []
    pending = list(messages)
    while pending:
        for frame in answer(pending.pop(0)):
            facts += it.decode(frame.encode())
        pending += [str(message) for message in it.outgoing]
        it.outgoing.clear()
    return facts


def past(facts: Sequence[Fact]) -> list[PastBars]:
    return [fact.past for fact in facts if isinstance(fact, Reply) and isinstance(fact.past, PastBars)]


@pytest.mark.parametrize("timeframe", Kraken.history.timeframes)
@pytest.mark.parametrize("is_subscribed", [True, False])
def test_the_newest_bars_of_a_timeframe_arrive_over_the_socket(timeframe: str, is_subscribed: bool) -> None:
    it = Kraken()
    list(it.subscribe(["BTC/USD"] if is_subscribed else ["ETH/USD"]))
    facts = exchange(it, it.history_request(query(timeframe)))
    (found,) = past(facts)
    assert (found.symbol, found.timeframe, found.error) == ("BTC/USD", timeframe, "")
    assert values(list(found.bars)) == last_bars(timeframe, NOW_NS, 720)
    assert [bar.is_closed for bar in found.bars] == [True] * (len(found.bars) - 1) + [False]
    assert not [fact for fact in facts if isinstance(fact, Reply) and fact.symbols]  # no answer to a subscription


def test_the_subscription_ends_unless_it_is_the_feed_s_own() -> None:
    it = Kraken()
    list(it.subscribe(["BTC/USD"]))
    methods = [json.loads(message)["method"] for message in it.history_request(query("1m"))]
    assert methods == ["unsubscribe", "subscribe"]  # otherwise there would be no second snapshot
    other = Kraken()
    (message,) = other.history_request(query("1h"))
    for frame in answer(message):
        other.decode(frame.encode())
    (last,) = [json.loads(str(each)) for each in other.outgoing]
    assert (last["method"], last["params"]["interval"]) == ("unsubscribe", 60)


def test_bars_of_other_timeframes_do_not_disturb_the_minutes_of_the_feed() -> None:
    it = Kraken()
    list(it.subscribe(["BTC/USD"]))
    frame = answer(it.history_request(query("1h"))[0])[-1].replace("snapshot", "update")
    assert not [fact for fact in it.decode(frame.encode()) if isinstance(fact, Bar)]


def test_the_refusal_of_a_pair_is_the_response_to_the_request_and_not_to_the_subscription() -> None:
    it = Kraken()
    (reply,) = exchange(it, it.history_request(query(symbol="NOPE/USD")))
    assert isinstance(reply, Reply)
    assert reply.symbols == ()
    error = "Currency pair not supported NOPE/USD"
    assert reply.past == PastBars("NOPE/USD", "1h", error=error, refusal=Refusal.UNKNOWN_SYMBOL)


def test_a_repeated_request_is_answered() -> None:
    it = Kraken()
    it.history_request(query())
    assert len(past(exchange(it, it.history_request(query())))) == 1


def test_an_impossible_row_costs_that_row_only() -> None:
    it = Kraken()
    _, frame = answer(it.history_request(query())[0])
    snapshot = json.loads(frame)
    rows = snapshot["data"]
    rows[1]["high"], rows[2]["open"], rows[3], rows[4]["interval_begin"] = 1.0, "NaN", None, "2026"
    (found,) = past(it.decode(json.dumps(snapshot).encode()))
    assert len(found.bars) == 716


def test_a_damaged_frame_of_another_kind_is_rejected_while_bars_are_awaited() -> None:
    it = Kraken()
    it.history_request(query())
    with pytest.raises(FrameError, match="not as documented"):
        it.decode(TRADE.replace('"price":61234.2', '"price":{}').encode())
    assert len(it.decode(TRADE.encode())) == 1


def test_damaged_snapshots_give_events_or_a_frame_error() -> None:
    rng = random.Random(0)
    _, frame = answer(Kraken().history_request(query())[0])
    snapshot = json.loads(frame)
    snapshot["data"] = snapshot["data"][:3]
    payload = json.dumps(snapshot).encode()
    tree = parse(payload)
    for _ in range(300):
        it = Kraken()
        it.history_request(query())
        try:
            it.decode(mutated(payload, tree, rng))
        except FrameError:
            continue


@given(after_id=st.integers(1, LAST_ID - 2), count=st.integers(2, 2_500))
def test_the_trades_of_a_gap_are_complete(after_id: int, count: int) -> None:
    before_id = min(after_id + count, LAST_ID)
    trades = past_trades(Kraken(), gap(after_id, before_id, "BTC/USD"), respond)
    assert [(each.trade_id, each.price, each.size, each.time_ns) for each in trades or ()] == [
        (each.id, each.price, each.size, each.time_ns) for each in executions(after_id + 1, before_id - 1)
    ]
    assert execution(after_id).time_ns < execution(before_id).time_ns or before_id - after_id < 3


def test_the_catalog_has_the_names_of_the_socket() -> None:
    assert Kraken().decode_catalog(ask(Kraken().catalog_request(), respond)) == [
        Instrument("BTC/USD", "BTC / USD", "Kraken spot", 0.1),
        Instrument("DOGE/USD", "DOGE / USD", "Kraken spot", 0.00005),
    ]


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (200, '{"error":["EQuery:Unknown asset pair"]}', Refusal.UNKNOWN_SYMBOL),
        (200, '{"error":["EGeneral:Too many requests"]}', Refusal.RATE_LIMITED),
        (200, '{"error":["EAPI:Rate limit exceeded"]}', Refusal.RATE_LIMITED),
        (200, '{"error":["EService:Unavailable"]}', Refusal.FAILED),
        (429, "<html>", Refusal.RATE_LIMITED),
        (520, "<html>", Refusal.FAILED),
    ],
)
def test_errors_are_recognized(status: int, body: str, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Kraken().decode_trades(gap(1, 10, "BTC/USD"), HttpResponse(status, body.encode()))
    assert error.value.refusal is refusal


def test_a_rejection_for_too_many_requests_is_a_limit_of_the_rate() -> None:
    it, trades = Kraken(), gap(1, 10, "BTC/USD")
    with pytest.raises(HistoryError) as error:
        it.decode_trades(trades, ask(it.trades_request(trades), lambda *_: LIMITED))
    assert error.value.refusal is Refusal.RATE_LIMITED


def test_damaged_responses_give_results_or_documented_errors() -> None:
    it, trades = Kraken(), gap(10, 200, "BTC/USD")
    assert_robust(lambda response: it.decode_trades(trades, response), ask(it.trades_request(trades), respond))
    assert_robust(it.decode_catalog, ask(it.catalog_request(), respond))
