from __future__ import annotations

import asyncio
import math

import pytest

from tests.conftest import RunQt
from tests.doubles import StillClock
from tests.history.test_bar_loader import OFFER, Venue
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, Timeframe
from ticker_gui.feeds.history import HistoryError, HistoryOffer
from ticker_gui.history import bar_download
from ticker_gui.history.bar_download import BarDownload, DownloadRequest

MANY = 10**6


class Scene:
    """A download from a provider that has a bar of every minute."""

    def __init__(self, offer: HistoryOffer | None = OFFER) -> None:
        self.clock = StillClock()
        self.venue = Venue(self.clock)
        self.pauses: list[float] = []
        self.download = BarDownload(self.venue, "The venue", offer, self.clock, self._note)

    def _note(self, pause_s: float, problem: HistoryError | None) -> None:
        self.pauses.append(pause_s)
        assert problem is not None or not pause_s

    async def run(self, timeframe: Timeframe, start_ns: int, end_ns: int, max_bars: int = MANY) -> None:
        await self.download.run("A", DownloadRequest(timeframe, start_ns, end_ns, max_bars))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bar_download, "_RETRIES_S", (0.0, 0.0))


def test_a_period_is_downloaded_newest_first(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        now_ns = scene.clock.now_ns = MINUTE.start_of(scene.clock.now_ns)
        await scene.run(MINUTE, now_ns - 250 * MINUTE_NS, now_ns)
        assert [bar.start_ns for bar in scene.download.bars] == [now_ns - n * MINUTE_NS for n in range(1, 251)]
        assert len(scene.venue.queries) == 3
        assert not scene.download.is_cut

    run(test())


def test_a_number_of_bars_needs_no_more_requests_than_they_fill(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        await scene.run(MINUTE, 0, scene.clock.now_ns, 150)
        assert len(scene.download.bars) == 150
        assert len(scene.venue.queries) == 2
        assert not scene.download.is_cut

    run(test())


def test_bars_are_made_of_shorter_ones_and_the_newest_is_forming(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        four_hours = BY_NAME["4h"]
        start_ns = four_hours.start_of(scene.clock.now_ns)
        scene.clock.now_ns = start_ns + 90 * MINUTE_NS
        await scene.run(four_hours, 0, scene.clock.now_ns, 3)
        newest, *others = scene.download.bars
        assert (newest.start_ns, newest.volume, newest.is_closed) == (start_ns, 2.0, False)  # of two bars of an hour
        assert [(bar.volume, bar.is_closed) for bar in others] == [(4.0, True), (4.0, True)]
        assert {query.timeframe for query in scene.venue.queries} == {"1h"}

    run(test())


def test_a_bar_longer_than_a_request_takes_several(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene(HistoryOffer({"1m": "1"}, 100, math.inf))
        day_ns = BY_NAME["1d"].start_of(scene.clock.now_ns)
        await scene.run(BY_NAME["1d"], day_ns - DAY_NS, day_ns)
        assert [bar.volume for bar in scene.download.bars] == [24.0 * 60]
        assert len(scene.venue.queries) == 15

    run(test())


@pytest.mark.parametrize("max_bars", [MANY, 5_000])
def test_bars_that_do_not_go_back_so_far_are_reported(run: RunQt, max_bars: int) -> None:
    async def test() -> None:
        scene = Scene()
        now_ns = scene.clock.now_ns
        scene.venue.oldest_ns = now_ns - 120 * HOUR_NS
        await scene.run(BY_NAME["1h"], 0, now_ns, max_bars)
        assert 119 <= len(scene.download.bars) <= 121
        assert scene.download.is_cut
        newest = Scene(HistoryOffer({"1m": "1"}, 100, math.inf, newest_bars=100))
        await newest.run(MINUTE, 0, now_ns, max_bars)
        assert len(newest.download.bars) == 100
        assert newest.download.is_cut

    run(test())


def test_requests_are_as_far_apart_as_the_provider_demands(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def test() -> None:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        scene = Scene(HistoryOffer({"1m": "1"}, 100, requests_per_second=4.0))
        await scene.run(MINUTE, 0, scene.clock.now_ns, 250)
        monkeypatch.undo()
        assert [pause for pause in pauses if pause] == [0.25, 0.25]  # between three requests, and not after the last

    run(test())


def test_a_refused_older_period_ends_the_download(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        bars, venue = scene.venue.bars, scene.venue

        async def refuse_older(query, days):  # type: ignore[no-untyped-def]
            if len(venue.queries) == 1:
                raise HistoryError("too old", Refusal.OUT_OF_RANGE)
            return await bars(query, days)

        venue.bars = refuse_older  # type: ignore[method-assign,assignment]
        await scene.run(MINUTE, 0, scene.clock.now_ns)
        assert len(scene.download.bars) == 100
        assert scene.download.is_cut

    run(test())


def test_failures_and_rate_limits_are_waited_out(run: RunQt) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = [HistoryError("busy", Refusal.RATE_LIMITED, 0.01), HistoryError("broken")]
        await scene.run(MINUTE, 0, scene.clock.now_ns, 10)
        assert len(scene.download.bars) == 10
        assert scene.pauses == [0.01, 0.0, 0.0]

    run(test())


@pytest.mark.parametrize(
    "errors",
    [
        [HistoryError("no", Refusal.NOT_OFFERED)],
        [HistoryError("no", Refusal.UNKNOWN_SYMBOL)],
        [HistoryError("no", Refusal.OUT_OF_RANGE)],
        [HistoryError("no", Refusal.RATE_LIMITED, 86_400.0)],
        [HistoryError("no")] * 3,
    ],
)
def test_other_refusals_are_raised(run: RunQt, errors: list[HistoryError]) -> None:
    async def test() -> None:
        scene = Scene()
        scene.venue.errors = list(errors)
        with pytest.raises(HistoryError, match="no"):
            await scene.run(MINUTE, 0, scene.clock.now_ns)
        assert not scene.venue.errors

    run(test())


def test_bars_that_the_provider_does_not_offer_are_an_error_before_any_request(run: RunQt) -> None:
    async def test() -> None:
        for offer, sentence in (
            (None, "The venue has no past bars."),
            (HistoryOffer({"1d": "D"}, 1, 1.0), "The venue has no past 1m bars. Choose 1d, 1w, 1M."),
        ):
            scene = Scene(offer)
            with pytest.raises(HistoryError) as caught:
                await scene.run(MINUTE, 0, scene.clock.now_ns)
            assert str(caught.value) == sentence
            assert not scene.venue.queries

    run(test())
