from __future__ import annotations

import json
from collections import deque
from typing import Any

import msgspec
import pytest

from tests.feeds.venues import alpaca as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.alpaca import Alpaca

TIME_NS = 1_700_000_000_335_689_322


def logged_in(headers: dict[str, str] | None = None) -> Alpaca:
    it = Alpaca(Credentials("wss://stream.data.alpaca.markets/v2/iex", "KEY:SECRET", headers or {}))
    it.decode(venue.CONNECTED.encode())
    it.decode(venue.AUTHENTICATED.encode())
    return it


def test_it_logs_in_after_the_greeting_and_is_ready_after_the_login() -> None:
    it = Alpaca(Credentials(key="KEY:SECRET"))
    assert not it.outgoing
    it.decode(venue.CONNECTED.encode())
    assert [json.loads(message) for message in it.outgoing] == [{"action": "auth", "key": "KEY", "secret": "SECRET"}]
    assert not it.is_ready
    it.decode(venue.AUTHENTICATED.encode())
    assert it.is_ready


def test_each_message_becomes_its_event() -> None:
    it = logged_in()
    assert it.decode(venue.TRADE.encode()) == [
        Trade("AAPL", 126.55, 1.0, TIME_NS, 96921, "D", conditions=("@", "I"), updates=Updates.VOLUME)
    ]
    assert it.decode(venue.QUOTE.encode()) == [Quote("AAPL", 126.5, 1.0, 126.6, 4.0, 1_700_000_000_500_000_000)]
    bar, day = it.decode(venue.BARS.encode())
    assert isinstance(bar, Bar)
    assert (bar.timeframe, bar.close, bar.is_closed) == ("1m", 126.5, True)
    assert isinstance(day, DayStats)
    assert (day.open, day.high, day.low, day.volume, day.last) == (125.1, 127.9, 124.0, 4937800.0, 126.5)


def trade(**fields: Any) -> Trade:
    message = {"T": "t", "S": "X", "x": "V", "p": 10.5, "s": 100, "t": "2023-11-14T22:13:20Z", **fields}
    (fact,) = logged_in().decode(json.dumps([message]).encode())
    assert isinstance(fact, Trade)
    return fact


def test_conditions_are_the_letters_of_the_tape() -> None:
    assert trade(c=["B"], z="A").updates == trade(c=["B"], z="B").updates == Updates.VOLUME
    assert trade(c=["@", "B"], z="C").updates is UPDATES_EVERYTHING
    assert trade(c=["W"], z="C").updates == Updates.VOLUME
    assert trade(c=[" ", "7"], z="B").updates == Updates.VOLUME
    assert trade(c=["M"], z="A").updates == Updates.NOTHING
    assert trade(c=["@", "T"], z="C").updates == Updates.VOLUME
    assert trade(c=["B"], z="N").updates == Updates.VOLUME  # a tape that is not known


@pytest.mark.parametrize("conditions", [None, []])
def test_a_trade_without_conditions_updates_everything(conditions: list[str] | None) -> None:
    assert trade(c=conditions).updates is UPDATES_EVERYTHING


def test_an_id_belongs_to_an_exchange() -> None:
    assert {(made.venue, made.trade_id) for made in (trade(i=1, x="V"), trade(i=1, x="Q"))} == {("V", 1), ("Q", 1)}


def test_corrections_and_cancellations_name_the_trade() -> None:
    corrected, cancelled = logged_in().decode(venue.CHANGES.encode())
    assert corrected == Correction(
        "AAPL",
        96921,
        126.5,
        2.0,
        venue="D",
        new_trade_id=96922,
        original_price=126.55,
        original_size=1.0,
        conditions=("@", "I"),
        updates=Updates.VOLUME,
    )
    assert cancelled == Correction("AAPL", 96922, venue="D", original_price=126.5, original_size=2.0)


def test_msgpack_has_corrections_too() -> None:
    packed = msgspec.msgpack.encode(msgspec.json.decode(venue.CHANGES))
    assert logged_in().decode(packed) == logged_in().decode(venue.CHANGES.encode())


def test_a_side_with_a_price_of_zero_is_empty() -> None:
    message = {"T": "q", "S": "X", "bp": 10.5, "bs": 3, "ap": 0, "as": 0, "t": "2023-11-14T22:13:20Z"}
    time_ns = 1_700_000_000_000_000_000
    assert logged_in().decode(json.dumps([message]).encode()) == [
        Quote("X", bid=10.5, bid_size=3.0, time_ns=time_ns, has_no_ask=True)
    ]
    message |= {"bp": 0, "bs": 0, "ap": 11, "as": 2}
    assert logged_in().decode(json.dumps([message]).encode()) == [
        Quote("X", ask=11.0, ask_size=2.0, time_ns=time_ns, has_no_bid=True)
    ]


def test_a_side_that_is_left_out_is_unchanged() -> None:
    message = {"T": "q", "S": "X", "bp": 10.5, "bs": 3, "t": "2023-11-14T22:13:20Z"}
    assert logged_in().decode(json.dumps([message]).encode()) == [
        Quote("X", bid=10.5, bid_size=3.0, time_ns=1_700_000_000_000_000_000)
    ]


