"""Brings a window to the front when the user starts the program again."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

_CLIENT_MESSAGE: Final = 33
_SUBSTRUCTURE_MASK: Final = 0x80000 | 0x100000  # SubstructureNotify and SubstructureRedirect
_FROM_USER: Final = 2  # the source of a request: the user, not the program itself
_CHUNK: Final = 20  # bytes of text in one message


def raise_window(window: QWidget, launch_id: str = "") -> None:
    """Show a window, or its open modal dialog, in front of all others and give it the focus.

    ``launch_id`` identifies the start on the desktop: ``DESKTOP_STARTUP_ID`` on X11, the activation token on Wayland.
    Window managers do not let a program take the focus from another one by itself. If one refuses nevertheless, the
    window demands attention.
    """
    platform = QGuiApplication.platformName()
    if launch_id and platform.startswith("wayland"):
        os.environ["XDG_ACTIVATION_TOKEN"] = launch_id  # Qt uses it for the next activation
    if window.isMinimized() or not window.isVisible():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
    modal = QApplication.activeModalWidget()
    target = window if modal is None else modal.window()
    window.raise_()
    target.raise_()
    target.activateWindow()
    if platform == "xcb":
        _activate_on_x11(int(target.winId()), launch_id)
    QApplication.alert(target)  # has no effect on the active window


def _activate_on_x11(window: int, launch_id: str) -> None:
    """Ask the window manager for the focus on behalf of the user, and end the start on the desktop."""
    with suppress(OSError, AttributeError):  # without the library there is only the request of Qt
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
        try:
            if not xcb.xcb_connection_has_error(connection):
                _send_messages(xcb, connection, window, launch_id)
        finally:
            xcb.xcb_disconnect(connection)


class _Message(ctypes.Structure):
    """A client message of X11."""

    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("format", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("window", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("data", ctypes.c_uint8 * _CHUNK),
    )


class _Screens(ctypes.Structure):
    """An iterator over the screens; the first field of a screen is its root window."""

    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("remaining", ctypes.c_int), ("index", ctypes.c_int))


class _Atom(ctypes.Structure):
    """The reply to a request for an atom."""

    _fields_ = (("header", ctypes.c_uint32), ("length", ctypes.c_uint32), ("atom", ctypes.c_uint32))


def _send_messages(xcb: Any, connection: ctypes.c_void_p, window: int, launch_id: str) -> None:
    xcb.xcb_get_setup.restype = ctypes.c_void_p
    xcb.xcb_setup_roots_iterator.restype = _Screens
    setup = ctypes.c_void_p(xcb.xcb_get_setup(connection))
    root: int = xcb.xcb_setup_roots_iterator(setup).data[0]

    def send(format_: int, about: int, kind: str, data: bytes) -> None:
        content = (ctypes.c_uint8 * _CHUNK).from_buffer_copy(data.ljust(_CHUNK, b"\0"))
        message = _Message(_CLIENT_MESSAGE, format_, 0, about, _atom(xcb, connection, kind), content)
        xcb.xcb_send_event(connection, 0, root, _SUBSTRUCTURE_MASK, ctypes.byref(message))

    now = _launch_time(launch_id)
    send(32, window, "_NET_ACTIVE_WINDOW", _FROM_USER.to_bytes(4, "little") + now.to_bytes(4, "little"))
    if launch_id:
        _end_launch(send, window, launch_id)
    xcb.xcb_flush(connection)


def _end_launch(send: Callable[[int, int, str, bytes], None], window: int, launch_id: str) -> None:
    """Send that the start is finished, so that the desktop does not show a busy pointer any longer."""
    text = f'remove: ID="{escaped(launch_id)}"'.encode() + b"\0"
    for start in range(0, len(text), _CHUNK):
        kind = "_NET_STARTUP_INFO" if start else "_NET_STARTUP_INFO_BEGIN"
        send(8, window, kind, text[start : start + _CHUNK])


def escaped(launch_id: str) -> str:
    """Return an ID with its quotation marks and backslashes escaped."""
    return launch_id.replace("\\", "\\\\").replace('"', '\\"')


def _launch_time(launch_id: str) -> int:
    """Return the time of the start in milliseconds of the X server, which the ID ends with; 0 if it does not."""
    digits = launch_id.rpartition("_TIME")[2]
    return int(digits) & 0xFFFF_FFFF if digits.isdecimal() and len(digits) < 20 else 0


def _atom(xcb: Any, connection: ctypes.c_void_p, name: str) -> int:
    text = name.encode()
    xcb.xcb_intern_atom.restype = ctypes.c_uint32
    xcb.xcb_intern_atom_reply.restype = ctypes.POINTER(_Atom)
    cookie = xcb.xcb_intern_atom(connection, ctypes.c_uint8(0), ctypes.c_uint16(len(text)), text)
    reply = xcb.xcb_intern_atom_reply(connection, ctypes.c_uint32(cookie), None)
    if not reply:
        return 0
    atom = int(reply.contents.atom)
    ctypes.CDLL(None).free(reply)
    return atom
