"""Desktop preferences: number format and reduced motion."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject
from PySide6.QtWidgets import QApplication, QStyle

from ticker_gui.formatting.numbers import PLAIN, NumberStyle

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings")
# Settings of the portal, with the value that means reduced motion: the portal's own, and GNOME's older one.
_REDUCED_MOTION_KEYS = (
    ("org.freedesktop.appearance", "reduced-motion", 1),
    ("org.gnome.desktop.interface", "enable-animations", False),
)


def number_style(locale: QLocale) -> NumberStyle:
    """Return the number format of a locale, with the digits 0 to 9."""
    digits = locale.toString(1_234_567_890).split(locale.groupSeparator())
    sizes = [len(group) for group in reversed(digits)][:-1]  # the first group may be incomplete
    if not sizes:
        return PLAIN
    groups = (sizes[0],) if len(set(sizes)) == 1 else (sizes[0], sizes[1])
    style = NumberStyle(locale.decimalPoint(), locale.groupSeparator(), groups)
    return PLAIN if style == PLAIN else style


def prefers_reduced_motion(application: QApplication) -> bool:
    """Return whether the desktop prefers reduced motion, as far as that is known without a query."""
    if sys.platform == "win32":
        import ctypes

        may_animate = ctypes.c_bool(True)
        ctypes.windll.user32.SystemParametersInfoW(
            0x1042, 0, ctypes.byref(may_animate), 0
        )  # SPI_GETCLIENTAREAANIMATION
        return not may_animate.value
    return application.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


class ReducedMotionQuery(QObject):
    """Queries a Linux desktop for reduced motion; the reply is asynchronous and may never come."""

    def __init__(self, on_reduced: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_reduced = on_reduced

    def ask(self) -> None:
        """Send the query to the Settings of xdg-desktop-portal, if there is a session bus."""
        from PySide6.QtDBus import (
            QDBusConnection,
            QDBusMessage,
            QDBusPendingCallWatcher,
        )  # for a faster start

        bus = QDBusConnection.sessionBus()
        if not sys.platform.startswith("linux") or not bus.isConnected():
            return
        for namespace, key, value in _REDUCED_MOTION_KEYS:
            message = QDBusMessage.createMethodCall(*_PORTAL, "Read")  # the only method in version 1
            message.setArguments([namespace, key])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message), self)
            watcher.finished.connect(lambda watcher, reduced=value: self._on_reply(watcher, reduced))

    def _on_reply(self, watcher: QDBusPendingCallWatcher, reduced: object) -> None:
        answer = watcher.reply().arguments()
        is_error = watcher.isError()  # no portal, or an unknown key; then the reply holds an error text
        watcher.deleteLater()
        if not is_error and answer and _unwrap(answer[0]) == reduced:
            self._on_reduced()


def _unwrap(value: object) -> object:
    """Return the value inside D-Bus variants; `Read` wraps it twice."""
    from PySide6.QtDBus import QDBusVariant

    while isinstance(value, QDBusVariant):
        value = value.variant()
    return value
