"""`stream --alert`: the lines of alerts among those of the market, live and in a replay."""

from __future__ import annotations

import asyncio
import io
import subprocess
import time
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection

from tests import programs
from tests.conftest import run_plain
from tests.doubles import StillClock, until
from tests.servers import LoopbackServer, receive_forever, serving
from ticker_gui.alerts.alert_text import parse_alert
from ticker_gui.commands.output import OutputLines
from ticker_gui.commands.stream import _Stream
from ticker_gui.commands.stream_alerts import StreamAlerts
from ticker_gui.commands.stream_sources import LiveSource
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.feeds.history import HistoryOffer
from ticker_gui.formatting.json_lines import Line

START_NS = 1_700_000_000_000_000_000


def encoded(price: float, number: int) -> str:
    return msgspec.json.encode(Trade("NIMB", price, 2.0, START_NS + number, number)).decode()


async def a_market(client: ServerConnection) -> None:
    await client.recv()
    await client.send(msgspec.json.encode(Reply(("NIMB",), ok=True, message="subscribed")).decode())
    for number, price in enumerate((99.0, 101.0, 99.0, 101.0, 102.0)):
        await client.send(encoded(price, number))
    await receive_forever(client)


def stream(server: LoopbackServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    return programs.call("stream", "--url", server.url, "--provider", "demo", *arguments)


def test_the_line_of_an_alert_follows_that_of_the_trade(tmp_path: Path) -> None:
    recording = tmp_path / "a.ticker.jsonl.gz"
    alert = ("--alert", "nimb: last crosses 100")
    with serving(a_market) as server:
        result = stream(server, "--symbols", "nimb", "--count", "5", *alert, "--record", str(recording))
    assert (result.returncode, result.stderr) == (0, "")
    lines = programs.lines(result.stdout)
    assert [line["event"] for line in lines] == ["reply", *["trade"] * 5, "alert"]
    fired = lines[-1]
    assert {key: fired[key] for key in ("feed", "symbol", "condition", "price", "previous", "size", "time")} == {
        "feed": "demo",
        "symbol": "nimb",
        "condition": "last crosses 100",
        "price": 101.0,
        "previous": 99.0,
        "size": 2.0,
        "time": "2023-11-14T22:13:20.000000Z",
    }
    assert fired["confirmed"] >= fired["received"]
    replayed = programs.call("stream", "--replay", str(recording), "--speed", "max", *alert)
    (again,) = [line for line in programs.lines(replayed.stdout) if line["event"] == "alert"]
    assert again == fired | {"replay": True}


def test_the_symbol_of_an_alert_is_subscribed() -> None:
    with serving(a_market) as server:
        result = stream(server, "--symbols", "other", "--count", "5", "--alert", "NIMB: last > 100")
    assert result.returncode == 0
    assert [line["symbol"] for line in programs.lines(result.stdout) if line["event"] == "alert"] == ["NIMB"]


def test_a_feed_that_cannot_deliver_is_exit_code_1_with_alerts_as_well() -> None:
    with serving(receive_forever) as server:
        url = server.url
    result = programs.call("stream", "--url", url, "--provider", "demo", "--symbols", "A", "--alert", "A: last > 1")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


def lines_after_an_outage(last_event: str, *alerts: str) -> list[dict[str, Any]]:
    """Return the lines up to an event, of a feed that is disconnected once while the price changes."""

    async def hang_up(client: ServerConnection) -> None:
        await client.recv()
        for number, price in enumerate((99.0, 99.5) if server.connections == 1 else (105.0, 106.0)):
            await client.send(msgspec.json.encode(Trade("NIMB", price, 2.0, time.time_ns(), None)).decode())
            await asyncio.sleep(0.01 * number)
        if server.connections == 1:
            await client.close(1001)
        await receive_forever(client)

    async def run() -> str:
        output = io.BytesIO()
        feeds = (Feed(server.url, ("NIMB",), "demo", "demo"),)
        stream = _Stream(LiveSource(Settings(feeds=feeds), None), None, None, states=False)
        stream._lines = OutputLines(output)
        stream.add_alerts([parse_alert(text) for text in alerts])
        running = asyncio.create_task(stream.run())
        await until(lambda: running.done() or f'"{last_event}"'.encode() in output.getvalue())
        stream._interrupted.set()
        await running
        return output.getvalue().decode()

    with serving(hang_up) as server:
        return programs.lines(run_plain(run()))


def test_a_crossing_while_disconnected_has_the_gap() -> None:
    lines = lines_after_an_outage("alert", "NIMB: last > 100")
    (fired,) = [line for line in lines if line["event"] == "alert"]
    assert fired["price"] == 105.0
    assert fired["previous"] == 99.5
    assert fired["gap"]["from"] < fired["gap"]["to"] <= fired["received"] <= fired["confirmed"]


def test_a_time_in_which_an_alert_was_not_observed_has_a_line_of_its_own() -> None:
    lines = lines_after_an_outage("unobserved", "NIMB: spread > 5")
    (line,) = [line for line in lines if line["event"] == "unobserved"]
    before, after = (next(one["received"] for one in lines if one.get("price") == price) for price in (99.5, 105.0))
    gap = line.pop("gap")
    assert line == {"event": "unobserved", "feed": "demo", "symbol": "NIMB", "condition": "spread > 5"}
    assert before <= gap["from"] < gap["to"] <= after


class Outages:
    """The alerts of a stream whose feed is disconnected by the test."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.engine = Engine([Feed("ws://127.0.0.1:1", ("A",), "demo", "demo")], clock=self.clock, backfills=True)
        self.feed = self.engine.feeds["demo"]
        self.lines: list[Line] = []
        self.alerts = StreamAlerts(self.engine, [parse_alert("A: last > 100")], self.lines.append)
        self.alerts._alerting.start()
        self.connect()

    def connect(self) -> None:
        self.feed.market.on_connected(self.clock())
        self.feed.past.backfill.set_offer(HistoryOffer({}, 1, 1.0))
        self.clock.advance(1.0)
        self.feed.market.apply(Trade("A", 99.0, 1.0, self.clock()), self.clock())

    def disconnect(self) -> None:
        self.feed.market.on_disconnected(self.clock())
        self.feed.past.backfill.note_gap()
        self.alerts._alerting.evaluator.begin_gap("demo")
        self.clock.advance(60.0)


def test_a_time_that_may_yet_be_evaluated_is_reported_at_the_end_only() -> None:
    own = Outages()
    own.disconnect()
    own.alerts.write_unobserved()
    own.connect()
    own.alerts.write_unobserved()  # the trades of the gap are about to be requested
    assert own.lines == []
    own.alerts.write_unobserved(is_end=True)
    own.alerts.write_unobserved(is_end=True)
    assert [line["event"] for line in own.lines] == ["unobserved"]


def test_a_time_is_reported_once_and_again_if_it_became_longer() -> None:
    own = Outages()
    own.feed.past.backfill.is_enabled = False  # nothing is requested
    own.disconnect()
    own.feed.market.on_connected(own.clock())
    own.alerts.write_unobserved()
    own.alerts.write_unobserved()
    own.clock.advance(1.0)
    own.disconnect()  # no price has arrived in between
    own.connect()
    own.alerts.write_unobserved()
    first, second = (line["gap"] for line in own.lines)
    assert first["from"] == second["from"]
    assert first["to"] < second["to"]
