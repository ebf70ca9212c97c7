import json

import pytest

from tests.feeds.venues import demo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, PastBars, Quote, Reply, Trade
from ticker_gui.domain.timeframe import TIMEFRAMES
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.providers.demo import Demo


def test_events_are_decoded_unchanged() -> None:
    kinds = [type(fact) for sample in venue.FRAMES for fact in Demo().decode(sample.encode())]
    assert kinds == [Trade, Quote, DayStats, Reply]


def test_requests_are_one_message() -> None:
    (message,) = Demo().subscribe(["NIMB", "ZEPH"])
    assert json.loads(message) == {"op": "subscribe", "symbols": ["NIMB", "ZEPH"]}


def test_an_unknown_event_is_a_frame_error() -> None:
    with pytest.raises(FrameError):
        Demo().decode(b'{"event":"rumour","symbol":"NIMB"}')


def test_past_data_is_requested_with_one_message_and_answered_with_a_reply() -> None:
    demo = Demo()
    (bars,) = demo.history_request(BarsQuery("NIMB", "1m", 0, 60))
    assert json.loads(bars) == {
        "op": "bars",
        "query": {"symbol": "NIMB", "timeframe": "1m", "start_ns": 0, "end_ns": 60},
    }
    (trades,) = demo.trades_request(TradesQuery("NIMB", 1, 9, 4))
    assert json.loads(trades)["query"] == {
        "symbol": "NIMB", "after_ns": 1, "before_ns": 9, "after_id": 4, "before_id": None
    }  # fmt: skip
    (reply,) = demo.decode(venue.PAST.encode())
    assert isinstance(reply, Reply)
    assert reply.past == PastBars("NIMB", "1m", (Bar("NIMB", "1m", 60, 1.0, 3.0, 1.0, 2.0, 7.0, True),))


def test_every_timeframe_is_offered() -> None:
    assert list(Demo.history.timeframes) == [timeframe.name for timeframe in TIMEFRAMES]
