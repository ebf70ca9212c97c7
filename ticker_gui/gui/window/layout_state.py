"""Where the window stood and what the user has arranged in it: kept as JSON, so that it comes back so."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import msgspec
from PySide6.QtCore import QByteArray

from ticker_gui.bars.series import is_timeframe
from ticker_gui.chart.chart_data import DEFAULT_TIMEFRAME, TICKS
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.chart.options import LOCAL, SCALES, ChartOptions, zone_by_name
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES, DEFAULT_CHART_TYPE
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.spec import ParameterValue
from ticker_gui.watchlist.column_choice import ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, DEFAULT_COLUMNS
from ticker_gui.watchlist.sorting import Sorting
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

_MIN_WIDTH, _MAX_WIDTH = 20, 2000
_SPLITTER_MAGIC = 0xFF


class KeptIndicator(msgspec.Struct, frozen=True):
    """An indicator as it was chosen; it is looked up, and left out where there is none such any more."""

    key: str
    parameters: dict[str, ParameterValue] = {}


class SavedChart(msgspec.Struct, frozen=True):
    """What was chosen for the chart, and how high its panes were, as Qt records it."""

    kind: str = DEFAULT_CHART_TYPE
    timeframe: str = DEFAULT_TIMEFRAME
    scale: str = "linear"
    zone: str = LOCAL
    has_volume: bool = True
    indicators: tuple[KeptIndicator, ...] = ()
    panes: bytes = b""


class WindowState(msgspec.Struct, frozen=True):
    """What is remembered of a window. Qt's own records are kept as the bytes that they are."""

    version: int = 2
    geometry: bytes = b""
    splitter: bytes = b""  # of older versions: the widths of watchlist and chart
    docks: Any = ""  # in base64; of any type, so that a broken value does not cost the rest of the file
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    explicit_columns: frozenset[str] | None = None  # None in files of older versions
    widths: dict[str, int] = {}
    sorting: Sorting | None = None
    trend: str = SPARKLINE_PERIODS[0].name
    chart: SavedChart = SavedChart()


def capture(window: MainWindow) -> WindowState:
    """Return how a window stands now."""
    table = window.watchlist
    choice = table.column_choice
    return WindowState(
        geometry=bytes(window.saveGeometry().data()),
        docks=b64encode(window.docks.capture()).decode(),
        columns=choice.keys,
        explicit_columns=choice.explicit,
        widths=table.widths,
        sorting=window.panel.order.sorting,
        trend=table.watchlist.sparkline_period.name,
        chart=_take_chart(window.chart),
    )


def restore(state: WindowState, window: MainWindow) -> None:
    """Put a window where it stood; what does not fit is left out."""
    if state.geometry:
        window.restoreGeometry(QByteArray(state.geometry))
    if not window.docks.restore(_decoded(state.docks)) and state.splitter:
        window.docks.set_width(window.panel, _first_width(state.splitter))
    table = window.watchlist
    table.set_column_choice(_column_choice(state))
    for key, width in state.widths.items():
        if key in COLUMN_INDEX and _MIN_WIDTH <= width <= _MAX_WIDTH:
            table.set_width(key, width)
    if state.sorting is not None and state.sorting.column in COLUMN_INDEX:
        window.panel.order.keep_sorted(state.sorting)
    if state.trend in {span.name for span in SPARKLINE_PERIODS}:
        table.set_sparkline_period(state.trend)
    _put_chart(state.chart, window.chart)


def _column_choice(state: WindowState) -> ColumnChoice:
    if state.explicit_columns is None:
        return ColumnChoice.of_keys(state.columns)
    return ColumnChoice(state.columns, state.explicit_columns)


def _decoded(text: object) -> bytes:
    """Return the bytes that a text in base64 stands for; none if it is not such a text."""
    with suppress(ValueError):
        return b64decode(text, validate=True) if isinstance(text, str) else b""
    return b""


def _first_width(splitter_state: bytes) -> int:
    """Return the width of the first widget in a state of `QSplitter`; 0 if this is not such a state."""
    with suppress(struct.error):
        magic, _, count, width = struct.unpack_from(">iiii", splitter_state)
        return max(0, int(width)) if magic == _SPLITTER_MAGIC and count == 2 else 0
    return 0


def _take_chart(chart: PriceChart) -> SavedChart:
    choices = chart.options
    return SavedChart(
        kind=choices.kind,
        timeframe=choices.timeframe,
        scale=choices.scale,
        zone=choices.zone,
        has_volume=choices.has_volume,
        indicators=tuple(KeptIndicator(chosen.key, chosen.parameters) for chosen in choices.indicators),
        panes=bytes(chart.panes.saveState().data()),
    )


def _put_chart(kept: SavedChart, chart: PriceChart) -> None:
    usual = ChartOptions()
    chart.set_options(
        ChartOptions(
            kind=kept.kind if kept.kind in CHART_TYPES else usual.kind,
            timeframe=kept.timeframe if kept.timeframe == TICKS or is_timeframe(kept.timeframe) else usual.timeframe,
            scale=kept.scale if kept.scale in SCALES else usual.scale,
            zone=kept.zone if kept.zone == LOCAL or zone_by_name(kept.zone) is not None else usual.zone,
            has_volume=kept.has_volume,
            indicators=tuple(_known(kept.indicators)),
        )
    )
    if kept.panes:
        chart.panes.restore_sizes(kept.panes)


def _known(indicators: Iterable[KeptIndicator]) -> Iterator[IndicatorConfig]:
    for kept in indicators:
        with suppress(SettingsError):
            yield IndicatorConfig(kept.key, kept.parameters)
