from __future__ import annotations

import json

import msgspec
import pytest

from tests.feeds.venues import alpaca as venue
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote, Reply, Trade
from ticker_gui.feeds.alpaca import Alpaca
from ticker_gui.feeds.protocol import Access

TIME_NS = 1_700_000_000_335_689_322


def logged_in(headers: dict[str, str] | None = None) -> Alpaca:
    it = Alpaca(Access("wss://stream.data.alpaca.markets/v2/iex", "KEY:SECRET", headers or {}))
    it.decode(venue.CONNECTED.encode())
    it.decode(venue.AUTHENTICATED.encode())
    return it


def test_it_logs_in_after_the_welcome_and_is_ready_after_the_login() -> None:
    it = Alpaca(Access(key="KEY:SECRET"))
    assert not it.outgoing
    it.decode(venue.CONNECTED.encode())
    assert [json.loads(message) for message in it.outgoing] == [{"action": "auth", "key": "KEY", "secret": "SECRET"}]
    assert not it.is_ready
    it.decode(venue.AUTHENTICATED.encode())
    assert it.is_ready


def test_events_are_facts() -> None:
    it = logged_in()
    assert it.decode(venue.TRADE.encode()) == [Trade("AAPL", 126.55, 1.0, TIME_NS, 96921)]
    assert it.decode(venue.QUOTE.encode()) == [Quote("AAPL", 126.5, 1.0, 126.6, 4.0, 1_700_000_000_500_000_000)]
    bar, day = it.decode(venue.BARS.encode())
    assert isinstance(bar, Bar)
    assert (bar.timeframe, bar.close, bar.is_closed) == ("1m", 126.5, True)
    assert isinstance(day, DayStats)
    assert (day.open, day.high, day.low, day.volume) == (125.1, 127.9, 124.0, 4937800.0)


def test_msgpack_tells_the_same_with_its_own_times() -> None:
    assert logged_in().decode(venue.PACKED_TRADE) == [Trade("AAPL", 126.75, 2.0, 1_700_000_000_000_000_000, 2**60 + 1)]
    for payload in (b"", b"\x91\x01", b"\xff", venue.PACKED_TRADE[:20]):
        with pytest.raises(FrameError):
            logged_in().decode(payload)


def test_who_asks_for_msgpack_speaks_it() -> None:
    it = logged_in(headers={"Content-Type": "application/msgpack"})
    (request,) = it.subscribe(["AAPL"])
    assert isinstance(request, bytes)
    assert msgspec.msgpack.decode(request)["trades"] == ["AAPL"]
    assert isinstance(it.outgoing[0], bytes)


def test_the_answer_lists_all_and_we_hear_of_what_we_asked_for() -> None:
    it = logged_in()
    list(it.subscribe(["AAPL"]))
    assert it.decode(venue.SUBSCRIPTION.encode()) == [Reply(("AAPL",), ok=True, message="subscribed")]


@pytest.mark.parametrize("code", [402, 408, 409, 411])
def test_what_only_the_user_can_mend_is_for_the_user(code: int) -> None:
    with pytest.raises(FeedRejected, match="Alpaca"):
        logged_in().decode(json.dumps([{"T": "error", "code": code, "msg": "auth failed KEY"}]).encode())


@pytest.mark.parametrize("code", [404, 406, 407, 500])
def test_what_passes_is_the_end_of_the_line(code: int) -> None:
    with pytest.raises(ConnectionLost) as loss:
        logged_in().decode(json.dumps([{"T": "error", "code": code, "msg": "x"}]).encode())
    assert loss.value.slowly is (code == 406)


def test_other_errors_are_told() -> None:
    assert logged_in().decode(venue.LIMIT.encode()) == [Reply((), ok=False, message="symbol limit exceeded (code 405)")]


@pytest.mark.parametrize(("typed", "wire"), [("aapl", "AAPL"), ("btcusd", "BTC/USD"), ("BTC-USD", "BTC/USD"), ("brk-b", "BRK.B")])  # fmt: skip
def test_spelling(typed: str, wire: str) -> None:
    assert Alpaca.wire_symbol(typed) == wire
