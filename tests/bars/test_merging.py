"""Merging of received and provided bars, compared with a market of which everything is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.merging import MissingData
from ticker_gui.bars.provided_bars import BarSource, ProvidedBars
from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.events import Bar
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, HOUR_NS, MINUTE, MINUTE_NS, SECOND_NS, Timeframe

T0 = 1_700_006_400 * 10**9  # midnight
STEP_NS = 10 * SECOND_NS


@dataclass
class TradedMarket:
    """A market with a trade of size 1 every ten seconds, of which a program receives some."""

    end_ns: int = T0
    recorded: RecordedTape = field(default_factory=RecordedTape)
    gaps: list[Gap] = field(default_factory=list)
    is_connected: bool = False

    def __post_init__(self) -> None:
        self.recorded.bars.find_gaps = lambda: tuple(self.gaps)

    def trade(self, count: int) -> None:
        for _ in range(count):
            if self.is_connected:
                self.recorded.add(self.end_ns, price_at(self.end_ns), 1.0)
            self.end_ns += STEP_NS

    def connect(self) -> None:
        if not self.is_connected and self.gaps:
            self.gaps[-1] = self.gaps[-1]._replace(end_ns=self.end_ns)
        self.is_connected = True

    def disconnect(self) -> None:
        if self.is_connected:
            self.gaps.append(Gap(self.end_ns, None))
        self.is_connected = False

    def provide(self, timeframe: Timeframe, start_ns: int) -> None:
        """Add the provider's bars from a time on until now, the forming one last."""
        start_ns = timeframe.start_of(start_ns)
        bars = [Bar("A", timeframe.name, *row, is_closed=True) for row in self.expected(timeframe, start_ns)]
        self.recorded.bars.provided.add(timeframe, bars, (start_ns, self.end_ns))

    def expected(self, timeframe: Timeframe, start_ns: int) -> list[tuple[int, float, float, float, float, float]]:
        rows: dict[int, list[float]] = {}
        for time_ns in range(max(start_ns, T0 - DAY_NS), self.end_ns, STEP_NS):
            rows.setdefault(timeframe.start_of(time_ns), []).append(price_at(time_ns))
        return [
            (start, prices[0], max(prices), min(prices), prices[-1], float(len(prices)))
            for start, prices in rows.items()
        ]


def price_at(time_ns: int) -> float:
    return 100.0 + (time_ns // STEP_NS * 7_919) % 1_000 / 10


def rows_of(series: TimeSeries) -> list[tuple[float, ...]]:
    series.update()
    return [tuple(row) for row in zip(*(column.tolist() for column in series.bars), strict=True)]


timeframes = st.sampled_from([BY_NAME[name] for name in ("1m", "5m", "15m", "1h")])
actions = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(1, 60)),
        st.tuples(st.sampled_from(["connect", "disconnect", "read"]), st.just(0)),
        st.tuples(st.just("provide"), st.integers(0, 180)),
    ),
    max_size=14,
)


@given(timeframes, timeframes, actions)
def test_with_everything_provided_every_bar_equals_that_of_the_whole_market(
    timeframe: Timeframe, held: Timeframe, actions: list[tuple[str, int]]
) -> None:
    """Whatever was received, provided and missed in between, and whenever the bars were read."""
    market = TradedMarket()
    market.trade(100)
    series = TimeSeries(market.recorded.bars, timeframe)
    for action, argument in actions:
        match action:
            case "trade":
                market.trade(argument)
            case "connect":
                market.connect()
            case "disconnect":
                market.disconnect()
            case "provide":
                market.provide(held, market.end_ns - argument * MINUTE_NS)
            case _:
                starts = [row[0] for row in rows_of(series)]
                assert starts == sorted(set(starts))
    market.connect()
    market.provide(BY_NAME["1m"], T0)
    market.provide(timeframe, T0)
    rows = [row for row in rows_of(series) if row[0] >= T0]
    assert rows == market.expected(timeframe, T0)
    market.trade(200)  # all of these are received
    rows = [row for row in rows_of(series) if row[0] >= T0]
    expected = market.expected(timeframe, T0)
    assert [row[:5] for row in rows] == [row[:5] for row in expected]
    assert all(row[5] <= whole[5] for row, whole in zip(rows, expected, strict=True))  # never added twice
    assert rows_of(TimeSeries(market.recorded.bars, timeframe))[-len(rows) :] == rows  # built at once or step by step


