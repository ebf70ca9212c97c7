from __future__ import annotations

import asyncio
from pathlib import Path

from tests.conftest import RunQt
from tests.desk.desk_doubles import Desk, desktop, prices, until_live
from tests.desk.nats_server import NatsServer, needs_nats_server
from tests.doubles import until
from tests.engine.test_engine import payload
from ticker_gui.domain.events import Trade
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.stream.transport import WebSocketTransport

pytestmark = needs_nats_server
_PADDING = "x" * 1_500  # so that not too many trades fill the buffers of the system
_MAX_TRADES = 15_000  # more than fill them, and fewer than are too many to be backfilled


def send_large_trades(desk: Desk, first: int, count: int) -> None:
    for number in range(first, first + count):
        time_ns = desk.engine.clock() // 1_000 * 1_000
        trade = Trade("A", 100.0 + number / 1_000, 1.0, time_ns, str(number), conditions=(_PADDING,))
        desk.sent.append(trade.price)
        desk.connector.connections[-1].deliver(payload(trade))


def socket_of(engine: Engine) -> asyncio.Transport:
    connection = engine.feeds["desk"].session.connection
    assert connection is not None
    assert isinstance(connection.transport, WebSocketTransport)
    return connection.transport._socket.transport


def test_a_desktop_that_does_not_read_is_disconnected_and_recovers_and_others_do_not_notice(
    run: RunQt, tmp_path: Path
) -> None:
    server = NatsServer(tmp_path, 'write_deadline: "3s"')
    server.start()

    async def test() -> None:
        desk = Desk(server)
        async with desk.publishing(), desktop(server) as (slow, slow_state), desktop(server) as (other, other_state):
            await until(lambda: desk.is_leading)
            await until_live(slow)
            await until_live(other)
            desk.trade(0)
            await until(lambda: prices(slow_state) == prices(other_state) == desk.sent)
            socket = socket_of(slow)
            socket.pause_reading()
            slow_states, other_states = list[FeedStatus](), list[FeedStatus]()
            slow.taps.states.add(lambda feed: slow_states.append(feed.state.kind))
            other.taps.states.add(lambda feed: other_states.append(feed.state.kind))
            while "Slow Consumer" not in server.log:
                if len(desk.sent) < _MAX_TRADES:
                    send_large_trades(desk, len(desk.sent), 200)
                await until(lambda: other_state.trades == len(desk.sent))
                await asyncio.sleep(0.05)
            socket.resume_reading()
            await until(lambda: FeedStatus.WAITING in slow_states)
            await until_live(slow)
            desk.trade(len(desk.sent))
            await until(lambda: slow_state.trades >= len(desk.sent))
            assert prices(slow_state) == prices(other_state) == desk.sent
            assert FeedStatus.WAITING not in other_states

    try:
        run(test())
    finally:
        server.kill()


def test_a_desktop_that_does_not_read_for_a_moment_then_reads_what_waits_in_one_large_frame(
    run: RunQt, nats_server: NatsServer
) -> None:
    async def test() -> None:
        desk = Desk(nats_server)
        async with desk.publishing(), desktop(nats_server) as (engine, state):
            await until(lambda: desk.is_leading)
            await until_live(engine)
            desk.trade(0)
            await until(lambda: prices(state) == desk.sent)
            socket, sizes = socket_of(engine), list[int]()
            engine.taps.frames.add(lambda feed, frame: sizes.append(len(frame.payload)))
            socket.pause_reading()
            send_large_trades(desk, 1, 6_000)
            outbox = desk.publisher.feeds["exchange"].outbox
            await until(lambda: not len(outbox))
            socket.resume_reading()
            await until(lambda: state.trades == len(desk.sent))
            assert prices(state) == desk.sent
            assert engine.feeds["desk"].state.is_connected
            assert not state.coverage.gaps
            assert max(sizes) > 1 << 20

    run(test())
