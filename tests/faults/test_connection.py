"""Faults of an established connection."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import msgspec
import pytest
from websockets.asyncio.client import connect

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server, toxic
from tests.faults.program import PATIENT, QUICK, Program, program, status_program
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.feed_report import describe_delay
from ticker_gui.market import display_values
from ticker_gui.stream.transport import WebSocketTransport
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

OK = ("subscribe", "flood:200:600")


@pytest.mark.slow
@pytest.mark.parametrize("code", [1013, 1012, 1001, 1000])
def test_f15_server_accepts_and_closes(run_qt: RunQt, code: int) -> None:
    async def test() -> None:
        with fault_server("subscribe", f"close:{code}") as server:
            async with status_program(server.url) as it:
                await it.shows("reconnecting", f"code {code}")
                await it.backs_off(server)

    run_qt(test())


def test_f16_close_1008_with_markup(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "close:1008:<b>policy</b>") as server:
            async with status_program(server.url) as it:
                await it.shows("stopped at", "because of its policy (code 1008: <b>policy</b>)")
                assert it.kind is FeedStatus.REJECTED
                assert server.connections == 2  # one more, because market data had been received

    run_qt(test())


def test_f17_close_1011(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "close:1011", "then", "subscribe", "sleep:1", *OK[1:]) as server:
            async with status_program(server.url) as it:
                await until(lambda: "internal error (code 1011)" in str(list(it.feed.session.history)))
                await until(lambda: it.is_live and server.connections >= 2)
                await it.shows("live since")
                assert server.connections == 2

    run_qt(test())


@pytest.mark.slow
def test_f18_reset_within_a_message(run_qt: RunQt) -> None:
    half = "817e0100" + b'{"event":"trade","symbol":"A","price":666'.hex()

    async def test() -> None:
        with fault_server("subscribe", "trades:50", f"raw:{half}", "sleep:0.3", "reset", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.receives(60)
                reasons = [state.reason for state in it.feed.session.history if state.kind is FeedStatus.WAITING]
                assert "dropped the connection" in reasons[0]
                it.shown.append(reasons[0])
                assert 666 not in it.symbol().tape.prices
                assert it.feed.session.rejected_frames.count == 0

    run_qt(test())


def test_f19_half_open_connection(run_qt: RunQt) -> None:
    # On a busy machine, too, the silence is shown before the ping fails.
    timeouts = msgspec.structs.replace(QUICK, idle_warning=0.2, ping_interval=1.0, idle_timeout=6.0)

    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with program(proxy.url, timeouts=timeouts) as it:
                await it.shows("live since")
                proxy.send_line("blackhole")
                await it.shows("no data since", "is not sending anything")
                await until(lambda: it.disconnect_reasons)  # the next attempt may fail before the reason is displayed
                assert "stopped responding" in it.disconnect_reasons[0]
                it.shown.append(it.disconnect_reasons[0])
                await it.shows("not connected since")
                assert not it.is_live
                seen = display_values.age_s(it.symbol(), it.app.engine.clock())
                await until(lambda: (display_values.age_s(it.symbol(), it.app.engine.clock()) or 0) > (seen or 0))
                proxy.send_line("")
                await it.shows("live since")
                await until(lambda: it.is_live)
                (gap,) = it.symbol().coverage.gaps
                assert gap.end_ns is not None

    run_qt(test())


@pytest.mark.slow
def test_f20_connected_without_data(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "idle") as server:
            timeouts = msgspec.structs.replace(QUICK, idle_warning=0.3, idle_timeout=0.75)
            async with status_program(server.url, timeouts=timeouts) as it:
                await it.shows("no data since", "contain no market data")
                await until(lambda: server.connections >= 3)
                assert it.feed.session.retry_policy.idle_timeout_s >= 4 * timeouts.idle_timeout  # more and more rarely
                assert [reason[:23] for reason in it.disconnect_reasons[:2]] == [
                    "No market data for 1 s.",
                    "No market data for 2 s.",
                ]

    run_qt(test())


def test_f20_no_symbols(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("idle") as server:
            timeouts = msgspec.structs.replace(QUICK, idle_warning=0.3, idle_timeout=0.75)
            async with program(server.url, symbols=(), timeouts=timeouts) as it:
                await it.shows("no data since", "this feed has no symbols")
                it.app.window.status.details_requested.emit()
                await until(lambda: "This feed has no symbols." in it.diagnosis)
                opened_ns = it.feed.session.connection and it.feed.session.connection.opened_ns
                await until(lambda: it.app.engine.clock() > (opened_ns or 0) + 2 * timeouts.idle_timeout * SECOND_NS)
                assert server.connections == 1
                it.app.engine.feeds["feed1"].watch(["A"])
                await until(lambda: server.events_of("received"))
                await it.shows("no data since", "is not sending anything")
                await until(lambda: server.connections >= 2)

    run_qt(test())


def test_f21_only_pings(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "ping:1000:30") as server:
            timeouts = msgspec.structs.replace(QUICK, max_idle_timeout=2.0)
            async with status_program(server.url, timeouts=timeouts) as it:
                await it.shows("live since")
                await it.shows("no data since")  # a ping proves nothing
                share = await cpu_share()
                await until(lambda: server.connections >= 2)
        with fault_server("ping:1000:30") as server:
            async with connect(server.url):
                assert share < 3 * await cpu_share()  # what answering the pings costs a client that does nothing else

    run_qt(test())


async def cpu_share() -> float:
    """Return the part of a core that this process uses for a while."""
    ran_s, began_s = time.process_time(), time.monotonic()
    await asyncio.sleep(0.5)
    return (time.process_time() - ran_s) / (time.monotonic() - began_s)


def limit_unsent(it: Program) -> None:
    """Let the system hold little of what the server does not read; else it holds megabytes before we do."""
    connection = it.feed.session.connection
    if connection is not None and isinstance(connection.transport, WebSocketTransport):
        raw = connection.transport._socket.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)


@pytest.mark.parametrize("block", [20, 20_000])
def test_f68_constant_pings_and_nothing_read(run_qt: RunQt, block: int) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", f"pings:{block}", "then", *OK) as server:
            async with status_program(server.url) as it:
                await it.shows("live since")
                limit_unsent(it)
                await until(lambda: server.connections >= 2)
                # Which of the two is noticed first depends on how busy the machine is, and both are true.
                assert (
                    "stopped reading data" in it.disconnect_reasons[0] or "too many pings" in it.disconnect_reasons[0]
                )
                it.shown.append(it.disconnect_reasons[0])
                await it.shows("live since")

    run_qt(test())


@pytest.mark.slow
@pytest.mark.parametrize("way", ["after a while", "from the start"])
def test_f22_delayed_messages(run_qt: RunQt, way: str) -> None:
    """A few late messages are enough; a feed that is late from the start is not taken for a wrong clock."""
    before = ("trades:100:200",) if way == "after a while" else ()

    async def test() -> None:
        with fault_server("subscribe", *before, "all_late:5", "trades:2000:50") as server:
            async with (program if before else status_program)(server.url) as it:
                label = it.app.window.status._late
                note = COLUMNS[COLUMN_INDEX["age"]].qualifier
                assert note is not None
                await until(lambda: note(it.symbol()) == "the last trade arrived 5 s late")
                await until(lambda: label.text() == "Late messages: feed1 by 5 s")
                it.shown.append(f"{it.status_text} · {label.text()}")
                if before:
                    it.app.status_presenter.show_details()
                await until(lambda: "5 s" in describe_delay(it.feed.delay))
                server.send_line("in time again")
                await until(lambda: not label.text())
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
def test_f23_latency_of_two_seconds(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as server, toxic(server) as proxy:
            async with status_program(proxy.url) as it:
                await it.shows("live since")
                proxy.send_line("latency:2000:300")
                late = it.app.window.status._late
                await until(lambda: late.text().startswith("Late messages: feed1 by "))
                it.shown.append(f"{it.status_text} · {late.text()}")
                delay = it.feed.delay
                assert delay is not None
                assert delay.spread.p99 > 1e9
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
def test_f24_low_bandwidth(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "flood:1000:600") as server, toxic(server, "bandwidth:20000") as proxy:
            async with status_program(proxy.url) as it:
                await it.receives(100)
                await until(lambda: it.app.window.status._late.text())
                it.shown.append(f"{it.status_text} · {it.app.window.status._late.text()}")
                assert it.kind is FeedStatus.LIVE
                assert it.symbol().missed == 0  # late, and whole

    run_qt(test())


def test_f25_flood(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "flood:50000:30") as server:
            async with program(server.url) as it:
                await it.receives(5_000)
                frames, trades = it.app.bridge.frames, it.symbol().trades
                await it.receives(trades + 20_000)
                assert it.app.bridge.frames - frames > 5  # 12 in the minimum time that the flood takes
                assert it.app.bridge.merged > 0
                assert it.symbol().missed == 0
                await it.shows("live since")
                assert server.connections == 1

    run_qt(test())


def test_f26_burst_then_silence(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "burst:20000", "sleep:60") as server:
            timeouts = msgspec.structs.replace(PATIENT, idle_warning=0.6)
            async with status_program(server.url, timeouts=timeouts) as it:
                await it.receives(20_000)
                assert it.symbol().day.volume == 20_000
                await it.shows("no data since")
                assert server.connections == 1

    run_qt(test())


@pytest.mark.slow
def test_f27_event_loop_is_blocked(run_qt: RunQt) -> None:
    async def test() -> None:
        timeouts = msgspec.structs.replace(PATIENT, suspend_threshold=0.8)
        with fault_server(*OK) as server:
            async with status_program(server.url, timeouts=timeouts, allow_blocking=True) as it:
                await it.shows("live since")
                time.sleep(1.5)  # noqa: ASYNC251  # the fault itself
                await until(lambda: server.connections >= 2)
                reasons = [state.reason for state in it.feed.session.history if state.kind is FeedStatus.WAITING]
                assert reasons[0].startswith("Resumed") or "stopped responding" in reasons[0]
                it.shown.append(reasons[0])
                await it.shows("live since")
                await it.receives(it.symbol().trades + 100)
                assert server.connections == 2

    run_qt(test())


def test_f28_oversized_message(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "big:8") as server:
            async with status_program(server.url) as it:
                await it.shows("too large (code 1009", "reconnecting")
                await it.backs_off(server, 3)

    run_qt(test())


def test_f30_invalid_utf8(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "raw:8103fffefd", *OK[1:]) as server:
            async with status_program(server.url) as it:
                await it.receives(50)
                await until(lambda: it.app.window.status._rejected.text() == "1 message rejected")
                it.shown.append(f"{it.status_text} · 1 message rejected")
                assert server.connections == 1

    run_qt(test())


def test_f31_server_announces_its_shutdown(run_qt: RunQt) -> None:
    """Make before break: Binance announces the shutdown of its server."""

    async def test() -> None:
        venue = ('send:{"e":"trade","s":"A","t":%d,"p":"5.0","q":"1","T":%d}', int(time.time() * 1000))
        trades = [venue[0] % (number, venue[1]) for number in range(1, 4)]
        first = ("sleep:0.2", *trades[:2], 'send:{"e":"serverShutdown","E":1}', "sleep:30")
        with fault_server(*first, "then", "sleep:0.2", *trades, "idle") as server:
            async with status_program(server.url, provider="binance") as it:
                await it.receives(3)
                kinds = [state.kind for state in it.feed.session.history]
                assert kinds == [FeedStatus.CONNECTING, FeedStatus.SUBSCRIBING, FeedStatus.LIVE]
                assert server.connections == 2
                assert not it.symbol().coverage.gaps
                assert it.symbol().day.volume == 3  # trades received on both connections count once
                await it.shows("live since")

    run_qt(test())


def test_f37_trades_resent_after_a_reconnect(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(
            "subscribe", "trades:200", "abort", "then", "subscribe", "resend", "trades:50", "idle"
        ) as server:
            async with status_program(server.url) as it:
                await it.receives(250)
                await it.shows("live since")
                assert (it.symbol().trades, it.symbol().day.volume) == (250, 250)
                assert it.feed.market.outdated_updates == 100
                assert it.symbol().missed == 0
                assert server.connections == 2

    run_qt(test())


def test_f47_subscriptions_are_lost_on_reconnect(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", "sleep:0.5", "abort", "then", "status:503", "then", *OK) as server:
            async with status_program(server.url, symbols=("A", "B")) as it:
                await it.shows("live since")
                await until(lambda: not it.feed.state.is_connected)
                it.app.engine.feeds["feed1"].watch(["C"])  # while there is no line
                it.app.engine.feeds["feed1"].unwatch(["A"])
                await until(lambda: len(server.events_of("received")) == 2)  # the text may still be that of before
                await it.shows("live since")
                wanted = [json.loads(event["text"])["symbols"] for event in server.events_of("received")]
                assert wanted == [["A", "B"], ["B", "C"]]
                await until(lambda: all(state.trades for state in it.app.engine.market.states))

    run_qt(test())
