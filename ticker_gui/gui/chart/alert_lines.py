"""Alert levels on the chart: dashed lines with a bell and a sentence, which the user can drag to another price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import lru_cache, partial
from typing import Final, NamedTuple

from PySide6.QtCore import QMetaMethod, QObject, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPaintEngine, QPainter, QPixmap
from PySide6.QtWidgets import QMessageBox

from ticker_gui.chart.axis_tags import Role
from ticker_gui.chart.drawing_geometry import GRIP, Projection
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_lines import price_text
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.axes.axis import draw_box
from ticker_gui.gui.chart.move_question import ask_to_move
from ticker_gui.gui.chart.paint import batch
from ticker_gui.gui.chart.paint.colors import ChartColors
from ticker_gui.gui.chart.pane import Layer, TitledLayer
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.icons import draw_icon
from ticker_gui.gui.widgets.measures import GAP, INSET, PANEL_MARGIN
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem
from ticker_gui.gui.widgets.text_painter import TextPainter

_DASH: Final = (6.0, 3.0)
BELL_SIZE: Final = 12  # pixels
_MIN_DRAG: Final = 2.0  # pixels
_SENTENCE_LENGTH: Final = 120


class AlertState(Enum):
    """How an alert line looks."""

    MONITORED = auto()
    FIRED = auto()
    NOT_MONITORED = auto()


class AlertLine(NamedTuple):
    """An alert at a price of the charted symbol, with the sentence that describes it."""

    id: str
    price: float
    sentence: str
    state: AlertState = AlertState.MONITORED


class _Drag(NamedTuple):
    """A line that the user drags; ``offset`` is the distance of the mouse from it in pixels."""

    line: AlertLine
    offset: float
    begin: float
    price: float


class AlertLines(QObject):
    """Draws the alert lines of the charted symbol; it knows nothing of alerts but what `set_lines` receives.

    ``sentence_at`` returns the sentence that a line would have at another price.

    Signals:
        moved: the user has dragged a line: its id and the new price.
        create_requested: the user wants an alert at a price.
    """

    moved = Signal(str, float)
    create_requested = Signal(float)

    def __init__(self, chart: PriceChart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._lines: Sequence[AlertLine] = ()
        self._drag: _Drag | None = None
        self._asked: AlertLine | None = None  # moved across the current price; the question is open
        self.question: QMessageBox | None = None
        self.sentence_at: Callable[[AlertLine, float], str] = lambda line, price: line.sentence
        chart.price.overlays.append(self)
        chart.price.tools.append(self)
        chart.key_handlers.insert(1, self.handle_key)
        chart.symbol_changed.connect(lambda: self.set_lines(()))

    @property
    def lines(self) -> Sequence[AlertLine]:
        """The lines as they are drawn, one perhaps while it is dragged."""
        moving = self._asked if self._drag is None else self._moved(self._drag)
        return [moving if moving is not None and line.id == moving.id else line for line in self._lines]

    def set_lines(self, lines: Sequence[AlertLine]) -> None:
        """Set the lines to draw; a drag of a line that is no longer among them ends."""
        if list(lines) == list(self._lines):
            return
        self._lines = tuple(lines)
        ids = {line.id for line in lines}
        if self._drag is not None and self._drag.line.id not in ids:
            self._drag = None
        if self._asked is not None and self._asked.id not in ids:
            self._close_question()
        self._chart.invalidate()

    def menu_items(self, at: QPoint) -> Sequence[MenuItem]:
        """Return the items of the chart's menu for a point of the screen: create an alert at its price."""
        projection = self._projection if self._offers_alerts else None
        if projection is None or (price := self._menu_price(projection, at)) is None:
            return ()
        text = numbers.on_screen(numbers.price(price, max(numbers.decimals(price), self._decimals)))
        return (MenuCommand(f"&Alert at {text}…", partial(self.create_requested.emit, price)), None)

    def handle_key(self, event: QKeyEvent) -> bool:
        """End a drag without a change if Escape is pressed; return whether there was one."""
        if event.key() != Qt.Key.Key_Escape or self._drag is None:
            return False
        self._drag = None
        self._chart.invalidate()
        return True

    # Mouse

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Start dragging the line at a point; with Alt, create an alert there."""
        projection = self._projection
        if projection is None or modifiers & Qt.KeyboardModifier.ShiftModifier:
            return False
        line = self._line_at(at, projection)
        if line is None:
            if not modifiers & Qt.KeyboardModifier.AltModifier or not self._offers_alerts:
                return False
            self.create_requested.emit(projection.rounded_price(at.y(), self._decimals))
            return True
        self._drag = _Drag(line, at.y() - projection.y(line.price), at.y(), line.price)
        self._chart.invalidate()
        return True

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move the dragged line with the mouse."""
        drag, projection = self._drag, self._projection
        if drag is None or projection is None:
            return
        height = projection.view.height
        y = min(max(at.y() - drag.offset, 0.0), height)
        is_moved = drag.price != drag.line.price or abs(at.y() - drag.begin) >= _MIN_DRAG
        if is_moved:
            self._drag = drag._replace(price=projection.rounded_price(y, self._decimals))
            self._chart.invalidate()

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """End the drag; if the line has crossed the current price, ask first."""
        drag, self._drag = self._drag, None
        self._chart.invalidate()
        if drag is None or drag.price == drag.line.price:
            return
        last = None if self._chart.state is None else self._chart.state.last
        if last is not None and (drag.line.price < last) is not (drag.price < last):
            self._ask(drag, last)
        else:
            self.moved.emit(drag.line.id, drag.price)

    def double_click(self, at: QPointF) -> bool:
        """Do nothing on a line, so that the view is not reset by mistake."""
        projection = self._projection
        return projection is not None and self._line_at(at, projection) is not None

    def hover(self, at: QPointF) -> Qt.CursorShape | None:
        """Return the shape of the mouse: over a line, that it can be moved."""
        projection = self._projection if self._lines else None
        is_on_line = projection is not None and self._line_at(at, projection) is not None
        return Qt.CursorShape.SizeVerCursor if is_on_line else None

    # Drawing

    def layers_below(self, scene: Scene) -> Sequence[Layer]:
        """Return nothing: alert lines are over the prices."""
        return ()

    def layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> Sequence[Layer]:
        """Return the layer of the lines with their sentences."""
        if not self._lines:
            return ()
        return (TitledLayer("the alert lines", partial(self._draw, scene=scene, placed_legend=placed_legend)),)

    def tags(self, viewport: Viewport, scene: Scene) -> Sequence[PriceTag]:
        """Return the tags of the lines in view, and of the nearest ones above and below it."""
        if not self._lines:
            return ()
        tags = [self._tag(line, viewport, scene) for line in self.lines]
        above = sorted((tag for tag in tags if tag.y < 0), key=lambda tag: -tag.y)[:1]
        below = sorted((tag for tag in tags if tag.y > viewport.height), key=lambda tag: tag.y)[:1]
        return [*above, *(tag for tag in tags if 0 <= tag.y <= viewport.height), *below]

    def _tag(self, line: AlertLine, viewport: Viewport, scene: Scene) -> PriceTag:
        colors, color = scene.colors, _color(line, scene.colors)
        is_dragged = self._drag is not None and self._drag.line.id == line.id
        role, fill, ink = Role.ALERT, colors.raised, colors.text
        if is_dragged:
            role, fill, ink = Role.DRAGGED, color, colors.on_accent
        text = price_text(scene, line.price)
        return PriceTag(role, float(viewport.y(line.price)), "Alert", (text,), fill, color, ink)

    def _draw(self, painter: QPainter, viewport: Viewport, scene: Scene, placed_legend: Sequence[PlacedText]) -> None:
        texts = self._chart.price.texts
        taken = [QRectF(one.left, one.top, one.text.width, texts.metrics.height()) for one in placed_legend]
        lines = [(float(viewport.y(line.price)), line) for line in sorted(self.lines, key=lambda line: line.price)]
        visible = [(y, line, _color(line, scene.colors)) for y, line in lines if 0 <= y <= viewport.height]
        for y, line, color in visible:
            painter.setPen(color)
            if self._drag is not None and self._drag.line.id == line.id:
                row = viewport.row(line.price)
                painter.drawLine(0, row, round(viewport.width), row)
            else:
                batch.dashes(painter, y, viewport.width, *_DASH)
        for y, line, color in visible:  # lines at the same price cover no sentence
            _draw_chip(painter, texts, line.sentence, round(y), viewport.width, scene.colors, color, taken)

    # Parts

    @property
    def _projection(self) -> Projection | None:
        return self._chart.price.projection(self._chart.chart_data)

    @property
    def _offers_alerts(self) -> bool:
        """Whether something creates the alerts that the user requests."""
        return self.isSignalConnected(QMetaMethod.fromSignal(self.create_requested))

    @property
    def _decimals(self) -> int:
        return 0 if self._chart.state is None else self._chart.state.price_decimals

    def _line_at(self, at: QPointF, projection: Projection) -> AlertLine | None:
        near = [(abs(projection.y(line.price) - at.y()), line) for line in self._lines]
        distance, line = min(near, key=lambda one: one[0], default=(GRIP + 1, None))
        return line if distance <= GRIP else None

    def _moved(self, drag: _Drag) -> AlertLine:
        """Return a dragged line where it is now."""
        line = drag.line
        sentence = line.sentence if drag.price == line.price else self.sentence_at(line, drag.price)
        return line._replace(price=drag.price, sentence=sentence)

    def _menu_price(self, projection: Projection, at: QPoint) -> float | None:
        """Return the price at a point of the screen; outside the price pane, that of the crosshair or the last one."""
        pane, crosshair = self._chart.price, self._chart.crosshair
        point = pane.point_at(at)
        if point is not None:
            return projection.rounded_price(point.y(), self._decimals)
        if crosshair is not None and crosshair.pane is pane:
            return projection.rounded_price(crosshair.y, self._decimals)
        return None if self._chart.state is None else self._chart.state.last

    def _ask(self, drag: _Drag, last: float) -> None:
        """Ask whether an alert is moved to the other side of the current price; this does not block."""
        self._close_question()
        line = self._moved(drag)
        prices, decimals = (last, drag.line.price, line.price), self._decimals
        now, then, level = (numbers.on_screen(numbers.price(one, decimals)) for one in prices)
        sentence = sanitize_text(drag.line.sentence, _SENTENCE_LENGTH)
        details = f"{sentence}: the price is {now}. The alert would move from {then} to {level}."
        move = partial(self.moved.emit, line.id, line.price)
        self._asked, self.question = line, ask_to_move(self._chart, details, move, self._close_question)

    def _close_question(self) -> None:
        question, self.question, self._asked = self.question, None, None
        if question is not None:
            question.deleteLater()
            question.hide()
        self._chart.invalidate()


