"""The command ``websocket``: a WebSocket client in the terminal, one line for each message. Loads no Qt."""

from __future__ import annotations

import asyncio
import binascii
import sys
from base64 import b64decode
from typing import BinaryIO

import msgspec

from ticker_gui.commands.input_lines import InputLines
from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.commands.websocket_lines import JsonLines, TextLines
from ticker_gui.commands.websocket_options import WebSocketOptions
from ticker_gui.config.settings import shown_url
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.frame import Frame
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error, print_status
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_NOT_DELIVERED, exit_code
from ticker_gui.stream.clock import steady_clock
from ticker_gui.stream.opening import MAX_BYTES_PER_MESSAGE, Endpoint
from ticker_gui.stream.plain_client import ClientStatus, ConnectionEnd, PlainClient
from ticker_gui.stream.timeouts import Timeouts


def websocket(endpoint: Endpoint, options: WebSocketOptions, errors: InternalErrors | None = None) -> int:
    """Connect, send the lines of standard input and print what is received; return the exit code."""
    stdin = None if sys.stdin is None else sys.stdin.buffer
    return run_command(_WebSocket(endpoint, options, stdin, sys.stdout.buffer).run(), errors)


class _WebSocket:
    """One run of ``ticker-gui websocket``."""

    def __init__(self, endpoint: Endpoint, options: WebSocketOptions, stdin: BinaryIO | None, stdout: BinaryIO) -> None:
        self._options = options
        self._clock = steady_clock()
        self._output = OutputLines(stdout)
        self._input = None if stdin is None else InputLines(stdin, _max_line(options))
        # What is typed on a terminal can be seen there already.
        prints_sent = options.as_json or stdin is None or not (stdin.isatty() and stdout.isatty())
        self._lines: JsonLines | TextLines
        self._client = PlainClient(
            endpoint, self._on_frame, self._on_state, self._clock, Timeouts(ping_interval=options.ping_s)
        )
        if options.as_json:
            self._lines = JsonLines(shown_url(endpoint.url), self._client.redact)
        else:
            self._lines = TextLines(shown_url(endpoint.url), self._client.redact, prints_sent=prints_sent)
        self._has_failed = False  # a line was not sent
        self._is_reported = False  # that the connection is open
        self._opened = asyncio.Event()
        self._signal = 0
        self._interrupted = asyncio.Event()

    async def run(self) -> int:
        exit_signals.handle(asyncio.get_running_loop(), self._interrupt)
        running = asyncio.ensure_future(self._client.run())
        writing = asyncio.ensure_future(self._output.write_until_closed())
        interrupted = asyncio.ensure_future(self._interrupted.wait())
        sending = asyncio.ensure_future(self._send_lines())
        tasks = (running, writing, interrupted, sending)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
                await asyncio.wait((running, writing, interrupted), return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
            await self._client.close()
            end = await running
            await self._report_end(end)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._exit_code(end)

    def _interrupt(self, number: int) -> None:
        self._signal = number
        self._interrupted.set()

    def _exit_code(self, end: ConnectionEnd) -> int:
        if self._signal:
            return exit_code("websocket", self._signal)
        return EXIT_DONE if (end.is_clean and not self._has_failed) or self._output.is_closed else EXIT_NOT_DELIVERED

    async def _report_end(self, end: ConnectionEnd) -> None:
        end = msgspec.structs.replace(end, text=end.text.replace("in the settings", "on the command line"))
        line = self._lines.close(end, self._client.traffic, self._clock())
        if line:
            self._output.add_line(line)
        if not end.is_clean:
            print_error(self._client.redact(end.text))
        elif not self._options.as_json and not self._signal:
            print_status(f"{end.text}\n")
        await self._output.finish(self._interrupted)

    def _on_frame(self, frame: Frame, is_text: bool) -> None:
        line = self._lines.message(frame, is_text)
        if line:
            self._output.add_line(line)

    def _on_state(self) -> None:
        if self._client.status is ClientStatus.OPEN and self._client.opened_ns is not None and not self._is_reported:
            self._is_reported = True
            line = self._lines.open(self._client.subprotocol, self._client.opened_ns)
            if self._options.as_json:
                self._output.add_line(line)
            else:
                print_status(f"{line}\n")
            self._opened.set()

    async def _send_lines(self) -> None:
        """Send each line of the input; after its end, wait for answers and close the connection."""
        await self._opened.wait()
        if self._input is None:
            return
        async for line in self._input:
            message = self._message(line)
            if message is None:
                continue
            try:
                await self._client.send(message)
            except TickerError:
                return  # the end of the connection is reported
        await asyncio.sleep(self._options.linger_s)
        await self._client.close()

    def _message(self, line: bytes | None) -> str | bytes | None:
        """Return the message of a line, or report why there is none. A line that is too long is None."""
        if line is None:
            self._reject(f"A line was longer than {MAX_BYTES_PER_MESSAGE >> 20} MB and was not sent.")
            return None
        try:
            return b64decode(line, validate=True) if self._options.is_binary else line.decode()
        except (binascii.Error, ValueError):
            form = "base64" if self._options.is_binary else "UTF-8 text (use --binary with base64)"
            self._reject(f"A line was not sent, because it is not {form}.")
            return None

    def _reject(self, reason: str) -> None:
        self._has_failed = True
        print_error(reason)


def _max_line(options: WebSocketOptions) -> int:
    return MAX_BYTES_PER_MESSAGE * 4 // 3 + 4 if options.is_binary else MAX_BYTES_PER_MESSAGE
