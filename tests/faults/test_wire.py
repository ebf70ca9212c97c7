"""Faults below the messages: invalid frames, unusual segmentation, and decompression bombs."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, toxic
from tests.faults.program import PATIENT, QUICK, program, status_program
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.stream import opening

OK = ("subscribe", "flood:200:600")
TRADE = json.dumps({"event": "trade", "symbol": "A", "price": 101.5, "size": 1.0, "trade_id": 900_001}).encode()


def frame(first: int, payload: bytes) -> str:
    """Return a frame with this first byte, as a word of a server script."""
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2, "big")
    return f"raw:{(bytes([first]) + size + payload).hex()}"


def test_f18_half_closed_connection(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with program(proxy.url) as it:
                await it.receives(50)
                proxy.send_line("halfclose")
                await until(lambda: it.disconnect_reasons)
                assert "dropped the connection" in it.disconnect_reasons[0]
                it.shown.append(it.disconnect_reasons[0])
                await until(lambda: it.is_live and server.connections >= 2)

    run_qt(test())


def test_f18_connection_ends_within_a_message(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server, "limit:5000") as proxy:
            async with status_program(proxy.url) as it:
                await until(lambda: len(it.disconnect_reasons) > 3)
                assert [loss for loss in it.disconnect_reasons if "dropped the connection" not in loss] == []
                it.shown.append(it.disconnect_reasons[0])
                assert it.feed.session.rejected_frames.count == 0  # no half message was read
                await it.backs_off(server)

    run_qt(test())


def test_f22_data_but_no_answer_to_pings(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "deaf", *OK[1:]) as server:
            timeouts = msgspec.structs.replace(PATIENT, ping_interval=0.5)
            async with status_program(server.url, timeouts=timeouts) as it:
                await it.receives(100)
                began = time.monotonic()
                await until(lambda: time.monotonic() - began > 4 * timeouts.ping_interval)
                await it.shows("live since")
                assert server.connections == 1  # a connection with data is not dead

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7])
def test_f24_data_in_tiny_segments(run_qt: RunQt, size: int) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server, f"slice:{size}") as proxy:
            async with status_program(proxy.url) as it:
                await it.receives(200)
                await it.shows("live since")
                assert it.feed.session.rejected_frames.count == 0
                assert it.symbol().missed == 0
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the greatest memory is asked of Linux")
def test_f28_deflate_bomb(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "is_loopback", lambda host: False)  # to this machine it would not compress

    async def test() -> None:
        with fault_server("subscribe", "trade", "big:30") as server:
            timeouts = msgspec.structs.replace(PATIENT, answer_timeout=20.0)  # the server needs its time to compress
            async with status_program(server.url, proxy="none", timeouts=timeouts) as it:
                await it.receives(1)
                assert "permessage-deflate" in str(server.events_of("connected")[0]["headers"])
                before = begin_memory()
                await until(lambda: len(it.disconnect_reasons) >= 2)
                assert [loss for loss in it.disconnect_reasons if "too large (code 1009" not in loss] == []
                it.shown.append(it.disconnect_reasons[0])
                assert len(server.events_of("connected")) <= len(it.disconnect_reasons) + 1  # each is waited for
                assert memory("VmHWM") - before < 20 << 20

    run_qt(test())


def begin_memory() -> int:
    """Return the memory of this process, and restart the measurement of its peak."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> int:
    """Return a memory value of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))


def test_f29_a_message_in_a_thousand_fragments(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "fragments:1000", "fragments:5000", "trade", "idle") as server:
            async with status_program(server.url) as it:
                await it.receives(4)
                await it.shows("live since")
                assert it.feed.session.rejected_frames.count == 0
                assert server.connections == 1

    run_qt(test())


def test_f29_endless_message(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "endless:20000:200", "then", *OK) as server:
            async with status_program(server.url) as it:
                await until(lambda: it.disconnect_reasons)
                assert "too large (code 1009" in it.disconnect_reasons[0]
                it.shown.append(it.disconnect_reasons[0])
                await until(lambda: it.is_live and server.connections >= 2)

    run_qt(test())


@pytest.mark.slow
def test_f29_endless_message_that_hardly_grows(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "endless:0:500", "then", *OK) as server:
            timeouts = msgspec.structs.replace(QUICK, max_idle_timeout=2.0)
            async with status_program(server.url, timeouts=timeouts) as it:
                await it.shows("no data since", "is not sending anything")  # pieces prove nothing
                assert not it.symbol().trades > 1
                await until(lambda: it.is_live and server.connections >= 2)
                assert any("No market data for" in reason for reason in it.disconnect_reasons)

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize(
    "word",
    [
        pytest.param(frame(0xC1, TRADE), id="a reserved bit set"),
        pytest.param(frame(0x83, TRADE), id="an unknown opcode"),
        pytest.param(frame(0x80, TRADE), id="a continuation without a message"),
        pytest.param(frame(0x01, b'{"event"') + frame(0x81, TRADE)[4:], id="a message within a fragmented message"),
        pytest.param(frame(0x09, b"ping"), id="a fragmented ping"),
        pytest.param(frame(0x89, b"p" * 126), id="an oversized ping"),
        pytest.param("raw:8185" + "01020304" + "6f6b6f6b6f", id="a masked message"),
        pytest.param("raw:817f" + "ff" * 8, id="a length of sixteen exbibytes"),
        pytest.param("raw:817f" + "00" * 4 + "7fffffff", id="a length of two gibibytes"),
        pytest.param("raw:880103", id="an incomplete close code"),
        pytest.param("raw:880203ee", id="a reserved close code"),
        pytest.param("raw:880403e8" + "fffe", id="a close reason in invalid UTF-8"),
    ],
)
def test_f31_protocol_violation(run_qt: RunQt, word: str) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "sleep:0.1", word, "sleep:60") as server:
            async with status_program(server.url) as it:
                await until(lambda: it.disconnect_reasons or it.kind is FeedStatus.REJECTED)
                assert it.kind is not FeedStatus.REJECTED, it.feed.state.reason
                shown = await it.shows("not connected since", "reconnecting")
                assert "we broke" not in shown
                assert "our data" not in shown
                assert "settings" not in shown
                assert 101.5 not in it.symbol().tape.prices

    run_qt(test())


def test_f31_single_protocol_violation(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", frame(0xC1, TRADE), "sleep:60", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.receives(50)
                await it.shows("live since")
                assert server.connections == 2

    run_qt(test())


def test_f31_repeated_protocol_violations(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", frame(0xC1, TRADE), "sleep:60") as server:
            async with status_program(server.url) as it:
                await it.shows("stopped at", "violated the websocket protocol", "3 times in a row", "then retry")
                assert server.connections == 3
                await it.retry()
                await until(lambda: server.connections >= 4)

    run_qt(test())


def test_f33_binary_frames(run_qt: RunQt) -> None:
    words = ("trade", frame(0x82, TRADE), frame(0x82, bytes(range(128, 256))), "trade")

    async def test() -> None:
        with fault_server("subscribe", *words, *OK[1:]) as server:
            async with status_program(server.url) as it:
                await it.receives(3)
                await until(lambda: it.app.window.status._rejected.text() == "1 message rejected")
                assert 101.5 in it.symbol().tape.prices
                await it.shows("live since")
                assert server.connections == 1

    run_qt(test())
