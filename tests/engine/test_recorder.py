"""The recorder: what is written of feeds, from the beginning or from the middle, and never a key."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import msgspec
import pytest

from tests.conftest import run_plain
from tests.doubles import ScriptedConnector, StillClock, until
from tests.engine.test_engine import feed, payload, running
from tests.recording.recorded import lines_of
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.recorder import Recorder, describe_feed
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.recording.format import Line
from ticker_gui.recording.line_encoder import FrameBatch, RecordedResponse
from ticker_gui.recording.writing import RecordingWriter

KEY = "c4n4ry-S3CRET-0123456789"


class ListSink:
    """Keeps what it receives, as lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add_frames(self, batch: FrameBatch) -> None:
        again = " again" if batch.again else ""
        self.lines += [f"{batch.direction} {batch.conn}{again}" for _ in batch.payloads]

    def add_http(self, response: RecordedResponse) -> None:
        self.lines.append(f"http {response.status}")

    def add(self, line: Line) -> None:
        again = " again" if line.again else ""
        self.lines.append(
            f"{line.dir} {line.state or line.frame if line.dir in ('state', 'note') else line.conn}{again}"
        )


def test_connections_states_frames_and_failures_are_recorded_in_order() -> None:
    async def test() -> None:
        connector, sink = ScriptedConnector(), ListSink()
        connector.failures = [ConnectionLost("no network", immediate=True)]
        engine = Engine([feed("desk", "A")], connector=connector)
        recorder = Recorder(engine)
        recorder.add_sink(sink)
        async with running(engine):
            line = await connector.connection()
            await until(lambda: line.sent)
            line.deliver(payload(Reply(("A",), ok=True)), payload(Trade("A", 5.0)))
            engine.feeds["desk"].watch(["B"])
            await until(lambda: len(line.sent) == 2)
            recorder.note("marked")
            line.end(ConnectionLost("gone", immediate=True))
            await connector.connection(2)
            recorder.remove_sink(sink)
            recorder.remove_sink(sink)
        assert sink.lines[: sink.lines.index("close 2") + 2] == [
            "feed 0", "state connecting", "close 1", "state waiting", "state connecting",
            "open 2", "state subscribing", "out 2", "in 2", "in 2", "state live", "feed 0", "out 2", "note marked",
            "close 2", "state waiting",
        ]  # fmt: skip

    run_plain(test())


def test_a_recording_that_begins_later_has_the_beginning_of_open_connections() -> None:
    async def test() -> None:
        connector, first, second = ScriptedConnector(), ListSink(), ListSink()
        engine = Engine([feed("desk", "A")], connector=connector)
        recorder = Recorder(engine)
        recorder.add_sink(first)
        async with running(engine):
            line = await connector.connection()
            await until(lambda: line.sent)
            for number in range(80):
                line.deliver(payload(Trade("A", 5.0, trade_id=number)))
            recorder.add_sink(second)
            line.deliver(payload(Trade("A", 5.0, trade_id=99)))
        assert second.lines[:2] == ["open 1 again", "out 1 again"]
        assert second.lines[2:53] == ["in 1 again"] * 50 + ["in 1"]
        assert first.lines.count("in 1") == 81

    run_plain(test())


def test_a_recording_of_a_feed_that_is_connected_already_begins_with_it() -> None:
    async def test() -> None:
        connector, sink = ScriptedConnector(), ListSink()
        engine = Engine([feed("desk", "A")], connector=connector)
        async with running(engine):
            line = await connector.connection()
            await until(lambda: line.sent)
            recorder = Recorder(engine)
            recorder.add_sink(sink)
            line.deliver(payload(Trade("A", 5.0)))
            assert sink.lines == ["open 1 again", "in 1", "state live"]
            recorder.remove_sink(sink)
            line.deliver(payload(Trade("A", 6.0)))
            assert len(sink.lines) == 3
            assert not engine.taps.batches

    run_plain(test())


CANARIES = {
    "query": ("finnhub", f"wss://venue.example/?token={KEY}", {}),
    "header": ("mapped", "wss://venue.example/", {"Authorization": f"Bearer {KEY}"}),
    "first message": ("alpaca", "wss://venue.example/", {}),
    "subscription": ("tiingo", "wss://venue.example/iex", {}),
    "template": ("mapped", "wss://venue.example/", {}),
}


@pytest.mark.parametrize("place", CANARIES)
def test_a_key_is_in_no_recording_wherever_the_provider_carries_it(place: str, tmp_path: Path) -> None:
    provider, url, headers = CANARIES[place]
    template = FieldMapping(subscribe='{"op":"sub","key":"$KEY","all":$SYMBOLS}', symbol="s", price="p")
    mapping = template if provider == "mapped" else None
    settings = feed("desk", "A", url=url, provider=provider, headers=headers, mapping=mapping)
    path = tmp_path / "a.ticker.jsonl.gz"

    async def test() -> None:
        connector = ScriptedConnector()
        credentials = Credentials(url, f"id:{KEY}" if provider == "alpaca" else KEY, headers, mapping)
        engine = Engine([settings], connector=connector, find_credentials=lambda feed: credentials)
        recorder = Recorder(engine)
        writer = RecordingWriter(path, recorder.header())
        recorder.add_sink(writer)
        async with running(engine):
            line = await connector.connection()
            if provider == "alpaca":
                line.deliver(b'[{"T":"success","msg":"connected"}]')
            if place not in ("query", "header"):
                await until(lambda: KEY in str(line.sent))
            line.deliver(f'{{"echo":"{KEY}"}}'.encode(), f"\xff {KEY}".encode("latin-1"))
            url_with_key = f"https://venue.example/bars?apikey={KEY}"
            engine.feeds["desk"].past.client.on_response(HttpResponse(200, KEY.encode(), url=url_with_key))  # type: ignore[misc]
            line.end(ConnectionLost(f"refused {KEY}"))
            await until(lambda: not engine.feeds["desk"].state.is_connected)
        await asyncio.to_thread(writer.close)

    run_plain(test())
    text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    assert KEY not in text
    assert KEY[4:14] not in text
    assert text.count("•••") >= 4
    kinds = [line.dir for line in lines_of(path)[0]]
    assert {"open", "in", "http", "close"} <= set(kinds)


def test_a_literal_secret_in_a_template_is_not_described() -> None:
    mapping = FieldMapping(subscribe='{"api_key": "literal-secret", "token":"$KEY", "x": "y"}', price="p")
    engine = Engine([feed("desk", "A", provider="mapped", mapping=mapping)], clock=StillClock())
    described = describe_feed(engine.feeds["desk"])
    assert described.mapping is not None
    assert described.mapping.subscribe == '{"api_key": "•••", "token":"$KEY", "x": "y"}'
    assert "literal" not in msgspec.json.encode(Recorder(engine).header()).decode()
