"""The alerts of ``ticker-gui stream``, which add lines to its output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.firing_text import firing_line, unobserved_line
from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine.alerting import Alerting
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting.json_lines import Line
from ticker_gui.market.symbol_state import SymbolState

_CHECK_S: Final = 1.0


class StreamAlerts:
    """Evaluates alerts and writes a line for each firing and each unobserved time. Actions are never run here.

    Raises:
        SettingsError: no feed has the symbol of an alert.
    """

    def __init__(self, engine: Engine, alerts: Sequence[Alert], write: Callable[[Line], object]) -> None:
        book = AlertBook()
        book.add(alerts)
        self._write: Final = write
        self._alerting: Final = Alerting(engine, book)
        self._alerting.evaluator.on_firing = self._on_firing
        self._written: dict[tuple[str, SymbolState, int], int] = {}  # by alert, symbol and start: the end
        for alert in alerts:
            if not engine.is_replay and (reason := self._alerting.why_not_found(alert)):
                raise SettingsError(f"The alert {alert.target}: {alert.condition} cannot be monitored. {reason}")

    async def run(self) -> None:
        """Evaluate alerts until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._alerting.run())
            tasks.create_task(self._check())

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_S)
            self.write_unobserved()

    def write_unobserved(self, *, is_end: bool = False) -> None:
        """Write the new times for which an alert was not evaluated; unless this is the end, only if it will not be."""
        written: dict[tuple[str, SymbolState, int], int] = {}
        for record in self._alerting.book.records:
            alert = record.alert
            for state, gap in self._alerting.evaluator.unobserved_times(alert.id):
                key = alert.id, state, gap.start_ns
                end_ns = self._written.get(key)
                if end_ns != gap.end_ns and (is_end or not self._alerting.is_reviewing(state)):
                    self._write(unobserved_line(state.feed, state.symbol, alert.condition, gap))
                    end_ns = gap.end_ns
                if end_ns is not None:
                    written[key] = end_ns
        self._written = written

    def _on_firing(self, firing: Firing, alert: Alert) -> None:
        self._write(firing_line(firing))
