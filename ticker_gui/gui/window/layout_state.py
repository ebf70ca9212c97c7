"""The saved layout of the window: position, panels, columns, sorting and chart options, as JSON."""

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
from ticker_gui.gui.chart.view.saved_views import SavedPriceRange, SavedView
from ticker_gui.gui.window.chart_selection import SavedSymbols
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.narrow_view import PARTS
from ticker_gui.gui.window.proportions import ChosenWidth
from ticker_gui.indicators.appearance import DEFAULT_COLOR, MIN_WIDTH
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.spec import ParameterValue
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.column_choice import ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, DEFAULT_COLUMNS
from ticker_gui.watchlist.sorting import Sorting
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

_MIN_WIDTH, _MAX_WIDTH = 20, 2000
_SPLITTER_MAGIC = 0xFF


class SavedIndicator(msgspec.Struct, frozen=True):
    """A chosen indicator with its parameters; an unknown one is ignored when it is restored.

    Color and width are of any type, so that an invalid value does not invalidate the whole file.
    """

    key: str
    parameters: dict[str, ParameterValue] = {}
    color: Any = DEFAULT_COLOR
    width: Any = MIN_WIDTH


class SavedChartView(msgspec.Struct, frozen=True):
    """The view of the charted symbol: the time in its middle, and the range of its prices if the user chose it."""

    timeframe: str
    middle_ns: int
    bars: float
    is_at_newest: bool = True
    prices: tuple[float, float] | None = None
    is_log: bool = False


class SavedChart(msgspec.Struct, frozen=True):
    """The options of the chart, its symbols, and the heights of its panes in Qt's format.

    A symbol consists of its feed and its name. Files of older versions contain no symbols.
    """

    kind: str = DEFAULT_CHART_TYPE
    timeframe: str = DEFAULT_TIMEFRAME
    scale: str = "linear"
    zone: str = LOCAL
    has_volume: bool = True
    indicators: tuple[SavedIndicator, ...] = ()
    panes: bytes = b""
    symbol: tuple[str, str] | None = None
    compared: tuple[tuple[str, str], ...] = ()
    view: SavedChartView | None = None


class WindowState(msgspec.Struct, frozen=True):
    """The saved state of a window. ``geometry`` and ``splitter`` are in Qt's format."""

    version: int = 2
    geometry: bytes = b""
    splitter: bytes = b""  # of older versions: the widths of the watchlist and the chart
    docks: Any = ""  # in base64; of any type, so that an invalid value does not invalidate the whole file
    list_width: tuple[int, int] | None = None  # chosen, with the width of the window then; (0, 0) if it adapts
    narrow_part: Any = PARTS[0]  # in front while the window is too narrow for both; of any type, see `docks`
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    explicit_columns: frozenset[str] | None = None  # None in files of older versions
    widths: dict[str, int] = {}
    sorting: Sorting | None = None
    details_folded: bool | None = None  # None means as the room allows
    trend: str = SPARKLINE_PERIODS[0].name
    dense_rows: bool = False
    chart: SavedChart = SavedChart()
    recent: tuple[str, ...] = ()  # the ids of the palette's entries used last
    sent_frames: tuple[tuple[str, str], ...] = ()  # of the console: kind and text, without keys
    websocket_address: str = ""  # of the console, unless it contains a key


def capture(window: MainWindow) -> WindowState:
    """Return the current state of a window."""
    table = window.watchlist
    choice = table.column_choice
    return WindowState(
        geometry=bytes(window.saveGeometry().data()),
        docks=b64encode(window.docks.capture()).decode(),
        list_width=window.docks.chosen_width or (0, 0),
        narrow_part=window.narrow_view.part,
        columns=choice.keys,
        explicit_columns=choice.explicit,
        widths=table.widths,
        sorting=window.panel.order.sorting,
        details_folded=window.panel.details_folded,
        trend=table.watchlist.sparkline_period.name,
        dense_rows=table.is_dense,
        chart=_capture_chart(window.chart),
        recent=window.command_palette.recent.ids,
        sent_frames=window.console.sent_frames,
        websocket_address=window.console.websocket_address,
    )


