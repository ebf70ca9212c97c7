"""The connection of the console to any WebSocket, without symbols."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ticker_gui.console.connection_request import ConnectionRequest
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import ConnectionLost, SettingsError
from ticker_gui.domain.frame import Frame, redacted
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.formatting import numbers
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.console.connection_bar import ConnectionBar

if TYPE_CHECKING:
    from ticker_gui.stream.plain_client import PlainClient

_MAX_TEXT: Final = 600
_NOT_CONNECTED: Final = "Not connected: enter an address and choose Connect."


class PlainConnection(QObject):
    """One connection at a time, which the user opens and closes.

    ``on_frame`` receives each message in both directions, without the secrets in the address and the headers.

    Signals:
        changed: whether frames can be sent has changed.
    """

    changed = Signal()

    def __init__(
        self, bar: ConnectionBar, tasks: BackgroundTasks, clock: Clock, on_frame: Callable[[Frame], object]
    ) -> None:
        super().__init__(bar)
        self._bar: Final = bar
        self._tasks: Final = tasks
        self._clock: Final = clock
        self._on_frame: Final = on_frame
        self._client: PlainClient | None = None
        self._is_open = False
        self._is_requested = False  # the user has not closed the connection, which may not be open yet
        bar.connection_requested.connect(self.connect_to)
        bar.disconnection_requested.connect(self.disconnect_now)

    @property
    def unavailable(self) -> str:
        """Why nothing can be sent; empty if something can."""
        return "" if self._is_open else self._bar.state.text() if self._client is not None else _NOT_CONNECTED

    @property
    def address(self) -> str:
        """The address of the connection; empty if there was none."""
        return "" if self._client is None else self._client.endpoint.url

    def redact(self, text: str) -> str:
        """Return a text without the secrets in the address and the headers."""
        return text if self._client is None else self._client.redact(text)

    def connect_to(self, request: ConnectionRequest) -> None:
        """Connect to an address, unless something about the request is wrong."""
        try:
            request.check()
        except SettingsError as error:
            self._bar.show_state(error.for_user, is_connected=False, mark=StateMark.REFUSED)
            return
        self._is_requested = True
        self._bar.show_state("Connecting…", is_connected=True, mark=StateMark.CONNECTING)
        self._tasks.run(self._run(request))

    def disconnect_now(self) -> None:
        """Close the connection, or do not open it."""
        self._is_requested = False
        if self._client is not None:
            self._tasks.run(self._client.close())

    async def send(self, message: str | bytes) -> None:
        """Send a message.

        Raises:
            ConnectionLost, FeedRejected: the connection is not open, or has ended.
        """
        await self._open_client().send(message)

    async def ping(self) -> float | None:
        """Send a ping; return the time until its pong in seconds, or None if there is none for a ping interval.

        Raises:
            ConnectionLost, FeedRejected: the connection is not open, or has ended.
        """
        return await self._open_client().ping()

    def _open_client(self) -> PlainClient:
        if self._client is None:
            raise ConnectionLost(_NOT_CONNECTED)
        return self._client

    async def _run(self, request: ConnectionRequest) -> None:
        """Connect and receive until the connection ends."""
        # In a thread, and not before: the library is slow to load.
        await asyncio.to_thread(import_module, "ticker_gui.stream.plain_client")
        from ticker_gui.stream.opening import Endpoint
        from ticker_gui.stream.plain_client import PlainClient

        if not self._is_requested:
            self._finish("Disconnected.", StateMark.CLOSED)
            return
        endpoint = Endpoint(
            request.url.strip(),
            request.header_values,
            request.cafile.strip() or None,
            subprotocols=request.subprotocol_names,
            origin=request.origin.strip() or None,
        )
        client = self._client = PlainClient(endpoint, self._report, self._show_state, self._clock)
        try:
            end = await client.run()
        except BaseException:
            self._finish(
                "The connection ended because of an internal error. Details are in the log.", StateMark.REFUSED
            )
            raise
        mark = StateMark.CLOSED if end.is_clean else StateMark.NOT_CONNECTED
        reason = f" Reason: {end.reason}" if end.reason and end.reason not in end.text else ""
        self._finish(_for_console(f"{end.text}{reason}"), mark)

    def _report(self, frame: Frame, is_text: bool) -> None:
        assert self._client is not None
        self._on_frame(Frame(redacted(frame.payload, self._client.redact), frame.direction, frame.time_ns))

    def _show_state(self) -> None:
        client = self._client
        if client is None or client.end is not None:
            return
        is_open, self._is_open = self._is_open, client.opened_ns is not None and client.status == "open"
        if self._is_open and client.opened_ns is not None:
            protocol = f", subprotocol {sanitize_text(client.subprotocol, 40)}" if client.subprotocol else ""
            text = f"Connected since {numbers.clock_time(client.opened_ns)}{protocol}"
            self._bar.show_state(text, is_connected=True, mark=StateMark.LIVE)
        elif client.status == "closing":
            self._bar.show_state("Closing…", is_connected=True, mark=StateMark.CONNECTING)
        else:
            self._bar.show_state(f"Connecting: {client.phase}", is_connected=True, mark=StateMark.CONNECTING)
        if is_open is not self._is_open:
            self.changed.emit()

    def _finish(self, text: str, mark: StateMark) -> None:
        self._is_open = False
        self._bar.show_state(text, is_connected=False, mark=mark)
        self.changed.emit()


def _for_console(text: str) -> str:
    """Return a sentence about a connection with the places where its options are set here."""
    return sanitize_text(text.replace("cafile in the settings", "the certificate file under Options"), _MAX_TEXT)
