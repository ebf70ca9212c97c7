from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.past_data import Respond, responses
from tests.feeds.past_figures import (
    NOW_S,
    Execution,
    between,
    executions,
    expected_bars,
    fetch_trades,
    gaps,
    is_decoded,
    mutations,
)
from tests.feeds.venues import gemini as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Fact, PastBars, Refusal, Reply, Updates
from ticker_gui.domain.timeframe import BY_NAME, MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsPage, BarsQuery, HistoryError, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.gemini import Gemini

OFFERED = ("1m", "5m", "15m", "30m", "1h", "6h", "1d")
NEWEST = partial(venue.respond, newest=True)


def query_of(timeframe: str, symbol: str = "BTCUSD") -> BarsQuery:
    """Return a query of all bars that the interface has."""
    width_ns = BY_NAME[timeframe].width_ns
    newest_ns = BY_NAME[timeframe].start_of(NOW_S * SECOND_NS)
    return BarsQuery(symbol, timeframe, newest_ns - (venue.BARS - 1) * width_ns, newest_ns + width_ns)


def sent(messages: list[str]) -> list[tuple[str, str, list[str]]]:
    """Return the kinds of messages, with the channel and its symbols."""
    decoded = [json.loads(message) for message in messages]
    return [(each["type"], each["subscriptions"][0]["name"], each["subscriptions"][0]["symbols"]) for each in decoded]


def past_bars(facts: object) -> PastBars:
    """Return the past bars among events."""
    assert isinstance(facts, list | tuple)
    (past,) = [fact.past for fact in facts if isinstance(fact, Reply)]
    assert isinstance(past, PastBars)
    return past


def gap(pair: tuple[Execution, Execution]) -> TradesQuery:
    after, before = pair
    return TradesQuery("BTCUSD", after.time_ms * 10**6, before.time_ms * 10**6, after.id, before.id)


@pytest.mark.parametrize("timeframe", OFFERED)
def test_the_bars_of_a_timeframe_are_the_first_message_of_its_channel(timeframe: str) -> None:
    it, query = Gemini(), query_of(timeframe)
    messages = it.history_request(query)
    assert sent(messages) == [("subscribe", f"candles_{timeframe}", ["BTCUSD"])]
    (frame,) = venue.answer(messages[0])
    past = past_bars(it.decode(frame.encode()))
    assert (past.symbol, past.timeframe, past.error) == ("BTCUSD", timeframe, "")
    bars = sorted((bar for bar in past.bars if bar.volume), key=lambda bar: bar.start_ns)
    expected = [bar for bar in expected_bars(query) if timeframe != "1d" or bar.start_ns >= query.start_ns]
    assert bars == expected
    assert sent([str(each) for each in it.outgoing]) == [("unsubscribe", f"candles_{timeframe}", ["BTCUSD"])]


def test_the_bars_of_subscribed_minutes_come_again_after_subscribing_again() -> None:
    it, query = Gemini(), query_of("1m")
    list(it.subscribe(["BTCUSD"]))
    messages = it.history_request(query)
    assert sent(messages) == [(kind, "candles_1m", ["BTCUSD"]) for kind in ("unsubscribe", "subscribe")]
    live = it.decode(venue.CANDLE.encode())  # was sent before
    assert [type(fact) for fact in live] == [Bar]
    (frame,) = venue.answer(messages[1])
    facts: list[Fact] = list(it.decode(frame.encode()))
    assert len(past_bars(facts).bars) == venue.BARS == len(facts) - 1
    assert it.outgoing == []  # the minutes stay subscribed
    assert all(isinstance(fact, Bar) for fact in it.decode(frame.encode()))  # nothing is requested any more


def test_bars_that_are_not_requested_are_ignored() -> None:
    it = Gemini()
    (frame,) = venue.answer(it.history_request(query_of("5m"))[0])
    other = Gemini()
    assert other.decode(frame.encode()) == ()
    assert other.outgoing == []


def test_requests_that_are_never_answered_do_not_accumulate() -> None:
    it = Gemini()
    for number in range(300):
        it.history_request(query_of("5m", f"S{number}"))
    assert len(it._past) == 100


def test_an_impossible_row_costs_that_row_only_and_no_row_at_all_is_an_error() -> None:
    it, query = Gemini(), query_of("5m")
    (frame,) = venue.answer(it.history_request(query)[0])
    answer = json.loads(frame)
    answer["changes"][0][2] = 1.0
    answer["changes"][1][5] = -1
    answer["changes"][2][0] += 1
    answer["changes"][3] = ["?"]
    assert len(past_bars(it.decode(json.dumps(answer).encode())).bars) == venue.BARS - 4
    it.history_request(query)
    answer["changes"] = [["?"]]
    assert "cannot be used" in past_bars(it.decode(json.dumps(answer).encode())).error


