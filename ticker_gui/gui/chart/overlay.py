"""What is drawn over prices besides the data: the interface of alert lines and drawings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.pane import Layer
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport


class Overlay(Protocol):
    """Adds layers and axis tags to the price pane; all sequences are empty if there is nothing to draw."""

    def layers_below(self, scene: Scene) -> Sequence[Layer]:
        """Return what is drawn below the prices."""

    def layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> Sequence[Layer]:
        """Return what is drawn over the prices and the legend."""

    def tags(self, viewport: Viewport, scene: Scene) -> Sequence[PriceTag]:
        """Return tags of the price axis."""
