"""The arguments ``--alert`` and ``--alerts`` of ``ticker-gui stream``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.alert_text import MAX_FILE_BYTES, AlertTextError, parse_alert, read_alerts
from ticker_gui.alerts.condition_language import EXAMPLES
from ticker_gui.config.state_files import read_text
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.file_errors import describe_read_error

DESCRIPTION: Final = (
    "A condition fires when it becomes true: the price at the start is the baseline. A price level is confirmed by a "
    "second trade. If it became true while the feed was disconnected, the line states the gap. Conditions: "
    + "; ".join(EXAMPLES)
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of alerts to a parser."""
    group = parser.add_argument_group("alerts", DESCRIPTION)
    group.add_argument(
        "--alert",
        metavar="'SYMBOL: CONDITION'",
        action="append",
        default=[],
        help="also print a line when this condition becomes true (repeatable)",
    )
    group.add_argument(
        "--alerts",
        metavar="FILE",
        type=Path,
        help="the same for the alerts in a file: exported ones, or one 'SYMBOL: CONDITION' per line",
    )


def read_options(options: argparse.Namespace) -> list[Alert]:
    """Return the alerts that the options describe.

    Raises:
        SettingsError: one is not valid, or the file cannot be read.
    """
    try:
        alerts = [parse_alert(text) for text in options.alert]
        if options.alerts is not None:
            alerts += _read_file(options.alerts)
    except AlertTextError as error:
        raise SettingsError(str(error)) from error
    return alerts


def _read_file(path: Path) -> list[Alert]:
    try:
        return read_alerts(read_text(path, max_bytes=MAX_FILE_BYTES))
    except OSError as error:
        raise SettingsError(f"The alerts cannot be read: {describe_read_error(error, path)}.") from error
    except ValueError as error:
        raise SettingsError(f"The alerts in {path} cannot be read: {error}") from error
    except AlertTextError as error:
        raise SettingsError(f"{path}: {error}") from error
