"""The command line: parses the arguments and runs one command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import msgspec

from ticker_gui import __version__
from ticker_gui.commands import recording_arguments
from ticker_gui.commands.number_arguments import port_number, positive_number, whole_number
from ticker_gui.commands.time_arguments import TIME_HELP, join_negative_times
from ticker_gui.config.loading import (
    Arguments,
    archive_path,
    load,
    names_symbols,
    overrides,
    settings_path,
    state_folder,
    with_arguments,
    with_environment,
)
from ticker_gui.config.settings import BUILT_IN, Settings, split_symbols
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.logs.log_file import default_log_file
from ticker_gui.logs.setup import LEVELS, Logs, set_up_logging
from ticker_gui.process.console import is_without_terminal, print_error, require_console
from ticker_gui.process.single_instance import Instance, StartReply, StartRequest, start_or_pass_on

EXIT_NOT_DELIVERED: Final = 1
EXIT_WRONG_USAGE: Final = 2


class Notices(NamedTuple):
    """What to tell the user when the window opens: about the settings, and about anything else."""

    settings: list[str]
    other: list[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. ``ticker-gui`` and ``python -m ticker_gui`` both call this."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = _COMMANDS.get(arguments[0]) if arguments else None
    try:
        if command is not None:
            require_console(arguments[0])
        return _window(arguments) if command is None else command(arguments[1:])
    except TickerError as error:
        if sys.stderr is not None or command is not None:
            print_error(error.for_user)
        if command is None and not _show_start_error(error, arguments) and sys.stderr is None:
            print_error(error.for_user)
        return EXIT_WRONG_USAGE if isinstance(error, SettingsError) else EXIT_NOT_DELIVERED


def _show_start_error(error: TickerError, argv: Sequence[str]) -> bool:
    """Show an error in a dialog if there is a display but no terminal; return whether it was shown."""
    if not is_without_terminal() or any(argument.partition("=")[0] == "--screenshot" for argument in argv):
        return False
    from ticker_gui.start_error import show_start_error  # imported here, because it takes a while

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--config")
    config = None
    with suppress(argparse.ArgumentError):
        config = parser.parse_known_args(argv)[0].config
    file = settings_path(Arguments(config=config), os.environ)
    return show_start_error(error.for_user, file if file.is_file() else None)


def _window(argv: Sequence[str]) -> int:
    parser = _parser(
        "ticker-gui",
        "A live ticker. Without a URL it shows the built-in demo market, whose prices are simulated.",
        epilog="Other commands: " + ", ".join(f"ticker-gui {name}" for name in _COMMANDS),
    )
    _add_feed_options(parser)
    _add_log_options(parser)
    parser.add_argument("--theme", help="color theme: system, dark or light")
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save a screenshot and exit")
    parser.add_argument(
        "--after", metavar="SECONDS", type=positive_number, default=3.0, help="delay before the screenshot (default: 3)"
    )
    parser.add_argument("--version", action="version", version=f"ticker-gui {__version__}")
    options = parser.parse_args(argv)
    notices = Notices([], [])
    settings = _load(options, options.theme, notices.settings.append, defaults_if_broken=True)

    if options.screenshot is not None:
        _check_writable(options.screenshot)
        return _open_window(options, settings, notices, Instance())
    started = start_or_pass_on(state_folder(_arguments(options), os.environ), _start_request(options))
    if isinstance(started, StartReply):
        print(_describe_reply(started, options), flush=True)
        return 0
    with closing(started):
        return _open_window(options, settings, notices, started)


def _start_request(options: argparse.Namespace) -> StartRequest:
    """Return what a window that is open already should do."""
    chosen = with_environment(_arguments(options), os.environ)
    launch_id = os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID") or ""
    return StartRequest(
        symbols=chosen.symbols or "",
        url=chosen.url or "",
        provider=chosen.provider or "",
        feed=chosen.feed or "",
        launch_id=launch_id,
    )


def _describe_reply(reply: StartReply, options: argparse.Namespace) -> str:
    """Return what the running program has done with this start."""
    display = sanitize_text(reply.display, 40)
    place = f" on display {display}" if display and display != os.environ.get("DISPLAY") else ""
    chosen = with_environment(_arguments(options), os.environ)
    passed = [text for text in (chosen.symbols and "the symbols", chosen.url and "the URL") if text]
    then = f" It was given {' and '.join(passed)}." if passed else ""
    return f"Ticker GUI is already running (process {reply.pid}), so its window was brought to the front{place}.{then}"


def _open_window(options: argparse.Namespace, settings: Settings, notices: Notices, instance: Instance) -> int:
    gc.disable()  # the window collects it, in its own thread and not during the start
    # Only the window needs these. The engine comes first: PySide reads the source of all modules imported after it.
    import_module("ticker_gui.engine.engine")
    from ticker_gui.gui import platform_check, source_scan

    platform_check.prepare(needs_display=options.screenshot is None)
    source_scan.disable()
    with _logging(options, notices.other.append, has_default=options.screenshot is None) as logs:
        return _run_window(options, settings, notices, logs, instance)


def _run_window(
    options: argparse.Namespace, settings: Settings, notices: Notices, logs: Logs, instance: Instance
) -> int:
    from ticker_gui.app import AppEnvironment, run_window

    arguments = _arguments(options, options.theme)
    environment = AppEnvironment(
        None if options.screenshot is not None else state_folder(arguments, os.environ),
        keeps_lists=not names_symbols(arguments, os.environ),
        reload=partial(_load, options, options.theme, notices.other.append),
        settings_notice=" ".join(notices.settings),
        overrides=overrides(arguments, os.environ),
        with_arguments=partial(with_arguments, arguments=arguments, environment=os.environ),
        notices=notices.other,
        errors=logs.errors,
        log_file=logs.file,
        settings_file=None if options.screenshot is not None else settings_path(arguments, os.environ),
        instance=instance,
        archive_file=None if options.screenshot is not None else archive_path(arguments, os.environ),
    )
    return run_window(settings, environment, screenshot=options.screenshot, after_s=options.after)


def _stream(argv: Sequence[str]) -> int:
    parser = _parser("ticker-gui stream", "Stream market data as JSON lines.")
    _add_feed_options(parser)
    _add_log_options(parser)
    parser.add_argument("--count", metavar="N", type=whole_number, help="exit after N events")
    parser.add_argument("--seconds", metavar="S", type=positive_number, help="exit after S seconds")
    parser.add_argument("--states", action="store_true", help="also print connection state changes")
    options = recording_arguments.parse(parser, argv)
    settings = _load(options) if options.replay else _load_feeds(options)

    from ticker_gui.commands import stream

    chosen = {name: getattr(options, name) for name in ("count", "seconds", "states", "record", "replay", "speed")}
    with _logging(options) as logs:
        return stream.stream(settings, errors=logs.errors, **chosen)


def _history(argv: Sequence[str]) -> int:
    parser = _parser(
        "ticker-gui history",
        "Print past bars as JSON lines, oldest first. Without a URL they are those of the built-in demo market.",
        epilog=TIME_HELP,
    )
    _add_feed_options(parser)
    _add_log_options(parser)
    parser.add_argument(
        "--timeframe",
        metavar="T",
        choices=BY_NAME,
        default="1m",
        help="length of a bar, 1s to 1M (default: 1m)",
    )
    parser.add_argument("--count", metavar="N", type=whole_number, help="print the N newest bars")
    parser.add_argument("--from", metavar="TIME", dest="start", help="print the bars since this time")
    parser.add_argument(
        "--to", metavar="TIME", dest="end", help="print the bars that begin before this time (default: now)"
    )
    parser.add_argument("--csv", action="store_true", help="print CSV with the columns of a chart's export")
    options = parser.parse_args(join_negative_times(argv, ("--from", "--to")))
    settings = _load_feeds(options, allow_built_in=True)

    from ticker_gui.commands import history

    chosen = history.HistoryOptions(options.timeframe, options.count, options.start, options.end, options.csv)
    with _logging(options) as logs:
        return history.history(settings, chosen, logs.errors)


def _export(argv: Sequence[str]) -> int:
    from ticker_gui.commands import export

    description = "Write the stored trades or bars of a period, oldest first. Only watched symbols are stored."
    parser = _parser("ticker-gui export", description, epilog=TIME_HELP)
    _add_feed_options(parser)
    _add_log_options(parser)
    export.add_options(parser)
    options = parser.parse_args(join_negative_times(argv, ("--from", "--to")))
    settings, archive = _load_feeds(options), archive_path(_arguments(options), os.environ)
    chosen = export.ExportOptions(options.start, options.end, options.format, options.bars, options.output)
    with _logging(options) as logs:
        return export.export(settings, archive, chosen, logs.errors)


def _check(argv: Sequence[str]) -> int:
    parser = _parser("ticker-gui check", "Diagnose a feed: connect, subscribe, receive and report.")
    _add_feed_options(parser)
    _add_log_options(parser)
    parser.add_argument(
        "--seconds", metavar="S", type=positive_number, default=10.0, help="how long to receive data (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per feed instead of text")
    options = parser.parse_args(argv)
    settings = _load_feeds(options)

    from ticker_gui.commands.check import command

    with _logging(options) as logs:
        return command.check(settings, seconds=options.seconds, as_json=options.json, logs=logs)


def _providers(argv: Sequence[str]) -> int:
    _parser("ticker-gui providers", "List the supported providers.").parse_args(argv)
    from ticker_gui.feeds.registry import PROVIDERS

    width = max(len(name) for name in PROVIDERS)
    for name, provider in PROVIDERS.items():
        key = "API key required" if provider.needs_key else "no API key"
        print(f"{name:{width}}  {provider.title}: {provider.describe_data()}; {key}; {provider.url}")
    return 0


def _demo_server(argv: Sequence[str]) -> int:
    from ticker_gui.commands import stream
    from ticker_gui.demo.market import DemoMarket
    from ticker_gui.demo.server import DEFAULT_PORT, DEFAULT_RATE, DemoServer

    parser = _parser("ticker-gui demo-server", "Serve the demo market (simulated prices), an echo and a chat room.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=port_number, default=DEFAULT_PORT, help=f"port to listen on (default: {DEFAULT_PORT})"
    )
    parser.add_argument(
        "--rate",
        metavar="MSGS_PER_S",
        type=positive_number,
        default=DEFAULT_RATE,
        help=f"messages per second (default: {DEFAULT_RATE:g})",
    )
    parser.add_argument("--symbols", metavar="A,B,C", help="symbols to simulate")
    _add_log_options(parser)
    options = parser.parse_args(argv)
    symbols = () if options.symbols is None else split_symbols(options.symbols)
    server = DemoServer(DemoMarket(symbols), host=options.host, port=options.port, rate=options.rate)
    with _logging(options) as logs:
        return stream.serve_demo(server, logs.errors)


def _websocket(argv: Sequence[str]) -> int:
    from ticker_gui.commands import websocket, websocket_options

    parser = _parser("ticker-gui websocket", websocket_options.DESCRIPTION, epilog=websocket_options.MARKS)
    websocket_options.add_options(parser)
    _add_log_options(parser)
    options = parser.parse_args(argv)
    endpoint, chosen = websocket_options.read_options(options)
    with _logging(options) as logs:
        return websocket.websocket(endpoint, chosen, logs.errors)


def _key(argv: Sequence[str]) -> int:
    parser = _parser("ticker-gui key", "Store the API key of a feed in this computer's keyring, or delete it.")
    parser.add_argument("action", choices=("set", "delete"))
    parser.add_argument("feed", metavar="FEED", help="name of a feed that has keyring = true in the settings")
    options = parser.parse_args(argv)

    from ticker_gui.config import credentials

    if options.action == "delete":
        credentials.delete_key(options.feed)
        print(f"Deleted the key of {options.feed} from the keyring.")
        return 0
    key = credentials.ask_key(options.feed)
    credentials.store_key(options.feed, key)
    print(f"Stored the key of {options.feed} in the keyring.")
    return 0


_COMMANDS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "stream": _stream,
    "history": _history,
    "export": _export,
    "check": _check,
    "providers": _providers,
    "demo-server": _demo_server,
    "websocket": _websocket,
    "key": _key,
}


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as one sentence."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message}. See {self.prog} --help.")


def _parser(program: str, description: str, epilog: str | None = None) -> _Parser:
    return _Parser(program, description=description, epilog=epilog, allow_abbrev=False)


def _add_feed_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("feed")
    group.add_argument("--url", help="WebSocket URL of the feed")
    group.add_argument("--symbols", metavar="A,B,C", help="symbols to subscribe to")
    group.add_argument("--provider", metavar="NAME", help="provider, if it cannot be detected from the URL")
    group.add_argument("--feed", metavar="NAME", help="use only this feed of the settings")
    group.add_argument("--config", metavar="FILE", help="settings file to use instead of the default one")


def _add_log_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("log")
    default = str(default_log_file()).replace("%", "%%")
    group.add_argument("--log-file", metavar="FILE", type=Path, help=f"log file (default: {default})")
    group.add_argument(
        "--log-level", choices=LEVELS, type=str.lower, default="info", help="minimum level to log (default: info)"
    )


def _logging(
    options: argparse.Namespace, notify: Callable[[str], object] | None = None, *, has_default: bool = True
) -> AbstractContextManager[Logs]:
    """Set up logging to the given file, or else to the default one if ``has_default`` is true."""
    path = options.log_file or (default_log_file() if has_default else None)
    return set_up_logging(path, options.log_level, notify or print_error)


def _load(
    options: argparse.Namespace,
    theme: str | None = None,
    notify: Callable[[str], object] | None = None,
    *,
    defaults_if_broken: bool = False,
) -> Settings:
    return load(_arguments(options, theme), os.environ, notify or print_error, defaults_if_broken=defaults_if_broken)


def _arguments(options: argparse.Namespace, theme: str | None = None) -> Arguments:
    return Arguments(options.url, options.symbols, options.provider, options.feed, options.config, theme)


def _load_feeds(options: argparse.Namespace, *, allow_built_in: bool = False) -> Settings:
    """Return settings with feeds; raise `SettingsError` if there are none besides the built-in market."""
    settings = _load(options)
    if allow_built_in:
        settings = msgspec.structs.replace(settings, feeds=settings.feeds or (BUILT_IN,))
    elif not settings.feeds or any(feed.is_built_in for feed in settings.feeds):
        raise SettingsError(
            "URL missing. Name a feed, as in --url wss://ws-feed.exchange.coinbase.com --symbols BTC-USD."
        )
    feeds = tuple(feed for feed in settings.feeds if not feed.disabled)
    if not feeds:
        raise SettingsError("Every feed in the settings is disabled. Name one with --feed to use it all the same.")
    return msgspec.structs.replace(settings, feeds=feeds)


def _check_writable(path: Path) -> None:
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise SettingsError(f"Cannot save a screenshot to {path}. Choose a file in a folder that you can write to.")
