"""The panes of a chart above each other: which there are, how high each is, how wide their axes are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ticker_gui.chart.chart_data import ActiveIndicator
from ticker_gui.gui.chart.chart_pane import ChartPane
from ticker_gui.gui.chart.paint.colors import Palette
from ticker_gui.gui.chart.pane import MIN_AXIS_WIDTH
from ticker_gui.gui.chart.panes import PricePane, StudyPane, VolumePane
from ticker_gui.gui.chart.scene import Scene

_SHARES: Final = (10, 2, 3)  # of the height: prices, volume, each indicator
_MIN_HEIGHT: Final = 100


class PaneStack(QSplitter):
    """Prices on top, volume below, then a pane for each indicator that has one.

    Panes are kept for the next indicator: to make them anew would be slow, and pyqtgraph does not give all back.
    """

    def __init__(self, listen: Callable[[ChartPane], object], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._listen = listen
        self._palette: Palette | None = None
        self.price, self.volume = PricePane(), VolumePane()
        self._of_studies: list[StudyPane] = []
        self.shown: list[ChartPane] = []
        self.axis_width = MIN_AXIS_WIDTH  # of all of them, as one axis of time stands below
        self._prefers_narrow = False
        self._heights = b""
        self.setChildrenCollapsible(False)
        for pane in (self.price, self.volume):
            self._add(pane)
        self.lay_out((), has_volume=True)

    def set_palette(self, palette: Palette) -> None:
        """Draw in these colours from now on."""
        self._palette = palette
        for pane in self._all():
            pane.set_palette(palette)

    def lay_out(self, studies: Sequence[ActiveIndicator], *, has_volume: bool) -> None:
        """Show a pane for each of these, and share the height anew where there are others than before."""
        while len(self._of_studies) < len(studies):
            self._of_studies.append(StudyPane())
            self._add(self._of_studies[-1])
        for pane, study in zip(self._of_studies, studies, strict=False):
            pane.set_study(study)
        shown = [self.price, *([self.volume] if has_volume else []), *self._of_studies[: len(studies)]]
        for pane in self._all():
            pane.setVisible(pane in shown)
            pane.show_time_axis(pane is shown[-1])
        if shown != self.shown:
            self.shown = shown
            self._share_height()
            if self._heights:
                self.restoreState(QByteArray(self._heights))
        self._heights = b""

    def restart(self) -> None:
        """Let prices fit and axes be narrow: something else is shown."""
        for pane in self._all():
            pane.price_range.reset()
        self._prefers_narrow = True

    def show_scene(self, scene: Scene, failed: Sequence[str] = ()) -> None:
        """Draw a scene; ``failed`` are the titles of parts of the chart that could not be drawn."""
        for pane in self.shown:
            pane.show_scene(scene)
        self.price.canvas.unprepared = (*failed, *self.price.canvas.unprepared)

    def show_failures(self, titles: Sequence[str]) -> None:
        """Keep the last picture, and name what could not be drawn."""
        for pane in self.shown:
            pane.canvas.unprepared = titles
            pane.viewport().update()

    def rest(self, is_resting: bool) -> None:
        """Keep all prices where they are while the user drags, and no longer."""
        for pane in self.shown:
            pane.price_range.frozen = is_resting

    def restore_heights(self, state: bytes) -> None:
        """Give the panes the heights that they had: now, and when those of the indicators are laid out."""
        self._heights = state
        self.restoreState(QByteArray(state))

    def enlarge_prices(self, share: float) -> None:
        """Give prices this share of the height besides what they have, from the others; below zero, to them."""
        prices, *others = self.sizes()
        if any(others):
            by = min(round(share * (prices + sum(others))), sum(others))
            self.setSizes([prices + by, *(round(other * (1 - by / sum(others))) for other in others)])

    def fit_axes(self) -> bool:
        """Make all price axes as wide as their widest text, up to half of the chart; return whether the width changed.

        They become narrower only when other data is shown or the chart is too narrow, so that the chart does not jump.
        """
        widest = max(MIN_AXIS_WIDTH, self.width() // 2)
        wanted = min(max(MIN_AXIS_WIDTH, *(pane.price_axis.wanted for pane in self.shown)), widest)
        must_change = not wanted <= self.axis_width <= widest or (self._prefers_narrow and wanted < self.axis_width)
        self._prefers_narrow = False
        if must_change:
            self.axis_width = wanted
            for pane in self._all():
                pane.set_axis_width(wanted)
        return must_change

    def _share_height(self) -> None:
        shares = [self._share(pane) if pane in self.shown else 0 for pane in self._all()]
        whole = max(self.height(), _MIN_HEIGHT)
        self.setSizes([whole * share // sum(shares) for share in shares])

    def _share(self, pane: ChartPane) -> int:
        return _SHARES[0] if pane is self.price else _SHARES[1] if pane is self.volume else _SHARES[2]

    def _all(self) -> list[ChartPane]:
        return [self.price, self.volume, *self._of_studies]

    def _add(self, pane: ChartPane) -> None:
        if self._palette is not None:
            pane.set_palette(self._palette)
        pane.price_axis.setWidth(self.axis_width)
        self._listen(pane)
        self.addWidget(pane)
