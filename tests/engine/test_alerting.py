from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from weakref import ref

import msgspec
import pytest

from tests.conftest import RunQt
from tests.doubles import ScriptedConnection, ScriptedConnector, StillClock, until
from ticker_gui.alerts.actions.actions import CommandAction
from ticker_gui.alerts.alert import ActiveHours, Alert, AlertStatus, Repeat
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing, Outcome
from ticker_gui.alerts.saved_alerts import AlertRecord, SavedAlerts
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.domain.timeframe import DAY, SECOND_NS
from ticker_gui.engine import alerting as module
from ticker_gui.engine.alerting import Alerting
from ticker_gui.engine.engine import Engine
from ticker_gui.history.bar_loader import BarsRequest
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.limits import Limits


def feed(name: str, *symbols: str, disabled: bool = False) -> Feed:
    return Feed(f"ws://{name}", symbols, name, "demo", disabled=disabled)


def alert(condition: str = "last crosses 100", symbol: str = "A", name: str = "a", **changes: object) -> Alert:
    made = Alert(name, condition, symbol, repeat=Repeat.EVERY_TIME, is_confirmed=False, cooldown_s=0.0)
    return msgspec.structs.replace(made, **changes)


class Alerted:
    """An engine whose alerts are evaluated."""

    def __init__(self, *feeds: Feed, limits: Limits | None = None, saved: SavedAlerts | None = None) -> None:
        self.clock, self.connector = StillClock(), ScriptedConnector()
        self.engine = Engine(feeds, limits, clock=self.clock, connector=self.connector)
        self.book = AlertBook(saved)
        self.lists = {"Main": [("desk", "A"), ("desk", "B")]}
        self.alerting = Alerting(self.engine, self.book, list_entries=self.lists.get)
        self.firings: list[Firing] = []
        self.alerting.evaluator.on_firing = lambda firing, alert: self.firings.append(firing)

    @property
    def prices(self) -> list[tuple[str, float | None]]:
        return [(firing.symbol, firing.observation.price) for firing in self.firings]

    @property
    def status(self) -> AlertStatus:
        return self.alerting.view("a").status

    @property
    def reason(self) -> str:
        return self.alerting.view("a").reason

    def send(self, connection: ScriptedConnection, *prices: float, symbol: str = "A") -> None:
        for price in prices:
            self.clock.advance(1)
            deliver(connection, Trade(symbol, price, 1.0, self.clock.now_ns))

    async def has_ticked(self) -> None:
        """Wait until the alerts have been evaluated with time once more."""
        reads = self.clock.reads
        await until(lambda: self.clock.reads > reads + 10)


def deliver(connection: ScriptedConnection, fact: Fact) -> None:
    connection.deliver(msgspec.json.encode(fact))


@contextlib.asynccontextmanager
async def running(*feeds: Feed, limits: Limits | None = None) -> AsyncIterator[Alerted]:
    own = Alerted(*feeds, limits=limits)
    tasks = [asyncio.create_task(own.engine.run()), asyncio.create_task(own.alerting.run())]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    try:
        yield own
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def test_an_alert_fires_for_the_trade_that_crosses_its_level(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A", "B")) as own:
            own.book.add([alert()])
            connection = await own.connector.connection()
            own.send(connection, 99.0, 101.0, 102.0)
            own.send(connection, 99.0, 101.0, symbol="B")
            assert own.prices == [("A", 101.0)]
            assert own.status is AlertStatus.FIRED
            own.book.acknowledge()
            assert own.status is AlertStatus.ARMED

    run(test())


def test_an_alert_that_fires_once_is_done_until_it_is_armed_again(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert(repeat=Repeat.ONCE)])
            own.send(await own.connector.connection(), 99.0, 101.0, 102.0)
            own.book.acknowledge()
            assert own.status is AlertStatus.DONE
            own.book.resume(["a"])
            assert own.status is AlertStatus.ARMED

    run(test())


