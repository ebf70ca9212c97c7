"""The command ``ticker-gui check``: checks all feeds at once and prints the reports. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import msgspec

from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Settings
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.report import as_line, as_text
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.logs.setup import Logs
from ticker_gui.process import exit_signals, pipes
from ticker_gui.process.console import print_status
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NOT_DELIVERED
from ticker_gui.stream.daemon_executor import DaemonExecutor


def check(settings: Settings, *, seconds: float, as_json: bool, logs: Logs | None = None) -> int:
    """Check all feeds at once, receive from each for ``seconds``, print the results, and return the exit code.

    Raises:
        SettingsError: a feed's required key is missing or must not be sent, or there are too many symbols.
    """
    for feed in settings.feeds:
        resolve_credentials(feed)
    logs = logs or Logs(InternalErrors("the program"))
    checks = [FeedCheck(feed, settings.limits, seconds, log_file=logs.file) for feed in settings.feeds]
    if sys.stderr is not None and sys.stderr.isatty():
        print_status(f"Checking for {seconds:g} s…\n")
    with exit_signals.handlers_restored():
        is_complete = asyncio.run(with_exception_handler(_run(checks), logs.errors))
    reports = [check.report() for check in checks]
    if as_json:
        pipes.print_text("".join(f"{msgspec.json.encode(as_line(report)).decode()}\n" for report in reports))
    else:
        pipes.print_text("\n".join(map(as_text, reports)))
    if not is_complete:
        return EXIT_INTERRUPTED
    return EXIT_DONE if all(report.has_delivered for report in reports) else EXIT_NOT_DELIVERED


async def _run(checks: Sequence[FeedCheck]) -> bool:
    """Run all checks; return whether they were completed and not interrupted."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(DaemonExecutor())  # a slow DNS resolver must not delay the exit
    interrupted = asyncio.Event()
    exit_signals.handle(loop, lambda number: interrupted.set())
    work, stop = asyncio.ensure_future(_run_all(checks)), asyncio.ensure_future(interrupted.wait())
    try:
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        return work.done()
    finally:
        for task in (work, stop):
            task.cancel()
        await asyncio.gather(work, stop, return_exceptions=True)


async def _run_all(checks: Sequence[FeedCheck]) -> None:
    async with asyncio.TaskGroup() as group:
        for check in checks:
            group.create_task(check.run())
