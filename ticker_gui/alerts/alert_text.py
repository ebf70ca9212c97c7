"""Alerts as text: one per line, as "BTC-USD: last > 100", for the command line and for exported files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import new_alert_id
from ticker_gui.alerts.condition_language import EXAMPLES, ConditionError, parse_condition
from ticker_gui.alerts.saved_alerts import MAX_ALERTS, AlertRecord, SavedAlerts
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import quoted

_COLON_AND_SPACE: Final = re.compile(r":\s+")
_FIRST_WORD: Final = re.compile(r"(\S+)\s+(.+)")
MAX_FILE_BYTES: Final = 16 << 20  # more than an export of the most alerts
_COMMENT: Final = "#"


class AlertTextError(TickerError):
    """A text does not describe alerts. The message says what was expected."""


def parse_alert(text: str) -> Alert:
    """Return the alert that a text such as ``BTC-USD: last > 100`` or ``AAPL > 230`` describes.

    A colon after the symbol may be left out if the symbol has none. The alert fires every time.

    Raises:
        AlertTextError: the text is not an alert.
    """
    symbol, condition = _split(text.strip())
    if not symbol or not condition:
        raise AlertTextError(
            f"{quoted(text.strip(), 80)} is not an alert: write a symbol, a colon and a condition, "
            f"as in 'BTC-USD: {EXAMPLES[0]}'."
        )
    try:
        parse_condition(condition)
    except ConditionError as error:
        raise AlertTextError(f"The alert {quoted(text.strip(), 80)} is not valid. {error}") from error
    return Alert(new_alert_id(), condition, symbol, repeat=Repeat.EVERY_TIME)


def _split(text: str) -> tuple[str, str]:
    """Return the symbol and the condition. Symbols may contain colons, conditions do not outside quotes."""
    if (match := _COLON_AND_SPACE.search(text)) is not None:
        return text[: match.start()].strip(), text[match.end() :].strip()
    unquoted = re.split(r"[\"']", text, maxsplit=1)[0]
    if ":" in unquoted and _is_condition(text[(index := unquoted.rindex(":")) + 1 :]):
        return text[:index].strip(), text[index + 1 :].strip()
    if (word := _FIRST_WORD.fullmatch(text)) is not None and not _is_condition(text):
        return word[1], word[2]
    return "", ""


def _is_condition(text: str) -> bool:
    try:
        parse_condition(text)
    except ConditionError:
        return False
    return True


def read_alerts(text: str) -> list[Alert]:
    """Return the alerts of an exported file, or of a text with one alert per line; lines with # are comments.

    Thousands of alerts take seconds: call it in a thread.

    Raises:
        AlertTextError: the text does not contain alerts; the message names the line.
    """
    stripped = text.strip()
    alerts: list[Alert] = []
    known: set[str] = set()
    for alert in _exported(stripped) if stripped.startswith("{") else _in_lines(text):
        if len(alerts) == MAX_ALERTS:
            raise AlertTextError(f"The file contains more than {MAX_ALERTS:,} alerts.")
        alerts.append(replace(alert, id=new_alert_id()) if not alert.id or alert.id in known else alert)
        known.add(alerts[-1].id)
    if not alerts:
        raise AlertTextError("The file contains no alerts.")
    return alerts


def _exported(text: str) -> Iterator[Alert]:
    try:
        saved = msgspec.json.decode(text.encode(), type=SavedAlerts)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AlertTextError(f"The file is not an alert export: {error}.") from error
    for record in saved.records:
        yield _checked(record.alert)


def _in_lines(text: str) -> Iterator[Alert]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith(_COMMENT):
            try:
                yield parse_alert(line)
            except AlertTextError as error:
                raise AlertTextError(f"Line {number}: {error}") from error


def _checked(alert: Alert) -> Alert:
    try:
        parse_condition(alert.condition)
    except ConditionError as error:
        raise AlertTextError(f"The alert {alert.target}: {alert.condition} is not valid. {error}") from error
    return alert


def export_alerts(alerts: list[Alert]) -> bytes:
    """Return alerts as the content of a file that `read_alerts` reads; their firings are left out."""
    saved = SavedAlerts(records=tuple(AlertRecord(alert) for alert in alerts))
    return msgspec.json.format(msgspec.json.encode(saved), indent=2) + b"\n"