def test_without_alerts_no_fact_is_received(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            (state,) = own.engine.market.states
            assert state.monitor is None
            own.book.add([alert()])
            assert state.monitor is not None
            own.book.remove(["a"])
            assert state.monitor is None

    run(test())


def test_an_alert_keeps_its_symbol_subscribed_even_if_no_list_contains_it(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            desk = own.engine.feeds["desk"]
            own.book.add([alert(symbol="b", feed="desk")])
            connection = await own.connector.connection()
            desk.set_watched(["C"])
            await until(lambda: any(b"B" in msgspec.json.encode(str(sent)) for sent in connection.sent))
            assert [state.symbol for state in desk.market.states] == ["b", "C"]
            own.send(connection, 99.0, 101.0, symbol="B")
            assert own.prices == [("b", 101.0)]
            own.book.remove(["a"])
            assert [state.symbol for state in desk.market.states] == ["C"]

    run(test())


def test_an_alert_that_has_fired_once_does_not_keep_its_symbol(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert(symbol="B", feed="desk", repeat=Repeat.ONCE)])
            own.send(await own.connector.connection(), 99.0, 101.0, symbol="B")
            assert own.prices == [("B", 101.0)]
            own.book.acknowledge()
            assert own.engine.feeds["desk"].find("B") is None

    run(test())


@pytest.mark.parametrize(
    "condition",
    [
        "last crosses 100", "last > 1 and bid > 2", "moves 2% in 5m", "silent 60s", "new high of day", "feed connected",
        "volume > 3x average", "rsi(14,1m) < 30", "bid crosses 5", "last crosses 100 and volume > 1",
    ],
)  # fmt: skip
def test_the_data_of_a_removed_symbol_is_freed(run: RunQt, condition: str) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert(condition, symbol="B")])
            line = await own.connector.connection()
            own.send(line, 99.0, 98.0, 97.0, symbol="B")
            held = [ref(state) for state in own.engine.market.states if state.symbol == "B"]
            line.end(ConnectionLost("gone"))
            await until(lambda: not own.engine.feeds["desk"].state.is_connected)
            own.engine.retry_now()
            own.send(await own.connector.connection(2), 99.0, symbol="B")
            own.book.remove(["a"])
            own.engine.market.collect_changes()
            await until(lambda: [one() for one in held] == [None])

    run(test())


def test_a_symbol_of_a_list_stays_when_its_alert_is_deleted(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert(feed="desk")])
            own.book.remove(["a"])
            assert own.engine.feeds["desk"].find("A") is not None

    run(test())


def test_an_alert_on_a_list_concerns_every_row(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A", "B", "C")) as own:
            own.book.add([alert(symbol="", list_name="Main")])
            connection = await own.connector.connection()
            for symbol in "ABC":
                own.send(connection, 99.0, 101.0, symbol=symbol)
            assert own.prices == [("A", 101.0), ("B", 101.0)]
            own.lists["Main"].append(("desk", "C"))
            own.alerting.update()
            own.send(connection, 99.0, symbol="C")
            assert own.prices[2:] == [("C", 99.0)]

    run(test())


def test_a_reconnect_does_not_fire_but_is_reported_as_a_gap(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert()])
            connection = await own.connector.connection()
            own.send(connection, 99.0)
            connection.end(ConnectionLost("gone"))
            await until(lambda: not own.engine.feeds["desk"].state.is_connected)
            assert own.status is AlertStatus.NOT_MONITORED
            assert "desk is not connected. gone" in own.reason
            own.clock.advance(300)
            own.engine.retry_now()
            own.send(await own.connector.connection(2), 105.0)
            (firing,) = own.firings
            assert firing.outcome is Outcome.CROSSED_IN_GAP
            assert firing.gap is not None
            assert firing.gap.end_ns - firing.gap.start_ns >= 299 * SECOND_NS

    run(test())


