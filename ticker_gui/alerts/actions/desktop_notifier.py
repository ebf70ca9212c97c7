"""Notifications of the desktop: the only module that uses the library for them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any, Final

from ticker_gui.alerts.actions.result import ActionError
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.resources import asset

if TYPE_CHECKING:
    from desktop_notifier.backends.base import DesktopNotifierBackend

_PROGRAM: Final = "Ticker GUI"
_TIMEOUT_S: Final = 10.0
_MAX_SHOWN: Final = 20  # older ones are withdrawn
_NO_SERVICE: Final = (
    "The notification was not shown: this desktop has no notification service. The alert is in the history."
)
_NOT_ALLOWED: Final = (
    "The notification was not shown: the system does not allow this program to show notifications. "
    "Allow them in the system settings."
)
_NOT_SHOWN: Final = "The notification service did not accept the notification. The alert is in the history."
_NO_ANSWER: Final = f"The notification service did not answer within {_TIMEOUT_S:g} seconds."


class DesktopNotifier:
    """Shows notifications through the service of the desktop; ``on_click`` is called when the user clicks one.

    The library is loaded at the first notification, in a thread. Its own ``send`` reports nothing if there is no
    service, so the service is asked for its capabilities first.
    """

    def __init__(self, on_click: Callable[[], object], errors: InternalErrors) -> None:
        self._on_click: Final = on_click
        self._errors: Final = errors
        self._backend: DesktopNotifierBackend | None = None

    async def show(self, title: str, text: str, *, has_sound: bool) -> None:
        """Show a notification of plain text.

        Raises:
            ActionError: it was not shown.
        """
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._show(title, text, has_sound)
        except TimeoutError:
            self.close()
            raise ActionError(_NO_ANSWER) from None

    def close(self) -> None:
        """Close the connection to the service. A later notification opens a new one."""
        backend, self._backend = self._backend, None
        bus = getattr(backend, "bus", None)  # on Linux, and only if it was connected
        if bus is not None and bus.connected:
            bus.disconnect()

    async def _show(self, title: str, text: str, has_sound: bool) -> None:
        for _ in range(2):  # the connection may be an old one that has been closed
            was_connected = self._backend is not None
            if self._backend is None:
                await self._connect()
            if await self._send(title, text, has_sound):
                await self._withdraw_old()
                return
            self.close()
            if not was_connected:
                break
        raise ActionError(_NOT_SHOWN)

    async def _connect(self) -> None:
        backend_class, icon, connection_errors = await asyncio.to_thread(_load)
        self._backend = backend = backend_class(_PROGRAM, icon)
        try:
            capabilities = await backend.get_capabilities()
            is_allowed = await backend.request_authorisation()
        except connection_errors:
            self.close()
            raise ActionError(_NO_SERVICE) from None
        if not capabilities or not is_allowed:
            self._backend = None
            raise ActionError(_NOT_ALLOWED if capabilities else _NO_SERVICE)

    async def _send(self, title: str, text: str, has_sound: bool) -> bool:
        """Return whether the service accepted the notification; the library only logs it if not."""
        from desktop_notifier import DEFAULT_SOUND, Notification

        loop = asyncio.get_running_loop()
        accepted: list[bool] = []
        notification = Notification(
            title,
            escape(text, quote=False) if sys.platform.startswith("linux") else text,  # only there it may be markup
            on_dispatched=lambda: accepted.append(True),
            on_clicked=lambda: loop.call_soon_threadsafe(self._click),
            sound=DEFAULT_SOUND if has_sound else None,
        )
        assert self._backend is not None
        await self._backend.send(notification)
        return bool(accepted)

    async def _withdraw_old(self) -> None:
        assert self._backend is not None
        for identifier in (await self._backend.get_current_notifications())[:-_MAX_SHOWN]:
            with suppress(KeyError):  # the user has closed it
                await self._backend.clear(identifier)

    def _click(self) -> None:
        self._errors.guard(self._on_click, "opening the window from a notification")


def _load() -> tuple[Any, Any, tuple[type[Exception], ...]]:
    """Return the library's class for this system, our icon, and the errors of a connection. This is slow.

    Raises:
        ActionError: the library cannot be loaded.
    """
    try:
        from desktop_notifier import Icon
        from desktop_notifier.main import get_backend_class

        backend_class = get_backend_class()
    except ImportError as error:
        raise ActionError(f"Notifications are not available: {error.name or 'a library'} cannot be loaded.") from error
    errors: tuple[type[Exception], ...] = (OSError, ValueError, EOFError)
    if sys.platform.startswith("linux"):
        from dbus_fast.errors import DBusFastError

        errors = (*errors, DBusFastError)
    name = "ticker-gui.ico" if sys.platform == "win32" else "ticker-gui.svg"
    return backend_class, Icon(path=asset("icons", name)), errors
