from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import responses
from tests.feeds.past_figures import (
    NOW_S,
    Execution,
    between,
    executions,
    expected_bars,
    gaps,
    is_decoded,
    mutations,
    queries,
)
from tests.feeds.venues import deribit as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, PastBars, PastData, PastTrades, Refusal, Reply
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import BarsPage, BarsQuery, HistoryError, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.deribit import Deribit

QUERY = BarsQuery("BTC-PERPETUAL", "1m", (NOW_S - 3_600) * SECOND_NS, NOW_S * SECOND_NS)


def gap(pair: tuple[Execution, Execution]) -> TradesQuery:
    after, before = pair
    return TradesQuery("BTC-PERPETUAL", after.time_ms * 10**6, before.time_ms * 10**6, after.seq, before.seq)


def received(it: Deribit, frame: str | bytes) -> PastData | None:
    """Return the past data in a frame; ``None`` if another page was requested."""
    facts = it.decode(frame.encode() if isinstance(frame, str) else frame)
    if not facts:
        return None
    (answer,) = facts
    assert isinstance(answer, Reply)
    assert answer.symbols == ()
    assert answer.past is not None
    assert answer.ok == (not answer.past.error)
    return answer.past


def fetch_bars(query: BarsQuery) -> list[Bar]:
    it = Deribit()
    (message,) = it.history_request(query)
    past = received(it, venue.answer(message))
    assert isinstance(past, PastBars)
    assert (past.symbol, past.timeframe, past.error) == (query.symbol, query.timeframe, "")
    return list(past.bars)


def fetch_trades(query: TradesQuery, **options: Any) -> PastTrades:
    it = Deribit()
    it.outgoing.clear()
    messages = it.trades_request(query)
    assert messages is not None
    while True:
        (message,) = messages
        past = received(it, venue.answer(str(message), **options))
        if past is not None:
            assert isinstance(past, PastTrades)
            assert it.outgoing == []
            return past
        messages, it.outgoing = [str(each) for each in it.outgoing], []


@given(queries("BTC-PERPETUAL", ("1m", "3m", "1h", "12h", "1d")) | queries("SOL_USDC", ("1m", "1d")))
def test_any_period_has_the_bars_of_the_interface_with_volumes_in_the_unit_of_the_trades(query: BarsQuery) -> None:
    assert fetch_bars(query) == expected_bars(query)


@given(gaps(), st.integers(300, 1_000), st.booleans())
def test_any_gap_is_filled_exactly_by_number(pair: tuple[Execution, Execution], count: int, newest_first: bool) -> None:
    missing = between(pair)
    if not missing:
        assert Deribit().trades_request(gap(pair)) is None
        return
    past = fetch_trades(gap(pair), count=count, newest_first=newest_first)
    assert past.error == ""
    assert sorted((trade.trade_id, trade.price, trade.size, trade.time_ns) for trade in past.trades) == [
        (each.seq, each.price, each.size, each.time_ms * 10**6) for each in missing
    ]  # type: ignore[type-var]


def test_a_gap_of_too_many_pages_is_refused() -> None:
    past = fetch_trades(gap((executions()[0], executions()[-1])), count=100)
    assert past == PastTrades(
        "BTC-PERPETUAL", error="Deribit sent past data that cannot be used: there are too many trades."
    )


def test_trades_of_other_numbers_than_requested_are_refused() -> None:
    it = Deribit()
    requested = it.trades_request(gap((executions()[0], executions()[-1])))
    assert requested is not None
    answer = json.loads(venue.answer(requested[0], count=50))
    answer["result"]["trades"] = answer["result"]["trades"][10:]
    past = received(it, json.dumps(answer))
    assert past is not None
    assert past.error.endswith("the trades are not those that were requested.")


def test_a_gap_without_numbers_at_its_ends_has_no_past_trades() -> None:
    assert Deribit().trades_request(TradesQuery("BTC-PERPETUAL", 1, 2, "403691824", "403691825")) is None
    assert Deribit().trades_request(TradesQuery("BTC-PERPETUAL", 1, 2)) is None


