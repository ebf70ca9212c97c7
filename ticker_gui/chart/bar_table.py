"""The bars and indicator values of a chart as columns of a table, and as rows for export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.day_numbers import day_numbers
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.formatting.csv_export import Cell

TIME, CLOSE, VOLUME = 0, 4, 5
SOURCE_WORDS: Final = {
    BarSource.SEEN: "complete",
    BarSource.PARTIAL: "partial",
    BarSource.PROVIDED: "provided",
    BarSource.BACKFILLED: "backfilled",
}
BAR_TITLES: Final = ("Time", "Open", "High", "Low", "Close", "Volume")
COVERAGE_TITLE: Final = "Coverage"


def titles(chart_data: ChartData) -> list[str]:
    """Return the column titles."""
    texts = list(BAR_TITLES)
    for study in chart_data.studies:
        outputs, label = study.config.indicator.outputs, study.config.label()
        texts += [f"{label} {output.title}" for output in outputs] if len(outputs) > 1 else [label]
    return texts


def columns(chart_data: ChartData) -> list[npt.NDArray[Any]]:
    """Return the values of all columns for all held bars, valid until the next trade.

    Times are in nanoseconds since the epoch.
    """
    values = (output for study in chart_data.studies for output in study.values(chart_data.series))
    return [*chart_data.series.bars, *values]


def column(chart_data: ChartData, index: int) -> npt.NDArray[Any]:
    """Return one of the `columns`, without computing the indicators of the others.

    Raises:
        IndexError: there is no such column.
    """
    bars = chart_data.series.bars
    if index < len(bars):
        return bars[index]
    index -= len(bars)
    for study in chart_data.studies:
        outputs = len(study.config.indicator.outputs)
        if index < outputs:
            return study.values(chart_data.series)[index]
        index -= outputs
    raise IndexError(f"the table has no column {index}")


class BarRows:
    """A snapshot of the held bars in ``begin:end`` for export.

    The last column distinguishes complete, partial, provided and backfilled bars. ``now_ns`` is the current time of
    the exchange.
    """

    def __init__(self, chart_data: ChartData, begin: int, end: int, now_ns: int) -> None:
        self.titles: Final = [*titles(chart_data), COVERAGE_TITLE]
        self._columns = [column[begin:end].copy() for column in columns(chart_data)]
        if chart_data.is_daily:
            self._columns[TIME] = day_numbers(self._columns[TIME], chart_data.state.bars.days) * DAY_NS
        sources = np.array([SOURCE_WORDS[source] for source in BarSource])[chart_data.series.sources(begin, end)]
        self._coverage = np.where(chart_data.partial_mask(begin, end, now_ns), "partial", sources)

    def __len__(self) -> int:
        return len(self._columns[TIME])

    def rows(self, begin: int, end: int) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows in ``begin:end``: start time as ISO 8601 in UTC, numbers, and the coverage.

        The start of days is written as midnight UTC of their date.
        """
        times, *numbers = (column[begin:end].tolist() for column in self._columns)
        yield from zip(map(_iso, times), *numbers, self._coverage[begin:end].tolist(), strict=True)


def _iso(time_ns: int) -> str:
    moment = local_time(time_ns // SECOND_NS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % SECOND_NS // 1000:06}Z"
