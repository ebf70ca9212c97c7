"""The report of a feed to copy, from an engine on scripted connections."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_diagnosis import Scene
from tests.engine.test_engine import payload
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.feed_report import ProgramInfo, describe_delay, describe_symbol, detected_settings, report
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.clock_offset import Delay
from ticker_gui.market.latency import Percentiles


def test_the_report_contains_states_errors_and_rates_but_no_secret(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running() as line:
            line.deliver(payload(Trade("A", 1.0)), b'{"token":"s3cret"}', payload(Trade("A", -1.0)))
            program = ProgramInfo(Percentiles(1e6, 2e6, 3e6), InternalErrors("the program"), Path("/var/log/it.log"))
            scene.feed.errors.note(KeyError("x"), "reading a frame")
            text = report(scene.feed, scene.clock(), None, program)
            for words in (
                f"{local_time(scene.clock() // SECOND_NS, None).isoformat(sep=' ')}: feed desk",
                "URL: ws://desk/",
                "live",
                "A: price -1 held: far from 1, waiting for confirmation",
                "B: pending",
                "median 1 ms, 95% under 2 ms, 99% under 3 ms",
                "1 of them rejected in whole or in part; 1 held until a trade is confirmed",
                "Internal errors in feed desk: 1",
                "1 × KeyError at",
                "Internal errors in the program: 0",
                "Log file: /var/log/it.log",
            ):
                assert words in text, words
            assert "s3cret" not in text
            assert json.dumps(text)

    run(test())


def test_the_report_states_where_past_data_comes_from(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        assert "Past data from" not in report(scene.feed, scene.clock())
        scene.feed.settings = msgspec.structs.replace(scene.feed.settings, history_url="https://mirror.test:8443/")
        assert "Past data from: https://mirror.test:8443/" in report(scene.feed, scene.clock())

    run(test())


def test_the_report_describes_the_status_of_each_symbol(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        a, b = scene.feed.market.states
        async with scene.running() as line:
            assert describe_symbol(a, scene.clock()) == "pending, not confirmed by the provider"
            line.deliver(payload(Reply(("A",), ok=True)))
            assert describe_symbol(a, scene.clock()) == "pending, confirmed by the provider"
            assert scene.why(0).answer.startswith("Messages are arriving, but they contain no market data.")
            line.deliver(payload(Trade("A", 1.0)), payload(Reply(("B",), ok=False, message="no")))
            assert describe_symbol(a, scene.clock()).startswith("live")
            assert describe_symbol(b, scene.clock()) == "unavailable: no"
            assert describe_symbol(a, scene.clock() + 100 * SECOND_NS).startswith("quiet")
            line.end(ConnectionLost("gone"))
            await until(lambda: not scene.feed.state.is_connected)
            assert describe_symbol(a, scene.clock()) == "not connected"

    run(test())


def test_the_report_says_why_a_gap_was_not_backfilled() -> None:
    scene = Scene()
    scene.feed.market.states[0].backfills.note(Backfill(Gap(0, 5), 0, 5, reason="There is no list."))
    assert " is not backfilled: There is no list." in report(scene.feed, scene.clock())


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (None, "unknown"),
        (Delay(Percentiles(1e6, 2e6, 3e6), 1e6, 0.0, 0.0), "median 1 ms, 95% under 2 ms, 99% under 3 ms"),
        (
            Delay(Percentiles(1e6, 2e6, 3e9), 3e9, 0.0, 0.0),
            "median 1 ms, 95% under 2 ms, 99% under 3,000 ms, recently 3 s",
        ),
        (
            Delay(Percentiles(1e6, 2e6, 3e6), 1e6, -5e9, 0.0),
            "median 1 ms, 95% under 2 ms, 99% under 3 ms; this computer's clock is 5.0 s behind",
        ),
        (Delay(Percentiles(9e11, 9e11, 9e11), 9e11, 0.0, 9e11), "the provider delays its data by 15 min"),
    ],
)
def test_a_delay_is_described_with_the_clock_offset(delay: Delay | None, words: str) -> None:
    assert describe_delay(delay).startswith(words)


def test_the_report_contains_the_settings_and_notes_of_a_detected_format(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene(provider="guess", mapping=FieldMapping(subscribe="$SYMBOL"))
        async with scene.running() as line:
            line.deliver(
                *(f'{{"sym":"A","price":{5 + i / 4},"time":"2026-01-03 15:00:0{i}"}}'.encode() for i in range(5))
            )
            await until(lambda: scene.feed.session.frames >= 5)
            lines = report(scene.feed, scene.clock()).splitlines()
            begin = lines.index("[feeds.mapping]")
            mapping = tomllib.loads("\n".join(lines[begin : lines.index("", begin)]).partition("\nNote:")[0])
            assert mapping["feeds"]["mapping"]["price"] == "price"
            assert any(text.startswith("Note: The times at time have no time zone") for text in lines)
            assert detected_settings(scene.feed).startswith("[feeds.mapping]")
            line.end(ConnectionLost("gone"))
            await until(lambda: scene.feed.session.last_protocol is not None)
            assert detected_settings(scene.feed).startswith("[feeds.mapping]")
        assert detected_settings(Scene().feed) == ""

    run(test())
