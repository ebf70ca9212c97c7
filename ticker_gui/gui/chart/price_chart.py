"""The live chart of one symbol: its data, options, time range and redrawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.feed_status.charted_status import ChartedStatus
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.chart.accessible_summary import Headline, headline, summary
from ticker_gui.gui.chart.axes.time_ticks import WIDEST_LABEL, times_in_view
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.empty_text import empty_text, has_data
from ticker_gui.gui.chart.head import ChartHead
from ticker_gui.gui.chart.interaction import ChartInteraction
from ticker_gui.gui.chart.latest_button import LatestButton
from ticker_gui.gui.chart.options import ChartOptions, reconciled, zone_by_name
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.pane_stack import PaneStack
from ticker_gui.gui.chart.panes import PricePane
from ticker_gui.gui.chart.scene import Crosshair, Scene
from ticker_gui.gui.chart.timeframe_entry import TimeframeEntry
from ticker_gui.gui.chart.view.saved_views import SavedView, SavedViews, captured_view, restore_view
from ticker_gui.gui.chart.view.time_range import TimeRange
from ticker_gui.gui.widgets.empty_view import EmptyView
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.market.symbol_state import SymbolState

_MIN_HEIGHT: Final = 160


class PriceChart(QWidget):
    """Shows one symbol and follows its latest price until the user scrolls away.

    Signals:
        frame_requested: the chart must be drawn again.
        options_changed: the user changed the options, see ``options``.
        accessible_text_updated: the accessible description is up to date; about once a second.
        menu_requested: open the context menu, at a point of the screen.
        symbol_changed: another symbol is shown, or none.
        comparison_changed: other symbols are compared, or none.
        symbols_requested: the user wants to add symbols, because there is none on the chart.
        remedy_requested: the user wants what the chart offers for a symbol without data, as `Remedy`.
    """

    frame_requested = Signal()
    options_changed = Signal()
    accessible_text_updated = Signal()
    menu_requested = Signal(QPoint)
    symbol_changed = Signal()
    comparison_changed = Signal()
    symbols_requested = Signal()
    remedy_requested = Signal(object)

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_ns = clock
        self.setObjectName("chart")
        self.setAccessibleName("Price chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(_MIN_HEIGHT)  # less than the bars and the panes need, so that the window fits any screen
        self.state: SymbolState | None = None
        self.options = ChartOptions()
        self.chart_data: ChartData | None = None
        self.compared: Sequence[SymbolState] = ()
        self.scene: Scene | None = None
        self.time_range: Final = TimeRange()
        self._crosshair: Crosshair | None = None
        self._views: Final = SavedViews()
        self._pending_view: SavedView | None = None  # is restored as soon as there are bars
        self._style = PLAIN
        self._has_time_range = False  # whether the time range belongs to the current data
        self._drawn_version: int | None = None  # None if the chart must be redrawn
        self._is_time_due = False  # what depends on the time must be redrawn
        self.head: Final = ChartHead(theme, self)
        self.head.remedy_requested.connect(self.remedy_requested)
        self.empty: Final = EmptyView("chart_empty", "candles", self, is_filled=True)
        self.empty.action_requested.connect(self._request_remedy)
        self._guard = PaintGuard()
        self._interaction = ChartInteraction(self)
        self.panes: Final = PaneStack(self._attach)
        self.panes.setFocusProxy(self)
        self._latest_button = LatestButton(self)
        self._latest_button.clicked.connect(self.go_to_latest)
        self._timeframe_entry = TimeframeEntry(self)
        self._timeframe_entry.accepted.connect(self._set_timeframe)
        self.key_handlers: Final = [self._timeframe_entry.handle_key, self._interaction.handle_key]
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.panes, 1)
        layout.addWidget(self.empty, 1)
        self.set_theme(theme)
        self.show_symbol(None)

    def set_bars(self, above: QWidget, below: QWidget) -> None:
        """Set the bars between the head and the panes, and below the panes."""
        self._column.insertWidget(1, above)
        self._column.addWidget(below)
        self._timeframe_entry.above = above

    @property
    def now_ns(self) -> int:
        """The current time of the exchange."""
        return self._now_ns() - (0 if self.state is None else self.state.coverage.exchange_lag_ns)

    def _attach(self, pane: ChartPane) -> None:
        self._interaction.attach(pane)
        pane.menu_requested.connect(self.menu_requested)

    @property
    def price(self) -> PricePane:
        """The price pane."""
        return self.panes.price

    @property
    def crosshair(self) -> Crosshair | None:
        """The crosshair; under the mouse, at the position that is there now."""
        known = self._crosshair
        return known if known is None or known.x is None else known._replace(position=self.position_at(known.x))

    @crosshair.setter
    def crosshair(self, crosshair: Crosshair | None) -> None:
        self._crosshair = crosshair

    def clear_key_crosshair(self) -> None:
        """Remove the crosshair if it was placed by keys; a crosshair under the mouse stays."""
        if self._crosshair is not None and self._crosshair.x is None:
            self._crosshair = None

    def position_at(self, x: float) -> float:
        """Return the position on the time scale at an x coordinate in pixels."""
        return self.time_range.left + x * (self.time_range.right - self.time_range.left) / self.price.extent[0]

    @property
    def zone(self) -> tzinfo | None:
        """The time zone of the axis labels; None is the computer's own."""
        days = self.chart_data.state.bars.days if self.chart_data is not None and self.chart_data.is_daily else None
        return zone_by_name(self.options.zone) if days is None else days.clock

    # Data and options

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._colors, self._stale_colors = ChartColors(theme), ChartColors(theme, is_stale=True)
        self.panes.set_colors(self._colors)
        self.head.set_theme(theme)
        self.empty.refresh_icon()
        self.invalidate()

    def set_style(self, style: NumberStyle) -> None:
        """Set the number format."""
        self._style = style
        self.invalidate()

    def show_symbol(self, state: SymbolState | None, view: SavedView | None = None) -> None:
        """Show a symbol with its history, in a view or in the one that it had last; None clears the chart."""
        if self.state is not None and (current := self.captured_view()) is not None:
            self._views.save(self.state, current)
        if state is not None and view is not None:
            self._views.save(state, view)
        self._pending_view = None if state is None else self._views.get(state)
        self.state = state
        self.head.show_status(None)
        self._restart()
        self.refresh()
        self.symbol_changed.emit()

    def show_status(self, status: ChartedStatus | None) -> None:
        """Show the state of the symbol's data, and what the user can do if there is none."""
        before = self.head.status
        self.head.show_status(status, has_button=has_data(self.state, self.chart_data))
        self._show_content()
        if (before and (before.is_stale, before.date)) != (status and (status.is_stale, status.date)):
            self.invalidate()

    @property
    def is_stale(self) -> bool:
        """Whether the data is out of date, because none can arrive."""
        status = self.head.status
        is_connected = self.state is None or self.state.coverage.is_connected
        return not is_connected or (status is not None and status.is_stale)

    def _show_content(self) -> None:
        """Show the panes, or why there is nothing to draw."""
        is_filled, status = has_data(self.state, self.chart_data), self.head.status
        if not is_filled:
            self.empty.show_text(empty_text(self.state, status))
        if self.panes.isHidden() is is_filled or self.empty.isHidden() is not is_filled:
            self.panes.setVisible(is_filled)
            self.empty.setVisible(not is_filled)
            self.head.show_status(status, has_button=is_filled)
            self._column.activate()

    def _request_remedy(self) -> None:
        status = self.head.status
        if self.state is None:
            self.symbols_requested.emit()
        elif status is not None and status.remedy is not None:
            self.remedy_requested.emit(status.remedy)

    def set_options(self, options: ChartOptions) -> None:
        """Apply options, and correct those that do not fit together."""
        before, self.options = self.options, reconciled(options, self.options)
        if self.options != before:
            self._apply_changes(before)
        if not before == options == self.options:  # the requested options may have been corrected
            self.options_changed.emit()

    def _set_timeframe(self, name: str) -> None:
        self.set_options(msgspec.structs.replace(self.options, timeframe=name))

    def _apply_changes(self, before: ChartOptions) -> None:
        options = self.options
        if options.timeframe != before.timeframe:
            self._pending_view = self.captured_view()
            self._restart()
        elif self.chart_data is not None:
            self.chart_data.set_indicators(options.indicators)
        if (options.scale != before.scale or options.kind != before.kind) and self.price.price_range.auto_scale:
            self.price.price_range.reset()
        self._lay_out()
        self.invalidate()

    def compare(self, states: Sequence[SymbolState]) -> None:
        """Show other symbols for comparison, as percentages."""
        self.compared = tuple(states)
        self._update_comparisons()
        self.price.price_range.reset()
        self.invalidate()
        self.comparison_changed.emit()

    def go_to_latest(self) -> None:
        """Scroll to the latest price and follow it."""
        self.time_range.resume_following()
        self.invalidate()

    def reset(self) -> None:
        """Reset time range, price ranges, crosshair and measurement."""
        self._interaction.reset()

    # Drawing

    def invalidate(self) -> None:
        """Request a redraw of the whole chart."""
        self._drawn_version = None
        self.frame_requested.emit()

    def refresh(self) -> None:
        """Draw the chart if it changed since the last frame."""
        state, chart_data = self.state, self.chart_data
        self._show_content()
        if state is None or chart_data is None:
            self.head.show_headline(Headline())
            return
        version = state.version + sum(other.version for other in self.compared)
        if self._drawn_version == version and not (self._is_time_due and not self._show_time()):
            return
        self._drawn_version, self._is_time_due = version, False
        self._guard.begin()
        line = self._guard.build("the headline", lambda: headline(state, self._style, self._now_ns()))
        self.head.show_headline(line or Headline(sanitize_text(state.symbol, SYMBOL_LENGTH)))
        if not self._draw(chart_data):
            return
        if self.panes.fit_axes():  # the canvases have a new width
            self._draw(chart_data)
            self._drawn_version = version
        if is_scrolled_away := self._has_time_range and not self.time_range.is_following:
            self._latest_button.place(self.panes.geometry(), self.panes.axis_width)  # the axes may have become wider
        self._latest_button.setVisible(is_scrolled_away)

    def _show_time(self) -> bool:
        """Show the current time where only the countdown depends on it; return whether that is so."""
        scene = None if self.scene is None or self.is_stale else self.scene.at(self.now_ns)
        if scene is None or not self._guard.build("the countdown", partial(self.price.show_time, scene)):
            return False
        self.scene, self._is_time_due = scene, False
        return True

    def _draw(self, chart_data: ChartData) -> bool:
        """Draw what is in view; if that fails, keep the last drawing and return False."""
        scene = self._guard.build("the chart", lambda: self._prepare_scene(chart_data))
        if scene is None:
            self.panes.show_failures(self._guard.failed)
            return False
        self.scene = scene
        self.panes.show_scene(scene, self._guard.failed)
        return True

    def _prepare_scene(self, chart_data: ChartData) -> Scene:
        chart_data.update()
        self._update_time_range(chart_data)
        return self._build_scene(chart_data)

    def update_accessible_text(self) -> None:
        """Update the description for screen readers, and with the next frame the countdown; call it once a second."""
        data = self.chart_data
        if data is not None and not (data.is_ticks and data.state.coverage.is_connected):
            self._is_time_due = True  # for the countdown, or the length of an open gap
        is_drawn = self.scene is not None and has_data(self.state, self.chart_data)
        self.setAccessibleDescription(summary(self.scene) if is_drawn and self.scene else self.empty.accessibleName())
        self.accessible_text_updated.emit()

    def _restart(self) -> None:
        state, options = self.state, self.options
        self.chart_data = None if state is None else ChartData(state, options.timeframe, options.indicators)
        self._timeframe = options.timeframe  # of the current data
        self.scene = None
        self._interaction.clear_marks()
        self._has_time_range = False
        self._latest_button.hide()
        self._update_comparisons()
        self.panes.reset_ranges()
        if self._pending_view is not None and self._pending_view.prices is not None:
            self.price.price_range.restore(*self._pending_view.prices)
        self._lay_out()
        self.invalidate()

    def _update_comparisons(self) -> None:
        if self.chart_data is not None:
            others = (other for other in self.compared if other is not self.state)
            self.chart_data.compared = [ChartData(other, self.options.timeframe) for other in others]

    def _lay_out(self) -> None:
        if self.chart_data is not None:  # else the panes are hidden and keep their heights
            studies = [study for study in self.chart_data.studies if study.config.pane == "own"]
            self.panes.lay_out(studies, has_volume=self.options.has_volume)

    def _update_time_range(self, chart_data: ChartData) -> None:
        if not len(chart_data.series):
            return
        time_range, newest = self.time_range, chart_data.time_scale.newest(chart_data.series)
        if self._has_time_range:
            time_range.scroll_to(newest, (time_range.right - time_range.left) / self.price.extent[0])
        else:
            time_scale, median_gap = chart_data.time_scale, chart_data.spacing(time_range.min_bars)
            time_range.reset_to(newest, time_scale.width, median_gap, time_scale.limits)
            self._has_time_range = True
            if self._pending_view is not None:
                restore_view(self._pending_view, self.options.timeframe, time_range, chart_data)
                self._pending_view = None
        oldest = chart_data.time_scale.x_at(chart_data.series, int(chart_data.series.bars.start_ns[0]))
        time_range.fit(oldest, self.price.extent[0])

    def captured_view(self) -> SavedView | None:
        """Return the current view; before the first bar, the view that is waiting to be restored."""
        if self.chart_data is None or not self._has_time_range:
            return self._pending_view
        return captured_view(self.chart_data, self._timeframe, self.time_range, self.price.price_range)

    def _build_scene(self, chart_data: ChartData) -> Scene:
        chart_type = CHART_TYPES[self.options.kind]
        left, right, width = self.time_range.left, self.time_range.right, self.price.extent[0]
        zone, labels = self.zone, width / self.price.texts.get(WIDEST_LABEL).width
        return Scene(
            chart_data,
            chart_data.read(left, right, int(width), self.now_ns, is_heikin_ashi=chart_type.is_heikin_ashi),
            self.options,
            chart_type,
            self._stale_colors if self.is_stale else self._colors,
            self._style,
            zone,
            times_in_view(chart_data.time_scale, chart_data.series, left, right, labels, zone),
            left,
            right,
            self.now_ns,
            self.crosshair,
            self.is_stale,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not any(handle(event) for handle in self.key_handlers):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._timeframe_entry.cancel()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu if its key is pressed; panes handle mouse clicks."""
        event.accept()
        self.menu_requested.emit(self._interaction.menu_point(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._latest_button.place(self.panes.geometry(), self.panes.axis_width)
        self._timeframe_entry.place()
