"""A market in the test's process whose server answers requests for past bars and trades."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock
from tests.engine.test_engine import payload
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.events import Bar, PastBars, PastData, PastTrades, Reply, Trade
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.providers.demo import PastBarsRequest, PastTradesRequest, Request
from ticker_gui.stream.opening import Endpoint, OnPhase
from ticker_gui.stream.transport import OnPayloads

_read_request = msgspec.json.Decoder(Request).decode


class AnsweringConnection(ScriptedConnection):
    """A connection to a market: it answers what is requested, and delivers trades on the test's demand."""

    market: AnsweringMarket

    async def send(self, message: str | bytes) -> None:
        await super().send(message)
        request = _read_request(message)
        if isinstance(request, PastBarsRequest):
            self._answer(PastBars(request.query.symbol, request.query.timeframe, self.market.bars(request.query)))
        elif isinstance(request, PastTradesRequest):
            self._answer(PastTrades(request.query.symbol, self.market.past_trades(request.query)))
        else:
            self._deliver_soon(payload(Reply(request.symbols, ok=True)))

    def _answer(self, past: PastData) -> None:
        self._deliver_soon(payload(Reply((), ok=True, past=past)))

    def _deliver_soon(self, message: bytes) -> None:
        asyncio.get_running_loop().call_soon(self.deliver, message)


class AnsweringMarket(ScriptedConnector):
    """The trades of a market, of which a connection delivers some live; ``queries`` are the requests for the others."""

    def __init__(self, trades: Iterable[Trade] = ()) -> None:
        super().__init__()
        self.trades = list(trades)
        self.queries: list[BarsQuery | TradesQuery] = []

    async def __call__(
        self, endpoint: Endpoint, on_payloads: OnPayloads, clock: Clock, on_phase: OnPhase
    ) -> AnsweringConnection:
        connection = AnsweringConnection(on_payloads, clock)
        connection.market = self
        self.connections.append(connection)
        return connection

    def deliver_at(self, clock: StillClock, trade: Trade) -> None:
        """Deliver a trade over the newest connection, at its own time."""
        clock.now_ns = max(clock.now_ns, trade.time_ns or 0)
        self.connections[-1].deliver(payload(trade))

    def bars(self, query: BarsQuery) -> tuple[Bar, ...]:
        """Return the bars of a period, oldest first, made of all trades."""
        self.queries.append(query)
        timeframe, by_start = BY_NAME[query.timeframe], dict[int, list[Trade]]()
        for trade in sorted(self.trades, key=lambda trade: trade.time_ns or 0):
            by_start.setdefault(timeframe.start_of(trade.time_ns or 0), []).append(trade)
        return tuple(
            bar_of(query, start_ns, trades)
            for start_ns, trades in by_start.items()
            if trades[0].symbol == query.symbol and query.start_ns <= start_ns < query.end_ns
        )

    def past_trades(self, query: TradesQuery) -> tuple[Trade, ...]:
        """Return the trades of a period."""
        self.queries.append(query)
        return tuple(trade for trade in self.trades if query.after_ns <= (trade.time_ns or 0) <= query.before_ns)


def bar_of(query: BarsQuery, start_ns: int, trades: list[Trade]) -> Bar:
    """Return the bar of trades in the order of time."""
    prices = [trade.price for trade in trades]
    volume = sum(trade.size or 0.0 for trade in trades)
    values = prices[0], max(prices), min(prices), prices[-1], volume
    return Bar(query.symbol, query.timeframe, start_ns, *values, is_closed=True)
