"""The live line of one symbol."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ticker_gui.domain.text import SYMBOL_LENGTH, display_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.axis import Grid
from ticker_gui.gui.chart.overlays import Overlays
from ticker_gui.gui.chart.price_axis import PriceAxis
from ticker_gui.gui.chart.shades import Shades
from ticker_gui.gui.chart.time_axis import TimeAxis
from ticker_gui.gui.text import plain_label
from ticker_gui.gui.theme import Theme
from ticker_gui.market import formats
from ticker_gui.market.gaps import Gap, within
from ticker_gui.market.indicators import Indicator
from ticker_gui.market.peaks import Peaks
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.clock import Clock

# What a chart that follows shows, in seconds: the least of these that holds the history, at most the last.
_SPANS: Final = (60.0, 90.0, 120.0, 180.0, 240.0, 300.0)
_SPACE_RIGHT: Final = 0.05
_MARGIN: Final = 0.10
_EDGE: Final = 0.02
_POINTS_A_PIXEL: Final = 2
_PRICE_AXIS_WIDTH: Final = 84
_TIME_AXIS_HEIGHT: Final = 26


class PriceChart(QWidget):
    """Shows the tape of one symbol and follows its newest trade, until the user moves away from it.

    Keys: End follows again, + and - zoom, the arrows move.

    Signals:
        frame_wanted: the user moved the view, so it has to be drawn anew.
    """

    frame_wanted = Signal()

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_ns = clock
        self.setObjectName("chart")
        self.setAccessibleName("chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.state: SymbolState | None = None
        self._peaks: Peaks | None = None
        self._drawn_version = -1
        self._is_moved = False
        self._span_s: float | None = None  # as the user zoomed; None fits the history
        self.is_following = True
        self._title = plain_label("", "chart_title", self)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        time_axis, self._price_axis = TimeAxis(), PriceAxis()
        self._plot = pg.PlotWidget(self, axisItems={"bottom": time_axis, "right": self._price_axis})
        self._plot.setFocusProxy(self)
        item = self._plot.getPlotItem()
        self._price_axis.setWidth(_PRICE_AXIS_WIDTH)
        time_axis.setHeight(_TIME_AXIS_HEIGHT)
        item.hideAxis("left")
        item.showAxis("right")
        item.hideButtons()
        item.setMenuEnabled(False)
        self._view = item.getViewBox()
        self._view.setMouseEnabled(x=True, y=False)
        self._view.disableAutoRange()
        self._view.setDefaultPadding(0)
        self._view.sigRangeChangedManually.connect(self._note_moved)
        self._view.sigResized.connect(self._note_resized)
        self._grid = Grid(self._view, time_axis, self._price_axis)
        self._shades = Shades(self._view)
        self._line = pg.PlotCurveItem(skipFiniteCheck=True)
        self._last = pg.InfiniteLine(angle=0)
        item.addItem(self._line, ignoreBounds=True)
        item.addItem(self._last, ignoreBounds=True)
        self._overlays = Overlays(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._plot, 1)
        self.use_theme(theme)
        self.show_symbol(None)

    def use_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._plot.setBackground(theme.base)
        for name in ("bottom", "right"):
            axis = self._plot.getPlotItem().getAxis(name)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        self._grid.use_pen(pg.mkPen(theme.grid))
        self._shades.use_theme(theme)
        # Anything but a solid opaque line of width 1 without antialiasing is many times as slow.
        self._line.setPen(pg.mkPen(theme.line, width=1))
        self._last.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DotLine))

    def show_symbol(self, state: SymbolState | None) -> None:
        """Show another symbol, with its history, at once."""
        self.state = state
        self._peaks = None if state is None else Peaks(state.tape)
        self._span_s = None
        self.is_following = True
        self._drawn_version = -1
        self._plot.setVisible(state is not None)
        self.refresh()

    def show_indicator(self, indicator: Indicator, is_shown: bool) -> None:
        """Switch an indicator on or off."""
        self._overlays.show(indicator, is_shown)
        self._drawn_version = -1
        self.refresh()

    def follow(self) -> None:
        """Go back to the newest trade and stay with it."""
        self.is_following = True
        self._span_s = None
        self._is_moved = True
        self.refresh()

    def refresh(self) -> None:
        """Draw what is visible, where that is another picture than before."""
        state = self.state
        if state is None:
            self._title.setText("Select a symbol to see its chart.")
            return
        if state.version == self._drawn_version and not self._is_moved:
            return
        self._drawn_version = state.version
        self._is_moved = False
        self._title.setText(_headline(state))
        times = state.tape.times_ns
        self._line.setVisible(len(times) > 0)
        self._last.setVisible(len(times) > 0)
        if len(times):
            if self.is_following:
                self._follow_newest(times)
            self._draw(state, times)
            self._overlays.refresh(state.bars)
            # Left to the paint event, moving the view would ask for a second one.
            self._view.updateMatrix()

    def describe(self) -> None:
        """Tell screen readers what the chart shows, and let a gap grow; called now and then, not with every trade."""
        if self.state is not None and not self.state.watch.is_on:
            self._show_gaps(self.state)
        self.setAccessibleDescription("" if self.state is None else _headline(self.state))

    def _follow_newest(self, times: npt.NDArray[np.int64]) -> None:
        newest = int(times[-1]) / SECOND_NS
        held = newest - int(times[0]) / SECOND_NS
        span = self._span_s or next((span for span in _SPANS if span > held), _SPANS[-1])
        # Moving by whole pixels: an axis is laid out again with every move, and less would not be seen.
        pixel = span / max(1.0, self._view.width())
        right = np.ceil((newest + span * _SPACE_RIGHT) / pixel) * pixel
        left = right - span * (1 + _SPACE_RIGHT)
        if self._view.viewRange()[0] != [left, right]:
            self._view.setXRange(left, right, padding=0)

    def _draw(self, state: SymbolState, times: npt.NDArray[np.int64]) -> None:
        left, right = self._view.viewRange()[0]
        first = max(0, int(np.searchsorted(times, int(left * SECOND_NS))) - 1)
        last = min(len(times), int(np.searchsorted(times, int(right * SECOND_NS), side="right")) + 1)
        most = max(200, int(_POINTS_A_PIXEL * self._view.width()))
        assert self._peaks is not None
        line_times, prices = self._peaks.line(first, last, most)
        gaps = self._show_gaps(state)
        if gaps and len(line_times):
            self._line.setData(line_times / SECOND_NS, prices, connect=_joined(line_times, gaps))
        else:
            self._line.setData(line_times / SECOND_NS, prices, connect="all")
        self._last.setValue(state.last)
        if len(prices):
            self._fit(float(prices.min()), float(prices.max()))

    def _show_gaps(self, state: SymbolState) -> list[Gap]:
        """Shade what is in view of the stretches that were missed, and return them."""
        if not state.watch.gaps and not state.gaps and not self._shades.shades:
            return []
        left, right = (int(edge * SECOND_NS) for edge in self._view.viewRange()[0])
        gaps = within((*state.watch.gaps, *state.gaps), left, right, self._now_ns() - state.watch.skew_ns)
        self._shades.show_gaps(gaps)
        return gaps

    def _fit(self, low: float, high: float) -> None:
        """Let the price axis hold what is visible; it moves only where it must, so it does not tremble."""
        bottom, top = self._view.viewRange()[1]
        height, held = high - low, top - bottom
        edge = _EDGE * held
        if bottom + edge <= low and high <= top - edge and height > 0.5 * held:
            return
        margin = _MARGIN * height or abs(high) * 0.001 or 1.0
        self._view.setYRange(low - margin, high + margin, padding=0)

    def _note_moved(self) -> None:
        """See after the user's own move whether the newest trade is still in view, and so followed."""
        if self.state is not None and len(self.state.tape):
            left, right = self._view.viewRange()[0]
            self.is_following = left < int(self.state.tape.times_ns[-1]) / SECOND_NS <= right
            self._span_s = (right - left) / (1 + _SPACE_RIGHT) if self.is_following else None
        self._is_moved = True
        self.frame_wanted.emit()

    def _note_resized(self) -> None:
        self._is_moved = True
        self.frame_wanted.emit()

    def _zoom(self, factor: float) -> None:
        left, right = self._view.viewRange()[0]
        anchor = right if self.is_following else (left + right) / 2
        self._view.setXRange(anchor - (anchor - left) * factor, anchor + (right - anchor) * factor, padding=0)
        self._note_moved()

    def _pan(self, share: float) -> None:
        left, right = self._view.viewRange()[0]
        self._view.setXRange(left + share * (right - left), right + share * (right - left), padding=0)
        self._note_moved()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_End:
                self.follow()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(0.8)
            case Qt.Key.Key_Minus:
                self._zoom(1.25)
            case Qt.Key.Key_Left:
                self._pan(-0.1)
            case Qt.Key.Key_Right:
                self._pan(0.1)
            case _:
                super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.follow()


def _joined(times_ns: npt.NDArray[np.int64], gaps: list[Gap]) -> npt.NDArray[np.int32]:
    """Return for each point whether the line goes on to the next one: a gap stays a gap."""
    joined = np.ones(len(times_ns), np.int32)
    after = np.searchsorted(times_ns, [gap.end_ns or gap.start_ns for gap in gaps])
    joined[np.clip(after - 1, 0, None)] = 0
    return joined


def _headline(state: SymbolState) -> str:
    digits = state.price_digits
    parts = [display_text(state.symbol, SYMBOL_LENGTH), formats.price(state.last, digits)]
    if state.change is not None:
        parts += [formats.signed_price(state.change, digits), formats.signed_percent(state.change_percent)]
    return "   ".join(parts)
