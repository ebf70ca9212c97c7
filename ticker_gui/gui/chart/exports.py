"""The chart as a picture, and its data as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QPoint, QSize
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from ticker_gui.gui.saving import as_bytes, png, save_bytes, written
from ticker_gui.market.bar_rows import BarRows
from ticker_gui.market.exports import csv, csv_lines

_ROWS_A_STEP: Final = 500  # in one go, which takes some milliseconds

Tell = Callable[[str], object]


def copy_picture(chart: QWidget) -> None:
    """Put a picture of the chart on the clipboard."""
    QGuiApplication.clipboard().setPixmap(chart.grab())


def save_png(chart: QWidget, tell: Tell, path: Path) -> None:
    """Write a picture of the chart, in the pixels of the screen."""
    save_bytes(path, png(chart), tell)


def save_svg(chart: QWidget, tell: Tell, path: Path) -> None:
    """Write a picture of the chart that can be enlarged."""
    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(chart.logicalDpiX())  # as large as its texts are measured
    generator.setSize(QSize(chart.width(), chart.height()))
    generator.setViewBox(chart.rect())
    painter = QPainter(generator)
    chart.render(painter, QPoint())
    painter.end()
    save_bytes(path, bytes(content.data()), tell)


async def save_bars(rows: BarRows, tell: Tell, path: Path) -> None:
    """Write rows as CSV, a few at a time: a long history would hold up the feeds."""
    pieces = [csv(rows.titles, ())]
    for begin in range(0, len(rows), _ROWS_A_STEP):
        pieces.append(csv_lines(rows.rows(begin, min(begin + _ROWS_A_STEP, len(rows)))))
        await asyncio.sleep(0)
    tell(await asyncio.to_thread(written, path, as_bytes("".join(pieces))))
