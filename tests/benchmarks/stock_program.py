"""A ticker from stock parts: a table with one ``setText`` per message, and a plot of one symbol's prices.

Run as ``python -m tests.benchmarks.stock_program URL SYMBOLS SECONDS``; it prints the share of a core that it used.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTableWidget, QTableWidgetItem
from qasync import QEventLoop
from websockets.asyncio.client import connect

from tests.benchmarks import harness
from tests.benchmarks.cpu_share import measured_share
from tests.benchmarks.flood_server import symbols
from tests.doubles import until

_POINTS = 500
_WARM_UP_S = 3.0


async def main(url: str, count: int, seconds: float) -> None:
    """Show every message as it arrives."""
    names = symbols(count)
    table = QTableWidget(count, 2)
    items = {}
    for row, name in enumerate(names):
        table.setItem(row, 0, QTableWidgetItem(name))
        items[name] = QTableWidgetItem()
        table.setItem(row, 1, items[name])
    plot = pg.PlotWidget()
    curve = plot.plot()
    prices: deque[float] = deque(maxlen=_POINTS)
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.addWidget(plot)
    splitter.addWidget(table)
    splitter.resize(*harness.WINDOW_SIZE)
    splitter.show()

    async def receive() -> None:
        async with connect(url) as connection:
            await connection.send(json.dumps({"op": "subscribe", "symbols": names}))
            async for message in connection:
                trade = json.loads(message)
                if trade.get("symbol") in items:
                    items[trade["symbol"]].setText(f"{trade['price']:.2f}")
                    if trade["symbol"] == names[0]:
                        prices.append(trade["price"])
                        curve.setData(list(prices))

    receiving = asyncio.create_task(receive())
    await until(lambda: receiving.done() or any(item.text() for item in items.values()))
    await harness.wait_own_time(min(_WARM_UP_S, seconds))
    share = await measured_share(seconds)
    if receiving.done():
        await receiving  # says why it ended
    harness.report(share=share)


if __name__ == "__main__":
    application = pg.mkQApp()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