def test_a_crossing_that_is_found_when_the_gap_is_backfilled_fires(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert()])
            connection = await own.connector.connection()
            own.send(connection, 99.0)
            before_ns = own.clock.now_ns
            connection.end(ConnectionLost("gone"))
            desk = own.engine.feeds["desk"]
            await until(lambda: not desk.state.is_connected)
            own.clock.advance(300)
            own.engine.retry_now()
            own.send(await own.connector.connection(2), 99.0)
            assert own.firings == []
            assert own.reason.startswith("Not observed between ")
            (state,), (gap,) = desk.market.states, desk.market.coverage.gaps
            state.add_backfilled(Trade("A", 101.0, 1.0, before_ns + 60 * SECOND_NS), own.clock.now_ns)
            result = Backfill(gap, before_ns, own.clock.now_ns, 1)
            own.engine.taps.backfills.deliver(desk.errors, desk, state, result)
            await until(lambda: len(own.firings) == 2)  # it is evaluated in slices
            found, back = own.firings
            assert (found.outcome, found.observation.price) == (Outcome.CROSSED_IN_GAP, 101.0)
            assert (back.outcome, back.observation.price) == (Outcome.FIRED, 99.0)
            own.book.acknowledge()
            assert own.reason == ""

    run(test())


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TICK_S", 0.002)


@pytest.mark.usefixtures("often")
def test_an_alert_for_silence_fires_though_nothing_arrives(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert("silent 2s")])
            own.send(await own.connector.connection(), 99.0)
            own.clock.advance(2.5)
            await until(lambda: own.prices == [("A", 99.0)])

    run(test())


@pytest.mark.usefixtures("often")
def test_an_alert_that_expires_is_evaluated_no_more(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert(expires_ns=own.clock() + 3 * SECOND_NS)])
            connection = await own.connector.connection()
            own.send(connection, 99.0, 101.0)
            assert own.prices == [("A", 101.0)]
            own.clock.advance(1)
            await until(lambda: own.engine.taps.monitors is None)
            own.send(connection, 99.0, 101.0)
            assert len(own.firings) == 1

    run(test())


@pytest.mark.usefixtures("often")
def test_past_bars_for_an_alert_are_requested_once_a_minute(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            requested: list[BarsRequest] = []
            own.engine.feeds["desk"].past.bars.add_request = requested.append  # type: ignore[assignment, method-assign]
            own.book.add([alert("new high of 5 days")])
            await until(lambda: requested)
            assert (requested[0].symbol, requested[0].timeframe) == ("A", DAY)
            count = len(requested)
            own.clock.advance(59)
            await own.has_ticked()
            assert len(requested) == count
            own.clock.advance(2)
            await until(lambda: len(requested) > count)

    run(test())


def test_after_a_restart_the_price_is_the_baseline(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.load(SavedAlerts(records=(AlertRecord(alert("last > 100")),)))
            own.alerting.update()
            assert own.status is AlertStatus.WAITING
            connection = await own.connector.connection()
            own.send(connection, 105.0, 106.0)
            assert own.firings == []
            assert own.reason == "Already true. It fires the next time it becomes true."
            assert own.alerting.view("a").distance_percent == pytest.approx(-100 * 6 / 106)
            own.alerting.fire_now("a")
            assert own.prices == [("A", 106.0)]

    run(test())


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        (alert("mood > 3"), AlertStatus.NOT_MONITORED, "not valid"),
        (alert(feed="other"), AlertStatus.NOT_MONITORED, "no feed named other"),
        (alert(symbol="", list_name="Old"), AlertStatus.NOT_MONITORED, "no list named Old"),
        (alert(expires_ns=1), AlertStatus.EXPIRED, "choose a later time"),
        (alert(active_hours=ActiveHours(0, 0, ())), AlertStatus.OUTSIDE_HOURS, "during its active hours only"),
        (alert(symbol="Z"), AlertStatus.NOT_MONITORED, "limit of 1 symbols"),
    ],
)
def test_an_alert_that_cannot_be_monitored_says_why(
    changed: Alert, status: AlertStatus, reason: str, run: RunQt
) -> None:
    async def test() -> None:
        own = Alerted(feed("desk", "A"), limits=Limits(symbols=1), saved=SavedAlerts(records=(AlertRecord(changed),)))
        own.alerting.start()
        assert own.status is status
        assert reason in own.reason
        own.alerting.stop()

    run(test())


