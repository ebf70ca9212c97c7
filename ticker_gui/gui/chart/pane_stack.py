"""The stacked panes of a chart: which are visible, their heights and axis widths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from ticker_gui.chart.chart_data import ActiveIndicator
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.pane import MIN_AXIS_WIDTH, MIN_PANE_HEIGHT
from ticker_gui.gui.chart.panes import IndicatorPane, PricePane, VolumePane
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.widgets.measures import TIME_AXIS_HEIGHT

_RELATIVE_HEIGHTS: Final = (10, 2, 3)  # relative heights of price, volume and each indicator
_MIN_HEIGHT: Final = 100
_MIN_PRICE_HEIGHT: Final = 120  # pixels of the price pane while there are others
_MIN_OTHER_HEIGHT: Final = 56  # … of each of the others; a chart without room for them shows fewer


class PaneStack(QSplitter):
    """The price pane on top, then volume, then one pane for each indicator with its own scale.

    The prices always have enough height: a chart that is too low for all panes shows the first indicators, without
    the volume, or only the prices; the others return with their heights when it is higher. The legend of the prices
    has the values of indicators without a pane. Indicator panes are reused: creating them is slow, and pyqtgraph does
    not release all of their memory.
    """

    def __init__(self, attach: Callable[[ChartPane], object], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._attach = attach
        self._colors: ChartColors | None = None
        self.price, self.volume = PricePane(), VolumePane()
        self._indicator_panes: list[IndicatorPane] = []
        self.visible_panes: list[ChartPane] = []
        self.axis_width = MIN_AXIS_WIDTH  # equal in all panes, because they share one time axis
        self._prefers_narrow = False
        self._saved_sizes = b""
        self._studies: Sequence[ActiveIndicator] = ()
        self._has_volume = True
        self._room: int | None = None  # how many panes beside that of the prices fit; None before it is known
        self._has_all = True
        self._high_sizes = b""  # the heights of the panes when the stack became too low for them
        self.setChildrenCollapsible(False)
        for pane in (self.price, self.volume):
            self._add(pane)
        self.lay_out((), has_volume=True)

    def set_colors(self, colors: ChartColors) -> None:
        """Set the colors of all panes."""
        self._colors = colors
        for pane in self._all():
            pane.set_colors(colors)

    def lay_out(self, studies: Sequence[ActiveIndicator], *, has_volume: bool) -> None:
        """Show one pane for each of these indicators; if the set of panes changes, distribute the height again."""
        for pane, study in zip(self._indicator_panes, studies, strict=False):
            pane.set_study(study)
        for study in studies[len(self._indicator_panes) :]:
            self._indicator_panes.append(IndicatorPane(study))
            self._add(self._indicator_panes[-1])
        self._studies, self._has_volume = studies, has_volume
        wanted = [*([self.volume] if has_volume else []), *self._indicator_panes[: len(studies)]]
        others = wanted
        if not (has_all := self._room is None or len(wanted) <= self._room):
            others = self._indicator_panes[: min(len(studies), self._room or 0)]
        self._note_heights(has_all)
        visible_panes = [self.price, *others]
        self.price.has_volume_pane = self.volume in others
        self.price.studies_without_pane = () if has_all else studies[len(others) :]
        for pane in self._all():
            least = MIN_PANE_HEIGHT if not others else _MIN_PRICE_HEIGHT if pane is self.price else _MIN_OTHER_HEIGHT
            pane.setMinimumHeight(least + (TIME_AXIS_HEIGHT if others and pane is others[-1] else 0))
            pane.setVisible(pane in visible_panes)
            pane.show_time_axis(pane is visible_panes[-1])
        if visible_panes != self.visible_panes:
            self.visible_panes = visible_panes
            self._distribute_height()
            if self._saved_sizes:
                self.restoreState(QByteArray(self._saved_sizes))
        self._saved_sizes = b""

    def reset_ranges(self) -> None:
        """Auto-scale all panes and allow narrower axes, because other data is shown."""
        for pane in self._all():
            pane.price_range.reset()
        self._prefers_narrow = True

    def show_scene(self, scene: Scene, failed: Sequence[str] = ()) -> None:
        """Draw a scene; ``failed`` are the titles of parts of the chart that could not be drawn."""
        for pane in self.visible_panes:
            pane.show_scene(scene)
        self.price.canvas.unprepared = (*failed, *self.price.canvas.unprepared)

    def show_failures(self, titles: Sequence[str]) -> None:
        """Keep the last drawing, and name the parts that could not be drawn."""
        for pane in self.visible_panes:
            pane.canvas.unprepared = titles
            pane.viewport().update()

    def freeze_prices(self, is_frozen: bool) -> None:
        """Disable or enable auto-scaling while the user drags, also of panes that are hidden or shown meanwhile."""
        for pane in self._all():
            pane.price_range.frozen = is_frozen

    def restore_sizes(self, state: bytes) -> None:
        """Restore saved heights now, and again when the panes of the indicators are laid out."""
        self._saved_sizes = state
        self.restoreState(QByteArray(state))

    def captured_sizes(self) -> bytes:
        """Return the heights to save; of a stack that is too low for several panes, those from before."""
        return bytes(self.saveState().data()) if self._has_all else self._high_sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._adapt_to_height()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._adapt_to_height()

    def _adapt_to_height(self) -> None:
        room = max(0, self.height() - _MIN_PRICE_HEIGHT - TIME_AXIS_HEIGHT) // _MIN_OTHER_HEIGHT
        if room != self._room:
            self._room = room
            self.lay_out(self._studies, has_volume=self._has_volume)

    def _note_heights(self, has_all: bool) -> None:
        """Keep the heights of the panes before some of them have no room, and restore them when all have."""
        if has_all and not self._has_all:
            self._saved_sizes, self._high_sizes = self._high_sizes, b""
        elif self._has_all and not has_all:
            self._high_sizes = self._saved_sizes or bytes(self.saveState().data())
        self._has_all = has_all

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self)

    def reset_sizes(self) -> None:
        """Give all panes the heights that they have in a new window."""
        self._saved_sizes = self._high_sizes = b""
        self._distribute_height()

    def resize_price_pane(self, share: float) -> None:
        """Grow the price pane by a share of the total height, or shrink it if the share is negative."""
        prices, *others = self.sizes()
        if any(others):
            by = min(round(share * (prices + sum(others))), sum(others))
            self.setSizes([prices + by, *(round(other * (1 - by / sum(others))) for other in others)])

    def fit_axes(self) -> bool:
        """Make all price axes as wide as their widest text, up to half of the chart; return whether the width changed.

        They become narrower only when other data is shown or the chart is too narrow, so that the chart does not jump.
        """
        widest = max(MIN_AXIS_WIDTH, self.width() // 2)
        required = max(pane.price_axis.required_width for pane in self.visible_panes)
        width = min(max(MIN_AXIS_WIDTH, required), widest)
        must_change = not width <= self.axis_width <= widest or (self._prefers_narrow and width < self.axis_width)
        self._prefers_narrow = False
        if must_change:
            self.axis_width = width
            for pane in self._all():
                pane.set_axis_width(width)
        return must_change

    def _distribute_height(self) -> None:
        shares = [self._relative_height(pane) if pane in self.visible_panes else 0 for pane in self._all()]
        whole = max(self.height(), _MIN_HEIGHT)
        self.setSizes([whole * share // sum(shares) for share in shares])

    def _relative_height(self, pane: ChartPane) -> int:
        return (
            _RELATIVE_HEIGHTS[0]
            if pane is self.price
            else _RELATIVE_HEIGHTS[1]
            if pane is self.volume
            else _RELATIVE_HEIGHTS[2]
        )

    def _all(self) -> list[ChartPane]:
        return [self.price, self.volume, *self._indicator_panes]

    def _add(self, pane: ChartPane) -> None:
        if self._colors is not None:
            pane.set_colors(self._colors)
        pane.set_axis_width(self.axis_width)
        self._attach(pane)
        self.addWidget(pane)


class _Handle(QSplitterHandle):
    """A handle between two panes; a double click gives all panes their usual heights."""

    def __init__(self, panes: PaneStack) -> None:
        super().__init__(Qt.Orientation.Vertical, panes)
        self._panes = panes

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._panes.reset_sizes()
