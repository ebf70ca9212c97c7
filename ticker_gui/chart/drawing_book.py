"""The drawings of all symbols, with the history of their changes for undo and redo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.chart.drawings import Drawing
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.undo_steps import UndoSteps

MAX_PER_SYMBOL: Final = 100
MAX_STEPS: Final = 200

SymbolKey: TypeAlias = tuple[str, str]  # a feed and a symbol
Drawings: TypeAlias = tuple[Drawing, ...]


class TooManyDrawingsError(TickerError):
    """A symbol has as many drawings as are possible. Remedy: delete some."""


class DrawingStep(NamedTuple):
    """A change of the drawings of one symbol."""

    description: str
    symbol: SymbolKey
    before: Drawings
    after: Drawings
    by_key: bool = False


class DrawingBook(UndoSteps[DrawingStep]):
    """The drawings of each symbol, the newest last.

    The ``description`` of a change completes a menu text: ``draw a trend line``. ``changed`` has the symbols whose
    drawings are not saved yet; ``is_hidden`` hides all drawings.
    """

    def __init__(self) -> None:
        super().__init__(MAX_STEPS)
        self.is_hidden = False
        self.changed: set[SymbolKey] = set()
        self._drawings: dict[SymbolKey, Drawings] = {}
        self._can_continue = False  # whether the next key can be a part of the last step

    def restore(self, drawings: Mapping[SymbolKey, Drawings]) -> None:
        """Set saved drawings; this cannot be undone."""
        self._drawings = {symbol: of_symbol for symbol, of_symbol in drawings.items() if of_symbol}

    def of(self, symbol: SymbolKey) -> Drawings:
        """Return the drawings of a symbol."""
        return self._drawings.get(symbol, ())

    def find(self, symbol: SymbolKey, drawing_id: str) -> Drawing | None:
        """Return a drawing of a symbol, if it exists."""
        return next((drawing for drawing in self.of(symbol) if drawing.id == drawing_id), None)

    def put(self, description: str, symbol: SymbolKey, drawing: Drawing, *, by_key: bool = False) -> bool:
        """Add a drawing, or replace the one with its id, as one step; return whether this is a new step.

        Steps ``by_key`` that follow each other with the same description are one step.

        Raises:
            TooManyDrawingsError: the symbol has too many drawings.
        """
        before = self.of(symbol)
        if any(one.id == drawing.id for one in before):
            after = tuple(drawing if one.id == drawing.id else one for one in before)
        elif len(before) < MAX_PER_SYMBOL:
            after = (*before, drawing)
        else:
            raise TooManyDrawingsError(
                f"{symbol[1]} has {MAX_PER_SYMBOL} drawings, which is the maximum. Delete some of them first."
            )
        return self._do(DrawingStep(description, symbol, before, after, by_key))

    def remove(self, description: str, symbol: SymbolKey, ids: Sequence[str]) -> bool:
        """Remove drawings of a symbol as one step; return whether there were any."""
        before = self.of(symbol)
        return self._do(DrawingStep(description, symbol, before, tuple(one for one in before if one.id not in ids)))

    def _do(self, step: DrawingStep) -> bool:
        if step.after == step.before:
            return False
        last = self.last
        is_continued = (
            step.by_key
            and self._can_continue
            and last is not None
            and last[:2] == step[:2]
            and last.after == step.before
        )
        if is_continued and last is not None:
            self.replace_last(last._replace(after=step.after))
        else:
            self.add(step)
        self._can_continue = True
        self._set(step.symbol, step.after)
        return not is_continued

    def _set(self, symbol: SymbolKey, drawings: Drawings) -> None:
        if drawings:
            self._drawings[symbol] = drawings
        else:
            self._drawings.pop(symbol, None)
        self.changed.add(symbol)

    def undo(self) -> DrawingStep | None:
        """Undo the last step and return it, if there is one."""
        step = self.last
        if step is not None:
            self.note_undone(step)
            self._can_continue = False
            self._set(step.symbol, step.before)
        return step

    def redo(self) -> DrawingStep | None:
        """Redo the step that was undone last and return it, if there is one."""
        step = self.next
        if step is not None:
            self.note_redone(step)
            self._can_continue = False
            self._set(step.symbol, step.after)
        return step

    def forget_undone(self) -> None:
        """Forget the steps that could be redone, because something else was changed; the last step is complete."""
        super().forget_undone()
        self._can_continue = False
