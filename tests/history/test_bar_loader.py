from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape
from tests.conftest import RunQt, run_plain
from tests.doubles import StillClock, until
from ticker_gui.bars.bar_history import BarHistory
from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, SECOND_NS, Timeframe
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays
from ticker_gui.feeds.history import BarsQuery, HistoryError, HistoryOffer
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.bar_loader import BarLoader, BarsRequest, LoadStatus
from ticker_gui.history.limits import describe_pause
from ticker_gui.history.past_data_client import PastDataClient

HOUR, DAY = BY_NAME["1h"], BY_NAME["1d"]
OFFER = HistoryOffer({"1m": "1", "1h": "60", "1d": "D"}, bars_per_request=100, requests_per_second=math.inf)


class Venue(PastDataClient):
    """A provider that has a bar of every minute since ``oldest_ns``, and counts the requests."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.queries: list[BarsQuery] = []
        self.forming: list[int] = []  # the bar that was forming at each request
        self.oldest_ns = 0
        self.errors: list[HistoryError] = []
        self.is_silent = False
        self.delay_ns = 0  # until it has a bar that has closed

    async def bars(self, query: BarsQuery, days: TradingDays = UTC_DAYS) -> list[Bar]:
        self.queries.append(query)
        self.forming.append(BY_NAME[query.timeframe].start_of(self.clock.now_ns))
        await asyncio.sleep(0)
        if self.is_silent:
            await asyncio.Event().wait()
        if self.errors:
            raise self.errors.pop(0)
        timeframe, bars, start_ns = BY_NAME[query.timeframe], list[Bar](), query.start_ns
        while start_ns < min(query.end_ns, self.clock.now_ns):
            age_ns = self.clock.now_ns - timeframe.end_of(start_ns)
            if start_ns >= self.oldest_ns and not 0 <= age_ns < self.delay_ns:
                close = 1.0 if age_ns >= 0 else 0.5  # it changes while the bar is forming
                bars.append(Bar("A", query.timeframe, start_ns, 1.0, 1.0, 0.5, close, 1.0, is_closed=True))
            start_ns = timeframe.end_of(start_ns)
        return bars


class Scene:
    """A loader of one symbol."""

    def __init__(self, offer: HistoryOffer = OFFER) -> None:
        self.clock = StillClock()
        self.venue = Venue(self.clock)
        self.recorded = RecordedTape()
        self.gaps: list[Gap] = []
        self.recorded.bars.find_gaps = lambda: tuple(self.gaps)
        self.loads = 0
        self.loader = BarLoader(self.venue, self._find, self.clock, self._note_load)
        self.loader.set_offer(offer, Credentials())

    def _find(self, symbol: str) -> BarHistory | None:
        return self.recorded.bars if symbol == "A" else None

    def _note_load(self, symbol: str) -> None:
        self.loads += symbol == "A"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.loader.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    def request(self, timeframe: Timeframe, ago_ns: int, end_ns: int | None = None) -> None:
        end_ns = self.clock.now_ns + SECOND_NS if end_ns is None else end_ns
        self.loader.set_requests([BarsRequest("A", timeframe, self.clock.now_ns - ago_ns, end_ns)])

    async def settle(self) -> None:
        """Wait until nothing is requested any more."""
        count = -1
        while count != len(self.venue.queries) or self.loader.status("A").is_loading:
            count = len(self.venue.queries)
            for _ in range(20):
                await asyncio.sleep(0)


def test_the_newest_page_comes_first_and_nothing_is_requested_twice(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.request(MINUTE, 250 * MINUTE_NS)
            await scene.settle()
            lengths = [(query.end_ns - query.start_ns) // MINUTE_NS for query in scene.venue.queries]
            assert lengths == [100, 100, 51]
            assert all(
                a.start_ns == b.end_ns for a, b in zip(scene.venue.queries, scene.venue.queries[1:], strict=False)
            )
            assert scene.loads == 6  # before and after each
            scene.request(MINUTE, 200 * MINUTE_NS)
            scene.request(MINUTE, 240 * MINUTE_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 3
            scene.request(MINUTE, 260 * MINUTE_NS)  # panned left
            await scene.settle()
            assert [query.end_ns - query.start_ns for query in scene.venue.queries[3:]] == [10 * MINUTE_NS]
            assert len(scene.recorded.bars.provided.read(MINUTE).start_ns) == 261

    run(test())


@pytest.mark.parametrize(
    ("name", "expected"), [("4h", "1h"), ("1h", "1h"), ("15m", "1m"), ("1w", "1d"), ("1M", "1d"), ("5s", "")]
)
def test_the_longest_bars_that_fit_are_requested(run: RunQt, name: str, expected: str) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.request(BY_NAME[name], 20 * BY_NAME[name].width_ns)
            await scene.settle()
            assert {query.timeframe for query in scene.venue.queries} == ({expected} if expected else set())

    run(test())


def test_what_was_received_is_not_requested_and_gaps_are(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        begin = MINUTE.start_of(scene.clock.now_ns) - 60 * MINUTE_NS
        for second in range(0, 3_600, 10):
            scene.recorded.add(begin + second * SECOND_NS, 1.0, 1.0)
        scene.recorded.bars.aggregate_pending()
        scene.gaps.append(Gap(begin + 600 * SECOND_NS, begin + 630 * SECOND_NS))
        async with scene.running():
            scene.request(MINUTE, 60 * MINUTE_NS)
            await scene.settle()
            assert [(query.start_ns - begin) // MINUTE_NS for query in scene.venue.queries] == [10, 0]
            assert [(query.end_ns - begin) // MINUTE_NS for query in scene.venue.queries] == [11, 1]

    run(test())


def test_a_bar_that_was_forming_is_requested_again_when_it_has_closed(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.request(HOUR, 3 * HOUR_NS, scene.clock.now_ns + 10 * HOUR_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 1
            forming_ns = HOUR.start_of(scene.clock.now_ns)
            scene.clock.now_ns = forming_ns + HOUR_NS + 10 * SECOND_NS
            scene.request(HOUR, 3 * HOUR_NS, scene.clock.now_ns + 10 * HOUR_NS)
            await scene.settle()
            assert scene.venue.queries[1].start_ns == forming_ns
            assert scene.recorded.bars.provided.covers(HOUR, forming_ns, forming_ns + HOUR_NS)

    run(test())


@pytest.mark.parametrize("ahead_s", [-50, -5, 5, 50])
def test_a_bar_closes_by_the_clock_of_the_exchange(run: RunQt, ahead_s: int) -> None:
    async def test() -> None:
        scene = Scene()
        forming_ns = MINUTE.start_of(scene.clock.now_ns)
        scene.loader = BarLoader(
            scene.venue, scene._find, lambda: scene.clock.now_ns + ahead_s * SECOND_NS, exchange_clock=scene.clock
        )
        scene.loader.set_offer(OFFER, Credentials())
        async with scene.running():
            for second in range(40, 80):
                scene.clock.now_ns = forming_ns + second * SECOND_NS
                scene.request(MINUTE, 3 * MINUTE_NS, scene.clock.now_ns + 10 * MINUTE_NS)
                await scene.settle()
        provided = scene.recorded.bars.provided.read(MINUTE)
        closes = dict(zip(provided.start_ns.tolist(), provided.close.tolist(), strict=True))
        assert closes[forming_ns] == 1.0

    run(test())


def test_the_loader_wakes_when_a_bar_that_was_forming_has_closed(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        scene = Scene()
        answer, end_ns = scene.venue.bars, MINUTE.end_of(MINUTE.start_of(scene.clock.now_ns))

        async def bars(query: BarsQuery, days: TradingDays = UTC_DAYS) -> list[Bar]:
            found = await answer(query, days)
            scene.clock.now_ns = max(scene.clock.now_ns, end_ns + 3 * SECOND_NS - SECOND_NS // 20)
            return found

        monkeypatch.setattr(scene.venue, "bars", bars)
        async with scene.running():
            scene.request(MINUTE, 10 * MINUTE_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 1
            scene.clock.now_ns = end_ns + 3 * SECOND_NS
            await until(lambda: len(scene.venue.queries) == 2)  # the request is the same
            assert scene.venue.queries[1].start_ns == end_ns - MINUTE_NS

    run(test())


def test_a_provider_without_older_bars_is_not_asked_forever(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.oldest_ns = scene.clock.now_ns - 10 * DAY_NS
        async with scene.running():
            scene.request(HOUR, 3_650 * DAY_NS)
            await scene.settle()
            assert len(scene.venue.queries) < 10

    run(test())


def test_bars_older_than_the_provider_keeps_are_never_requested(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene(HistoryOffer({"1m": "1"}, 1_000, math.inf, newest_bars=720))
        async with scene.running():
            scene.request(MINUTE, 30 * DAY_NS)
            await scene.settle()
            (query,) = scene.venue.queries
            assert scene.clock.now_ns - 720 * MINUTE_NS <= query.start_ns

    run(test())


def test_a_request_is_cancelled_when_the_chart_shows_another_symbol(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.is_silent = True
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await until(lambda: scene.loader.status("A").is_loading)
            scene.loader.set_requests([])
            await until(lambda: not scene.loader.status("A").is_loading)
            scene.venue.is_silent = False
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            assert len(scene.recorded.bars.provided.read(MINUTE).start_ns) == 61

    run(test())


@pytest.mark.parametrize(
    ("refusal", "text"),
    [(Refusal.NOT_OFFERED, "Not in this plan."), (Refusal.KEY_REFUSED, "The key is not known.")],
)
def test_what_is_not_offered_for_a_key_is_requested_once_and_again_with_another(
    run: RunQt, refusal: Refusal, text: str
) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [HistoryError(text, refusal)]
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            scene.loader.set_offer(None)
            scene.loader.set_offer(OFFER, Credentials())  # reconnected
            scene.request(HOUR, DAY_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 1
            assert scene.loader.status("A") == LoadStatus(problem=text, refusal=refusal)
            scene.loader.set_offer(OFFER, Credentials(key="another"))
            await scene.settle()
            assert len(scene.venue.queries) == 2
            assert scene.loader.status("A") == LoadStatus()

    run(test())


def test_an_unknown_symbol_concerns_that_symbol_only_and_a_limit_makes_a_pause(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [HistoryError("The venue limits the rate.", Refusal.RATE_LIMITED, 40.0)]
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            paused = f"The venue limits the rate. {describe_pause(scene.clock(), 40.0, 'Past bars are requested')}"
            assert scene.loader.status("A").problem == paused
            scene.clock.now_ns += 39 * SECOND_NS
            scene.request(MINUTE, 2 * HOUR_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 1
            scene.clock.now_ns += 2 * SECOND_NS
            scene.venue.errors = [HistoryError("No such symbol.", Refusal.UNKNOWN_SYMBOL)]
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            assert len(scene.venue.queries) == 2
            assert scene.loader.status("A").problem == "No such symbol."
            assert scene.loader.status("B").problem == ""

    run(test())


def test_a_failed_request_is_repeated_after_longer_and_longer_pauses(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [HistoryError("broken") for _ in range(3)]
        async with scene.running():
            for pause_s in (5, 10, 20):
                count = len(scene.venue.queries)
                scene.request(MINUTE, HOUR_NS)
                await scene.settle()
                assert len(scene.venue.queries) == count + 1
                assert scene.loader.status("A").problem == "broken"
                scene.clock.now_ns += (pause_s - 1) * SECOND_NS
                scene.request(MINUTE, 2 * HOUR_NS)
                await scene.settle()
                assert len(scene.venue.queries) == count + 1
                scene.clock.now_ns += 2 * SECOND_NS
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            assert scene.loader.status("A") == LoadStatus()

    run(test())


def test_after_a_bug_a_request_is_not_repeated_without_a_pause(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [KeyError("a bug") for _ in range(9)]  # type: ignore[misc]
        scene.request(MINUTE, HOUR_NS)
        for _ in range(3):
            with contextlib.suppress(TimeoutError, KeyError):
                async with asyncio.timeout(0.2):
                    await scene.loader.run()  # which is started again after a bug
        assert len(scene.venue.queries) == 1
        assert scene.loader.status("A").problem.startswith("Could not load past bars because of an internal error.")
        scene.clock.advance(6)
        with pytest.raises(KeyError):
            await scene.loader.run()
        assert len(scene.venue.queries) == 2

    run(test())


def test_retry_ends_the_pause_after_a_failure_but_not_one_that_the_provider_demands(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        limited = HistoryError("limited", Refusal.RATE_LIMITED, 40.0)
        scene.venue.errors = [HistoryError("no network", Refusal.OFFLINE), limited]
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            assert scene.loader.status("A") == LoadStatus(problem="no network", refusal=Refusal.OFFLINE)
            scene.loader.retry()
            await scene.settle()
            assert len(scene.venue.queries) == 2
            assert scene.loader.status("A").refusal is Refusal.RATE_LIMITED
            scene.loader.retry()
            await scene.settle()
            assert len(scene.venue.queries) == 2
            scene.clock.now_ns += 41 * SECOND_NS
            scene.request(MINUTE, 2 * HOUR_NS)
            await scene.settle()
            assert scene.loader.status("A") == LoadStatus()

    run(test())


def test_a_request_that_failed_without_a_connection_is_repeated_when_there_is_one(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [HistoryError("no network", Refusal.OFFLINE)]
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            for offer in (OFFER, None, OFFER):
                assert len(scene.venue.queries) == 1
                scene.loader.set_offer(offer, Credentials())
                await scene.settle()
            assert len(scene.venue.queries) == 2
            assert scene.loader.status("A") == LoadStatus()

    run(test())


@pytest.mark.parametrize("reason", ["refused", "unknown", "removed"])
def test_the_loader_does_not_wake_for_bars_that_it_cannot_request(
    run: RunQt, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            progress = scene.loader._progress["A", "1m"]
            assert progress.again_ns
            match reason:
                case "refused":
                    scene.loader._problems[""] = "no", Refusal.NOT_OFFERED
                case "unknown":
                    scene.loader._problems["A"] = "no", Refusal.UNKNOWN_SYMBOL
                case _:
                    monkeypatch.setattr(scene.loader, "_find_history", lambda symbol: None)
            scene.clock.advance(3600)
            assert scene.loader._closing_times() == []

    run(test())


def test_bars_are_requested_again_after_they_were_dropped(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            scene.request(MINUTE, HOUR_NS)
            await scene.settle()
            scene.recorded.bars.provided.clear()
            scene.request(MINUTE, HOUR_NS + MINUTE_NS)
            await scene.settle()
            assert scene.venue.queries[0].start_ns == scene.venue.queries[1].start_ns + MINUTE_NS

    run(test())


@pytest.mark.parametrize(("delay_s", "requests"), [(2, 2), (8, 3), (25, 4), (1_000, 4)])
def test_a_closed_bar_that_the_provider_does_not_have_yet_is_requested_again(
    run: RunQt, delay_s: int, requests: int
) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.delay_ns = delay_s * SECOND_NS
        forming_ns = MINUTE.start_of(scene.clock.now_ns)
        scene.clock.now_ns = forming_ns + 40 * SECOND_NS  # the bar before is old enough
        async with scene.running():
            for second in (40, *range(60, 118)):
                scene.clock.now_ns = forming_ns + second * SECOND_NS
                scene.request(MINUTE, 3 * MINUTE_NS, scene.clock.now_ns + 10 * MINUTE_NS)
                await scene.settle()
        again = [query for query in scene.venue.queries if query.start_ns <= forming_ns < query.end_ns]
        assert len(again) == requests
        provided = scene.recorded.bars.provided.read(MINUTE)
        closes = dict(zip(provided.start_ns.tolist(), provided.close.tolist(), strict=True))
        assert closes[forming_ns] == (1.0 if delay_s < 30 else 0.5)

    run(test())


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500), st.integers(0, 90)), min_size=1, max_size=6))
def test_any_sequence_of_requests_loads_each_bar_once(requests: list[tuple[int, int, int]]) -> None:
    async def test() -> None:
        scene = Scene()
        async with scene.running():
            for left, length, wait_s in requests:
                begin_ns = scene.clock.now_ns - left * MINUTE_NS
                scene.loader.set_requests([BarsRequest("A", MINUTE, begin_ns, begin_ns + length * MINUTE_NS)])
                await scene.settle()
                assert scene.recorded.bars.provided.covers(
                    MINUTE,
                    begin_ns,
                    min(begin_ns + length * MINUTE_NS, MINUTE.start_of(scene.clock.now_ns - 3 * SECOND_NS)),
                )
                scene.clock.now_ns += wait_s * SECOND_NS
        counts = Counter(
            start_ns for query in scene.venue.queries for start_ns in range(query.start_ns, query.end_ns, MINUTE_NS)
        )
        forming = Counter(scene.venue.forming)
        assert all(count <= 1 + forming[start_ns] for start_ns, count in counts.items())

    run_plain(test())


def test_the_bars_of_gaps_are_requested_after_those_of_charts(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        now_ns = scene.clock.now_ns
        scene.loader.add_request(BarsRequest("A", MINUTE, now_ns - 600 * MINUTE_NS, now_ns - 595 * MINUTE_NS))
        scene.loader.add_request(BarsRequest("removed", MINUTE, now_ns - 600 * MINUTE_NS, now_ns - 595 * MINUTE_NS))
        scene.request(MINUTE, 10 * MINUTE_NS)
        assert scene.loader.requested_symbols == {"A"}
        async with scene.running():
            await scene.settle()
            scene.loader.set_requests([])
            await scene.settle()
        chart, gap = scene.venue.queries
        assert chart.start_ns == MINUTE.start_of(now_ns - 10 * MINUTE_NS)
        assert gap.start_ns == MINUTE.start_of(now_ns - 600 * MINUTE_NS)
        assert gap.end_ns == MINUTE.end_of(MINUTE.start_of(now_ns - 595 * MINUTE_NS))

    run(test())
