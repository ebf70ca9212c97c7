"""Prices drawn as a line: plain, in steps, over an area, or against a baseline."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ticker_gui.gui.chart import strokes
from ticker_gui.gui.chart.frame import Floats, Frame
from ticker_gui.gui.chart.palette import Palette
from ticker_gui.market.visible import Line

_AREA_OPACITY: Final = 40


def plain(painter: QPainter, frame: Frame, line: Line, colour: QColor) -> None:
    """Draw a line from point to point."""
    painter.setPen(colour)
    strokes.polyline(painter, frame.x(line.places), frame.y(line.prices), line.is_joined)


def steps(painter: QPainter, frame: Frame, line: Line, colour: QColor) -> None:
    """Draw a line that stays until the next point, and jumps there."""
    plain(painter, frame, _stepped(line), colour)


def area(painter: QPainter, frame: Frame, line: Line, colour: QColor) -> None:
    """Draw a line, and fill what is below it."""
    y = frame.y(line.prices)
    _fill(painter, frame, line, y, np.full(len(y), frame.height), colour)
    plain(painter, frame, line, colour)


def baseline(painter: QPainter, frame: Frame, line: Line, reference: float, palette: Palette) -> None:
    """Draw a line, and fill what is between it and a price: above in the colour of up, below in that of down."""
    height = min(max(float(frame.y(reference)), -1.0), frame.height + 1.0)  # further out, Qt cannot clip at it
    y = frame.y(line.prices)
    ground = np.full(len(y), height)
    for colour, top, bottom in ((palette.up, 0.0, height), (palette.down, height, frame.height)):
        painter.save()
        painter.setClipRect(QRectF(0, top, frame.width, bottom - top), Qt.ClipOperation.IntersectClip)
        _fill(painter, frame, line, y, ground, colour)
        plain(painter, frame, line, colour)
        painter.restore()
    painter.setPen(palette.muted)
    painter.drawLine(QPointF(0, round(height)), QPointF(frame.width, round(height)))


def _stepped(line: Line) -> Line:
    places = np.repeat(line.places, 2)[1:]
    prices = np.repeat(line.prices, 2)[:-1]
    if line.is_joined is not None:
        prices[1::2][~line.is_joined[:-1]] = np.nan
    return Line(places, prices)


def _fill(painter: QPainter, frame: Frame, line: Line, edge: Floats, ground: Floats, colour: QColor) -> None:
    paler = QColor(colour)
    paler.setAlpha(_AREA_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paler)
    strokes.fill_between(painter, frame.x(line.places), edge, ground, line.is_joined)
    painter.setBrush(Qt.BrushStyle.NoBrush)
