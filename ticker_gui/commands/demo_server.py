"""The command ``demo-server``: the built-in market, an echo and a chat room as a WebSocket server. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys

from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.demo.server import DemoServer
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals
from ticker_gui.process.early_exit import EXIT_DONE


def serve_demo(server: DemoServer, errors: InternalErrors | None = None) -> int:
    """Run the demo market until the user stops it; return the exit code.

    Raises:
        SettingsError: the address cannot be used.
    """
    if errors is not None:
        server.errors = errors
    return run_command(_serve_demo(server), errors)


async def _serve_demo(server: DemoServer) -> int:
    stop = asyncio.Event()
    exit_signals.handle(asyncio.get_running_loop(), lambda number: stop.set())
    await server.start()
    lines = OutputLines(sys.stdout.buffer)
    lines.add_text(
        f"The demo market serves {', '.join(server.market.symbols)} at {server.url}\n"
        f"Watch it with: ticker-gui --provider demo --url {server.url} --symbols {','.join(server.market.symbols)}\n"
        f"For any WebSocket client: an echo at {server.url}/echo, a chat room at {server.url}/chat\n"
    )
    try:
        await lines.finish(stop)
        await stop.wait()
    finally:
        await server.stop()
    return EXIT_DONE
