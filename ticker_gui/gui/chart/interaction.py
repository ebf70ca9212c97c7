"""Mouse and keyboard control of a chart: pan, zoom, scale, crosshair and measurement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.gui.chart.annotations.measure import Measure
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.pane_stack import PaneStack
from ticker_gui.gui.chart.panes import PricePane
from ticker_gui.gui.chart.scene import Crosshair, bar_middle, crosshair_row
from ticker_gui.gui.chart.view.time_range import TimeRange
from ticker_gui.gui.widgets.key_layout import key_of

_ZOOM: Final = 1.25
_STEP: Final = 0.1  # share of the view
_Key = Qt.Key


class ChartView(Protocol):
    """The parts of a chart that the interaction changes."""

    chart_data: ChartData | None
    crosshair: Crosshair | None

    @property
    def time_range(self) -> TimeRange:
        """The visible range of time."""

    @property
    def panes(self) -> PaneStack:
        """All panes of the chart."""

    @property
    def price(self) -> PricePane:
        """The price pane."""

    def position_at(self, x: float) -> float:
        """Return the position on the time scale at an x coordinate in pixels."""

    def clear_key_crosshair(self) -> None:
        """Remove the crosshair if it was placed by keys."""

    def invalidate(self) -> None:
        """Request a redraw."""


class ChartInteraction:
    """Translates mouse and keyboard input into changes of the time range, the price ranges and the crosshair."""

    def __init__(self, chart: ChartView) -> None:
        self._chart = chart
        self._measured_from: tuple[float, float] | None = None  # start of a measurement by keys
        zoom, pan = self._zoom_by_key, self._pan_by_key
        self._keys: dict[tuple[bool, int], Callable[[], object]] = {
            (False, _Key.Key_End): self._go_to_latest,
            (False, _Key.Key_Home): self._go_to_oldest,
            (False, _Key.Key_Plus): lambda: zoom(1 / _ZOOM),
            (False, _Key.Key_Equal): lambda: zoom(1 / _ZOOM),
            (True, _Key.Key_Plus): lambda: zoom(1 / _ZOOM),
            (False, _Key.Key_Minus): lambda: zoom(_ZOOM),
            (False, _Key.Key_Left): lambda: pan(-_STEP),
            (False, _Key.Key_Right): lambda: pan(_STEP),
            (False, _Key.Key_PageUp): lambda: pan(-1.0),
            (False, _Key.Key_PageDown): lambda: pan(1.0),
            (False, _Key.Key_Up): lambda: self._scale(1 / _ZOOM),
            (False, _Key.Key_Down): lambda: self._scale(_ZOOM),
            (True, _Key.Key_Up): lambda: chart.panes.resize_price_pane(_STEP),
            (True, _Key.Key_Down): lambda: chart.panes.resize_price_pane(-_STEP),
            (True, _Key.Key_Left): lambda: self._step_crosshair(-1),
            (True, _Key.Key_Right): lambda: self._step_crosshair(1),
            (False, _Key.Key_M): self._measure_from_here,
            (False, _Key.Key_R): self.reset,
            (False, _Key.Key_Escape): self._clear_crosshair,
        }

    def attach(self, pane: ChartPane) -> None:
        """Connect the mouse signals of a pane."""
        chart = self._chart
        pane.resized.connect(chart.invalidate)
        pane.zoomed.connect(self._zoom_at)
        pane.panned.connect(lambda right, down: self._pan(pane, right, down))
        pane.scaled.connect(lambda factor: self._scale(factor, pane))
        pane.hovered.connect(lambda at: self._move_crosshair(pane, at))
        pane.hover_ended.connect(self._hide_crosshair)
        pane.measured.connect(lambda begin, end: self._measure(pane, begin, end))
        pane.released.connect(self._release)
        pane.price_reset_requested.connect(lambda: self._fit(pane))
        pane.reset.connect(self.reset)

    def handle_key(self, event: QKeyEvent) -> bool:
        """Run the action of a key; return whether it has one."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        key = key_of(event)
        act = self._keys.get((bool(modifiers), key))
        if act is None or self._chart.chart_data is None:
            return False
        is_for_chart = key != _Key.Key_Escape or self._has_crosshair  # the crosshair of the mouse does not keep Escape
        act()
        self._chart.invalidate()
        return is_for_chart

    def menu_point(self, event: QContextMenuEvent) -> QPoint:
        """Return where on the screen the menu opens; with its key, at a crosshair of keys or above the panes."""
        chart, crosshair = self._chart, self._chart.crosshair
        if event.reason() is not QContextMenuEvent.Reason.Keyboard:
            return event.globalPos()
        if crosshair is None or crosshair.x is not None or crosshair.pane is not chart.price:
            return chart.panes.mapToGlobal(QPoint(0, -1))
        viewport = chart.price.current_viewport
        x = 0 if viewport is None else viewport.column(crosshair.position)
        at: QPoint = chart.price.mapToGlobal(chart.price.corner + QPoint(x, round(crosshair.y)))
        return at

    def reset(self) -> None:
        """Follow the latest price with the default number of bars, and auto-scale all panes."""
        self._chart.time_range.reset()
        for pane in self._chart.panes.visible_panes:
            pane.price_range.reset()
        self.clear_marks()
        self._chart.invalidate()

    def clear_marks(self) -> None:
        """Remove the measurement, and the crosshair if it was placed by keys."""
        self._measured_from = self._chart.price.measure = None
        self._chart.clear_key_crosshair()

    def _zoom_at(self, factor: float, x: float) -> None:
        chart = self._chart
        chart.time_range.zoom(factor, chart.position_at(x))
        chart.invalidate()

    def _zoom_by_key(self, factor: float) -> None:
        """Zoom around the crosshair; without one, around the newest bar while following, else around the middle."""
        chart = self._chart
        time_range = chart.time_range
        if chart.crosshair is not None:
            time_range.zoom(factor, chart.crosshair.position)
        else:
            time_range.zoom(
                factor, time_range.right if time_range.is_following else (time_range.left + time_range.right) / 2
            )

    def _pan(self, pane: ChartPane, right: float, down: float) -> None:
        """Pan with the mouse; vertically only if the pane does not auto-scale."""
        time_range = self._chart.time_range
        width, height = pane.extent
        time_range.pan(-right * (time_range.right - time_range.left) / width)
        price_range = pane.price_range
        if not price_range.auto_scale:
            price_range.pan(down * (price_range.top - price_range.bottom) / height)
        self._chart.panes.freeze_prices(pane.is_dragged)  # horizontal wheel events pan, too
        self._chart.invalidate()

    def _pan_by_key(self, share: float) -> None:
        time_range = self._chart.time_range
        time_range.pan(share * (time_range.right - time_range.left))

    def _release(self) -> None:
        self._chart.panes.freeze_prices(False)
        self._chart.invalidate()

    def _scale(self, factor: float, pane: ChartPane | None = None) -> None:
        (pane or self._chart.price).price_range.scale(factor)
        self._chart.invalidate()

    def _fit(self, pane: ChartPane) -> None:
        pane.price_range.reset()
        self._chart.invalidate()

    def _go_to_latest(self) -> None:
        self._chart.clear_key_crosshair()
        self._chart.time_range.resume_following()

    def _go_to_oldest(self) -> None:
        chart_data, time_range = self._chart.chart_data, self._chart.time_range
        if chart_data is not None and len(chart_data.series):
            oldest = chart_data.time_scale.x_at(chart_data.series, int(chart_data.series.bars.start_ns[0]))
            time_range.pan(oldest - time_range.left)

    # Crosshair and measurement

    def _move_crosshair(self, pane: ChartPane, at: QPointF) -> None:
        self._chart.crosshair = Crosshair(self._chart.position_at(at.x()), pane, at.y(), at.x())
        self._chart.invalidate()

    def _hide_crosshair(self) -> None:
        self._chart.crosshair = None
        self._chart.invalidate()

    def _step_crosshair(self, bars: int) -> None:
        """Move the crosshair by some bars and scroll it into view; without a crosshair, start at the newest bar."""
        chart, chart_data = self._chart, self._chart.chart_data
        if chart_data is None or not len(chart_data.series):
            return
        row = crosshair_row(chart_data, chart.crosshair) + (bars if chart.crosshair is not None else 0)
        row = min(max(row, 0), len(chart_data.series) - 1)
        position, close = bar_middle(chart_data, row), float(chart_data.series.bars.close[row])
        viewport = chart.price.current_viewport
        chart.crosshair = Crosshair(position, chart.price, float(viewport.y(close)) if viewport is not None else 0.0)
        if not chart.time_range.left <= position <= chart.time_range.right:
            chart.time_range.pan(position - (chart.time_range.left + chart.time_range.right) / 2)
        if self._measured_from is not None:
            chart.price.measure = Measure(*self._measured_from, position, close)

    def _measure(self, pane: ChartPane, begin: QPointF, end: QPointF) -> None:
        viewport = pane.current_viewport
        if pane is self._chart.price and viewport is not None:
            first, second = (self._chart.position_at(point.x()) for point in (begin, end))
            self._chart.price.measure = Measure(first, viewport.price(begin.y()), second, viewport.price(end.y()))
            self._chart.invalidate()

    def _measure_from_here(self) -> None:
        chart_data = self._chart.chart_data
        if chart_data is not None and len(chart_data.series):
            self._step_crosshair(0)  # starts at the newest bar without a crosshair
            row = crosshair_row(chart_data, self._chart.crosshair)
            self._measured_from = (bar_middle(chart_data, row), float(chart_data.series.bars.close[row]))

    @property
    def _has_crosshair(self) -> bool:
        """Whether there is a measurement, or a crosshair that was placed by keys."""
        crosshair, measure = self._chart.crosshair, self._chart.price.measure
        return self._measured_from is not None or measure is not None or (crosshair is not None and crosshair.x is None)

    def _clear_crosshair(self) -> None:
        self._measured_from = self._chart.price.measure = self._chart.crosshair = None
