"""The content of `tests.benchmarks.chart` in finplot, updated by its documented calls."""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

import finplot
import numpy as np
import pandas as pd
import talib
from pyqtgraph.Qt import QtWidgets

from tests.benchmarks import harness
from tests.benchmarks.chart import SIZE, VISIBLE

_CANDLES = ["time", "open", "close", "high", "low"]
_VOLUME = ["time", "open", "close", "volume"]
_WARM_UP_ROUNDS = 3


class Data:
    """Bars with indicators; the last bar changes."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        close = 100 + np.cumsum(rng.normal(0, 0.1, VISIBLE))
        opened = np.append(close[:1], close[:-1])
        times = pd.to_datetime(np.arange(VISIBLE) + 1_700_000_000, unit="s")
        high, low = np.maximum(opened, close) + 0.05, np.minimum(opened, close) - 0.05
        self.bars = pd.DataFrame(
            {"time": times, "open": opened, "close": close, "high": high, "low": low, "volume": rng.exponential(10)}
        )

    def move(self, by: float) -> None:
        """Change the close of the last bar."""
        self.bars.loc[VISIBLE - 1, "close"] += by

    def frames(self) -> dict[str, Any]:
        """Return the data of each plot."""
        close = self.bars["close"].to_numpy()
        upper, middle, lower = talib.BBANDS(close, 20)
        macd, signal, rest = talib.MACD(close)
        lines = {
            "sma": talib.SMA(close, 20),
            "ema": talib.EMA(close, 20),
            "upper": upper,
            "middle": middle,
            "lower": lower,
            "rsi": talib.RSI(close, 14),
            "macd": macd,
            "signal": signal,
        }
        times = self.bars["time"]
        histogram = pd.DataFrame({"time": times, "open": 0.0, "close": rest, "volume": rest})
        return {
            "candles": self.bars[_CANDLES],
            "volume": self.bars[_VOLUME],
            **{name: pd.Series(values, index=times) for name, values in lines.items()},
            "histogram": histogram,
        }


def main(rounds: int) -> None:
    """Measure the time from new data to the repaint, in milliseconds."""
    data = Data()
    frames = data.frames()
    prices, volume, rsi, macd = finplot.create_plot("finplot", rows=4, maximize=False)
    axes = {"rsi": rsi, "macd": macd, "signal": macd}
    plots = {
        "candles": finplot.candlestick_ochl(frames["candles"], ax=prices),
        "volume": finplot.volume_ocv(frames["volume"], ax=volume),
        "histogram": finplot.volume_ocv(frames["histogram"], ax=macd),
    }
    for name in ("sma", "ema", "upper", "middle", "lower", "rsi", "macd", "signal"):
        plots[name] = finplot.plot(data.bars["time"], frames[name].reset_index(drop=True), ax=axes.get(name, prices))
    finplot.show(qt_exec=False)
    window, application = finplot.windows[0], QtWidgets.QApplication.instance()
    window.resize(*SIZE)
    application.processEvents()
    times = []
    warm_up = min(rounds, _WARM_UP_ROUNDS)
    for index in range(warm_up + rounds):
        data.move(0.01 if index % 2 else -0.01)
        frames = data.frames()
        began = time.perf_counter()
        for name, plot in plots.items():
            plot.update_data(frames[name], gfx=False)
        for plot in plots.values():
            plot.update_gfx()
        window.viewport().repaint()
        times.append(1000 * (time.perf_counter() - began))
        application.processEvents()
    harness.report(refresh=statistics.median(times[warm_up:]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
