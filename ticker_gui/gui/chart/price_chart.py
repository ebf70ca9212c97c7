"""The live chart of one symbol: what it shows, and when that is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.gui.chart.accessible_summary import headline, summary
from ticker_gui.gui.chart.axes.time_ticks import WIDEST, times_in_view
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.interaction import ChartInteraction
from ticker_gui.gui.chart.options import ChartOptions, reconciled, zone_of
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.paint.colors import Palette
from ticker_gui.gui.chart.pane_stack import PaneStack
from ticker_gui.gui.chart.panes import PricePane
from ticker_gui.gui.chart.scene import Cursor, Scene
from ticker_gui.gui.chart.view.saved_views import SavedPriceRange, SavedView, SavedViews
from ticker_gui.gui.chart.view.time_range import TimeRange
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.market.symbol_state import SymbolState

_MARGIN: Final = 12


class PriceChart(QWidget):
    """Shows one symbol and follows its newest price, until the user moves away from it.

    Signals:
        frame_requested: something else is to be seen than what is drawn.
        choices_changed: the user has chosen something else to see, which is in ``choices``.
        described: what there is in words is up to date, about once a second.
        menu_requested: the user asks what there is to do, at a point of the screen.
    """

    frame_requested = Signal()
    choices_changed = Signal()
    described = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_ns = clock
        self.setObjectName("chart")
        self.setAccessibleName("chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.state: SymbolState | None = None
        self.choices = ChartOptions()
        self.content: ChartData | None = None
        self.compared: Sequence[SymbolState] = ()
        self.scene: Scene | None = None
        self.time_range: Final = TimeRange()
        self._pointed: Cursor | None = None
        self._views: Final = SavedViews()
        self._view: SavedView | None = None  # to show as soon as there are bars
        self._palette = Palette(theme)
        self._style = PLAIN
        self._is_placed = False  # whether the stretch is where this symbol's bars are
        self._drawn_version: int | None = None  # None where all is to be drawn anew
        self._timeframe = ""  # of the content
        self._title = plain_label("", "chart_title", self)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._guard = PaintGuard()
        self._interaction = ChartInteraction(self)
        self.panes: Final = PaneStack(self._attach)
        self.panes.setFocusProxy(self)
        self._live = self._made_live_button()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self.panes, 1)
        self.set_theme(theme)
        self.show_symbol(None)

    def _attach(self, pane: ChartPane) -> None:
        self._interaction.listen_to(pane)
        pane.menu_requested.connect(self.menu_requested)

    @property
    def price(self) -> PricePane:
        """The pane of prices."""
        return self.panes.price

    @property
    def pointed(self) -> Cursor | None:
        """The cross hair. Where it is the pointer's, its place is the one that is under the pointer now."""
        cursor = self._pointed
        return cursor if cursor is None or cursor.x is None else cursor._replace(place=self.place_at(cursor.x))

    @pointed.setter
    def pointed(self, cursor: Cursor | None) -> None:
        self._pointed = cursor

    def stop_reading(self) -> None:
        """Read no longer the bar that was chosen by keys; what is under the pointer is still read."""
        if self._pointed is not None and self._pointed.x is None:
            self._pointed = None

    def place_at(self, x: float) -> float:
        """Return the place on the ruler that is in view so many pixels from the left."""
        return self.time_range.left + x * (self.time_range.right - self.time_range.left) / self.price.extent[0]

    @property
    def zone(self) -> tzinfo | None:
        """The zone of the clocks on the axis; ``None`` is the computer's own."""
        return UTC if self.content is not None and self.content.is_daily else zone_of(self.choices.zone)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._palette = Palette(theme)
        self.panes.set_palette(self._palette)
        self.invalidate()

    def set_style(self, style: NumberStyle) -> None:
        """Write numbers like this from now on."""
        self._style = style
        self.invalidate()

    def show_symbol(self, state: SymbolState | None) -> None:
        """Show another symbol, with its history, at once; one that was shown before as it was in view then."""
        if self.state is not None and (view := self._captured_view()) is not None:
            self._views.save(self.state, view)
        self._view = None if state is None else self._views.get(state)
        self.state = state
        self.panes.setVisible(state is not None)
        self._restart()
        self.refresh()

    def use(self, choices: ChartOptions) -> None:
        """Show what the user wants to see from now on."""
        before, self.choices = self.choices, reconciled(choices, self.choices)
        if self.choices != before:
            self._apply_changes(before)
        if not before == choices == self.choices:  # what was wanted may not go together
            self.choices_changed.emit()

    def _apply_changes(self, before: ChartOptions) -> None:
        choices = self.choices
        if choices.timeframe != before.timeframe:
            self._view = self._captured_view()
            self._restart()
        elif self.content is not None:
            self.content.set_indicators(choices.indicators)
        if (choices.scale != before.scale or choices.kind != before.kind) and self.price.price_range.auto_scale:
            self.price.price_range.reset()
        self._lay_out()
        self.invalidate()

    def compare(self, states: Sequence[SymbolState]) -> None:
        """Show other symbols beside this one, as per cents."""
        self.compared = tuple(states)
        self._compare()
        self.price.price_range.reset()
        self.invalidate()

    def follow(self) -> None:
        """Go back to the newest price and stay with it."""
        self.time_range.resume_following()
        self.invalidate()

    def reset(self) -> None:
        """Begin anew with what is in view."""
        self._interaction.reset()

    # When it is drawn

    def invalidate(self) -> None:
        """See to it that the next frame draws all."""
        self._drawn_version = None
        self.frame_requested.emit()

    def refresh(self) -> None:
        """Draw what is visible, where that is another picture than before."""
        state, content = self.state, self.content
        if state is None or content is None:
            self._title.setText("Select a symbol to see its chart.")
            return
        version = state.version + sum(other.version for other in self.compared)
        if self._drawn_version == version:
            return
        self._drawn_version = version
        self._guard.begin()
        headline_text = self._guard.build("the headline", lambda: self._headline(state))
        self._title.setText(sanitize_text(state.symbol, SYMBOL_LENGTH) if headline_text is None else headline_text)
        if not self._draw(content):
            return
        if self.panes.fit_axes():  # the canvases have another width now
            self._draw(content)
            self._drawn_version = version
        if not self.time_range.is_following:
            self._place_live_button()  # the axes may be wider by now
        self._live.setVisible(not self.time_range.is_following)

    def _headline(self, state: SymbolState) -> str:
        metrics, room = self._title.fontMetrics(), self._title.width() - 2 * _MARGIN
        return headline(state, self._style, lambda text: metrics.horizontalAdvance(text) <= room)

    def _draw(self, content: ChartData) -> bool:
        """Draw what is in view; if that fails, keep the last picture and return False."""
        scene = self._guard.build("the chart", lambda: self._prepared(content))
        if scene is None:
            self.panes.show_failures(self._guard.failed)
            return False
        self.scene = scene
        self.panes.show_scene(scene, self._guard.failed)
        return True

    def _prepared(self, content: ChartData) -> Scene:
        content.update()
        self._place(content)
        return self._made_scene(content)

    def describe(self) -> None:
        """Tell screen readers what the chart shows, and let time go on; called now and then, not with every trade."""
        if self.content is not None and not (self.content.is_ticks and self.content.state.watch.is_on):
            self.invalidate()  # a bar is nearer to its close, or a gap longer
        self.setAccessibleDescription("" if self.scene is None else summary(self.scene))
        self.described.emit()

    def _restart(self) -> None:
        state, choices = self.state, self.choices
        self.content = None if state is None else ChartData(state, choices.timeframe, choices.indicators)
        self._timeframe = choices.timeframe
        self.scene = self.price.measure = None
        self.stop_reading()
        self._is_placed = False
        self._compare()
        self.panes.restart()
        if self._view is not None and self._view.prices is not None:
            self.price.price_range.restore(*self._view.prices)
        self._lay_out()
        self.invalidate()

    def _compare(self) -> None:
        if self.content is not None:
            others = (other for other in self.compared if other is not self.state)
            self.content.compared = [ChartData(other, self.choices.timeframe) for other in others]

    def _lay_out(self) -> None:
        if self.content is None:  # nothing of it is seen, and the heights of panes are to stay
            return
        studies = [study for study in self.content.studies if study.chosen.pane == "own"]
        self.panes.lay_out(studies, has_volume=self.choices.has_volume)

    def _place(self, content: ChartData) -> None:
        if not len(content.series):
            return
        time_range, newest = self.time_range, content.time_scale.newest(content.series)
        if self._is_placed:
            time_range.follow(newest, (time_range.right - time_range.left) / self.price.extent[0])
        else:
            time_range.use(
                newest, content.time_scale.width, content.spacing(time_range.fewest), content.time_scale.limits
            )
            self._is_placed = True
            if self._view is not None:
                self._restore(self._view, content)
                self._view = None

    def _captured_view(self) -> SavedView | None:
        """Return what is in view; before there are bars, what is to be in view then."""
        content, time_range, price_range = self.content, self.time_range, self.price.price_range
        if content is None or not self._is_placed:
            return self._view
        middle_ns = content.time_scale.time_of(content.series, (time_range.left + time_range.right) / 2)
        prices = (
            None if price_range.auto_scale else SavedPriceRange(price_range.bottom, price_range.top, price_range.is_log)
        )
        timeframe = self._timeframe
        return SavedView(
            timeframe, time_range.left, time_range.right, middle_ns, time_range.bars, time_range.is_at_newest, prices
        )

    def _restore(self, view: SavedView, content: ChartData) -> None:
        """Show a view again, on another timeframe with the same time in its middle."""
        time_range, series = self.time_range, content.series
        is_same = view.timeframe == self.choices.timeframe
        middle = (view.left + view.right) / 2 if is_same else content.time_scale.place_of(series, view.middle_ns)
        oldest = content.time_scale.place_of(series, int(series.bars.start_ns[0]))
        if not view.is_at_newest and (view.right if is_same else middle) >= oldest:
            time_range.centre(middle, view.bars if is_same else time_range.bars)
        elif is_same:
            time_range.follow_with(view.bars)

    def _made_scene(self, content: ChartData) -> Scene:
        kind = CHART_TYPES[self.choices.kind]
        left, right, width = self.time_range.left, self.time_range.right, self.price.extent[0]
        now_ns = self._now_ns() - content.state.watch.exchange_lag_ns
        zone, labels = self.zone, width / self.price.texts.get(WIDEST).width
        return Scene(
            content,
            content.read(left, right, int(width), now_ns, is_averaged=kind.is_averaged),
            self.choices,
            kind,
            self._palette,
            self._style,
            zone,
            times_in_view(content.time_scale, content.series, left, right, labels, zone),
            left,
            right,
            now_ns,
            self.pointed,
        )

    def _made_live_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setText("Live ▸")
        button.setObjectName("live")
        button.setAccessibleName("follow the newest price")
        set_tooltip(button, "Follow the newest price again (End)")
        button.clicked.connect(self.follow)
        button.hide()
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._interaction.take_key(event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by its key, which comes here and not to a pane."""
        event.accept()
        self.menu_requested.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_live_button()

    def _place_live_button(self) -> None:
        size = self._live.sizeHint()
        corner = self.rect().bottomRight() - QPoint(self.panes.axis_width + _MARGIN, 2 * _MARGIN)
        self._live.setGeometry(corner.x() - size.width(), corner.y() - size.height(), size.width(), size.height())
        self._live.raise_()
