"""The chart as a picture, and its data as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from ticker_gui.chart.bar_table import BarRows
from ticker_gui.formatting.csv_export import csv_lines, to_csv
from ticker_gui.gui.widgets.file_saving import encode_text, save_bytes, save_file, widget_png

if TYPE_CHECKING:
    from ticker_gui.gui.chart.price_chart import PriceChart

_SVG: Final = "http://www.w3.org/2000/svg"
_ROWS_PER_STEP: Final = 500  # in one go, which takes some milliseconds

ShowMessage = Callable[[str], object]


def copy_picture(chart: QWidget) -> None:
    """Put a picture of the chart on the clipboard."""
    QGuiApplication.clipboard().setPixmap(chart.grab())


def save_png(chart: QWidget, show_message: ShowMessage, path: Path) -> None:
    """Write a picture of the chart, in the pixels of the screen."""
    save_bytes(path, widget_png(chart), show_message)


def save_svg(chart: PriceChart, show_message: ShowMessage, path: Path) -> None:
    """Write a picture of the chart that can be enlarged.

    Qt's SVGs have no clipping (or, as of 6.11 in those of version 1.1, in the wrong place), and what is drawn beyond a
    canvas would lie over its neighbours. So canvases are drawn apart, and put into the rest with what SVG has for that.
    """
    panes = chart.panes.visible_panes
    for pane in panes:
        pane.canvas.hide()
    root = _to_svg(chart, chart.size(), lambda painter: chart.render(painter, QPoint()))
    root.attrib.pop("baseProfile")  # it is "tiny", which has none
    for number, pane in enumerate(panes):
        pane.canvas.show()
        corner, (width, height) = pane.mapTo(chart, pane.corner), pane.extent
        clip = ElementTree.SubElement(root, f"{{{_SVG}}}clipPath", {"id": f"pane{number}"})
        ElementTree.SubElement(clip, f"{{{_SVG}}}rect", {"width": f"{width:g}", "height": f"{height:g}"})
        where = {"transform": f"translate({corner.x()} {corner.y()})", "clip-path": f"url(#pane{number})"}
        group = ElementTree.SubElement(root, f"{{{_SVG}}}g", where)
        group.extend(_to_svg(chart, QSize(round(width), round(height)), pane.canvas.draw))
    ElementTree.register_namespace("", _SVG)
    save_bytes(path, ElementTree.tostring(root, "utf-8", xml_declaration=True), show_message)


def _to_svg(chart: QWidget, size: QSize, draw: Callable[[QPainter], object]) -> ElementTree.Element:
    """Return what is drawn as SVG."""
    svg_bytes = QByteArray()
    buffer = QBuffer(svg_bytes)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(chart.logicalDpiX())  # as large as its texts are measured
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    painter = QPainter(generator)
    try:
        draw(painter)
    finally:
        painter.end()
    return ElementTree.fromstring(bytes(svg_bytes.data()))


async def save_bars(rows: BarRows, show_message: ShowMessage, path: Path) -> None:
    """Write rows as CSV, a few at a time: a long history would hold up the feeds."""
    pieces = [to_csv(rows.titles, ())]
    for begin in range(0, len(rows), _ROWS_PER_STEP):
        pieces.append(csv_lines(rows.rows(begin, min(begin + _ROWS_PER_STEP, len(rows)))))
        await asyncio.sleep(0)
    show_message(await asyncio.to_thread(save_file, path, encode_text("".join(pieces))))
