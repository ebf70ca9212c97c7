"""Export of the chart as an image, and of its data as CSV."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from ticker_gui.chart.bar_table import BarRows
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.csv_export import csv_lines, to_csv
from ticker_gui.gui.chart.annotations.labels import moment_text
from ticker_gui.gui.chart.options import timeframe_title, zone_by_name, zone_text
from ticker_gui.gui.widgets.file_saving import encode_text, save_bytes, save_file
from ticker_gui.gui.widgets.measures import INSET, PANEL_MARGIN

if TYPE_CHECKING:
    from ticker_gui.gui.chart.price_chart import PriceChart

_SVG: Final = "http://www.w3.org/2000/svg"
_ROWS_PER_STEP: Final = 500  # takes some milliseconds

ShowMessage = Callable[[str], object]


def copy_image(chart: PriceChart) -> None:
    """Copy a picture of the chart to the clipboard."""
    QGuiApplication.clipboard().setImage(_image(chart))


def save_png(chart: PriceChart, show_message: ShowMessage, path: Path) -> None:
    """Save a picture of the chart as PNG, at the resolution of the screen."""
    png = QByteArray()
    buffer = QBuffer(png)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QPixmap.fromImage(_image(chart)).save(buffer, "PNG")
    save_bytes(path, bytes(png.data()), show_message)


def caption(chart: PriceChart) -> str:
    """Return what a picture shows: symbol, timeframe, time with its zone, and whether it is a replay or simulated."""
    if chart.state is None:
        return ""
    symbol = sanitize_text(chart.state.symbol, SYMBOL_LENGTH)
    zone, now_ns = zone_by_name(chart.options.zone), chart.now_ns
    time = f"{moment_text(now_ns, zone)} {zone_text(zone, now_ns / SECOND_NS)}"
    parts = [symbol, timeframe_title(chart.options.timeframe), time]
    if chart.state.coverage.is_replay:
        parts.insert(0, "REPLAY")
    status = chart.head.status
    if status is not None and status.is_simulated:
        parts.append("demo data")
    return " · ".join(parts)


def _image(chart: PriceChart) -> QImage:
    ratio, size = chart.devicePixelRatioF(), _picture_size(chart)
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    _draw_picture(chart, painter)
    painter.end()
    return image


def _picture_size(chart: PriceChart) -> QSize:
    """Return the size of a picture: head, panes and caption, without the controls."""
    return QSize(chart.width(), chart.head.height() + _content(chart).height() + _caption_height(chart))


def _content(chart: PriceChart) -> QWidget:
    """Return what is below the head: the panes, or the reason why there is nothing to draw."""
    if (layout := chart.layout()) is not None:
        layout.activate()
    return chart.empty if chart.panes.isHidden() else chart.panes


def _caption_height(chart: PriceChart) -> int:
    return chart.fontMetrics().height() + 2 * INSET


def _draw_picture(chart: PriceChart, painter: QPainter) -> None:
    size, head = _picture_size(chart), chart.head
    palette = chart.palette()
    painter.fillRect(QRect(QPoint(), size), palette.base())
    head.render(painter, QPoint())
    _content(chart).render(painter, QPoint(0, head.height()))
    painter.setFont(chart.font())
    painter.setPen(palette.placeholderText().color())
    area = QRect(0, size.height() - _caption_height(chart), size.width(), _caption_height(chart))
    alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(area.adjusted(PANEL_MARGIN, 0, -PANEL_MARGIN, 0), alignment, caption(chart))


def save_svg(chart: PriceChart, show_message: ShowMessage, path: Path) -> None:
    """Save the chart as a vector graphic.

    Qt's SVG generator does not support clipping (in Qt 6.11, version 1.1 clips in the wrong place), so that drawing
    outside of a canvas would cover its neighbors. Therefore each canvas is drawn separately and inserted with an SVG
    clip path. The clip paths are definitions: viewers that do not know them, such as those of Qt, draw anything else.
    """
    panes = chart.panes.visible_panes if _content(chart) is chart.panes else ()
    for pane in panes:
        pane.canvas.hide()
    root = _to_svg(chart, _picture_size(chart), lambda painter: _draw_picture(chart, painter))
    root.attrib.pop("baseProfile")  # "tiny" has no clip paths
    definitions = ElementTree.SubElement(root, f"{{{_SVG}}}defs")
    for number, pane in enumerate(panes):
        pane.canvas.show()
        corner, (width, height) = pane.mapTo(chart.panes, pane.corner) + QPoint(0, chart.head.height()), pane.extent
        clip = ElementTree.SubElement(definitions, f"{{{_SVG}}}clipPath", {"id": f"pane{number}"})
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
