"""The command ``publish``: sends market data to a NATS server, for a whole desk. Loads no Qt."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui.commands.number_arguments import positive_number, whole_number
from ticker_gui.commands.output import finish_or_exit, run_command
from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Settings
from ticker_gui.config.state_files import read_text
from ticker_gui.desk.broker import BrokerAddress, check_files, check_library
from ticker_gui.desk.publisher import Publisher
from ticker_gui.desk.streams import StreamLimits
from ticker_gui.domain.address import is_complete_url
from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine.engine import Engine
from ticker_gui.formatting.file_errors import describe_read_error
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process.console import print_error
from ticker_gui.process.early_exit import EXIT_DONE

DESCRIPTION: Final = "Publish market data to a NATS server, so that many desktops share one connection to a provider."
TERMS: Final = (
    "Many providers allow the use of their data within one firm only, or charge for each viewer: check their terms."
)
KEY_VARIABLE: Final = "TICKER_NATS_KEY"
_SCHEMES: Final = ("nats", "tls", "ws", "wss")


class PublishOptions(NamedTuple):
    """Where to publish, and how much is stored there."""

    address: BrokerAddress
    limits: StreamLimits


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to a parser."""
    defaults = StreamLimits()
    group = parser.add_argument_group("NATS server")
    group.add_argument("--to", metavar="URL", required=True, help="address of the server: nats://HOST:4222, or tls://")
    group.add_argument(
        "--credentials", metavar="FILE", type=Path, help="file with the credentials of the user (.creds)"
    )
    group.add_argument(
        "--key-file",
        metavar="FILE",
        type=Path,
        help=f"file with a token, user:password or nkey seed (or set {KEY_VARIABLE})",
    )
    group.add_argument(
        "--cafile", metavar="FILE", type=Path, help="PEM file of additional certificate authorities to trust"
    )
    group.add_argument(
        "--allow-plaintext", action="store_true", help="send a token or password to another computer without TLS"
    )
    group.add_argument(
        "--tick-hours",
        metavar="H",
        type=positive_number,
        default=defaults.tick_hours,
        help=f"how long trades are stored (default: {defaults.tick_hours:g})",
    )
    group.add_argument(
        "--tick-megabytes",
        metavar="MB",
        type=whole_number,
        default=defaults.tick_megabytes,
        help=f"space for trades (default: {defaults.tick_megabytes})",
    )
    group.add_argument(
        "--bar-days",
        metavar="D",
        type=positive_number,
        default=defaults.bar_days,
        help=f"how long minute bars are stored (default: {defaults.bar_days:g})",
    )
    group.add_argument(
        "--bar-megabytes",
        metavar="MB",
        type=whole_number,
        default=defaults.bar_megabytes,
        help=f"space for minute bars (default: {defaults.bar_megabytes})",
    )


def read_options(options: argparse.Namespace) -> PublishOptions:
    """Return the options, with the key from its file or from the environment.

    Raises:
        SettingsError: the address is not one of a NATS server, or a file cannot be read.
    """
    if not is_complete_url(options.to, _SCHEMES):
        raise SettingsError("--to needs the address of a NATS server, such as nats://localhost:4222.")
    key = os.environ.get(KEY_VARIABLE, "").strip() or None
    if options.key_file is not None:
        key = _read_key(options.key_file)
    address = BrokerAddress(options.to, key, options.credentials, options.cafile, options.allow_plaintext)
    limits = StreamLimits(options.tick_hours, options.tick_megabytes, options.bar_days, options.bar_megabytes)
    return PublishOptions(address, limits)


def _read_key(path: Path) -> str:
    try:
        return read_text(path).strip()
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be read: {describe_read_error(error, path)}.") from error
    except ValueError as error:
        raise SettingsError(f"The key file {path} cannot be used: {error}") from error


def publish(settings: Settings, options: PublishOptions, errors: InternalErrors | None = None) -> int:
    """Publish until the user stops it; return the exit code.

    Raises:
        SettingsError: a required key is missing or must not be sent, or the library for NATS is missing.
    """
    check_library()
    check_files(options.address)
    for feed in settings.feeds:
        resolve_credentials(feed)
    return run_command(finish_or_exit("publish", _publish(settings, options, errors)), errors)


async def _publish(settings: Settings, options: PublishOptions, errors: InternalErrors | None) -> int:
    engine = Engine(settings.feeds, settings.limits, backfills=True)
    publisher = Publisher(engine, options.address, options.limits, print_error, errors)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        tasks.create_task(publisher.run())
    return EXIT_DONE
