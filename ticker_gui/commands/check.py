"""The command ``ticker-gui check``: checks all feeds at once and prints the reports. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Settings
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.report import as_line, as_text
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.logs.setup import Logs
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_status
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NOT_DELIVERED


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
    return run_command(_check(checks, as_json=as_json), logs.errors)


async def _check(checks: Sequence[FeedCheck], *, as_json: bool) -> int:
    interrupted = asyncio.Event()
    exit_signals.handle(asyncio.get_running_loop(), lambda number: interrupted.set())
    is_complete = await _run(checks, interrupted)
    reports = [check.report() for check in checks]
    lines = OutputLines(sys.stdout.buffer)
    if as_json:
        for report in reports:
            lines.add(as_line(report))
    else:
        lines.add_text("\n".join(map(as_text, reports)))
    await lines.finish(interrupted)
    if not is_complete:
        return EXIT_INTERRUPTED
    return EXIT_DONE if all(report.has_delivered for report in reports) else EXIT_NOT_DELIVERED


async def _run(checks: Sequence[FeedCheck], interrupted: asyncio.Event) -> bool:
    """Run all checks; return whether they were completed and not interrupted."""
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
