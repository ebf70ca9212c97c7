"""A replay prints what was printed when it was recorded, byte for byte, and a recording contains no key."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from tests import captures
from tests.commands.test_stream import A_TRADE, a_market
from tests.feeds.venues import venue
from tests.journeys.test_captures import play
from tests.recording.outputs import record, replay
from tests.recording.recorded import write_text
from tests.servers import receive_forever, serving
from ticker_gui.commands.output import OutputLines
from ticker_gui.commands.stream_sources import LiveSource, RecordedSource
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.events import Trade
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.market.limits import Limits
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import summarize
from ticker_gui.stream.timeouts import Timeouts


def matches(expected: dict[str, Any], line: dict[str, Any]) -> bool:
    return all(line.get(key) == value for key, value in expected.items())


def contains(expected: list[dict[str, Any]], output: str) -> bool:
    lines = [json.loads(line) for line in output.splitlines()]
    return all(any(matches(one, line) for line in lines) for one in expected)


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_replay_prints_what_the_recorded_run_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = venue(name)
    monkeypatch.setenv("VENUE_KEY", it.KEY)
    further = tomllib.loads(f"[[feeds]]\n{it.SETTINGS}")["feeds"][0]
    path = tmp_path / "a.ticker.jsonl.gz"
    with serving(it.serve) as server:
        values = {"url": server.url + it.PATH, "symbols": it.SYMBOLS.split(","), "name": name, "provider": name}
        feed = msgspec.convert({**values, "key_env": "VENUE_KEY", **further}, Feed)
        live = record((feed,), path, lambda output: contains(it.LINES, output))
    assert replay(path) == (live, 0)
    assert not it.KEY or it.KEY.encode() not in gzip.decompress(path.read_bytes())


def events(output: str) -> int:
    return sum(output.count(f'"event":"{kind}"') for kind in ("trade", "quote", "day", "bar"))


@pytest.mark.parametrize("provider", ["coinbase", "binance"])
def test_captures_are_recorded_and_replayed(provider: str, tmp_path: Path) -> None:
    lines = captures.frames(provider)
    capture = Recording(captures._FOLDER / f"{provider}.jsonl")
    (described,) = summarize(capture).feeds
    assert described.symbols
    path = tmp_path / "a.ticker.jsonl.gz"
    count = {"coinbase": 321, "binance": 88}[provider]
    with serving(play(lines)) as server:
        feed = Feed(server.url, described.symbols, provider, provider)
        live = record((feed,), path, lambda output: events(output) >= count)
    assert replay(path) == (live, 0)
    direct, code = replay(capture.path)
    assert (events(direct), code) == (count, 0)


def test_outliers_are_rejected_at_the_same_place(tmp_path: Path) -> None:
    async def with_outliers(client: ServerConnection) -> None:
        await client.recv()
        for number in range(250):
            price = 5.0 if number % 5 else 9999.0
            await client.send(msgspec.json.encode(Trade("A", price, trade_id=number + 1)).decode())
            await asyncio.sleep(0.01)
        await receive_forever(client)

    path = tmp_path / "a.gz"
    with serving(with_outliers) as server:
        feeds = (Feed(server.url, ("A",), "one", "demo"),)
        live = record(feeds, path, lambda output: output.count('"trade"') + output.count('"bad_frame"') == 250)
    assert live.count('"bad_frame"') > 10
    assert replay(path) == (live, 0)


def test_what_arrives_while_the_feeds_are_stopped_is_printed_as_well(tmp_path: Path) -> None:
    async def flood(client: ServerConnection) -> None:
        await client.recv()
        for number in range(100_000):
            await client.send(msgspec.json.encode(Trade("A", 5.0, trade_id=number + 1)).decode())
            await asyncio.sleep(0)

    def both_are_read(output: str) -> bool:
        return all(output.count(f'"feed":"{name}"') > 20 for name in ("one", "other"))

    for run in range(3):
        path = tmp_path / f"{run}.gz"
        with serving(flood) as one, serving(flood) as other:
            feeds = (Feed(one.url, ("A",), "one", "demo"), Feed(other.url, ("A",), "other", "demo"))
            live = record(feeds, path, both_are_read)
        assert replay(path) == (live, 0)


def test_several_feeds_keep_their_order(tmp_path: Path) -> None:
    async def two(client: ServerConnection) -> None:
        await client.recv()
        for number in range(20):
            await client.send(msgspec.json.encode(Trade("A", 5.0, trade_id=number)).decode())
            await asyncio.sleep(0.002)
        await receive_forever(client)

    path = tmp_path / "a.gz"
    with serving(two) as one, serving(two) as other:
        feeds = (Feed(one.url, ("A",), "one", "demo"), Feed(other.url, ("A",), "other", "demo"))
        live = record(feeds, path, lambda output: output.count('"trade"') == 40)
    assert replay(path) == (live, 0)


def test_lost_connections_and_failed_attempts_are_replayed(tmp_path: Path) -> None:
    async def unreliable(client: ServerConnection) -> None:
        await client.recv()
        await client.send(A_TRADE)
        if server.connections < 3:
            await client.close(1011, "later")
        await receive_forever(client)

    path = tmp_path / "a.gz"
    with serving(unreliable) as server:
        feed = Feed(server.url, ("NIMB",), "desk", "demo")
        live = record((feed,), path, lambda output: output.count('"live"') == 3)
    assert live.count('"waiting"') == 2
    assert replay(path) == (live, 0)


def test_a_rejected_feed_is_replayed_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def reject(client: ServerConnection) -> None:
        await client.recv()
        await client.close(1008, "no such plan")

    path = tmp_path / "a.gz"
    with serving(reject) as server:
        live = record((Feed(server.url, ("NIMB",), "desk", "demo"),), path, lambda output: False)
    reason = capsys.readouterr().err
    assert replay(path) == (live, 1)
    assert capsys.readouterr().err == reason
    assert "no such plan" in reason


def test_an_attempt_that_fails_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(receive_forever) as server:
        feed = Feed(server.url, ("NIMB",), "desk", "demo")
    path = tmp_path / "a.gz"
    live = record((feed,), path, lambda output: False)
    assert '"waiting"' in live
    assert replay(path) == (live, 1)


def test_nothing_is_printed_after_the_failure_that_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the loop is busy, the next attempt begins before the run has ended; a replay ends before it."""
    add = OutputLines.add

    def add_and_stall(lines: OutputLines, line: dict[str, Any]) -> None:
        add(lines, line)
        if line.get("state") == "waiting":
            asyncio.get_running_loop().call_soon(time.sleep, Timeouts().backoff_base)

    with serving(receive_forever) as server:
        feed = Feed(server.url, ("NIMB",), "desk", "demo")
    path = tmp_path / "a.gz"
    with monkeypatch.context() as patch:
        patch.setattr(OutputLines, "add", add_and_stall)
        live = record((feed,), path, lambda output: False)
    assert [json.loads(line)["state"] for line in live.splitlines()] == ["connecting", "waiting", "stopped"]
    assert replay(path) == (live, 1)


def test_a_replay_ends_after_a_count_of_events(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    with serving(a_market) as server:
        record((Feed(server.url, ("nimb",), "desk", "demo"),), path, lambda output: '"quote"' in output)
    output, code = replay(path, count=1)
    assert (output.count('"trade"'), output.count('"quote"'), code) == (1, 0, 0)


def test_what_cannot_be_read_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.gz"
    with serving(a_market) as server:
        live = record((Feed(server.url, ("nimb",), "desk", "demo"),), path, lambda output: '"quote"' in output)
    text = gzip.decompress(path.read_bytes())
    damaged = write_text(tmp_path / "b.gz", [*text.splitlines()[:-2], b"rubbish"])
    assert replay(damaged) == (live, 0)
    assert "was skipped" in capsys.readouterr().err


def test_a_file_that_is_not_a_recording_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(SettingsError, match="is not a Ticker GUI recording"):
        RecordedSource(tmp_path / "a.txt", 1.0, Limits())
    with pytest.raises(SettingsError, match="already exists"):
        LiveSource(Settings(), tmp_path / "a.txt")