def restore(state: WindowState, window: MainWindow) -> None:
    """Restore the state of a window; invalid parts are ignored."""
    if state.geometry and window.restoreGeometry(QByteArray(state.geometry)):
        window.keep_on_screen()
    is_restored = bool(state.docks) and window.docks.restore(_decoded(state.docks))
    if not is_restored and state.splitter:
        window.docks.set_width(window.panel, _first_width(state.splitter))
    elif state.list_width is not None:
        is_chosen = min(state.list_width) > 0
        window.docks.restore_chosen_width(ChosenWidth(*state.list_width) if is_chosen else None)
    if state.narrow_part in PARTS:
        window.narrow_view.select(state.narrow_part)
    window.panel.set_details_folded(state.details_folded)
    table = window.watchlist
    table.set_column_choice(ColumnChoice.of_file(state.columns, state.explicit_columns))
    table.set_dense(state.dense_rows)
    for key, width in state.widths.items():
        if key in COLUMN_INDEX and _MIN_WIDTH <= width <= _MAX_WIDTH:
            table.set_width(key, width)
    if state.sorting is not None and state.sorting.column in COLUMN_INDEX:
        window.panel.order.keep_sorted(state.sorting)
    if state.trend in {span.name for span in SPARKLINE_PERIODS}:
        table.set_sparkline_period(state.trend)
    window.command_palette.recent.restore(state.recent)
    window.console.restore(state.sent_frames, state.websocket_address)
    _restore_chart(state.chart, window.chart)


def _decoded(text: object) -> bytes:
    """Decode base64; return no bytes if the value is not valid base64 text."""
    with suppress(ValueError):
        return b64decode(text, validate=True) if isinstance(text, str) else b""
    return b""


def _first_width(splitter_state: bytes) -> int:
    """Return the width of the first widget in a state of `QSplitter`; 0 if this is not such a state."""
    with suppress(struct.error):
        magic, _, count, width = struct.unpack_from(">iiii", splitter_state)
        return max(0, int(width)) if magic == _SPLITTER_MAGIC and count == 2 else 0
    return 0


def _capture_chart(chart: PriceChart) -> SavedChart:
    options = chart.options
    return SavedChart(
        kind=options.kind,
        timeframe=options.timeframe,
        scale=options.scale,
        zone=options.zone,
        has_volume=options.has_volume,
        indicators=tuple(
            SavedIndicator(config.key, config.parameters, config.color, config.width) for config in options.indicators
        ),
        panes=chart.panes.captured_sizes(),
        symbol=None if chart.state is None else _symbol(chart.state),
        compared=tuple(map(_symbol, chart.compared)),
        view=_capture_view(chart.captured_view()),
    )


def _symbol(state: SymbolState) -> tuple[str, str]:
    return state.feed, state.symbol


def _capture_view(view: SavedView | None) -> SavedChartView | None:
    if view is None:
        return None
    prices = None if view.prices is None else (view.prices.bottom, view.prices.top)
    is_log = view.prices is not None and view.prices.is_log
    return SavedChartView(view.timeframe, view.middle_ns, view.bars, view.is_at_newest, prices, is_log)


def saved_symbols(state: WindowState) -> SavedSymbols:
    """Return the symbols on the chart; they can be shown as soon as the lists are restored."""
    saved, view = state.chart, state.chart.view
    if view is None or not (view.bars > 0):
        return SavedSymbols(saved.symbol, saved.compared)
    prices = None
    if view.prices is not None and view.prices[0] < view.prices[1]:
        prices = SavedPriceRange(*view.prices, view.is_log)
    restored = SavedView(view.timeframe, None, None, view.middle_ns, view.bars, view.is_at_newest, prices)
    return SavedSymbols(saved.symbol, saved.compared, restored)


def _restore_chart(saved: SavedChart, chart: PriceChart) -> None:
    defaults, timeframe = ChartOptions(), saved.timeframe
    chart.set_options(
        ChartOptions(
            kind=saved.kind if saved.kind in CHART_TYPES else defaults.kind,
            timeframe=timeframe if timeframe == TICKS or is_timeframe(timeframe) else defaults.timeframe,
            scale=saved.scale if saved.scale in SCALES else defaults.scale,
            zone=saved.zone if saved.zone == LOCAL or zone_by_name(saved.zone) is not None else defaults.zone,
            has_volume=saved.has_volume,
            indicators=tuple(_known_indicators(saved.indicators)),
        )
    )
    if saved.panes:
        chart.panes.restore_sizes(saved.panes)


def _known_indicators(indicators: Iterable[SavedIndicator]) -> Iterator[IndicatorConfig]:
    for saved in indicators:
        with suppress(SettingsError):
            yield IndicatorConfig(saved.key, saved.parameters, saved.color, saved.width)