def test_a_bar_that_was_received_completely_is_never_replaced() -> None:
    market = TradedMarket()
    market.connect()
    market.trade(60)
    first = market.end_ns - 60 * STEP_NS
    wrong = [Bar("A", "1m", first + n * MINUTE_NS, 1.0, 1.0, 1.0, 1.0, 99.0, is_closed=True) for n in range(10)]
    market.recorded.bars.provided.add(BY_NAME["1m"], wrong)
    series = TimeSeries(market.recorded.bars, BY_NAME["1m"])
    assert [row[5] for row in rows_of(series)] == [99.0, *(6.0,) * 9]  # nothing is known of the time before the first
    assert series.sources().tolist() == [BarSource.PROVIDED, *(BarSource.SEEN,) * 9]


def test_every_bar_has_its_source() -> None:
    market = TradedMarket()
    market.trade(63)
    market.connect()
    market.trade(60)
    market.disconnect()
    market.trade(60)
    market.connect()
    market.trade(60)
    series = TimeSeries(market.recorded.bars, BY_NAME["1m"])
    partial, seen = BarSource.PARTIAL, BarSource.SEEN
    series.update()
    assert series.sources().tolist() == [partial, *(seen,) * 9, partial, partial, *(seen,) * 10][: len(series)]
    market.provide(BY_NAME["1m"], T0)
    series.update()
    provided, backfilled = BarSource.PROVIDED, BarSource.BACKFILLED
    assert series.sources().tolist()[:21] == [*(provided,) * 11, *(seen,) * 9, backfilled]
    assert set(series.sources().tolist()[21:30]) == {backfilled}
    assert not series.unfilled.gaps


def test_a_gap_whose_trades_were_backfilled_leaves_no_partial_bar() -> None:
    market = TradedMarket()
    market.connect()
    market.trade(30)
    market.disconnect()
    missed = range(market.end_ns, market.end_ns + 12 * STEP_NS, STEP_NS)
    market.trade(12)
    market.connect()
    market.trade(12)
    series = TimeSeries(market.recorded.bars, BY_NAME["1m"])
    series.update()
    for time_ns in missed:
        market.recorded.add(time_ns, price_at(time_ns), 1.0)
    market.gaps[0] = market.gaps[0]._replace(is_backfilled=True)
    assert rows_of(series) == market.expected(BY_NAME["1m"], T0)
    assert series.sources().tolist() == [3, 0, 0, 0, 0, 1, 1, 0, 0]


def test_a_provided_hour_replaces_one_of_which_whole_minutes_were_missed() -> None:
    market, hour = TradedMarket(), BY_NAME["1h"]
    market.connect()
    market.trade(6 * 90)
    market.disconnect()
    missed = range(market.end_ns, market.end_ns + 6 * 10 * STEP_NS, STEP_NS)
    market.trade(len(missed))  # no minute is received in part
    market.connect()
    market.trade(6 * 90)
    market.provide(hour, T0)
    series = TimeSeries(market.recorded.bars, hour)
    assert rows_of(series) == market.expected(hour, T0)
    assert series.sources().tolist()[1:3] == [BarSource.BACKFILLED, BarSource.SEEN]
    for time_ns in missed:
        market.recorded.add(time_ns, price_at(time_ns), 1.0)
    market.gaps[0] = market.gaps[0]._replace(is_backfilled=True)
    whole = TimeSeries(market.recorded.bars, hour)
    assert rows_of(whole) == market.expected(hour, T0)
    assert whole.sources().tolist()[1:3] == [BarSource.BACKFILLED, BarSource.SEEN]


