"""The entry of the command palette that adds an alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.alert_text import AlertTextError, parse_alert
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.domain.sanitize import sanitize_text

_ICON: Final = "bell_plus"


def alert_entries(typed: str, add: Callable[[Alert], object]) -> Iterator[Entry]:
    """Yield an entry for text such as "alert AAPL > 230"; like a new alert of the dialog, it fires once."""
    word, _, rest = typed.strip().partition(" ")
    if word.casefold() != "alert" or not rest.strip():
        return
    try:
        alert = parse_alert(rest)
    except AlertTextError as error:
        yield Entry(
            "alert", Group.COMMANDS, f"Alert {rest}", lambda: None, reason=str(error), is_fallback=True, icon=_ICON
        )
        return
    condition = parse_condition(alert.condition).text  # such as last > 230 for > 230
    alert = replace(alert, condition=condition, repeat=Repeat.ONCE)
    title = f"Add alert: {sanitize_text(alert.symbol)}: {sanitize_text(condition, 80)}"
    yield Entry("alert", Group.COMMANDS, title, partial(add, alert), is_fallback=True, icon=_ICON)
