"""Faults over several connections: restarted servers, missing answers, and changing DNS results."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import Service, fault_server
from tests.faults.program import QUICK, Program, program, status_program
from tests.ports import free_port
from ticker_gui.domain.feed_state import FeedStatus

OK = ("subscribe", "flood:200:600")


@pytest.mark.parametrize("end", ["close:1000", "abort"])
def test_f15_one_trade_then_disconnect(run_qt: RunQt, end: str) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trade", end) as server:
            async with status_program(server.url) as it:
                await it.shows("not connected since", "reconnecting")
                await it.backs_off(server)  # data alone does not make it a good connection

    run_qt(test())


@contextlib.asynccontextmanager
async def _restarted(server: Service, *words: str) -> AsyncIterator[None]:
    """Replace a server by a new one at the same port, without blocking the event loop."""
    await asyncio.to_thread(server.stop)
    with contextlib.ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, fault_server(*words, port=server.port))
        yield


@pytest.mark.parametrize("trades", [200, 3_000])
def test_f39_trade_ids_restart(run_qt: RunQt, trades: int) -> None:
    async def test() -> None:
        with fault_server("subscribe", f"burst:{trades}", "idle", port=free_port()) as server:
            async with status_program(server.url) as it:
                await it.receives(trades)
                async with _restarted(server, "subscribe", "trades:150:500", "idle"):
                    await it.receives(trades + 150)
                    await it.shows("live since")
                    state = it.symbol()
                    assert state.trades == trades + 150
                    assert state.last == round(100 + 150 % 17 / 100, 2)
                    assert state.missed == 0
                    assert not state.gaps
                    assert it.feed.market.outdated_updates == 0

    run_qt(test())


def test_f39_trade_ids_restart_with_a_gap(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "burst:3000", "idle", port=free_port()) as server:
            async with status_program(server.url) as it:
                await it.receives(3_000)
                async with _restarted(server, "subscribe", "trades:100:500", "skip:5", "trades:100:500", "idle"):
                    await it.receives(3_200)
                    await it.shows("live since")
                    assert it.symbol().missed == 5  # the new numbers are counted like the old ones

    run_qt(test())


def test_f46_no_answer_to_any_request(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("idle") as server:
            async with status_program(server.url, timeouts=QUICK) as it:
                await it.shows("waiting for the first data")
                await it.shows("no data since", "is not sending anything")
                assert not it.is_live
                await until(lambda: server.connections >= 2)
                asked = [event["text"] for event in server.events_of("received")]
                await until(lambda: len(server.events_of("received")) > len(asked))  # it is requested again

    run_qt(test())


def test_f46_data_directly_after_the_handshake(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("burst:20", "flood:200:600") as server:
            async with status_program(server.url) as it:
                await it.receives(100)
                await it.shows("live since")
                assert it.is_live
                assert server.connections == 1

    run_qt(test())


def test_f46_data_without_an_acknowledgement(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(
            "sleep:0.3", "flood:200:600"
        ) as server:  # data of A only; B is neither acknowledged nor rejected
            async with program(server.url, symbols=("A", "B")) as it:
                await it.receives(100)
                await it.shows("live since")
                now_ns = it.app.engine.clock()
                assert [it.symbol(number).is_live(now_ns) for number in (0, 1)] == [True, False]
                it.app.window.watchlist.selectRow(1)
                it.app.window.watchlist.request_diagnosis()
                assert it.app.window.details.isVisible()
                it.shown.append(it.diagnosis)
                assert "B" in it.diagnosis
                assert server.connections == 1

    run_qt(test())


def test_f54_server_restarts_repeatedly(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server("subscribe", "trades:20", "abort") as server:
            async with status_program(server.url) as it:
                await until(lambda: server.connections > 5, meanwhile=lambda: _press(it))
                await until(lambda: it.kind is FeedStatus.WAITING)  # else a line has tasks of its own
                before = len(asyncio.all_tasks())
                await until(lambda: server.connections > 20, meanwhile=lambda: _press(it))
                await until(lambda: it.kind is FeedStatus.WAITING and len(asyncio.all_tasks()) <= before + 1)
                assert it.symbol().missed == 0
                assert len(it.feed.session.history) == 50
                it.shown.append(it.status_text)

    run_qt(test())


async def _press(it: Program) -> None:
    if it.kind is FeedStatus.WAITING:
        it.feed.session.retry_now()
    await asyncio.sleep(0.01)


class Resolver:
    """Resolves desk.example to ``addresses``; other names are passed to the real resolver."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
        self.addresses = list(addresses)
        self._ask = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: Any, *arguments: Any, **options: Any) -> Any:
        if host != "desk.example":
            return self._ask(host, *arguments, **options)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [one for address in self.addresses for one in self._ask(address, *arguments, **options)]


def test_f55_host_name_disappears(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        resolver = Resolver(monkeypatch, "127.0.0.1")
        with fault_server("subscribe", "trades:50:100", "abort", "then", *OK) as server:
            async with status_program(f"ws://desk.example:{server.port}", proxy="none") as it:
                await it.shows("live since")
                resolver.addresses.clear()
                await it.shows("not connected since", "the host desk.example was not found", "reconnecting")
                await until(lambda: it.feed.state.attempt > 3)
                assert it.symbol().trades == 50
                assert it.symbol().last is not None  # the last price remains, but is not shown as live
                assert not it.is_live
                resolver.addresses.append("127.0.0.1")
                await it.receives(100)
                await it.shows("live since")
                assert server.connections == 2

    run_qt(test())


def test_f55_one_of_two_addresses_is_down(run_qt: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        Resolver(monkeypatch, "::1", "127.0.0.1")  # nothing listens at the first
        with fault_server(*OK) as server:
            async with status_program(f"ws://desk.example:{server.port}", proxy="none") as it:
                await it.receives(50)
                await it.shows("live since")
                assert not it.disconnect_reasons

    run_qt(test())


def test_f60_one_of_two_feeds_is_down(run_qt: RunQt) -> None:
    async def test() -> None:
        with fault_server(*OK) as alive, fault_server("status:500") as dead:
            async with program(dead.url, alive.url) as it:
                await it.shows("1 of 2 feeds", "feed1: not connected since")
                states = it.app.engine.market.states
                await until(lambda: states[1].trades > 100)
                now_ns = it.app.engine.clock()
                assert [state.is_live(now_ns) for state in states] == [False, True]
                assert alive.connections == 1

    run_qt(test())
