"""A picture of the table; that of a replay says so below the rows, with the time of the recording."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPixmap

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.measures import INSET, PANEL_MARGIN


def table_picture(table: WatchlistView) -> QPixmap:
    """Return a picture of what the table shows."""
    rows, text = table.grab(), caption(table)
    if not text:
        return rows
    height = table.fontMetrics().height() + 2 * INSET
    ratio, width = rows.devicePixelRatio(), table.width()
    picture = QPixmap(rows.width(), rows.height() + round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(table.palette().base().color())
    painter = QPainter(picture)
    painter.drawPixmap(QPoint(), rows)
    painter.setFont(table.font())
    painter.setPen(table.palette().text().color())
    area = QRect(PANEL_MARGIN, table.height(), width - 2 * PANEL_MARGIN, height)
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    return picture


def caption(table: WatchlistView) -> str:
    """Return what is below the rows: in a replay the time of the recording, otherwise nothing."""
    model = table.watchlist
    if not any(state.coverage.is_replay for state in model.states):
        return ""
    return f"REPLAY · {local_time(model.now_ns() // SECOND_NS, None):%a %d %b %Y %H:%M:%S %Z}"
