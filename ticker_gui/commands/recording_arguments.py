"""The arguments for recording and replaying."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from ticker_gui.commands.number_arguments import positive_number
from ticker_gui.domain.errors import SettingsError


def parse_options(
    parser: argparse.ArgumentParser, argv: Sequence[str], *, can_record: bool = True
) -> argparse.Namespace:
    """Add ``--replay`` and ``--speed`` to a parser, and ``--record`` if it ``can_record``; return the arguments.

    Raises:
        SettingsError: arguments contradict each other.
    """
    _add_options(parser, can_record=can_record)
    options = parser.parse_args(argv)
    _check(options)
    return options


def _add_options(parser: argparse.ArgumentParser, *, can_record: bool) -> None:
    group = parser.add_argument_group("recording")
    parser.set_defaults(record=None)
    if can_record:
        group.add_argument("--record", metavar="FILE", type=Path, help="record all messages to a new file")
    group.add_argument(
        "--replay",
        metavar="FILE",
        type=Path,
        help="replay a recording, a report or a .jsonl file instead of connecting",
    )
    group.add_argument(
        "--speed", metavar="N", type=replay_speed, help="speed of the replay: 1, 10, 0.5 or max (default: 1)"
    )


def replay_speed(text: str) -> float:
    """Return the speed of a replay; infinite for ``max``."""
    return math.inf if text.strip().lower() == "max" else positive_number(text)


def _check(options: argparse.Namespace) -> None:
    if options.replay is None:
        if options.speed is not None:
            raise SettingsError("--speed requires --replay FILE.")
        options.speed = 1.0
        return
    names = ("record", "url", "symbols", "provider", "feed")
    others = [f"--{name}" for name in names if getattr(options, name) is not None]
    if others:
        raise SettingsError(f"{others[0]} cannot be combined with --replay: the recording contains the feeds.")
    options.speed = options.speed or 1.0
