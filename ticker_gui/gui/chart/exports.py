"""Export of the chart as an image, and of its data as CSV."""

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
_ROWS_PER_STEP: Final = 500  # takes some milliseconds

ShowMessage = Callable[[str], object]


def copy_image(chart: QWidget) -> None:
    """Copy an image of the chart to the clipboard."""
    QGuiApplication.clipboard().setPixmap(chart.grab())


def save_png(chart: QWidget, show_message: ShowMessage, path: Path) -> None:
    """Save an image of the chart as PNG, at the resolution of the screen."""
    save_bytes(path, widget_png(chart), show_message)


def save_svg(chart: PriceChart, show_message: ShowMessage, path: Path) -> None:
    """Save the chart as a vector graphic.

    Qt's SVG generator does not support clipping (in Qt 6.11, version 1.1 clips in the wrong place), so that drawing
    outside of a canvas would cover its neighbours. Therefore each canvas is drawn separately and inserted with an SVG
    clip path.
    """
    panes = chart.panes.visible_panes
    for pane in panes:
        pane.canvas.hide()
    root = _to_svg(chart, chart.size(), lambda painter: chart.render(painter, QPoint()))
    root.attrib.pop("baseProfile")  # "tiny" has no clip paths
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
    """Return what ``draw`` draws as an SVG element."""
    svg_bytes = QByteArray()
    buffer = QBuffer(svg_bytes)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(chart.logicalDpiX())  # the resolution for which its texts are laid out
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    painter = QPainter(generator)
    try:
        draw(painter)
    finally:
        painter.end()
    return ElementTree.fromstring(bytes(svg_bytes.data()))


async def save_bars(rows: BarRows, show_message: ShowMessage, path: Path) -> None:
    """Save rows as CSV, in small steps: formatting a long history at once would block the event loop."""
    pieces = [to_csv(rows.titles, ())]
    for begin in range(0, len(rows), _ROWS_PER_STEP):
        pieces.append(csv_lines(rows.rows(begin, min(begin + _ROWS_PER_STEP, len(rows)))))
        await asyncio.sleep(0)
    show_message(await asyncio.to_thread(save_file, path, encode_text("".join(pieces))))
