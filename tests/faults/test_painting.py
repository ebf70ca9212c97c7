"""Faults of painting: extreme views of the chart, and painting code that raises exceptions."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.conftest import RunQt
from tests.doubles import until
from tests.faults.process import fault_server
from tests.faults.program import Program, program
from ticker_gui.gui.chart.annotations import labels, price_lines
from ticker_gui.gui.chart.axes.axis import Axis
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.watchlist.cells import CellPainter
from ticker_gui.gui.widgets import paint_guard

OK = ("subscribe", "burst:100", "flood:200:600")
KEYS = ("Up", "Down", "Plus", "Minus", "PageUp")
FAILING = (
    (price_lines, "draw_price_lines", "the price lines"),
    (labels, "draw", "the legend"),
    (Axis, "_draw_labels", "the price axis labels"),
    (CellPainter, "_paint_symbols", "the column Symbol"),
)


async def drawn(it: Program) -> None:
    """Wait until the chart has been repainted."""
    frames = it.app.bridge.frames
    it.app.window.chart.invalidate()
    await until(lambda: it.app.bridge.frames > frames + 1)


def is_last_price_visible(it: Program) -> bool:
    """Return whether the viewport of the last paint contains the last price."""
    last = it.symbol().last
    viewport = it.app.window.chart.price.current_viewport
    return last is not None and viewport is not None and 0 <= viewport.row(last) <= viewport.height


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_f89_each_key_held_down_on_the_chart(run_qt: RunQt, scale: str) -> None:
    async def test() -> None:
        with fault_server(*OK) as server:
            async with program(server.url) as it:
                await it.receives(100)
                chart = it.app.window.chart
                chart.set_options(ChartOptions(timeframe="1s", kind="candles", scale=scale))
                await drawn(it)
                for key in KEYS:
                    for _ in range(6):
                        for _ in range(20):
                            QTest.keyClick(chart, Qt.Key[f"Key_{key}"])
                        await drawn(it)
                        assert not chart.price.canvas.guard.failed, key
                    assert it.is_live
                    QTest.keyClick(chart, Qt.Key.Key_R)
                    await until(lambda: is_last_price_visible(it))
                await it.shows("live since")

    run_qt(test())


def test_f90_painting_of_a_part_fails(
    run_qt: RunQt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OverflowError("argument out of range")

    async def test() -> None:
        with fault_server(*OK) as server:
            async with program(server.url, allow_warnings=True) as it:
                await it.receives(100)
                table, canvas = it.app.window.watchlist, it.app.window.chart.price.canvas
                guards = (table._cells.guard, canvas.guard, *canvas.axis_guards)
                for owner, name, title in FAILING:
                    assert title not in [failed for guard in guards for failed in guard.failed]
                    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
                        patch.setattr(owner, name, fail)
                        paint_guard.logged_kinds.clear()
                        table._cells._painters = type(table._cells)(table.font(), table._theme)._painters
                        table.viewport().update()
                        for _ in range(5):
                            await drawn(it)
                        assert title in [failed for guard in guards for failed in guard.failed]
                        assert it.is_live
                        messages = [record.getMessage() for record in caplog.records]
                        assert messages.count(f"Could not draw {title}") == 1
                    it.shown.append(f"Could not draw {title}.")
                    await drawn(it)

    run_qt(test())
