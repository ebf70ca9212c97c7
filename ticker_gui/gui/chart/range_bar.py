"""The bar below the chart: how much time is visible, the time zone, and the scale of prices."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import FOREVER_NS, SECOND_NS
from ticker_gui.feed_status.charted_status import Remedy
from ticker_gui.gui.chart.menu import displayed_scale, why_scale_is_fixed
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.zone_box import ZoneBox
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.icons import current_theme, draw_icon
from ticker_gui.gui.widgets.measures import GAP, GRID, ICON_SIZE, RANGE_BAR_HEIGHT
from ticker_gui.gui.widgets.plain_text import set_tooltip

_DAY_NS: Final = 86_400 * SECOND_NS
_LOG_TIP: Final = "Logarithmic scale"
_PERCENT_TIP: Final = "Change in percent from the first visible price"
_MIN_WIDTH_OF_ZONE: Final = 620
_TOOL_TIPS: Final = {
    Remedy.ENTER_KEY: "Enter the API key for this feed",
    Remedy.RETRY: "Request the past bars again",
}


class TimeSpan(NamedTuple):
    """A range of time up to the newest bar, and the timeframe of its bars; ``None`` days are all that there are."""

    title: str
    days: float | None
    timeframe: str
    description: str


SPANS: Final = (
    TimeSpan("1D", 1, "5m", "1 day, 5-minute bars"),
    TimeSpan("5D", 5, "15m", "5 days, 15-minute bars"),
    TimeSpan("1M", 30, "1h", "1 month, hourly bars"),
    TimeSpan("3M", 91, "4h", "3 months, 4-hour bars"),
    TimeSpan("6M", 182, "1d", "6 months, daily bars"),
    TimeSpan("YTD", 0, "1d", "This year, daily bars"),
    TimeSpan("1Y", 365, "1d", "1 year, daily bars"),
    TimeSpan("All", None, "1w", "All available data, weekly bars"),
)


class _Pressed(NamedTuple):
    """The range that is in view, the view that it led to, and when its first bar begins."""

    span: TimeSpan
    view: object
    first_ns: int


class RangeBar(QWidget):
    """Shows what the chart shows: no range is pressed once the view was moved.

    Signals:
        remedy_requested: the user wants what is offered next to the note, as `Remedy`.
    """

    remedy_requested = Signal(object)

    def __init__(self, chart: PriceChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("range_bar")
        self.setProperty("strip", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._chart = chart
        self._pressed: _Pressed | None = None
        self._ranges = {span.title: self._button(f"range_{span.title}", span.title, span.description) for span in SPANS}
        for span in SPANS:
            self._ranges[span.title].clicked.connect(lambda _=False, span=span: self.show_span(span))
        self.zone_box: Final = ZoneBox(chart.options.zone, self)
        self.zone_box.chosen.connect(lambda zone: self._set_options(zone=zone))
        self.zone_box.chosen.connect(lambda: chart.setFocus())
        self._auto = self._button("scale_auto", "Auto", "Fit the prices in view  double-click the price axis")
        self._log = self._button("scale_log", "Log", _LOG_TIP)
        self._percent = self._button("scale_percent", "%", _PERCENT_TIP)
        self._auto.clicked.connect(self._fit_prices)
        self._log.clicked.connect(lambda is_on: self._set_options(scale="log" if is_on else "linear"))
        self._percent.clicked.connect(lambda is_on: self._set_options(scale="percent" if is_on else "linear"))
        self._remedy: Remedy | None = None
        self._remedy_button = self._button("past_bars_remedy", Remedy.RETRY.value, _TOOL_TIPS[Remedy.RETRY])
        self._remedy_button.setCheckable(False)
        self._remedy_button.setAccessibleName("No action")  # while it is hidden: screen readers list it nevertheless
        self._remedy_button.clicked.connect(lambda: self.remedy_requested.emit(self._remedy))
        self._remedy_button.hide()
        self._lay_out()
        chart.options_changed.connect(self._update)
        chart.symbol_changed.connect(self._update)
        chart.comparison_changed.connect(self._update)
        chart.frame_requested.connect(self._update)
        chart.accessible_text_updated.connect(self._update)
        self._update()

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tooltip(button, tip)
        return button

    def _lay_out(self) -> None:
        self.setFixedHeight(max(RANGE_BAR_HEIGHT, self._auto.fontMetrics().height() + 2 * GAP))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(GAP, 0, GAP, 0)
        layout.setSpacing(GRID)
        for button in self._ranges.values():
            layout.addWidget(button)
        self._note = _Note("past_bars_note", self)
        layout.addWidget(self._note, 1)
        for widget in (self._remedy_button, self.zone_box, self._auto, self._log, self._percent):
            layout.addWidget(widget)

    @property
    def pressed(self) -> str:
        """The title of the range that is in view, or an empty text."""
        return "" if self._pressed is None else self._pressed.span.title

    @property
    def wanted_from_ns(self) -> int | None:
        """The start of the range that is in view, whether or not it has bars; ``None`` if the view was moved."""
        chart = self._chart
        return None if self._pressed is None else _begin_ns(self._pressed.span, chart.chart_data, chart.now_ns)

    def show_note(self, text: str, short_text: str = "", remedy: Remedy | None = None) -> None:
        """Show whether past bars are being loaded, or why they cannot be, in short if there is no room for more.

        With ``remedy``, a button offers what the user can do.
        """
        if remedy is not self._remedy:
            self._remedy = remedy
            if remedy is not None:
                self._remedy_button.setText(remedy.value)
                set_tooltip(self._remedy_button, _TOOL_TIPS[remedy])
            self._remedy_button.setAccessibleName("No action" if remedy is None else remedy.value)
            self._remedy_button.setVisible(remedy is not None)
        if self._note.text() != text:
            self._note.set_texts(text, short_text)
            set_tooltip(self._note, text)

    def show_span(self, span: TimeSpan) -> None:
        """Show the bars of a range of time, as soon as there are any; bars that do not exist take no space."""
        chart = self._chart
        self._set_options(timeframe=span.timeframe)
        chart.refresh()
        data = chart.chart_data
        if data is not None:
            first_ns = _first_ns(span, data, chart.now_ns)
            if len(data.series):
                newest, begin = data.time_scale.newest(data.series), data.time_scale.x_at(data.series, first_ns)
                chart.time_range.follow_span(newest - begin, chart.price.extent[0])
                chart.go_to_latest()
            self._pressed = _Pressed(span, self._view(), first_ns)
        self._update()

    def _view(self) -> object:
        chart = self._chart
        return chart.time_range.changes, chart.options.timeframe, id(chart.chart_data)

    def _fit_prices(self) -> None:
        self._chart.price.price_range.reset()
        self._chart.invalidate()

    def _set_options(self, **changes: str) -> None:
        self._chart.set_options(msgspec.structs.replace(self._chart.options, **changes))
        self._update()

    def _update(self) -> None:
        """Press the buttons that describe the view; called in every frame, so nothing is set that is the same."""
        if self._pressed is not None and self._pressed.view != self._view():
            self._pressed = None
        if self._pressed is not None and self._has_older_bars(self._pressed):
            span, self._pressed = self._pressed.span, None  # showing it updates this bar again
            self.show_span(span)
            return
        options, title_in_view = self._chart.options, self.pressed
        states = {button: title == title_in_view for title, button in self._ranges.items()}
        states[self._auto] = self._chart.price.price_range.auto_scale
        scale = displayed_scale(self._chart)
        states[self._log], states[self._percent] = scale == "log", scale == "percent"
        for button, is_on in states.items():
            if button.isChecked() is not is_on:
                button.setChecked(is_on)
        if self._log.isEnabled() is bool(why_not := why_scale_is_fixed(self._chart)):
            for button, tip in ((self._log, _LOG_TIP), (self._percent, _PERCENT_TIP)):
                button.setEnabled(not why_not)
                set_tooltip(button, why_not or tip)
        if self.zone_box.zone != options.zone:
            self.zone_box.show_zone(options.zone)

    def _has_older_bars(self, pressed: _Pressed) -> bool:
        """Return whether bars of a range were loaded that were missing when it was pressed."""
        data = self._chart.chart_data
        return data is not None and _first_ns(pressed.span, data, self._chart.now_ns) < pressed.first_ns

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zone_box.setVisible(self.width() >= _MIN_WIDTH_OF_ZONE)


class _Note(ElidedLabel):
    """Shows an icon where there is no room even for the short text; the tooltip has the text."""

    def paintEvent(self, event: QPaintEvent) -> None:
        area = QRectF(self.contentsRect())
        if not self.is_cut or area.width() < ICON_SIZE:
            super().paintEvent(event)
        else:
            area.setWidth(ICON_SIZE)
            square = area.adjusted(0, (area.height() - ICON_SIZE) / 2, 0, (ICON_SIZE - area.height()) / 2)
            draw_icon(QPainter(self), square, "info", current_theme().text3)


def _first_ns(span: TimeSpan, data: ChartData, now_ns: int) -> int:
    """Return when a range begins, at the earliest with the oldest bar; without bars, it does not begin."""
    return max(int(data.series.bars.start_ns[0]), _begin_ns(span, data, now_ns)) if len(data.series) else FOREVER_NS


def _begin_ns(span: TimeSpan, data: ChartData | None, now_ns: int) -> int:
    """Return when a range begins; all time begins with the epoch.

    Days are counted from the newest bar: while the market is closed, the last day is that of the last session.
    """
    if span.days is None:
        return 0
    if not span.days:
        now = local_time(now_ns / SECOND_NS, UTC)
        begin = now - now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        return now_ns - int(begin / timedelta(seconds=1)) * SECOND_NS
    newest_ns = int(data.series.ends_ns(-1)[0]) if data is not None and len(data.series) else now_ns
    return min(newest_ns, now_ns) - int(span.days * _DAY_NS)
