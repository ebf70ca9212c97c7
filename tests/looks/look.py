"""Describes screenshots of the window in every theme and palette: ``python -m tests.looks.look [--rtl] [--large]``.

Properties of each screenshot are printed as JSON, one object per theme and palette. It runs in its own process, because
Qt reads the scale (``QT_SCALE_FACTOR``) at its start.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.market_of import Desk
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.application import make_application
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import PALETTES, Theme, load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.indicators.registry import IndicatorConfig

Pixels = npt.NDArray[np.uint32]

SIZE = (1400, 760)
ENDS = {"UP": 110.0, "DOWN": 90.0, "EVEN": 100.0}
LARGE = 1.6


def open_window(theme: Theme) -> MainWindow:
    """Return a window with a rising, a falling and an unchanged symbol; the first is on the chart as candles."""
    desk = Desk(*ENDS)
    window = MainWindow(("desk",), desk.clock, theme)
    window.title.set_simulated(True)
    window.resize(*SIZE)
    window.show()
    window.panel.order.set_states(desk.market.states, ())
    for symbol in ENDS:
        desk.day(symbol, 100.0)
    for index in range(120):
        desk.now_ns += SECOND_NS
        for symbol, last in ENDS.items():
            wave = np.sin(index / 5) if last != 100.0 else 0.0
            desk.trade(symbol, round(100.0 + (last - 100.0) * index / 119 + float(wave), 2))
    for symbol, last in ENDS.items():
        desk.trade(symbol, last)
        desk.quote(symbol, last - 0.05, last + 0.05)
    window.model.refresh()
    window.chart.set_options(
        ChartOptions(kind="candles", timeframe="5s", zone="UTC", indicators=(IndicatorConfig("rsi"),))
    )
    window.chart.show_symbol(desk.market.states[0])
    return window


def pixels(image: QImage) -> Pixels:
    """Return an image as rows of 0xffrrggbb."""
    converted = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(converted.constBits(), np.uint32)
    return flat.reshape(converted.height(), -1)[:, : converted.width()].copy()


def share(part: Pixels, color: str) -> float:
    """Return the share of pixels that have a color."""
    return float((part == QColor(color).rgb()).mean())


def facts(window: MainWindow, theme: Theme) -> dict[str, Any]:
    """Return properties of a screenshot, mostly relative to its size, so that they do not depend on the scale."""
    picture = window.grab()
    whole, ratio = pixels(picture.toImage()), picture.devicePixelRatio()

    def part(widget: QWidget) -> Pixels:
        corner = widget.mapTo(window, widget.rect().topLeft())
        top, left = round(corner.y() * ratio), round(corner.x() * ratio)
        return whole[top : top + round(widget.height() * ratio), left : left + round(widget.width() * ratio)]

    table, height = part(window.watchlist.viewport()), round(window.watchlist.rowHeight(0) * ratio)
    rows = [table[row * height : (row + 1) * height] for row in range(3)]
    prices = part(window.chart.price.viewport())
    columns = np.nonzero(prices == QColor(theme.up).rgb())[1]
    return {
        "ratio": ratio,
        "size": [whole.shape[1], whole.shape[0]],
        "table_base": share(table, theme.base),
        "chart_base": share(prices, theme.base),
        "grid": share(prices, theme.grid),
        "up": [share(row, theme.up) for row in rows],
        "down": [share(row, theme.down) for row in rows],
        "candles_up": share(prices, theme.up),
        "candles_down": share(prices, theme.down),
        "candles_from": float(columns.min() / prices.shape[1]),
        "candles_to": float(columns.max() / prices.shape[1]),
        "row_height": window.watchlist.rowHeight(0),
        "text_height": window.fontMetrics().height(),
        "labels": [window.chart.price.price_axis.labels, window.chart.panes.visible_panes[-1].time_axis.labels],
        "first_column": window.watchlist.columnViewportPosition(0) / window.watchlist.viewport().width(),
        "mean": float(whole.reshape(-1, 1).view(np.uint8)[:, :3].mean()),
    }


def main(arguments: list[str]) -> None:
    """Print the facts of both themes in all palettes or in one; with a folder, save the screenshots there."""
    application: QApplication = make_application()
    if "--rtl" in arguments:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    if "--large" in arguments:
        font = application.font()
        font.setPointSizeF(font.pointSizeF() * LARGE)
        application.setFont(font)
    folder = next((Path(one) for one in arguments if not one.startswith("--")), None)
    facts_by_theme = {}
    for name in ("dark", "light"):
        for palette in list(PALETTES)[: 1 if "--one-palette" in arguments else None]:
            theme = load_theme(name, palette)
            apply_theme(application, theme)
            window = open_window(theme)
            application.processEvents()
            facts_by_theme[f"{name} {palette}"] = facts(window, theme)
            if folder is not None:
                window.grab().save(str(folder / f"{name}-{palette}.png"))
            window.deleteLater()  # else each change of the theme would style it again
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    print(msgspec.json.encode(facts_by_theme).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
