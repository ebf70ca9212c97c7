"""Containment of paint errors: a part that fails is left out, and the rest is drawn."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from functools import partial
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
_MAX_DEPTH: Final = 64  # painter states that a failed part may have saved
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
        """Draw one part, then restore the painter's state."""
        self.paint_parts(painter, [(title, draw)])

    def paint_parts(self, painter: QPainter, parts: Iterable[tuple[str, Callable[[], object]]]) -> None:
        """Draw titled parts, each of which sets its own pen and brush; then restore the painter's state once.

        Saving and restoring for every part would cost more than drawing a small one.
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
        """Return what ``make`` builds for a part, or None if it fails."""
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
    """Paint an area of a widget; ``draw_failed`` writes which parts have failed since the last full painting."""
    before = guard.failed
    if area.contains(widget.rect()):
        guard.begin()
    painter = QPainter(widget)
    try:
        list_failed = partial(draw_failed, painter, widget.rect())
        guard.paint_parts(painter, [(title, partial(draw, painter)), ("the list of failures", list_failed)])
    finally:
        painter.end()
    if guard.failed != before:
        widget.update()


def draw_failures(
    painter: QPainter, area: QRect, titles: Iterable[str], texts: TextPainter, color: QColor, background: QColor
) -> None:
    """Write the titles of failed parts at the lower edge of an area."""
    text = texts.get(f"Could not draw {', '.join(dict.fromkeys(titles))}. Details are in the log.")
    height = round(texts.metrics.height())
    width = area.width() - 2 * _MARGIN
    if text.width > width:
        text = texts.elided(text, width)
    top = area.bottom() + 1 - height - _MARGIN
    painter.fillRect(area.left(), top, round(text.width) + 2 * _MARGIN, height, background)
    painter.setFont(texts.font)
    painter.setPen(color)
    texts.draw(painter, area.left() + _MARGIN, top, text)


def _save(painter: QPainter, origin: QPoint) -> None:
    """Save the painter's state, then mark the brush origin so that states saved later can be distinguished."""
    painter.save()
    painter.setBrushOrigin(origin + _MARK)


def _restore(painter: QPainter, origin: QPoint) -> None:
    """Restore the unmarked state and discard states that a failed part has left."""
    depth = 0
    while painter.brushOrigin() != origin and depth < _MAX_DEPTH:
        painter.restore()
        depth += 1


def _kind_of(title: str, error: BaseException) -> FailureKind:
    frames = traceback.extract_tb(error.__traceback__)
    location = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
    return title, type(error).__name__, *location