@pytest.mark.parametrize("respond", [venue.respond])
@given(pair=gaps())
def test_any_gap_is_filled_exactly_if_the_oldest_trades_come_first(
    respond: Respond, pair: tuple[Execution, Execution]
) -> None:
    found = fetch_trades(Gemini(), gap(pair), respond)
    assert [(trade.trade_id, trade.price, trade.size, trade.time_ns) for trade in found] == [
        (each.id, each.price, each.size, each.time_ms * 10**6) for each in between(pair)
    ]
    assert all((trade.updates is Updates.VOLUME) == (trade.conditions == ("block_trade",)) for trade in found)


@given(st.integers(2, 400))
def test_a_short_gap_is_filled_if_only_the_newest_trades_are_returned(count: int) -> None:
    pair = executions()[-count], executions()[-1]
    assert [trade.trade_id for trade in fetch_trades(Gemini(), gap(pair), NEWEST)] == [
        each.id for each in between(pair)
    ]


def test_a_long_gap_is_refused_if_only_the_newest_trades_are_returned() -> None:
    with pytest.raises(HistoryError, match="the newest trades only") as error:
        fetch_trades(Gemini(), gap((executions()[-700], executions()[-1])), NEWEST)
    assert error.value.refusal is Refusal.OUT_OF_RANGE


def test_more_trades_at_one_time_than_a_page_has_are_refused() -> None:
    query = TradesQuery("BTCUSD", NOW_S * SECOND_NS, NOW_S * SECOND_NS + MINUTE_NS)
    rows = [{"timestampms": NOW_S * 1000, "tid": number, "price": "1", "amount": "1"} for number in range(500)]
    url = f"https://api.gemini.com/v1/trades/btcusd?timestamp={NOW_S * 1000 - 1}"
    with pytest.raises(HistoryError, match="too many trades at one time"):
        Gemini().decode_trades(query, HttpResponse(200, json.dumps(rows).encode(), url=url))


def test_requests_go_to_the_host_of_the_feed() -> None:
    sandbox = Gemini(Credentials("wss://api.sandbox.gemini.com/v2/marketdata"))
    query = gap((executions()[0], executions()[-1]))
    first = sandbox.trades_request(query)
    assert first.url.startswith("https://api.sandbox.gemini.com/v1/trades/btcusd?timestamp=")
    following = sandbox.decode_trades(query, responses(venue.respond, first)).next_request
    assert following is not None
    assert following.url.startswith("https://api.sandbox.gemini.com/v1/trades/btcusd?timestamp=")
    assert Gemini().catalog_request().url == "https://api.gemini.com/v1/symbols"


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, b'{"result":"error","reason":"InvalidSymbol","message":"no"}', Refusal.UNKNOWN_SYMBOL),
        (429, b'{"result":"error","reason":"RateLimited","message":"Slow down"}', Refusal.RATE_LIMITED),
        (200, b'{"result":"error","reason":"Maintenance"}', Refusal.FAILED),
        (503, b"<html>", Refusal.FAILED),
    ],
)
def test_an_error_says_whether_a_request_may_be_repeated(status: int, body: bytes, refusal: Refusal) -> None:
    with pytest.raises(HistoryError) as error:
        Gemini().decode_trades(gap((executions()[0], executions()[1])), HttpResponse(status, body))
    assert error.value.refusal is refusal


def test_the_list_has_the_symbols_as_the_feed_has_them() -> None:
    assert Gemini().decode_catalog(responses(venue.respond, Gemini().catalog_request())) == [
        Instrument(name, venue="Gemini") for name in ("BTCUSD", "ETHUSD", "STORJUSD")
    ]


TRADES = responses(venue.respond, Gemini().trades_request(gap((executions()[-30], executions()[-1])))).body
(FRAME,) = venue.answer(Gemini().history_request(query_of("5m"))[0])


@given(body=mutations(TRADES), status=st.sampled_from([200, 200, 400]))
def test_damaged_responses_give_possible_values_or_an_error(body: bytes, status: int) -> None:
    query = gap((executions()[-30], executions()[-1]))
    is_decoded(lambda: Gemini().decode_trades(query, HttpResponse(status, body)))
    is_decoded(lambda: Gemini().decode_catalog(HttpResponse(status, body)))


@given(body=mutations(FRAME[:400].encode()) | mutations(FRAME.encode()))
def test_damaged_bars_give_possible_bars_or_an_error(body: bytes) -> None:
    it = Gemini()
    it.history_request(query_of("5m"))
    try:
        facts = it.decode(body)
    except FrameError:
        return
    pages = [
        BarsPage(list(fact.past.bars)) for fact in facts if isinstance(fact, Reply) and isinstance(fact.past, PastBars)
    ]
    assert all(is_decoded(lambda page=page: page) for page in pages)  # type: ignore[misc]
