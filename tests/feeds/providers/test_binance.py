import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import captures
from tests.feeds.venues import binance as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade, Updates
from ticker_gui.feeds.providers.binance import Binance
from ticker_gui.market.market import Market

TRADE = Trade("BTCUSDT", 61234.5, 0.0025, 1_700_000_000_120_000_000, 12345)
JOINED = Trade("BTCUSDT", 61235.0, 0.5, 1_700_000_000_220_000_000, 777)
QUOTE = Quote("BTCUSDT", 61234.4, 3.1, 61234.6, 4.2)
DAY = DayStats(
    "BTCUSDT",
    open=61134.5,
    high=61500.0,
    low=60900.0,
    volume=12345.678,
    time_ns=1_700_000_001_000_000_000,
    last=61234.5,
)
BAR = Bar("BTCUSDT", "1m", 1_699_999_980_000_000_000, 61200.1, 61240.0, 61199.9, 61234.5, 12.5, is_closed=False)

EVENTS = [
    ("trade", venue.TRADE, TRADE),
    ("aggTrade", venue.AGGREGATE, JOINED),
    ("bookTicker", venue.BOOK, QUOTE),
    ("ticker", venue.TICKER, DAY),
    ("miniTicker", venue.MINI, DAY),
    ("kline_1m", venue.KLINE, BAR),
]


@pytest.mark.parametrize(("stream", "frame", "fact"), EVENTS, ids=[event[0] for event in EVENTS])
def test_raw_and_combined_streams_give_the_same_events(stream: str, frame: str, fact: Fact) -> None:
    assert list(Binance().decode(frame.encode())) == [fact]
    combined = json.dumps({"stream": f"btcusdt@{stream}", "data": json.loads(frame)})
    assert list(Binance().decode(combined.encode())) == [fact]


@pytest.mark.parametrize("frame", [f"[{venue.MINI}]", f'{{"stream":"!miniTicker@arr","data":[{venue.MINI}]}}'])
def test_streams_of_all_symbols_are_arrays(frame: str) -> None:
    assert list(Binance().decode(frame.encode())) == [DAY]


@pytest.mark.parametrize(
    "frame",
    [
        b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}}',
        b'{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}',
        b"{}",
    ],
)
def test_other_messages_are_ignored(frame: bytes) -> None:
    assert not Binance().decode(frame)


@pytest.mark.parametrize(
    "frame",
    [b'{"e":"serverShutdown","E":1}', b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}'],
)
def test_an_announced_shutdown_marks_the_connection_as_closing(frame: bytes) -> None:
    dialect = Binance()
    assert not dialect.decode(frame)
    assert dialect.is_closing


@pytest.mark.parametrize(("stream", "frame", "fact"), EVENTS, ids=[event[0] for event in EVENTS])
def test_the_order_of_keys_does_not_matter(stream: str, frame: str, fact: Fact) -> None:
    turned = dict(reversed(json.loads(frame).items()))
    assert list(Binance().decode(json.dumps(turned).encode())) == [fact]
    assert list(Binance().decode(json.dumps({"data": turned, "stream": f"btcusdt@{stream}"}).encode())) == [fact]


def test_microseconds_are_recognized() -> None:
    frame = venue.TRADE.replace("1700000000120", "1700000000120456")
    (trade,) = Binance().decode(frame.encode())
    assert isinstance(trade, Trade)
    assert trade.time_ns == 1_700_000_000_120_456_000


