"""A chart of a small simulated market, and its mouse."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.chart.chart_data import VisibleData
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.pane import Pane
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.limits import Limits

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class ChartDriver:
    """A chart of 700 × 500 pixels; it shows the first of ``symbols``."""

    def __init__(self, qtbot: QtBot, *symbols: str, **options: Any) -> None:
        self.symbols = symbols or ("A",)
        self.desk = Desk(*self.symbols, limits=Limits(trades=100_000, second_bars=20_000))
        self.chart = PriceChart(load_theme("dark"), self.desk.clock)
        qtbot.addWidget(self.chart)
        self.chart.resize(700, 500)
        self.choose(**{"zone": "UTC", **options})
        self.show(0)
        self.chart.show()

    def choose(self, **options: Any) -> None:
        self.chart.set_options(msgspec.structs.replace(self.chart.options, **options))
        self.chart.refresh()

    def show(self, row: int) -> None:
        self.chart.show_symbol(self.desk.market.states[row])

    def trade(self, price: float, after_s: float = 1.0, symbol: str = "", size: float = 1.0) -> None:
        """Advance time and add a trade; call `refresh` to draw it."""
        self.desk.now_ns += int(after_s * SECOND_NS)
        self.desk.trade(symbol or self.symbols[0], price, size)

    def trades(self, *prices: float, after_s: float = 1.0) -> None:
        """Add trades and draw them."""
        for price in prices:
            self.trade(price, after_s)
        self.chart.refresh()

    @property
    def scene(self) -> Scene:
        assert self.chart.scene is not None
        return self.chart.scene

    @property
    def visible_data(self) -> VisibleData:
        return self.scene.visible_data

    @property
    def viewport(self) -> Viewport:
        viewport = self.chart.price.current_viewport
        assert viewport is not None
        return viewport

    @property
    def width(self) -> float:
        return self.chart.time_range.right - self.chart.time_range.left

    # Mouse events, in pixels of the canvas

    def press(self, x: float, y: float, pane: Pane | None = None, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        pane = pane or self.chart.price
        QTest.mousePress(pane.viewport(), LEFT, modifiers, self._at(x, y, pane))

    def release(self, x: float, y: float, pane: Pane | None = None) -> None:
        pane = pane or self.chart.price
        QTest.mouseRelease(pane.viewport(), LEFT, NO_KEY, self._at(x, y, pane))
        self.chart.refresh()

    def move(self, x: float, y: float, pane: Pane | None = None, *, is_pressed: bool = False) -> None:
        pane = pane or self.chart.price
        at = QPointF(self._at(x, y, pane))
        buttons = LEFT if is_pressed else Qt.MouseButton.NoButton
        viewport = pane.viewport()
        where = QPointF(viewport.mapToGlobal(at))
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, where, Qt.MouseButton.NoButton, buttons, NO_KEY)
        QApplication.sendEvent(viewport, event)
        self.chart.refresh()

    def drag(self, begin: tuple[float, float], end: tuple[float, float], pane: Pane | None = None) -> None:
        """Drag with the left button, in one step."""
        self.press(*begin, pane)
        self.move(*end, pane, is_pressed=True)
        self.release(*end, pane)

    def double_click(self, x: float, y: float, pane: Pane | None = None) -> None:
        pane = pane or self.chart.price
        QTest.mouseDClick(pane.viewport(), LEFT, NO_KEY, self._at(x, y, pane))
        self.chart.refresh()

    def wheel(self, x: float, y: float, steps: float, pane: Pane | None = None, *, sideways: bool = False) -> None:
        pane = pane or self.chart.price
        at = QPointF(self._at(x, y, pane))
        turned = QPoint(round(120 * steps), 0) if sideways else QPoint(0, round(120 * steps))
        phase = Qt.ScrollPhase.NoScrollPhase
        where = QPointF(pane.viewport().mapToGlobal(at))
        event = QWheelEvent(at, where, QPoint(), turned, Qt.MouseButton.NoButton, NO_KEY, phase, False)
        QApplication.sendEvent(pane.viewport(), event)
        self.chart.refresh()

    def _at(self, x: float, y: float, pane: Pane) -> QPoint:
        corner = pane.canvas.scenePos()
        return QPoint(round(corner.x() + x), round(corner.y() + y))
