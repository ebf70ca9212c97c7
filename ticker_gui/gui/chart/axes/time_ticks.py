"""Labels of the time axis in local time, correct also on days with 23 or 25 hours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from ticker_gui.bars.series import Series
from ticker_gui.chart.time_scale import ContinuousTimeScale, TimeScale
from ticker_gui.domain.local_time import FIRST_SECOND, LAST_SECOND, local_time, timestamp_of
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.axes.price_ticks import round_step

WIDEST_LABEL: Final = "00:00:00"
_LABEL_SPACING: Final = 1.6  # distance of labels, relative to their width
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_MONTH: Final = 30 * _DAY  # longer steps are calendar months
_YEAR: Final = 365 * _DAY
_MAX_DAYS: Final = 40  # in view, up to which the starts of days are marked

# Steps between labels, in seconds.
_STEPS: Final = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip


class TimeTicks(NamedTuple):
    """Labels of the time axis and the starts of days, all at positions on the time scale."""

    positions: list[float]
    texts: list[str]
    days: list[float]


def times_in_view(
    time_scale: TimeScale, series: Series, left: float, right: float, labels: float, zone: tzinfo | None
) -> TimeTicks:
    """Return the ticks of a range of the time scale; ``labels`` labels as wide as `WIDEST_LABEL` fill the axis.

    ``zone`` is the time zone of the labels; None is the computer's own.
    """
    minimum = (right - left) * _LABEL_SPACING / max(labels, 1.0)
    if isinstance(time_scale, ContinuousTimeScale):
        return _clock_ticks(left, right, minimum, zone, time.tzname)
    return _bar_ticks(time_scale, series, left, right, minimum, zone)


@lru_cache(maxsize=8)  # the ticks of a chart change only when it scrolls
def _clock_ticks(
    left: float, right: float, minimum: float, zone: tzinfo | None, local_zone: tuple[str, str]
) -> TimeTicks:
    if not FIRST_SECOND < left < right < LAST_SECOND:
        return TimeTicks([], [], [])
    step = next((step for step in _STEPS if step >= minimum), _YEAR * round(round_step(minimum / _YEAR)))
    positions = tick_times(left, right, step, zone)
    days = tick_times(left, right, _DAY, zone) if right - left <= _MAX_DAYS * _DAY else []
    return TimeTicks(positions, [label(position, step, zone) for position in positions], days)


def _bar_ticks(
    time_scale: TimeScale, series: Series, left: float, right: float, minimum: float, zone: tzinfo | None
) -> TimeTicks:
    """Label every n-th bar: the times of bars by trade count are not evenly spaced."""
    step = max(1.0, round_step(minimum))
    left, right = max(left, float(series.begin)), min(right, time_scale.newest(series))
    if left >= right:
        return TimeTicks([], [], [])
    first = int(-(-left // step))
    positions = [index * step for index in range(first, int(right // step) + 1)]
    texts, day = list[str](), None
    for position in positions:
        moment = local_time(time_scale.time_at(series, position) / SECOND_NS, zone)
        is_new = day is not None and moment.date() != day
        texts.append(moment.strftime("%d %b" if is_new else "%H:%M:%S"))
        day = moment.date()
    begin, end = (time_scale.time_at(series, position) / SECOND_NS for position in (left, right))
    midnights = tick_times(begin, end, _DAY, zone) if end - begin <= _MAX_DAYS * _DAY else []
    return TimeTicks(positions, texts, [time_scale.x_at(series, round(moment * SECOND_NS)) for moment in midnights])


def tick_times(minimum: float, maximum: float, step: int, zone: tzinfo | None) -> list[float]:
    """Return the times to label between two others, all in seconds since the epoch.

    Steps of an hour and more are taken in the zone's local time, so that noon is labeled also on a day on which the
    clocks change. Shorter steps are taken in real time, so that an hour that occurs twice is labeled twice.
    """
    first = local_time(minimum, zone)
    count = int((maximum - minimum) / step) + 3
    if step < _HOUR:
        offset = (first.utcoffset() or timedelta()).total_seconds()
        begin = (minimum + offset) // step * step - offset
        moments: Iterator[float] = (begin + step * index for index in range(count))
    elif step >= _MONTH:
        moments = _month_starts(first, 12 * round(step / _YEAR) or round(step / _MONTH), count, zone)
    else:
        wall = _round_wall_time(first, step)
        moments = (timestamp_of(wall + timedelta(seconds=step * index), zone) for index in range(count))
    return sorted({moment for moment in moments if minimum <= moment <= maximum})


def label(seconds: float, step: float, zone: tzinfo | None) -> str:
    """Return a time as its axis label; the start of a day, which is not always midnight, is labeled with the date."""
    moment, before = local_time(round(seconds), zone), local_time(round(seconds) - 1, zone)
    if step >= _YEAR:
        return moment.strftime("%Y")
    if step >= _MONTH:
        return moment.strftime("%b %Y")
    if step >= _DAY or moment.date() != before.date():
        return moment.strftime("%d %b")
    return moment.strftime("%H:%M:%S" if step < _MINUTE else "%H:%M")


def _round_wall_time(moment: datetime, step: int) -> datetime:
    """Return the last multiple of ``step`` at or before a moment in local time, without a zone."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if step >= _DAY:
        return midnight - timedelta(days=midnight.toordinal() % (step // _DAY))
    return midnight.replace(hour=moment.hour // (step // _HOUR) * (step // _HOUR))


def _month_starts(moment: datetime, every: int, count: int, zone: tzinfo | None) -> Iterator[float]:
    """Yield the start of every n-th month, counted from the year 0, from at or before ``moment``."""
    first = (12 * moment.year + moment.month - 1) // every * every
    for number in range(first, first + every * count, every):
        year, month = divmod(number, 12)
        if MINYEAR < year < MAXYEAR:  # a zone's offset may leave the range of datetime
            yield timestamp_of(datetime(year, month + 1, 1), zone)