@given(st.integers(0, 12), st.integers(1, 5))
def test_each_execution_counts_once_wherever_single_trades_begin_among_aggregates(begin: int, width: int) -> None:
    protocol = Binance()
    list(protocol.subscribe(["BTCUSDT"]))
    market = Market().feed("binance", has_sequential_trade_ids=True)
    state = market.watch("BTCUSDT", "BTCUSDT")
    single, joined = json.loads(venue.TRADE), json.loads(venue.AGGREGATE)
    first = 4_000_000_000  # of single trades; aggregates are fewer
    for number in range(20):
        time = single["T"] + number
        end = number // width * width + width - 1  # of the aggregate, which arrives before its single trades
        frames = [joined | {"a": number // width, "q": str(width), "f": first + number, "l": first + end, "T": time}]
        frames = frames if number % width == 0 else []
        frames += [single | {"t": first + number, "q": "1", "T": time}] if number >= begin else []
        for frame in frames:
            for fact in protocol.decode(json.dumps(frame).encode()):
                market.apply(fact, time * 1_000_000)
    assert (state.day.volume, state.missed) == (20.0, 0)


def test_aggregates_are_ignored_if_the_single_trades_arrive() -> None:
    protocol = Binance()
    list(protocol.subscribe(["BTCUSDT", "ETHUSDT"]))
    assert len(protocol.decode(venue.AGGREGATE.encode())) == 1
    assert len(protocol.decode(venue.TRADE.encode())) == 1
    assert not protocol.decode(venue.AGGREGATE.encode())
    assert len(protocol.decode(venue.AGGREGATE.replace("BTCUSDT", "ETHUSDT").encode())) == 1


def test_no_trade_is_dropped_when_its_id_is_repeated_or_reset() -> None:
    """Repeated trades are filtered in the market, and not by the decoder."""
    protocol = Binance()
    ids = [12345, 12345, 1, 12346]
    frames = [venue.TRADE.replace("12345", str(number)) for number in ids]
    trades = [fact for frame in frames for fact in protocol.decode(frame.encode())]
    assert [trade.trade_id for trade in trades if isinstance(trade, Trade)] == ids


@pytest.mark.parametrize("kind", ["INSURANCE_FUND", "ADL", "something new"])
def test_a_trade_outside_the_order_book_updates_the_volume_only(kind: str) -> None:
    frame = venue.TRADE.replace('"m":true', f'"X":"{kind}","m":true').replace("61234.50000000", "3.7041208")
    (trade,) = Binance().decode(frame.encode())
    assert isinstance(trade, Trade)
    assert (trade.price, trade.size, trade.trade_id) == (3.7041208, 0.0025, 12345)
    assert (trade.conditions, trade.updates) == ((kind,), Updates.VOLUME)


def test_a_trade_in_the_order_book_of_futures_updates_everything() -> None:
    frame = venue.TRADE.replace('"m":true', '"X":"MARKET","m":true')
    assert list(Binance().decode(frame.encode())) == [TRADE]


def test_an_id_without_a_trade_gives_no_event() -> None:
    frame = '{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":5,"p":"0","q":"0","X":"NA","m":true}'
    assert not Binance().decode(frame.encode())


def test_answers_belong_to_the_request_with_their_id() -> None:
    protocol = Binance()
    requests = [
        json.loads(request) for request in (*protocol.subscribe(["BTCUSDT"]), *protocol.unsubscribe(["ETHUSDT"]))
    ]
    assert [request["method"] for request in requests] == ["SUBSCRIBE", "UNSUBSCRIBE"]
    assert requests[0]["params"] == ["btcusdt@trade", "btcusdt@bookTicker", "btcusdt@ticker"]
    first, second = (request["id"] for request in requests)
    assert first != second
    assert list(protocol.decode(b'{"result":null,"id":%d}' % first)) == [Reply(("BTCUSDT",), ok=True)]
    assert list(protocol.decode(b'{"result":null,"id":null}')) == [Reply((), ok=True)]


@pytest.mark.parametrize(
    "frame", [b'{"error":{"code":2,"msg":"Invalid request"},"id":1}', b'{"code":2,"msg":"Invalid request","id":1}']
)
def test_errors_are_read_flat_and_wrapped(frame: bytes) -> None:
    protocol = Binance()
    list(protocol.subscribe(["NOPE"]))
    assert list(protocol.decode(frame)) == [Reply(("NOPE",), ok=False, message="Invalid request (code 2)")]


def test_many_symbols_are_few_requests() -> None:
    assert len(list(Binance().subscribe([f"S{index}" for index in range(250)]))) == 3


@pytest.mark.parametrize("typed", ["BTCUSDT", "btcusdt", "BTC-USDT", "btc/usdt", "BINANCE:BTCUSDT", "binance:btc-usdt"])
def test_symbols_may_be_typed_in_common_notations(typed: str) -> None:
    assert Binance.wire_symbol(typed) == "BTCUSDT"


@pytest.mark.parametrize(
    "native", ["BTCUSDT_240628", "BTCUSD_PERP", "BTC-240628-60000-C", "币安人生USDT", "1000SATSUSDT"]
)
def test_symbols_in_binance_s_notation_are_unchanged(native: str) -> None:
    assert Binance.wire_symbol(native) == native
    assert Binance.wire_symbol(native.lower()) == native  # names that differ only in case are one


def test_stream_names_are_in_lower_case_and_other_scripts_unchanged() -> None:
    (request,) = Binance().subscribe(["币安人生USDT"])
    assert json.loads(request)["params"][0] == "币安人生usdt@trade"
    frame = venue.TRADE.replace("BTCUSDT", "币安人生USDT")
    assert [fact.symbol for fact in Binance().decode(frame.encode()) if isinstance(fact, Trade)] == ["币安人生USDT"]


@pytest.mark.parametrize("frame", [b'{"e":"trade","s":"BTCUSDT"}', b'{"stream":"btcusdt@trade"}', b"[[[]]]"])
def test_an_event_without_a_required_field_is_a_frame_error(frame: bytes) -> None:
    with pytest.raises(FrameError):
        Binance().decode(frame)


def test_every_frame_of_a_captured_session_is_decoded() -> None:
    protocol = Binance()
    kinds: Counter[str] = Counter()
    for line in captures.frames("binance"):
        kinds.update(type(fact).__name__ for fact in protocol.decode(line.frame.encode()))
    assert kinds == {"Quote": 84, "Trade": 2, "Bar": 2}


def test_a_side_without_quantity_is_empty_and_one_left_out_is_unchanged() -> None:
    empty = b'{"u":1,"s":"BTCUSDT","b":"0.00000000","B":"0.00000000","a":"61234.6","A":"4.2"}'
    assert list(Binance().decode(empty)) == [Quote("BTCUSDT", ask=61234.6, ask_size=4.2, has_no_bid=True)]
    partial = b'{"u":1,"s":"BTCUSDT","a":"61234.6","A":"4.2"}'
    assert list(Binance().decode(partial)) == [Quote("BTCUSDT", ask=61234.6, ask_size=4.2)]


def test_the_best_bid_and_ask_of_futures_have_a_time() -> None:
    frame = b'{"e":"bookTicker","u":400,"E":1700000000002,"T":1700000000001,"s":"BTCUSDT_240628","b":"61234.4","B":"3","a":"","A":""}'
    assert list(Binance().decode(frame)) == [
        Quote("BTCUSDT_240628", 61234.4, 3.0, time_ns=1_700_000_000_001_000_000, has_no_ask=True)
    ]


def test_the_last_price_of_a_ticker_is_not_a_trade_and_zero_is_not_a_price() -> None:
    (day,) = Binance().decode(venue.TICKER.replace('"c":"61234.5"', '"c":"0.00000000"').encode())
    assert isinstance(day, DayStats)
    assert (day.last, day.last_time_ns) == (None, None)
