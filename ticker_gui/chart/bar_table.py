"""The bars of a chart as columns of a table, with the values of the indicators, and as rows for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.csv_export import Cell

TIME, CLOSE, VOLUME = 0, 4, 5
_FIGURES: Final = ("Time", "Open", "High", "Low", "Close", "Volume")


def titles(content: ChartData) -> list[str]:
    """Return what stands over the columns."""
    texts = list(_FIGURES)
    for study in content.studies:
        outputs, label = study.chosen.indicator.outputs, study.chosen.label()
        texts += [f"{label} {output.title}" for output in outputs] if len(outputs) > 1 else [label]
    return texts


def columns(content: ChartData) -> list[npt.NDArray[Any]]:
    """Return the values of all columns for all held bars, valid until the next trade; times are in nanoseconds."""
    values = (output for study in content.studies for output in study.all_of(content.series))
    return [*content.series.bars, *values]


def column(content: ChartData, index: int) -> npt.NDArray[Any]:
    """Return one of the `columns`; only its own indicator is computed."""
    bars = content.series.bars
    if index < len(bars):
        return bars[index]
    index -= len(bars)
    for study in content.studies:
        outputs = len(study.chosen.indicator.outputs)
        if index < outputs:
            return study.all_of(content.series)[index]
        index -= outputs
    raise IndexError(f"the table has no column {index}")


class BarRows:
    """Rows as they were when they were taken, from one held bar up to, not including, another.

    The last column says whether a bar was watched as a whole. ``now_ns`` is the exchange's clock.
    """

    def __init__(self, content: ChartData, begin: int, end: int, now_ns: int) -> None:
        self.titles: Final = [*titles(content), "Watched"]
        self._columns = [column[begin:end].copy() for column in columns(content)]
        self._are_partial = content.are_partial(begin, end, now_ns)

    def __len__(self) -> int:
        return len(self._columns[TIME])

    def rows(self, begin: int, end: int) -> Iterator[tuple[Cell, ...]]:
        """Yield some of the rows: when the bar begins, as ISO 8601 in UTC, numbers, and a word."""
        times, *numbers = (column[begin:end].tolist() for column in self._columns)
        words = np.where(self._are_partial[begin:end], "in part", "whole").tolist()
        yield from zip(map(_iso, times), *numbers, words, strict=True)


def _iso(time_ns: int) -> str:
    moment = local_time(time_ns // SECOND_NS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % SECOND_NS // 1000:06}Z"