def _color(line: AlertLine, colors: ChartColors) -> QColor:
    by_state = {AlertState.MONITORED: colors.accent, AlertState.FIRED: colors.warning}
    return by_state.get(line.state, colors.muted)


def _draw_chip(
    painter: QPainter,
    texts: TextPainter,
    sentence: str,
    y: int,
    width: float,
    colors: ChartColors,
    color: QColor,
    taken: list[QRectF],
) -> None:
    """Draw the bell and the sentence of a line where nothing is ``taken``, which then includes its area."""
    height = max(round(texts.metrics.height()), BELL_SIZE) + INSET
    text, room = texts.get(sanitize_text(sentence, _SENTENCE_LENGTH)), width / 2 - BELL_SIZE - 3 * GAP
    if text.width > room:
        text = texts.elided(text, max(room, 0.0))
    chip = QRectF(PANEL_MARGIN, y - height // 2, round(text.width) + BELL_SIZE + 2 * GAP, height)
    chip.moveLeft(_free_left(chip, taken))
    if chip.right() > width:
        return
    taken.append(chip)
    draw_box(painter, chip, colors.raised, color)
    draw_bell(painter, QRectF(chip.left() + INSET, chip.top() + (height - BELL_SIZE) // 2, BELL_SIZE, BELL_SIZE), color)
    painter.setPen(colors.text)
    painter.setFont(texts.font)
    top = round(chip.top() + (height - texts.metrics.height()) / 2)
    texts.draw(painter, round(chip.left()) + 2 * INSET + BELL_SIZE, top, text)


def draw_bell(painter: QPainter, area: QRectF, color: QColor) -> None:
    """Draw the bell; on a screen it is drawn once and copied."""
    if painter.paintEngine().type() == QPaintEngine.Type.Raster:
        painter.drawPixmap(area.topLeft(), _bell(color.name(), painter.device().devicePixelRatioF()))
    else:
        draw_icon(painter, area, "bell", color)


@lru_cache(maxsize=32)
def _bell(color: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSizeF(BELL_SIZE * ratio, BELL_SIZE * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_icon(painter, QRectF(0, 0, BELL_SIZE, BELL_SIZE), "bell", color)
    painter.end()
    return pixmap


def _free_left(chip: QRectF, taken: Sequence[QRectF]) -> float:
    """Return the first x coordinate from that of a chip to the right at which it covers none of some areas."""
    at = QRectF(chip)
    while (other := next((one for one in taken if one.intersects(at)), None)) is not None:
        at.moveLeft(other.right() + GAP)
    return at.left()
