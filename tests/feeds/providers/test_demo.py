import json

import pytest

from tests.feeds.venues import demo as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
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
