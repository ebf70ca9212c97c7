"""Past bars of the built-in market in the whole window."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.app.app import App
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.config.settings import Settings
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.feeds.history import HistoryError
from ticker_gui.gui.application import Application
from ticker_gui.gui.feeds.key_dialog import KeyDialog
from ticker_gui.gui.window.past_bars import LOADING


class Shown:
    """The program on the built-in market."""

    def __init__(self, application: Application) -> None:
        self.app = App(application, Settings())
        self.chart, self.window = self.app.window.chart, self.app.window

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.app.run())
        try:
            await until(lambda: self.chart.state is not None and self.chart.state.trades > 2)
            yield
        finally:
            self.app.stop.set()
            await task

    def choose(self, **options: object) -> None:
        self.chart.set_options(msgspec.structs.replace(self.chart.options, **options))  # type: ignore[arg-type]

    @property
    def bars(self) -> int:
        return 0 if self.chart.chart_data is None else len(self.chart.chart_data.series)

    @property
    def note(self) -> str:
        label = self.window.findChild(QLabel, "past_bars_note")
        assert isinstance(label, QLabel)
        return label.text()


def test_a_chart_opens_full_and_loads_more_before_its_edge_is_reached(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        it = Shown(qapp)
        async with it.shown():
            it.choose(timeframe="1m", kind="candles")
            await until(lambda: it.bars > 200)
            time_range = it.chart.time_range
            await until(lambda: time_range.bars >= 100)  # the view widens to what exists
            before = it.bars
            time_range.pan(-1.2 * (time_range.right - time_range.left))
            it.chart.invalidate()
            await until(lambda: it.bars > before)
            await until(lambda: not it.note)
            assert all(feed.past.backfill.is_enabled for feed in it.app.engine.feeds.values())
            assert it.chart.chart_data is not None
            assert it.chart.chart_data.series.sources(0, 1).tolist() == [BarSource.PROVIDED]

    run_qt(test())


def test_a_range_shows_all_its_time_as_soon_as_the_bars_are_there(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        it = Shown(qapp)
        async with it.shown():
            button = it.window.findChild(QToolButton, "range_1Y")
            assert isinstance(button, QToolButton)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            await until(lambda: it.bars > 360)
            time_range = it.chart.time_range
            await until(lambda: (time_range.right - time_range.left) * 1e9 > 360 * DAY_NS)
            assert button.isChecked()

    run_qt(test())


def test_a_chart_that_was_not_drawn_needs_no_other_bars(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        it = Shown(qapp)
        async with it.shown():
            updates: list[int] = []
            (feed,) = it.app.engine.feeds.values()
            feed.past.update_offer = lambda: updates.append(1)  # type: ignore[method-assign]
            past_bars = it.app.past_bars
            for expected in (1, 2):
                it.chart.invalidate()
                it.chart.refresh()
                past_bars.follow_chart()
                past_bars.follow_chart()
                assert len(updates) == expected
            it.app.bridge.second.emit()
            assert len(updates) == 3

    run_qt(test())


def test_the_remedy_for_the_reason_is_offered(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        it = Shown(qapp)
        async with it.shown():
            problems = [
                HistoryError("The venue cannot be reached.", Refusal.OFFLINE),
                HistoryError("The key is not known.", Refusal.KEY_REFUSED),
            ]

            async def refuse(query: object, days: object) -> None:
                raise problems.pop(0)

            (feed,) = it.app.engine.feeds.values()
            feed.past.client.bars = refuse  # type: ignore[method-assign, assignment]
            button = it.window.findChild(QToolButton, "past_bars_remedy")
            assert isinstance(button, QToolButton)
            it.choose(timeframe="1h")
            await until(lambda: it.note == "The venue cannot be reached." and button.text() == "Retry now")
            button.click()  # long before the pause ends
            await until(lambda: it.note == "The key is not known." and button.text() == "Enter a key…")
            button.click()
            (dialog,) = it.window.findChildren(KeyDialog)
            assert dialog.isVisible()
            assert dialog._reason.text() == "The key is not known."
            button.click()  # the open dialog comes to the front
            assert it.window.findChildren(KeyDialog) == [dialog]

    run_qt(test())


def test_the_reason_is_shown_if_there_are_no_past_bars(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        it = Shown(qapp)
        async with it.shown():
            answer = asyncio.Event()

            async def refuse(query: object, days: object) -> None:
                await answer.wait()
                raise HistoryError("Your plan has no past bars.", Refusal.NOT_OFFERED)

            (feed,) = it.app.engine.feeds.values()
            feed.past.client.bars = refuse  # type: ignore[method-assign, assignment]
            it.choose(timeframe="1h")
            await until(lambda: it.note == LOADING)
            answer.set()
            await until(lambda: it.note == "Your plan has no past bars.")
            button = it.window.findChild(QToolButton, "past_bars_remedy")
            assert isinstance(button, QToolButton)
            assert button.isHidden()
            it.choose(timeframe="ticks")
            await until(lambda: not it.note)

    run_qt(test())