def test_days_of_years_and_minutes_of_hours_are_one_series() -> None:
    market = TradedMarket()
    market.trade(6 * 60)
    market.connect()
    market.trade(6 * 60)
    day = BY_NAME["1d"]
    years = [Bar("A", "1d", T0 - n * DAY_NS, 50.0, 60.0, 40.0, 55.0, 1e6, is_closed=True) for n in range(1, 3_650)]
    provided = market.recorded.bars.provided
    provided.add(day, years, (T0 - 3_649 * DAY_NS, T0))
    market.provide(BY_NAME["1m"], T0)
    series = TimeSeries(market.recorded.bars, day)
    rows = rows_of(series)
    assert len(rows) == 3_650
    assert rows[-1] == market.expected(day, T0)[0]  # of minutes: neither the provider nor we have the whole day
    market.trade(6)
    assert rows_of(series)[-1] == market.expected(day, T0)[0]
    hours = TimeSeries(market.recorded.bars, BY_NAME["1h"])
    assert rows_of(hours) == market.expected(BY_NAME["1h"], T0)
    assert (np.diff(hours.bars.start_ns) == HOUR_NS).all()


FIRST_NS = T0 + 30 * SECOND_NS
GAP = Gap(T0 + 310 * SECOND_NS, T0 + 380 * SECOND_NS)  # from the fifth to the sixth minute
OPEN_GAP = Gap(T0 + HOUR_NS, None)
BACKFILLED = Gap(T0 + 600 * SECOND_NS, T0 + 610 * SECOND_NS)._replace(is_backfilled=True)


def covering(*minutes: int) -> ProvidedBars:
    """Return provided bars that cover these minutes, in which nothing was traded."""
    provided = ProvidedBars()
    for minute in minutes:
        provided.add(MINUTE, [], (T0 + minute * MINUTE_NS, T0 + (minute + 1) * MINUTE_NS))
    return provided


def test_a_gap_and_the_time_before_the_first_trade_are_filled_by_whole_bars_only() -> None:
    missing_data = MissingData((GAP, BACKFILLED, OPEN_GAP), FIRST_NS)
    missing = MissingData([GAP, OPEN_GAP], FIRST_NS)
    assert missing_data.unfilled(covering()) == missing_data.unfilled(covering(), MINUTE) == missing
    assert missing_data.unfilled(covering(0), MINUTE) == MissingData([GAP, OPEN_GAP], None)
    assert missing_data.unfilled(covering(0, 5, 6), BY_NAME["1h"]) == missing
    assert missing_data.unfilled(covering(5), MINUTE) == missing_data.unfilled(covering(6), MINUTE) == missing
    assert missing_data.unfilled(covering(0, 5, 6, 60), BY_NAME["1h"], MINUTE) == MissingData([OPEN_GAP], None)
    assert missing_data.unfilled(covering(0, 5, 6), MINUTE, BY_NAME["1h"]) == MissingData([OPEN_GAP], None)
    assert MissingData((GAP,)).unfilled(covering(5, 6), MINUTE) == MissingData([], None)


def test_complete_bars_are_those_provided_and_those_whose_trades_were_received() -> None:
    forever = 2**63 - 1
    received = [(FIRST_NS, GAP.start_ns), (GAP.end_ns, OPEN_GAP.start_ns)]
    missing_data = MissingData((GAP, BACKFILLED, OPEN_GAP), FIRST_NS)
    assert missing_data.known(covering(), MINUTE) == received
    assert missing_data.known(covering(0), MINUTE) == [(T0, GAP.start_ns), received[1]]
    assert missing_data.known(covering(5, 6), MINUTE) == [(FIRST_NS, OPEN_GAP.start_ns)]
    assert missing_data.known(covering(0, 5, 6), BY_NAME["1h"]) == received
    assert MissingData((), FIRST_NS).known(covering(), MINUTE) == [(FIRST_NS, forever)]
    forming = covering()
    forming.add(MINUTE, [], (T0, T0 + 10 * SECOND_NS))  # what is missing of this minute is shorter than a bar
    assert MissingData((), FIRST_NS).known(forming, MINUTE) == [(T0, forever)]
    assert MissingData((GAP,)).known(covering(5), MINUTE) == [(T0 + 5 * MINUTE_NS, T0 + 6 * MINUTE_NS)]


def test_a_provided_bar_that_was_still_forming_is_partial_because_trades_may_be_missing() -> None:
    market = TradedMarket()
    market.trade(63)
    market.provide(MINUTE, T0)
    market.trade(1)
    market.connect()
    market.trade(8)
    series = TimeSeries(market.recorded.bars, MINUTE)
    series.update()
    assert series.sources().tolist()[-3:] == [BarSource.PROVIDED, BarSource.PARTIAL, BarSource.SEEN]
