"""The command line: parses the arguments and runs one command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from ticker_gui.commands import recording_arguments
from ticker_gui.commands.arguments import (
    add_feed_options,
    add_log_options,
    feed_arguments,
    load_feeds,
    load_settings,
    make_parser,
    open_log,
)
from ticker_gui.commands.number_arguments import port_number, positive_number, whole_number
from ticker_gui.commands.time_arguments import TIME_HELP, join_negative_times
from ticker_gui.commands.window import open_window
from ticker_gui.config.loading import Arguments, archive_path, settings_path
from ticker_gui.config.settings import did_you_mean, split_symbols
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.process import pipes
from ticker_gui.process.console import is_without_terminal, print_error, require_console
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_NOT_DELIVERED, EXIT_WRONG_USAGE


class Command(NamedTuple):
    """A command: the function that runs it with its arguments, and what it does, for the help of ``ticker-gui``."""

    run: Callable[[Sequence[str]], int]
    summary: str


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. ``ticker-gui`` and ``python -m ticker_gui`` both call this."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = _COMMANDS.get(arguments[0]) if arguments else None
    try:
        if command is not None:
            require_console(arguments[0])
        if command is not None:
            return command.run(arguments[1:])
        if arguments and not arguments[0].startswith("-"):
            guess = did_you_mean(arguments[0], _COMMANDS)
            raise SettingsError(f"Unknown command {quoted(arguments[0])}{guess} See ticker-gui --help.")
        return open_window(arguments, {name: one.summary for name, one in _COMMANDS.items()})
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
    from ticker_gui.app.start_error import show_start_error  # imported here, because it takes a while

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--config")
    config = None
    with suppress(argparse.ArgumentError):
        config = parser.parse_known_args(argv)[0].config
    try:
        file = settings_path(Arguments(config=config), os.environ)
    except SettingsError:  # which is the error that is shown
        return show_start_error(error.for_user, None)
    return show_start_error(error.for_user, file if os.path.isfile(file) else None)


def _stream(argv: Sequence[str]) -> int:
    parser = make_parser("ticker-gui stream", "Stream market data as JSON lines.")
    add_feed_options(parser)
    add_log_options(parser)
    parser.add_argument("--count", metavar="N", type=whole_number, help="exit after N events")
    parser.add_argument("--seconds", metavar="S", type=positive_number, help="exit after S seconds")
    parser.add_argument("--states", action="store_true", help="also print connection state changes")
    from ticker_gui.commands import alert_arguments

    alert_arguments.add_options(parser)
    options = recording_arguments.parse_options(parser, argv)
    alerts = alert_arguments.read_options(options)
    settings = load_settings(options) if options.replay else load_feeds(options)

    from ticker_gui.commands import stream

    chosen = {name: getattr(options, name) for name in ("count", "seconds", "states", "record", "replay", "speed")}
    with open_log(options) as logs:
        return stream.stream(settings, errors=logs.errors, alerts=alerts, **chosen)


def _history(argv: Sequence[str]) -> int:
    parser = make_parser(
        "ticker-gui history",
        "Print past bars as JSON lines, oldest first. Without a URL they are those of the built-in demo market.",
        epilog=TIME_HELP,
    )
    add_feed_options(parser)
    add_log_options(parser)
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
    settings = load_feeds(options, allow_built_in=True)

    from ticker_gui.commands import history

    chosen = history.HistoryOptions(options.timeframe, options.count, options.start, options.end, options.csv)
    with open_log(options) as logs:
        return history.history(settings, chosen, logs.errors)


def _export(argv: Sequence[str]) -> int:
    from ticker_gui.commands import export

    description = "Write the stored trades or bars of a period, oldest first. Only watched symbols are stored."
    parser = make_parser("ticker-gui export", description, epilog=TIME_HELP)
    add_feed_options(parser)
    add_log_options(parser)
    export.add_options(parser)
    options = parser.parse_args(join_negative_times(argv, ("--from", "--to")))
    settings, archive = load_feeds(options), archive_path(feed_arguments(options), os.environ)
    chosen = export.ExportOptions(options.start, options.end, options.format, options.bars, options.output)
    with open_log(options) as logs:
        return export.export(settings, archive, chosen, logs.errors)


def _check(argv: Sequence[str]) -> int:
    parser = make_parser("ticker-gui check", "Diagnose a feed: connect, subscribe, receive and report.")
    add_feed_options(parser)
    add_log_options(parser)
    parser.add_argument(
        "--seconds", metavar="S", type=positive_number, default=10.0, help="how long to receive data (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per feed instead of text")
    options = parser.parse_args(argv)
    settings = load_feeds(options)

    from ticker_gui.commands import check

    with open_log(options) as logs:
        return check.check(settings, seconds=options.seconds, as_json=options.json, logs=logs)


def _providers(argv: Sequence[str]) -> int:
    make_parser("ticker-gui providers", "List the supported providers.").parse_args(argv)
    from ticker_gui.feeds.registry import PROVIDERS

    width = max(len(name) for name in PROVIDERS)
    lines = []
    for name, provider in PROVIDERS.items():
        key = "API key required" if provider.needs_key else "no API key"
        lines.append(f"{name:{width}}  {provider.title}: {provider.describe_data()}; {key}; {provider.url}\n")
    pipes.print_text("".join(lines))
    return EXIT_DONE


def _demo_server(argv: Sequence[str]) -> int:
    from ticker_gui.commands.demo_server import serve_demo
    from ticker_gui.demo.market import DemoMarket
    from ticker_gui.demo.server import DEFAULT_PORT, DEFAULT_RATE, DemoServer

    parser = make_parser(
        "ticker-gui demo-server", "Run the demo market (simulated prices), an echo server and a chat room."
    )
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
    add_log_options(parser)
    options = parser.parse_args(argv)
    symbols = () if options.symbols is None else split_symbols(options.symbols)
    server = DemoServer(DemoMarket(symbols), host=options.host, port=options.port, rate=options.rate)
    with open_log(options) as logs:
        return serve_demo(server, logs.errors)


def _websocket(argv: Sequence[str]) -> int:
    from ticker_gui.commands import websocket, websocket_options

    parser = make_parser("ticker-gui websocket", websocket_options.DESCRIPTION, epilog=websocket_options.MARKS)
    websocket_options.add_options(parser)
    add_log_options(parser)
    options = parser.parse_args(argv)
    endpoint, chosen = websocket_options.read_options(options)
    with open_log(options) as logs:
        return websocket.websocket(endpoint, chosen, logs.errors)


def _publish(argv: Sequence[str]) -> int:
    from ticker_gui.commands import publish

    parser = make_parser("ticker-gui publish", publish.DESCRIPTION, epilog=publish.TERMS)
    add_feed_options(parser)
    publish.add_options(parser)
    add_log_options(parser)
    options = parser.parse_args(argv)
    settings, chosen = load_feeds(options), publish.read_options(options)
    with open_log(options) as logs:
        return publish.publish(settings, chosen, logs.errors)


def _key(argv: Sequence[str]) -> int:
    parser = make_parser("ticker-gui key", "Store the API key for a feed in this computer's keyring, or delete it.")
    parser.add_argument("action", choices=("set", "delete"), help="store the key (it is prompted for), or delete it")
    parser.add_argument("feed", metavar="FEED", help="name of a feed that has keyring = true in the settings")
    options = parser.parse_args(argv)

    from ticker_gui.config import credentials

    if options.action == "delete":
        credentials.delete_key(options.feed)
        pipes.print_text(f"Deleted the key for {options.feed} from the keyring.\n")
        return EXIT_DONE
    key = credentials.ask_key(options.feed)
    credentials.store_key(options.feed, key)
    pipes.print_text(f"Stored the key for {options.feed} in the keyring.\n")
    return EXIT_DONE


_COMMANDS: Final = {
    "stream": Command(_stream, "print market data as JSON lines"),
    "history": Command(_history, "print past bars"),
    "export": Command(_export, "write stored trades or bars"),
    "check": Command(_check, "diagnose a feed"),
    "publish": Command(_publish, "publish feeds for a desk"),
    "providers": Command(_providers, "list the supported providers"),
    "key": Command(_key, "store or delete a feed's API key in the keyring"),
    "demo-server": Command(_demo_server, "run the demo market, an echo server and a chat room"),
    "websocket": Command(_websocket, "connect to any WebSocket, and type messages"),
}
