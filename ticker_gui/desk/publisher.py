"""Publishes the feeds of an engine to a broker, and reconnects to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ticker_gui.desk.broker import Broker, BrokerAddress
from ticker_gui.desk.feed_publisher import FeedPublisher
from ticker_gui.desk.streams import StreamLimits, ensure_streams
from ticker_gui.domain.errors import ConnectionLost, TickerError
from ticker_gui.domain.events import Fact
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState

_FIRST_PAUSE_S: Final = 0.2
_MAX_PAUSE_S: Final = 3.0
_STABLE_S: Final = 10.0  # after which the loss of a connection is no reason to wait longer


class Publisher:
    """Publishes all feeds of an engine. ``report`` receives sentences for the user, without secrets.

    An unexpected exception is counted in ``errors``; it costs one connection to the broker.
    """

    def __init__(
        self,
        engine: Engine,
        address: BrokerAddress,
        limits: StreamLimits,
        report: Callable[[str], object],
        errors: InternalErrors | None = None,
    ) -> None:
        self._engine: Final = engine
        self._address: Final = address
        self._limits: Final = limits
        self._report: Final = report
        self._errors: Final = errors or InternalErrors("the publisher")
        self.is_connected = False
        self.feeds: Final = {name: FeedPublisher(feed, engine.clock, report) for name, feed in engine.feeds.items()}
        self._last_report = ""
        self._problems: dict[str, str] = {}  # why each feed is not connected, as it was reported

    async def run(self) -> None:
        """Publish until cancelled. A lost connection to the broker is opened again; events wait meanwhile."""
        taps = self._engine.taps
        taps.facts.add(self._on_fact)
        taps.states.add(self._on_state)
        taps.backfills.add(self._on_backfill)
        pause_s, loop = _FIRST_PAUSE_S, asyncio.get_running_loop()
        try:
            while True:
                begin_s = loop.time()
                try:
                    await self._publish()
                except TickerError as error:
                    self._report_once(error.for_user)
                except Exception as error:  # a bug may raise anything: it costs this connection, not the program
                    self._errors.note(error, "publishing")
                    self._report_once(
                        f"An internal error ended the connection to {self._address.display}. Details are in the log. "
                        "Trying again."
                    )
                if self.is_connected and loop.time() - begin_s > _STABLE_S:
                    pause_s = _FIRST_PAUSE_S
                self.is_connected = False
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _MAX_PAUSE_S)
        finally:
            taps.facts.remove(self._on_fact)
            taps.states.remove(self._on_state)
            taps.backfills.remove(self._on_backfill)

    async def _publish(self) -> None:
        """Publish over one connection until it is lost, which raises."""
        from nats.errors import Error

        broker = await Broker.connect(self._address)
        try:
            await ensure_streams(broker.context, self._limits)
            self.is_connected = True
            self._report_once(f"Connected to {self._address.display}.")
            async with asyncio.TaskGroup() as tasks:
                for feed in self.feeds.values():
                    tasks.create_task(feed.run(broker))
                tasks.create_task(_fail_when_closed(broker))
        except* Error as errors:
            if broker.forbidden:
                raise ConnectionLost(broker.forbidden) from errors
            error = next(iter(errors.exceptions))
            raise ConnectionLost(f"The connection to {self._address.display} was lost: {_name(error)}.") from errors
        finally:
            await broker.close()

    def _report_once(self, sentence: str) -> None:
        if sentence != self._last_report:
            self._last_report = sentence
            self._report(sentence)

    def _on_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        self.feeds[feed.name].add(fact, received_ns)

    def _on_backfill(self, feed: EngineFeed, state: SymbolState, result: Backfill) -> None:
        self.feeds[feed.name].missed.note_result(state, result)

    def _on_state(self, feed: EngineFeed) -> None:
        self.feeds[feed.name].note_state()
        state, before = feed.state, self._problems.get(feed.name, "")
        if state.is_connected and before:
            self._report(f"{feed.name}: reconnected.")
        elif state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED) and state.reason != before:
            self._report(f"{feed.name}: {state.reason}")
        if state.kind is not FeedStatus.CONNECTING:
            self._problems[feed.name] = "" if state.is_connected else state.reason


async def _fail_when_closed(broker: Broker) -> None:
    from nats.errors import ConnectionClosedError

    await broker.closed.wait()
    raise ConnectionClosedError


def _name(error: BaseException) -> str:
    """Return the innermost error of a group as text."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error).removeprefix("nats: ").rstrip(".") or type(error).__name__