def test_the_zero_time_is_not_a_time() -> None:
    assert trade(t="0001-01-01T00:00:00Z").time_ns is None
    day = {"T": "d", "S": "X", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": "0001-01-01T00:00:00Z"}
    assert logged_in().decode(json.dumps([day]).encode()) == [DayStats("X", 1.0, 1.0, 1.0, volume=1.0, last=1.0)]


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00Z", "2026-11-28", "9999-12-31T00:00:00Z", "", 5, None, []])
def test_a_bar_without_a_time_rejects_the_frame(timestamp: Any) -> None:
    bar = {"T": "b", "S": "X", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": timestamp}
    for payload in (json.dumps([bar]).encode(), msgspec.msgpack.encode([bar])):
        with pytest.raises(FrameError):
            logged_in().decode(payload)


def test_msgpack_gives_the_same_events_with_its_own_timestamps() -> None:
    assert logged_in().decode(venue.PACKED_TRADE) == [Trade("AAPL", 126.75, 2.0, 1_700_000_000_000_000_000, 2**60 + 1)]
    for payload in (b"", b"\x91\x01", b"\xff", venue.PACKED_TRADE[:20]):
        with pytest.raises(FrameError):
            logged_in().decode(payload)


def test_with_msgpack_requested_the_requests_are_msgpack_too() -> None:
    it = logged_in(headers={"Content-Type": "application/msgpack"})
    (request,) = it.subscribe(["AAPL"])
    assert isinstance(request, bytes)
    assert msgspec.msgpack.decode(request)["trades"] == ["AAPL"]
    assert isinstance(it.outgoing[0], bytes)


def test_the_answer_acknowledges_the_subscribed_symbols() -> None:
    it = logged_in()
    list(it.subscribe(["AAPL"]))
    assert it.decode(venue.SUBSCRIPTION.encode()) == [Reply(("AAPL",), ok=True, message="subscribed")]


@pytest.mark.parametrize("code", [402, 408, 409, 411])
def test_errors_that_only_the_user_can_fix_reject_the_feed(code: int) -> None:
    with pytest.raises(FeedRejected, match="Alpaca"):
        logged_in().decode(json.dumps([{"T": "error", "code": code, "msg": "auth failed KEY"}]).encode())


@pytest.mark.parametrize("code", [404, 406, 407, 500])
def test_temporary_errors_end_the_connection(code: int) -> None:
    with pytest.raises(ConnectionLost) as loss:
        logged_in().decode(json.dumps([{"T": "error", "code": code, "msg": "x"}]).encode())
    assert loss.value.slow_backoff is (code == 406)


def test_other_errors_are_reported() -> None:
    assert logged_in().decode(venue.LIMIT.encode()) == [Reply((), ok=False, message="symbol limit exceeded (code 405)")]


def test_an_error_answers_the_oldest_request() -> None:
    it = logged_in()
    list(it.subscribe(["A", "B"]))
    list(it.subscribe(["C"]))
    it.decode(venue.SUBSCRIPTION.encode())
    refused = Reply(("C",), ok=False, message="invalid syntax (code 400)")
    assert it.decode(b'[{"T":"error","code":400,"msg":"invalid syntax"}]') == [refused]


@pytest.mark.parametrize("limit", [0, 1, 3, 9])
def test_only_the_symbols_beyond_the_symbol_limit_are_refused(limit: int) -> None:
    it, symbols = logged_in(), [f"S{number}" for number in range(10)]
    it.outgoing.clear()
    requests, listed, replies = deque(it.subscribe(symbols)), list[str](), list[Reply]()
    while requests:
        wanted = json.loads(requests.popleft())["trades"]
        has_room = len(listed) + len(wanted) <= limit
        listed += wanted if has_room else []
        answer = json.dumps([{"T": "subscription", "trades": listed, "quotes": listed}]) if has_room else venue.LIMIT
        replies += [fact for fact in it.decode(answer.encode()) if isinstance(fact, Reply)]
        requests += it.outgoing
        it.outgoing.clear()
    assert listed == symbols[:limit]
    refusal = Reply(tuple(symbols[limit:]), ok=False, message="symbol limit exceeded (code 405)")
    assert [reply for reply in replies if not reply.ok] == [refusal]


def test_a_part_of_a_refused_request_leaves_out_the_symbols_that_were_removed() -> None:
    it = logged_in()
    it.outgoing.clear()
    list(it.subscribe(["A", "B"]))
    list(it.unsubscribe(["A"]))
    it.decode(venue.LIMIT.encode())
    assert [json.loads(message)["trades"] for message in it.outgoing] == [["B"]]


@pytest.mark.parametrize(("typed", "wire"), [("aapl", "AAPL"), ("btcusd", "BTC/USD"), ("BTC-USD", "BTC/USD"), ("brk-b", "BRK.B"), ("NASDAQ:AAPL", "AAPL"), ("BAC.PRL", "BAC.PRL")])  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Alpaca.wire_symbol(typed) == wire
