from __future__ import annotations

from collections.abc import Sequence

from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.axis_tags import Role
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.pane import Layer, TitledLayer
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.paint_guard import FailureKind


class RecordingOverlay:
    """Records the order in which its layers are drawn; one of them may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.drawn: list[str] = []
        self._fails = fails

    def layers_below(self, scene: Scene) -> Sequence[Layer]:
        return [TitledLayer("a line below", lambda painter, viewport: self._draw("below"))]

    def layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> Sequence[Layer]:
        return [TitledLayer("a line on top", lambda painter, viewport: self._draw("top"))]

    def tags(self, viewport: Viewport, scene: Scene) -> Sequence[PriceTag]:
        colors = scene.colors
        return [PriceTag(Role.ALERT, 30.0, "Alert", ("42",), colors.raised, colors.accent, colors.text)]

    def _draw(self, part: str) -> None:
        if self._fails:
            raise ValueError(part)
        self.drawn.append(part)


def charted(qtbot: QtBot, overlay: RecordingOverlay) -> ChartDriver:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.chart.price.overlays.append(overlay)
    driver.trades(100.0, 101.0)
    return driver


def test_the_price_pane_draws_overlays_below_and_on_top_of_the_prices(qtbot: QtBot) -> None:
    driver = charted(qtbot, overlay := RecordingOverlay())
    titles = [layer.title for layer in driver.chart.price.canvas.layers if isinstance(layer, TitledLayer)]
    below, prices, top = (titles.index(title) for title in ("a line below", "the prices", "a line on top"))
    assert below < prices < top
    driver.chart.price.grab()
    assert overlay.drawn == ["below", "top"]
    assert ("42",) in driver.chart.price.price_axis.tags


def test_a_failing_overlay_is_named_and_leaves_the_prices(qtbot: QtBot, paint_failures: set[FailureKind]) -> None:
    driver = charted(qtbot, RecordingOverlay(fails=True))
    driver.chart.price.grab()
    assert set(driver.chart.price.canvas.guard.failed) == {"a line below", "a line on top"}
    driver.chart.hide()
    paint_failures.clear()