def test_a_symbol_for_which_there_was_no_room_is_monitored_as_soon_as_there_is_some(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A"), limits=Limits(symbols=1)) as own:
            desk = own.engine.feeds["desk"]
            own.book.add([alert(symbol="Z")])
            own.alerting.update()  # such as after another list was edited
            assert "limit of 1 symbols" in own.reason
            desk.set_watched(())
            own.alerting.update()
            assert [state.symbol for state in desk.market.states] == ["Z"]
            assert own.status is AlertStatus.WAITING
            own.book.remove(["a"])
            assert not desk.market.states

    run(test())


def test_an_alert_without_a_feed_concerns_every_feed_that_has_the_symbol(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A"), feed("other", "A"), feed("third", "B")) as own:
            own.book.add([alert(), alert(symbol="Z", name="z")])
            assert [state.feed for state in own.alerting.view("a").states] == ["desk", "other"]
            assert own.alerting.view("z").reason == "No feed has Z. Add it to the symbols of one."
            own.engine.feeds["third"].watch(["z"])
            own.alerting.update()
            assert [state.feed for state in own.alerting.view("z").states] == ["third"]

    run(test())


def test_a_refused_symbol_is_named(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert()])
            connection = await own.connector.connection()
            deliver(connection, Reply(("A",), ok=False, message="no such symbol"))
            assert own.status is AlertStatus.NOT_MONITORED
            assert own.reason == "desk refused A. no such symbol"

    run(test())


def test_the_feed_of_an_alert_can_be_disabled_and_changed(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert()])
            await own.connector.connection()
            own.engine.set_feeds([feed("desk", "A", disabled=True)])
            assert own.reason == "The feed desk is disabled."
            own.engine.set_feeds([Feed("ws://elsewhere", ("A",), "desk", "demo")])
            own.send(await own.connector.connection(2), 99.0, 101.0)  # noticed at the first fact
            assert own.prices == [("A", 101.0)]

    run(test())


def test_a_bug_in_a_receiver_of_firings_costs_nothing_but_this_firing(run: RunQt) -> None:
    async def test() -> None:
        async with running(feed("desk", "A")) as own:
            own.book.add([alert()])
            received = own.alerting.evaluator.on_firing

            def crash(firing: Firing, fired: Alert) -> None:
                own.alerting.evaluator.on_firing = received
                raise KeyError("bug")

            own.alerting.evaluator.on_firing = crash
            connection = await own.connector.connection()
            own.send(connection, 99.0, 101.0, 99.0)
            assert own.prices == [("A", 99.0)]
            assert own.engine.feeds["desk"].errors.count == 1

    run(test())


def test_a_replay_is_marked(run: RunQt) -> None:
    async def test() -> None:
        own = Alerted(feed("desk", "A"))
        own.book.add([alert(actions=(CommandAction(("true",)),))])
        own.engine.is_replay = True
        alerting = Alerting(own.engine, own.book)
        alerting.evaluator.on_firing = lambda firing, fired: own.firings.append(firing)
        alerting.start()
        desk = own.engine.feeds["desk"]
        desk.market.on_connected(0)
        for price in (99.0, 101.0):
            own.clock.advance(1)
            desk.session.callbacks.on_fact(Trade("A", price, 1.0, own.clock.now_ns), own.clock.now_ns)
        assert [firing.is_replay for firing in own.firings] == [True]
        alerting.stop()
        assert own.engine.taps.monitors is None

    run(test())
