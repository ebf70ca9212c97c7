"""A chart with drawings, and its mouse and keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from ticker_gui.chart.drawing_geometry import Point, handles
from ticker_gui.chart.drawings import Drawing, DrawingKind
from ticker_gui.gui.chart.drawing_pointer import DrawingPointer
from ticker_gui.gui.chart.drawing_tools import DrawingTools

NO_KEY = Qt.KeyboardModifier.NoModifier


class DrawingDriver(ChartDriver):
    """A chart of the symbols A and B, with prices from 100 to 110."""

    def __init__(self, qtbot: QtBot, **options: Any) -> None:
        super().__init__(qtbot, "A", "B", **{"timeframe": "1s", "kind": "candles", **options})
        self.trades(*(100.0 + index % 11 for index in range(200)))
        self.tools = DrawingTools(self.chart)
        self.pointer = DrawingPointer(self.tools)
        self.messages, self.steps = list[str](), list[str]()
        self.tools.message_requested.connect(self.messages.append)
        self.tools.step_recorded.connect(lambda: self.steps.append(self.tools.book.undo_text))

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """The saved drawings of the charted symbol."""
        assert self.tools.symbol is not None
        return self.tools.book.of(self.tools.symbol)

    @property
    def drawing(self) -> Drawing:
        """The only drawing."""
        (drawing,) = self.drawings
        return drawing

    def handles(self, drawing: Drawing | None = None) -> list[Point]:
        projection = self.tools.projection
        assert projection is not None
        return handles(drawing or self.drawing, projection)

    def draw(self, kind: DrawingKind, begin: Point, end: Point | None = None) -> Drawing:
        """Draw with the mouse: with one click, or with a drag."""
        self.tools.choose(kind)
        self.drag(begin, end or begin)
        return self.drawings[-1]

    def click(self, x: float, y: float) -> None:
        self.press(x, y)
        self.release(x, y)

    def key(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        for one in keys:
            QTest.keyClick(self.chart, one, modifiers)
        self.chart.refresh()

    def global_point(self, x: float, y: float) -> QPoint:
        pane = self.chart.price
        at: QPoint = pane.mapToGlobal(pane.corner + QPoint(round(x), round(y)))
        return at