def test_a_refused_request_says_why_and_concerns_no_subscription() -> None:
    it = Deribit()
    list(it.subscribe(["NOPE"]))
    (message,) = it.history_request(BarsQuery("NOPE", "1m", QUERY.start_ns, QUERY.end_ns))
    assert received(it, venue.answer(message)) == PastBars(
        "NOPE",
        "1m",
        error="Deribit has no past data for this symbol: Invalid params: instrument_name: not found (code -32602).",
        refusal=Refusal.UNKNOWN_SYMBOL,
    )
    (message,) = it.history_request(QUERY)
    refused = venue.ERROR.replace('"id":1', f'"id":{json.loads(message)["id"]}')
    past = received(it, refused)
    assert past is not None
    assert past.error == "Deribit limits the rate of requests: too_many_requests (code 10028)."
    assert past.refusal is Refusal.RATE_LIMITED


def test_responses_in_another_order_belong_to_their_requests() -> None:
    it = Deribit()
    (first,) = it.history_request(QUERY)
    (second,) = it.history_request(BarsQuery("SOL_USDC", "1h", QUERY.start_ns, QUERY.end_ns))
    assert [received(it, venue.answer(message)) for message in (second, first)] == [
        PastBars("SOL_USDC", "1h", tuple(fetch_bars(BarsQuery("SOL_USDC", "1h", QUERY.start_ns, QUERY.end_ns)))),
        PastBars("BTC-PERPETUAL", "1m", tuple(fetch_bars(QUERY))),
    ]
    assert it.decode(venue.answer(first).encode()) == []  # answered already


def test_requests_that_are_never_answered_do_not_accumulate() -> None:
    it = Deribit()
    messages = [it.history_request(QUERY)[0] for _ in range(300)]
    assert len(it._past.pending) == 100
    assert received(it, venue.answer(messages[-1])) is not None


def test_an_impossible_row_costs_that_row_only() -> None:
    it = Deribit()
    (message,) = it.history_request(QUERY)
    answer = json.loads(venue.answer(message))
    columns = answer["result"]
    columns["high"][0], columns["cost"][1], columns["close"][2], columns["ticks"][3] = 1, -1, None, "x"
    past = received(it, json.dumps(answer))
    assert isinstance(past, PastBars)
    assert len(past.bars) == len(columns["ticks"]) - 4


def test_the_instruments_have_tick_sizes() -> None:
    assert Deribit().decode_catalog(responses(venue.respond, Deribit().catalog_request())) == [
        Instrument("BTC-PERPETUAL", "BTC/USD future", "Deribit", 0.5),
        Instrument("SOL_USDC", "SOL/USDC spot", "Deribit", 0.01),
    ]
    test = Deribit(Credentials("wss://test.deribit.com/ws/api/v2")).catalog_request()
    assert test.url.startswith("https://test.deribit.com/api/v2/public/get_instruments?")
    failed = HttpResponse(*venue.respond("/api/v2/public/get_instruments", {}, {})[:2])
    with pytest.raises(HistoryError, match="currency: wrong") as error:
        Deribit().decode_catalog(failed)
    assert error.value.refusal is Refusal.FAILED
    with pytest.raises(HistoryError) as error:
        Deribit().decode_catalog(HttpResponse(200, venue.ERROR.encode()))
    assert error.value.refusal is Refusal.RATE_LIMITED


def messages() -> list[tuple[str, Any]]:
    bars, trades = Deribit().history_request(QUERY), Deribit().trades_request(gap((executions()[0], executions()[20])))
    return [(venue.answer(each), each) for each in (*bars, *(trades or ()))]


@given(st.data())
def test_damaged_responses_give_possible_values_or_an_error(data: st.DataObject) -> None:
    it = Deribit()
    it.history_request(QUERY)
    it.trades_request(gap((executions()[0], executions()[20])))
    for frame, _ in messages():
        body = data.draw(mutations(frame.encode()))
        try:
            facts = it.decode(body)
        except FrameError:
            continue
        for fact in facts:
            assert isinstance(fact, Reply)
            if isinstance(fact.past, PastBars):
                page = BarsPage(list(fact.past.bars))
                assert is_decoded(lambda page=page: page)  # type: ignore[misc]


@given(body=mutations(json.dumps({"jsonrpc": "2.0", "result": venue.INSTRUMENTS}).encode()))
def test_damaged_lists_give_instruments_or_an_error(body: bytes) -> None:
    is_decoded(lambda: Deribit().decode_catalog(HttpResponse(200, body)))


def test_columns_of_different_lengths_are_no_bars() -> None:
    it = Deribit()
    (message,) = it.history_request(QUERY)
    answer = json.loads(venue.answer(message))
    answer["result"]["open"].pop()
    past = received(it, json.dumps(answer))
    assert past is not None
    assert "the columns differ in length" in past.error
