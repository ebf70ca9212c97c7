"""The arguments that several commands have, and what they stand for: settings, feeds and the log."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ticker_gui.config.loading import Arguments, load
from ticker_gui.config.settings import BUILT_IN, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import is_encodable, quoted
from ticker_gui.logs.log_file import default_log_file
from ticker_gui.logs.setup import LEVELS, Logs, set_up_logging
from ticker_gui.process import pipes
from ticker_gui.process.console import print_error


class Parser(argparse.ArgumentParser):
    """Reports wrong usage as one sentence. An option without a type has to be text; the name of a file need not be."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.register("type", None, _text)

    def error(self, message: str) -> NoReturn:
        """Raise `SettingsError`."""
        raise SettingsError(f"{message}. See {self.prog} --help.")

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is not None and file is sys.stdout:  # its reader may be gone
            pipes.print_text(message)
        else:
            super()._print_message(message, file)


def _text(value: str) -> str:
    if not is_encodable(value):
        raise argparse.ArgumentTypeError(f"{quoted(value)} is not text in UTF-8")
    return value


def make_parser(program: str, description: str, epilog: str | None = None) -> Parser:
    """Return the parser of a command."""
    return Parser(program, description=description, epilog=epilog, allow_abbrev=False)


def add_feed_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a feed."""
    group = parser.add_argument_group("feed")
    group.add_argument("--url", help="WebSocket URL of the feed")
    group.add_argument("--symbols", metavar="A,B,C", help="symbols, separated by commas; * means all symbols of a desk")
    group.add_argument("--provider", metavar="NAME", help="provider, if it cannot be detected from the URL")
    group.add_argument("--feed", metavar="NAME", help="use only this feed from the settings")
    group.add_argument("--config", metavar="FILE", type=str, help="settings file to use instead of the default one")


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for the log."""
    group = parser.add_argument_group("log")
    default = str(default_log_file()).replace("%", "%%")
    group.add_argument("--log-file", metavar="FILE", type=Path, help=f"log file (default: {default})")
    group.add_argument(
        "--log-level", choices=LEVELS, type=str.lower, default="info", help="minimum level to log (default: info)"
    )


def open_log(
    options: argparse.Namespace, notify: Callable[[str], object] | None = None, *, has_default: bool = True
) -> AbstractContextManager[Logs]:
    """Set up logging to the given file, or else to the default one if ``has_default`` is true."""
    path = options.log_file or (default_log_file() if has_default else None)
    return set_up_logging(path, options.log_level, notify or print_error)


def load_settings(
    options: argparse.Namespace,
    theme: str | None = None,
    notify: Callable[[str], object] | None = None,
    *,
    defaults_if_broken: bool = False,
) -> Settings:
    """Return the settings of the file, the environment and the options."""
    return load(
        feed_arguments(options, theme), os.environ, notify or print_error, defaults_if_broken=defaults_if_broken
    )


def feed_arguments(options: argparse.Namespace, theme: str | None = None) -> Arguments:
    """Return the options that take precedence over the settings file."""
    return Arguments(options.url, options.symbols, options.provider, options.feed, options.config, theme)


def load_feeds(options: argparse.Namespace, *, allow_built_in: bool = False) -> Settings:
    """Return settings with feeds; raise `SettingsError` if there are none besides the built-in market."""
    settings = load_settings(options)
    if allow_built_in:
        settings = msgspec.structs.replace(settings, feeds=settings.feeds or (BUILT_IN,))
    elif not settings.feeds or any(feed.is_built_in for feed in settings.feeds):
        raise SettingsError(
            "URL missing. Specify a feed, as in --url wss://ws-feed.exchange.coinbase.com --symbols BTC-USD."
        )
    feeds = tuple(feed for feed in settings.feeds if not feed.disabled)
    if not feeds:
        raise SettingsError("Every feed in the settings is disabled. Choose one with --feed to use it anyway.")
    return msgspec.structs.replace(settings, feeds=feeds)
