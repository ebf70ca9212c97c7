"""The alerts of ``ticker-gui stream``, which add lines to its output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Firing
from ticker_gui.alerts.firing_text import firing_line
from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine.alerting import Alerting
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting.json_lines import Line


class StreamAlerts:
    """Evaluates alerts and writes a line for each firing. Actions are never run here.

    Raises:
        SettingsError: no feed has the symbol of an alert.
    """

    def __init__(self, engine: Engine, alerts: Sequence[Alert], write: Callable[[Line], object]) -> None:
        book = AlertBook()
        book.add(alerts)
        self._write: Final = write
        self.alerting: Final = Alerting(engine, book)
        self.alerting.evaluator.on_firing = self._on_firing
        for alert in alerts:
            if not engine.is_replay and (reason := self.alerting.why_not_found(alert)):
                raise SettingsError(f"The alert {alert.target}: {alert.condition} cannot be monitored. {reason}")

    def _on_firing(self, firing: Firing, alert: Alert) -> None:
        self._write(firing_line(firing))
