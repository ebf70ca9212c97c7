"""The command without a name: opens the window, or passes its arguments on to the window that is open already."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ticker_gui import __version__
from ticker_gui.commands import recording_arguments
from ticker_gui.commands.arguments import (
    add_feed_options,
    add_log_options,
    feed_arguments,
    load_settings,
    make_parser,
    open_log,
)
from ticker_gui.commands.number_arguments import delay_s
from ticker_gui.config.loading import (
    archive_path,
    names_symbols,
    overrides,
    settings_path,
    state_folder,
    with_arguments,
    with_environment,
)
from ticker_gui.config.settings import Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.logs.setup import Logs
from ticker_gui.process import pipes
from ticker_gui.process.single_instance import Instance, StartReply, StartRequest, start_or_pass_on


class Notices(NamedTuple):
    """Messages to show when the window opens: about the settings, and others."""

    settings: list[str]
    other: list[str]


def open_window(argv: Sequence[str], summaries: Mapping[str, str] | None = None) -> int:
    """Open the window and return the exit code; the help text lists the other commands with their summaries."""
    commands = [f"  {name:21} {summary}\n" for name, summary in (summaries or {}).items()]
    parser = make_parser(
        "ticker-gui",
        "A live ticker. Without a URL, it shows the built-in demo market (simulated).",
        epilog=f"other commands:\n{''.join(commands)}\nSee ticker-gui COMMAND --help.",
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter  # keeps the lines of the epilog
    add_feed_options(parser)
    add_log_options(parser)
    parser.add_argument("--theme", help="color theme: system, dark or light")
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save a screenshot and exit")
    parser.add_argument(
        "--after", metavar="SECONDS", type=delay_s, default=3.0, help="delay before the screenshot (default: 3)"
    )
    parser.add_argument("--version", action="version", version=f"ticker-gui {__version__}")
    options = recording_arguments.parse_options(parser, argv, can_record=False)
    notices = Notices([], [])
    is_own = options.screenshot is not None or options.replay is not None  # whatever is open already
    try:
        settings = load_settings(options, options.theme, notices.settings.append, defaults_if_broken=True)
    except SettingsError:
        if is_own or not _passes_symbols(options):
            raise
        return 0
    if options.screenshot is not None:
        _check_writable(options.screenshot)
    if is_own:
        return _open_window(options, settings, notices, Instance())
    started = _start_or_pass_on(options)
    if started is None:
        return 0
    with closing(started):
        return _open_window(options, settings, notices, started)


def _passes_symbols(options: argparse.Namespace) -> bool:
    """Pass the symbols on to a window that is open, which chooses the feed for them; return whether there is one."""
    request = _start_request(options)
    if not request.symbols or request.url or request.provider:
        return False
    if (started := _start_or_pass_on(options)) is not None:
        started.close()
    return started is None


def _start_or_pass_on(options: argparse.Namespace) -> Instance | None:
    """Return the instance of a new window, or None if the start was passed on to one that is open already."""
    started = start_or_pass_on(state_folder(feed_arguments(options), os.environ), _start_request(options))
    if isinstance(started, StartReply):
        pipes.print_text(f"{_describe_reply(started, options)}\n")
        return None
    return started


def _start_request(options: argparse.Namespace) -> StartRequest:
    """Return what a window that is open already should do."""
    chosen = with_environment(feed_arguments(options), os.environ)
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
    chosen = with_environment(feed_arguments(options), os.environ)
    passed = [text for text in (chosen.symbols and "the symbols", chosen.url and "the URL") if text]
    then = f" It was given {' and '.join(passed)}." if passed else ""
    return f"Ticker GUI is already running (process {reply.pid}), so its window was brought to the front{place}.{then}"


def _open_window(options: argparse.Namespace, settings: Settings, notices: Notices, instance: Instance) -> int:
    gc.disable()  # the window collects it, in its own thread and not during the start
    # Only the window needs these. The engine comes first: PySide reads the source of all modules imported after it.
    import_module("ticker_gui.engine.engine")
    from ticker_gui.gui import platform_check, source_scan

    platform_check.prepare_platform(needs_display=options.screenshot is None)
    source_scan.disable_source_scan()
    with open_log(options, notices.other.append, has_default=options.screenshot is None) as logs:
        if options.replay is not None:
            return _run_replay(options, settings, notices, logs)
        return _run_window(options, settings, notices, logs, instance)


def _run_replay(options: argparse.Namespace, settings: Settings, notices: Notices, logs: Logs) -> int:
    from ticker_gui.engine.replay import open_recording

    recording = open_recording(options.replay)  # before anything that takes long

    from ticker_gui.app.environment import AppEnvironment
    from ticker_gui.app.replay_app import run_replay

    environment = AppEnvironment(
        settings_notice=" ".join(notices.settings), notices=notices.other, errors=logs.errors, log_file=logs.file
    )
    return run_replay(
        recording, options.speed, settings, environment, screenshot=options.screenshot, after_s=options.after
    )


def _run_window(
    options: argparse.Namespace, settings: Settings, notices: Notices, logs: Logs, instance: Instance
) -> int:
    from ticker_gui.app.app import run_window
    from ticker_gui.app.environment import AppEnvironment

    arguments = feed_arguments(options, options.theme)
    environment = AppEnvironment(
        None if options.screenshot is not None else state_folder(arguments, os.environ),
        saves_lists=not names_symbols(arguments, os.environ),
        reload=partial(load_settings, options, options.theme, notices.other.append),
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


def _check_writable(path: Path) -> None:
    folder, is_file = path.parent, os.path.isfile(path)
    is_other = os.path.exists(path) and not is_file  # a folder or a device
    if is_other or not os.path.isdir(folder) or not os.access(path if is_file else folder, os.W_OK):
        raise SettingsError(f"Cannot save a screenshot to {path}. Choose a file in a folder that you can write to.")
