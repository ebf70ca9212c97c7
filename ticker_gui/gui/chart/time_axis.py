"""A time axis on local clocks, right also on days of 23 and 25 hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ticker_gui.gui.chart.axis import Axis

_PIXELS_A_LABEL: Final = 90
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400

# Steps between labels, in seconds.
_STEPS: Final = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND: Final = -62_135_510_400  # a day inside of what a datetime can say, for any zone's offset
_LAST_SECOND: Final = 253_402_214_400


class TimeAxis(Axis):
    """Labels seconds since the epoch with times of day, and with dates where days begin.

    ``zone`` is the zone to label in; ``None`` is the computer's own.
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        super().__init__("bottom")
        self._zone = zone

    def values(self) -> tuple[list[float], float]:
        """Return the round times in view, and the step between them in seconds."""
        minimum, maximum = self.range
        if not _FIRST_SECOND < minimum < maximum < _LAST_SECOND:
            return [], 1.0
        wanted = (maximum - minimum) * _PIXELS_A_LABEL / max(self.length, 1.0)
        step = next((step for step in _STEPS if step >= wanted), _STEPS[-1])
        return tick_times(minimum, maximum, step, self._zone), step

    def text(self, value: float, step: float) -> str:
        """Return a time, or the date where a day begins."""
        return label(value, step, self._zone)


def tick_times(minimum: float, maximum: float, step: int, zone: tzinfo | None) -> list[float]:
    """Return the moments to label between two others, all in seconds since the epoch.

    Steps of an hour and more are taken on the zone's wall clock, so noon is labelled on a day on which the clocks
    are put forward or back, too. Shorter ones are taken in real time, so an hour that comes twice is labelled twice.
    """
    first = local_time(minimum, zone)
    count = int((maximum - minimum) / step) + 3
    if step < _HOUR:
        offset = (first.utcoffset() or timedelta()).total_seconds()
        begin = (minimum + offset) // step * step - offset
        moments: Iterator[float] = (begin + step * index for index in range(count))
    else:
        wall = _wall_begin(first, step)
        moments = (_timestamp(wall + timedelta(seconds=step * index), zone) for index in range(count))
    return sorted({moment for moment in moments if minimum <= moment <= maximum})


def label(seconds: float, step: float, zone: tzinfo | None) -> str:
    """Return a moment as its axis shows it; a midnight says which day begins."""
    moment = local_time(round(seconds), zone)
    if step >= 28 * _DAY:
        return moment.strftime("%b %Y")
    if step >= _DAY or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.strftime("%d %b")
    return moment.strftime("%H:%M:%S" if step < _MINUTE else "%H:%M")


def local_time(seconds: float, zone: tzinfo | None) -> datetime:
    """Return a moment on the clocks of a zone."""
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)


def _wall_begin(moment: datetime, step: int) -> datetime:
    """Return the last round time at or before ``moment`` on its own wall clock, without a zone."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if step >= _DAY:
        return midnight - timedelta(days=midnight.toordinal() % (step // _DAY))
    return midnight.replace(hour=moment.hour // (step // _HOUR) * (step // _HOUR))


def _timestamp(wall: datetime, zone: tzinfo | None) -> float:
    return (wall.astimezone() if zone is None else wall.replace(tzinfo=zone)).timestamp()
