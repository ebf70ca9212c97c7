"""A stand-in of the desktop's notification service, on a session bus of its own."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any, NamedTuple

import pytest
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

Texts = Annotated[list[str], DBusSignature("as")]


class Shown(NamedTuple):
    """A notification as the service received it."""

    app: str
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]


@contextmanager
def session_bus() -> Iterator[str]:
    """Run a session bus and yield its address; without one, the test is skipped."""
    program = shutil.which("dbus-daemon")
    if program is None:
        pytest.skip("there is no dbus-daemon")
    daemon = subprocess.Popen(
        [program, "--session", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()


class _Interface(ServiceInterface):
    def __init__(self) -> None:
        super().__init__(NAME)
        self.shown: list[Shown] = []
        self.withdrawn: list[int] = []

    @dbus_method()
    def GetCapabilities(self) -> Texts:
        return ["body", "body-markup", "actions", "sound"]

    @dbus_method()
    def GetServerInformation(self) -> Annotated[tuple[str, str, str, str], DBusSignature("ssss")]:
        return ("stand-in", "tests", "1", "1.2")

    @dbus_method()
    def Notify(
        self,
        app: DBusStr,
        replaces: DBusUInt32,
        icon: DBusStr,
        title: DBusStr,
        body: DBusStr,
        actions: Texts,
        hints: DBusDict,
        timeout: DBusInt32,
    ) -> DBusUInt32:
        plain_hints = {name: hint.value for name, hint in hints.items()}
        self.shown.append(Shown(app, icon, title, body, actions, plain_hints))
        return len(self.shown)

    @dbus_method()
    def CloseNotification(self, number: DBusUInt32) -> None:
        self.withdrawn.append(number)

    @dbus_signal()
    def NotificationClosed(self, number: int, reason: int) -> Annotated[tuple[int, int], DBusSignature("uu")]:
        return (number, reason)

    @dbus_signal()
    def ActionInvoked(self, number: int, action: str) -> Annotated[tuple[int, str], DBusSignature("us")]:
        return (number, action)


class NotificationService:
    """The service, which keeps what it has ``shown`` and the numbers that were ``withdrawn``."""

    def __init__(self, interface: _Interface) -> None:
        self._interface = interface
        self.shown = interface.shown
        self.withdrawn = interface.withdrawn

    def click(self, number: int) -> None:
        """Click a notification; the first has the number 1."""
        self._interface.ActionInvoked(number, "default")


@asynccontextmanager
async def notification_service(address: str) -> AsyncIterator[NotificationService]:
    """Offer the service on a bus."""
    bus = await MessageBus(bus_address=address).connect()
    interface = _Interface()
    bus.export(PATH, interface)
    await bus.request_name(NAME)
    try:
        yield NotificationService(interface)
    finally:
        bus.disconnect()
