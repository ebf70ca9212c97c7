"""Where the window stood and what the user has arranged in it: kept as JSON, so that it comes back so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec
from PySide6.QtCore import QByteArray

from ticker_gui.bars.series import is_timeframe
from ticker_gui.chart.chart_data import TICKS, USUAL_TIMEFRAME
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.chart.options import LOCAL, SCALES, ChartChoices, zone_of
from ticker_gui.gui.chart.paint.chart_types import KINDS, USUAL_KIND
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.indicators.registry import Chosen
from ticker_gui.indicators.spec import Value
from ticker_gui.watchlist.columns import PLACES, USUAL_COLUMNS
from ticker_gui.watchlist.sorting import Sorting
from ticker_gui.watchlist.sparkline import SPANS

_LEAST_WIDTH, _MOST_WIDTH = 20, 2000


class KeptIndicator(msgspec.Struct, frozen=True):
    """An indicator as it was chosen; it is looked up, and left out where there is none such any more."""

    key: str
    parameters: dict[str, Value] = {}


class KeptChart(msgspec.Struct, frozen=True):
    """What was chosen for the chart, and how high its panes were, as Qt records it."""

    kind: str = USUAL_KIND
    timeframe: str = USUAL_TIMEFRAME
    scale: str = "linear"
    zone: str = LOCAL
    has_volume: bool = True
    indicators: tuple[KeptIndicator, ...] = ()
    panes: bytes = b""


class WindowState(msgspec.Struct, frozen=True):
    """What is remembered of a window. Qt's own records are kept as the bytes that they are."""

    version: int = 2
    geometry: bytes = b""
    splitter: bytes = b""
    columns: tuple[str, ...] = USUAL_COLUMNS
    widths: dict[str, int] = {}
    sorting: Sorting | None = None
    trend: str = SPANS[0].name
    chart: KeptChart = KeptChart()


def take(window: MainWindow) -> WindowState:
    """Return how a window stands now."""
    table = window.watchlist
    return WindowState(
        geometry=bytes(window.saveGeometry().data()),
        splitter=bytes(window.splitter.saveState().data()),
        columns=table.columns,
        widths=table.widths,
        sorting=window.panel.order.sorting,
        trend=table.watchlist.trend_span.name,
        chart=_take_chart(window.chart),
    )


def put(state: WindowState, window: MainWindow) -> None:
    """Put a window where it stood; what does not fit is left out."""
    if state.geometry:
        window.restoreGeometry(QByteArray(state.geometry))
    if state.splitter:
        window.splitter.restoreState(QByteArray(state.splitter))
    table = window.watchlist
    table.use_columns(state.columns)
    for key, width in state.widths.items():
        if key in PLACES and _LEAST_WIDTH <= width <= _MOST_WIDTH:
            table.set_width(key, width)
    if state.sorting is not None and state.sorting.column in PLACES:
        window.panel.order.keep_sorted(state.sorting)
    if state.trend in {span.name for span in SPANS}:
        table.use_span(state.trend)
    _put_chart(state.chart, window.chart)


def _take_chart(chart: PriceChart) -> KeptChart:
    choices = chart.choices
    return KeptChart(
        kind=choices.kind,
        timeframe=choices.timeframe,
        scale=choices.scale,
        zone=choices.zone,
        has_volume=choices.has_volume,
        indicators=tuple(KeptIndicator(chosen.key, chosen.parameters) for chosen in choices.indicators),
        panes=bytes(chart.panes.saveState().data()),
    )


def _put_chart(kept: KeptChart, chart: PriceChart) -> None:
    usual = ChartChoices()
    chart.use(
        ChartChoices(
            kind=kept.kind if kept.kind in KINDS else usual.kind,
            timeframe=kept.timeframe if kept.timeframe == TICKS or is_timeframe(kept.timeframe) else usual.timeframe,
            scale=kept.scale if kept.scale in SCALES else usual.scale,
            zone=kept.zone if kept.zone == LOCAL or zone_of(kept.zone) is not None else usual.zone,
            has_volume=kept.has_volume,
            indicators=tuple(_known(kept.indicators)),
        )
    )
    if kept.panes:
        chart.panes.restore_heights(kept.panes)


def _known(indicators: Iterable[KeptIndicator]) -> Iterator[Chosen]:
    for kept in indicators:
        with suppress(SettingsError):
            yield Chosen(kept.key, kept.parameters)
