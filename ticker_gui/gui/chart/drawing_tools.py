"""Drawings on the chart of the current symbol: what is displayed, selected and changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from ticker_gui.bars.arrays import Floats
from ticker_gui.chart.drawing_book import DrawingBook, DrawingStep, SymbolKey, TooManyDrawingsError
from ticker_gui.chart.drawing_geometry import GRIP, NO_LINES, Projection, distance, handle_at, handles
from ticker_gui.chart.drawings import TITLES, Drawing, DrawingKind
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_tags import PriceTag
from ticker_gui.gui.chart.drawing_layer import LineCache, draw_bells, draw_handles, draw_lines, drawing_tag
from ticker_gui.gui.chart.pane import Layer, TitledLayer
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.chart.view.viewport import Viewport


class DrawingTools(QObject):
    """The drawings of the charted symbol, as an overlay of its chart.

    ``draft`` is a drawing that is being drawn or dragged; it is displayed instead of the saved one with its id.
    ``alert_of`` returns the id of the alert of a drawing, or an empty text, and ``has_bell`` whether a bell is drawn at
    it. ``hold_move`` is called before a drawing is moved: if it returns true, it asks the user first, and later moves
    the drawing and removes the draft itself.

    Signals:
        step_recorded: a step was done that can be undone.
        changed: there is something to save.
        tool_changed: another tool was chosen, or none.
        gesture_ended: what the user is doing with the mouse no longer applies.
        message_requested: a sentence for the user.
        undo_offered: a sentence about a change that the user may want to undo.
        alert_requested: the user wants an alert when the price crosses a drawing, as `Drawing`.
        edit_requested: the user wants to edit times and prices of a drawing, as `Drawing`.
    """

    step_recorded = Signal()
    changed = Signal()
    tool_changed = Signal()
    gesture_ended = Signal()
    message_requested = Signal(str)
    undo_offered = Signal(str)
    alert_requested = Signal(object)
    edit_requested = Signal(object)

    def __init__(self, chart: PriceChart) -> None:
        super().__init__(chart)
        self.chart: Final = chart
        self.book: Final = DrawingBook()
        self.tool: DrawingKind | None = None
        self.draft: Drawing | None = None
        self.alert_of: Callable[[Drawing], str] = lambda drawing: ""
        self.has_bell: Callable[[Drawing], bool] = lambda drawing: False
        self.hold_move: Callable[[Drawing], bool] = lambda drawing: False
        self._selected = ""
        self._cache: Final = LineCache()
        chart.price.overlays.append(self)
        chart.symbol_changed.connect(self.cancel)
        chart.options_changed.connect(self._follow_options)

    # The drawings of the chart

    @property
    def history(self) -> DrawingBook:
        """The history for undo and redo."""
        return self.book

    @property
    def symbol(self) -> SymbolKey | None:
        """The charted symbol."""
        state = self.chart.state
        return None if state is None else (state.feed, state.symbol)

    @property
    def visible(self) -> Sequence[Drawing]:
        """The drawings of the charted symbol that are visible on its timeframe, as they are displayed."""
        symbol, draft = self.symbol, self.draft
        if symbol is None:
            return ()
        drawings = () if self.book.is_hidden else self.book.of(symbol)
        if draft is not None:
            drawings = (*(one for one in drawings if one.id != draft.id), draft)
        timeframe = self.chart.options.timeframe
        return [drawing for drawing in drawings if drawing.is_visible_on(timeframe)] if drawings else ()

    @property
    def selected(self) -> Drawing | None:
        """The selected drawing."""
        return next((drawing for drawing in self.visible if drawing.id == self._selected), None)

    @property
    def projection(self) -> Projection | None:
        """The conversion between pixels and points of the chart; None before there is something to draw."""
        return self.chart.price.projection(self.chart.chart_data)

    @property
    def decimals(self) -> int:
        """The decimals of prices of the charted symbol."""
        return 0 if self.chart.state is None else self.chart.state.price_decimals

    def drawing_at(self, x: float, y: float) -> Drawing | None:
        """Return the drawing at a point of the canvas; the selected one and newer ones take precedence."""
        projection = self.projection
        drawings = self.visible if projection is not None else ()
        if projection is None or not drawings:
            return None
        selected = self.selected
        if selected is not None and handle_at(handles(selected, projection), x, y) is not None:
            return selected
        found = [(distance(self._cache.lines(drawing, projection), x, y), drawing) for drawing in reversed(drawings)]
        nearest, drawing = min(found, key=lambda one: one[0])
        return drawing if nearest <= GRIP else None

    def lines(self, drawing: Drawing) -> Floats:
        """Return the visible part of a drawing, as rows of x1, y1, x2, y2 in pixels of the canvas."""
        projection = self.projection
        return NO_LINES if projection is None else self._cache.lines(drawing, projection)

    def new_drawing(self, kind: DrawingKind) -> str:
        """Return the id of a new drawing, and show the drawings if they are hidden."""
        if self.book.is_hidden:
            self.set_hidden(False)
        return f"{kind.value}-{secrets.token_hex(6)}"

    # What the user does

    def choose(self, kind: DrawingKind | None) -> None:
        """Choose the tool with which the user draws next, or none."""
        if kind is not None and self.symbol is None:
            self.message_requested.emit("Select a symbol first: there is none on the chart.")
            return
        self.tool, self.draft = kind, None
        if kind is not None:
            self._selected = ""
            points = "a price" if kind is DrawingKind.HORIZONTAL else "two points"
            self.message_requested.emit(f"{TITLES[kind]}: click {points} on the chart. Press Esc to cancel.")
            self.chart.setFocus()
        self.tool_changed.emit()
        self.chart.invalidate()

    def select(self, drawing_id: str) -> None:
        """Select a drawing; an empty id selects none."""
        self._selected = drawing_id
        self.chart.invalidate()

    def select_next(self) -> bool:
        """Select the drawing after the selected one; return whether there is any."""
        drawings = self.visible
        ids = [drawing.id for drawing in drawings]
        if not ids:
            return False
        at = ids.index(self._selected) + 1 if self._selected in ids else 0
        self.select(ids[at % len(ids)])
        return True

    def show_draft(self, draft: Drawing | None) -> None:
        """Display a drawing that the user is changing."""
        self.draft = draft
        self.chart.invalidate()

    def cancel(self) -> bool:
        """Leave the current mode: drop a draft, the tool and the selection; return whether there was any."""
        had_any = self.draft is not None or self.tool is not None or bool(self._selected)
        self.draft, self._selected = None, ""
        self.gesture_ended.emit()
        if self.tool is not None:
            self.tool = None
            self.tool_changed.emit()
        if had_any:
            self.chart.invalidate()
        return had_any

    def move(self, drawing: Drawing, *, by_key: bool = False) -> None:
        """Move a drawing of the charted symbol, unless that has to be confirmed first."""
        if self.hold_move(drawing):
            self.show_draft(drawing)
        else:
            self.put("move", drawing, by_key=by_key)

    def put(self, verb: str, drawing: Drawing, *, by_key: bool = False, symbol: SymbolKey | None = None) -> bool:
        """Add or replace a drawing of a symbol, or the charted one, as one step; return whether it is there."""
        symbol = symbol or self.symbol
        if symbol is None:
            return False
        description = f"{verb} a {TITLES[drawing.kind].lower()}"
        try:
            is_step = self.book.put(description, symbol, drawing, by_key=by_key)
        except TooManyDrawingsError as error:
            self.message_requested.emit(error.for_user)
            return False
        self._report_change(is_step=is_step)
        return True

    def change(self, verb: str, drawing: Drawing, **values: object) -> None:
        """Change some values of a drawing, as one step of the history."""
        self.put(verb, msgspec.structs.replace(drawing, **values))

    def set_locked(self, drawing: Drawing, is_locked: bool) -> None:
        """Lock a drawing, so that it cannot be moved or deleted with a key, or unlock it."""
        self.change("lock" if is_locked else "unlock", drawing, is_locked=is_locked)

    def delete(self, drawing: Drawing) -> None:
        """Delete a drawing."""
        title, alert = TITLES[drawing.kind].lower(), self.alert_of(drawing)
        if self.symbol is not None and self.book.remove(f"delete a {title}", self.symbol, [drawing.id]):
            self._end_gesture()
            self._report_change()
            self.undo_offered.emit(f"Deleted a {title}.{' Its alert is kept.' if alert else ''}")

    def delete_all(self) -> None:
        """Delete all drawings of the charted symbol, also those of other timeframes and locked ones."""
        if self.symbol is not None:
            ids = [drawing.id for drawing in self.book.of(self.symbol)]
            has_alerts = any(self.alert_of(drawing) for drawing in self.book.of(self.symbol))
            if self.book.remove(f"delete all drawings for {self.symbol[1]}", self.symbol, ids):
                self._end_gesture()
                self._report_change()
                stays = " Their alerts are kept." if has_alerts else ""
                self.undo_offered.emit(f"Deleted all drawings for {self.symbol[1]}.{stays}")

    def set_hidden(self, is_hidden: bool) -> None:
        """Hide or show all drawings of all symbols."""
        self.book.is_hidden = is_hidden
        self._selected = ""
        self.changed.emit()
        self.chart.invalidate()

    def undo(self) -> None:
        """Undo the last change of drawings."""
        self._show_step("Undo", self.book.undo())

    def redo(self) -> None:
        """Redo the change of drawings that was undone last."""
        self._show_step("Redo", self.book.redo())

    def refresh(self) -> None:
        """Draw the drawings again, after all of them were restored."""
        self.chart.invalidate()

    def _show_step(self, action: str, step: DrawingStep | None) -> None:
        if step is not None:
            self._end_gesture()
            where = "" if step.symbol == self.symbol else f" ({step.symbol[1]})"
            self.message_requested.emit(f"{action}: {step.description}{where}")
            self._report_change(is_step=False)

    def _end_gesture(self) -> None:
        self.draft = None
        self.gesture_ended.emit()

    def _report_change(self, *, is_step: bool = True) -> None:
        if is_step:
            self.step_recorded.emit()
        self.changed.emit()
        self.chart.invalidate()

    def _follow_options(self) -> None:
        if self._selected and self.selected is None:
            self._selected = ""

    # Drawing

    def layers_below(self, scene: Scene) -> Sequence[Layer]:
        """Return the layer of the lines, which are less prominent than the prices."""
        drawings = self.visible
        if not drawings:
            return ()
        return (self._layer("the drawings", scene, partial(draw_lines, drawings=drawings, cache=self._cache)),)

    def layers_on_top(self, scene: Scene, placed_legend: Sequence[PlacedText]) -> Sequence[Layer]:
        """Return the layers of the bells at lines with alerts, and of the handles of the selected drawing."""
        layers: list[Layer] = []
        alerted = [one for one in self.visible if one.end is not None and self.has_bell(one)]
        if alerted:  # the alert of a horizontal line has its own line
            bells = partial(draw_bells, drawings=alerted, cache=self._cache)
            layers.append(self._layer("the bells of drawings", scene, bells))
        drawing = self.draft or (self.selected if self._selected else None)
        if drawing is not None and drawing.is_visible_on(scene.options.timeframe):
            layers.append(self._layer("the handles of a drawing", scene, partial(draw_handles, drawing=drawing)))
        return layers

    def tags(self, viewport: Viewport, scene: Scene) -> Sequence[PriceTag]:
        """Return the tag of a horizontal line while it is selected or dragged."""
        drawing = self.draft or (self.selected if self._selected else None)
        if drawing is None or drawing.kind is not DrawingKind.HORIZONTAL:
            return ()
        return (drawing_tag(drawing, viewport, scene, is_dragged=self.draft is not None),)

    @staticmethod
    def _layer(title: str, scene: Scene, draw: Callable[..., None]) -> Layer:
        data = scene.chart_data

        def layer(painter: object, viewport: Viewport) -> None:
            projection = Projection(viewport, data.time_scale, data.series)
            draw(painter, viewport, projection=projection, colors=scene.colors)

        return TitledLayer(title, layer)
