"""Containment of errors in painting: a part that cannot be drawn costs that part and nothing else."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.logs.internal_errors import ENDS_PROGRAM

FailureKind: TypeAlias = tuple[str, str, str, int]
_Result = TypeVar("_Result")

_LOG: Final = logging.getLogger(__name__)
_MAX_KINDS: Final = 200
_MAX_DEPTH: Final = 64  # states that a failed part can have saved
_MARK: Final = QPoint(1, 1)
_MARGIN: Final = 4

logged_kinds: Final[set[FailureKind]] = set()


class PaintGuard:
    """Runs the parts of one painting and collects the titles of those that failed.

    An exception must never reach Qt: it would continue with a painter in an unknown state, and crash.
    """

    def __init__(self) -> None:
        self._failed: dict[str, None] = {}

    @property
    def failed(self) -> tuple[str, ...]:
        """The titles of the parts that failed since `begin`."""
        return tuple(self._failed)

    def begin(self) -> None:
        """Begin a new painting."""
        self._failed.clear()

    def paint(self, title: str, painter: QPainter, draw: Callable[[], object]) -> None:
        """Draw one part; the painter is afterwards in the state in which it was before."""
        self.paint_parts(painter, [(title, draw)])

    def paint_parts(self, painter: QPainter, parts: Iterable[tuple[str, Callable[[], object]]]) -> None:
        """Draw titled parts; each sets what it draws with, and the painter's state is restored after all of them.

        To save and restore the state for every part costs more than to draw a small one.
        """
        origin = painter.brushOrigin()
        _save(painter, origin)
        try:
            for title, draw in parts:
                try:
                    draw()
                except ENDS_PROGRAM:
                    raise
                except BaseException as error:
                    self._record_failure(title, error)
                    _restore(painter, origin)
                    _save(painter, origin)
        finally:
            _restore(painter, origin)

    def build(self, title: str, make: Callable[[], _Result]) -> _Result | None:
        """Return what is needed to draw a part, or nothing where that fails."""
        try:
            return make()
        except ENDS_PROGRAM:
            raise
        except BaseException as error:
            self._record_failure(title, error)
            return None

    def _record_failure(self, title: str, error: BaseException) -> None:
        self._failed[title] = None
        kind = _kind_of(title, error)
        if kind not in logged_kinds and len(logged_kinds) < _MAX_KINDS:
            logged_kinds.add(kind)
            _LOG.error("Could not draw %s", title, exc_info=error)


def paint_widget(
    widget: QWidget,
    area: QRect,
    guard: PaintGuard,
    title: str,
    draw: Callable[[QPainter], object],
    draw_failed: Callable[[QPainter, QRect], object],
) -> None:
    """Paint an area of a widget; what failed since all of it was painted is written with ``draw_failed``."""
    before = guard.failed
    if area.contains(widget.rect()):
        guard.begin()
    painter = QPainter(widget)
    try:
        guard.paint(title, painter, lambda: draw(painter))
        guard.paint("what failed", painter, lambda: draw_failed(painter, widget.rect()))
    finally:
        painter.end()
    if guard.failed != before:
        widget.update()


def draw_failures(
    painter: QPainter, area: QRect, titles: Iterable[str], texts: TextPainter, colour: QColor, background: QColor
) -> None:
    """Write what could not be drawn at the lower edge of an area."""
    text = texts.get(f"Could not draw {', '.join(dict.fromkeys(titles))}. Details are in the log.")
    height = round(texts.metrics.height())
    width = area.width() - 2 * _MARGIN
    if text.width > width:
        text = texts.elided(text, width)
    top = area.bottom() + 1 - height - _MARGIN
    painter.fillRect(area.left(), top, round(text.width) + 2 * _MARGIN, height, background)
    painter.setFont(texts.font)
    painter.setPen(colour)
    texts.draw(painter, area.left() + _MARGIN, top, text)


def _save(painter: QPainter, origin: QPoint) -> None:
    """Save the painter's state with an unmarked origin; every state saved later has the mark."""
    painter.save()
    painter.setBrushOrigin(origin + _MARK)


def _restore(painter: QPainter, origin: QPoint) -> None:
    """Restore the unmarked state, whatever a failed part has saved above it."""
    depth = 0
    while painter.brushOrigin() != origin and depth < _MAX_DEPTH:
        painter.restore()
        depth += 1


def _kind_of(title: str, error: BaseException) -> FailureKind:
    frames = traceback.extract_tb(error.__traceback__)
    place = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
    return title, type(error).__name__, *place
