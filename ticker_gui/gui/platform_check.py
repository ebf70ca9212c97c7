"""Checks before Qt is loaded whether a window can be shown; Qt itself would abort the process."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import os
import socket
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final

from ticker_gui.domain.errors import SettingsError

_QT_PACKAGES: Final = "libglib2.0-0 libegl1 libgl1 libx11-6 libdbus-1-3 libfontconfig1 libxkbcommon0"
_X11_PACKAGES: Final = "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
_WAYLAND_PACKAGES: Final = "libwayland-client0 libwayland-cursor0 libwayland-egl1"
_FONT_PACKAGE: Final = "fonts-dejavu-core"
_CONNECT_TIMEOUT_S: Final = 2.0
_INSTALL: Final = "apt-get install -y --no-install-recommends"


def prepare_platform(*, needs_display: bool, environment: MutableMapping[str, str] = os.environ) -> None:
    """Choose Qt's platform plugin and check that it can be loaded.

    Raises:
        SettingsError: a system library or the display is missing; the message says what to do.
    """
    # qasync and pyqtgraph use the first Qt binding they find, unless these are set.
    environment["QT_API"] = "pyside6"
    environment["PYQTGRAPH_QT_LIB"] = "PySide6"
    if not needs_display:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    if not sys.platform.startswith("linux"):
        return
    _check_libraries("PySide6.QtWidgets", _QT_PACKAGES)
    _check_fonts()
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform in ("offscreen", "minimal", "vnc"):
        return
    if platform.startswith("wayland") or (not platform and _has_wayland(environment)):
        _check_wayland(environment)
        _check_plugin("libqwayland.so", _WAYLAND_PACKAGES)
        return
    _check_display(environment)
    _check_plugin("libqxcb.so", _X11_PACKAGES)


def _check_libraries(module: str, packages: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise _missing(str(error), packages) from error


def _check_fonts() -> None:
    """Check that a font is installed: without any, Qt draws boxes or crashes."""
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return  # if Qt needs it, the library check names it
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)  # a struct whose first field is the count
    fontconfig.FcInit()
    fonts = fontconfig.FcConfigGetFonts(None, 0)
    if not fonts or not fonts[0]:
        raise SettingsError(f"No fonts are installed, so no text can be shown. Install one: {_INSTALL} {_FONT_PACKAGE}")


def _has_wayland(environment: MutableMapping[str, str]) -> bool:
    """Return whether Qt should use Wayland: it is configured, and it accepts connections or there is no X11."""
    if not environment.get("WAYLAND_DISPLAY"):
        return False
    if environment.get("DISPLAY") and not _accepts_connections(_wayland_socket(environment)):
        environment["QT_QPA_PLATFORM"] = "xcb"
        return False
    return True


def _check_wayland(environment: MutableMapping[str, str]) -> None:
    path = _wayland_socket(environment)
    if not _accepts_connections(path):
        raise SettingsError(
            f"Could not connect to the Wayland display {path}. Start the program in a desktop session, use "
            "--screenshot FILE to save a screenshot of the window, or use ticker-gui stream for text output."
        )


def _wayland_socket(environment: MutableMapping[str, str]) -> Path:
    folder = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Path(folder, environment.get("WAYLAND_DISPLAY") or "wayland-0")


def _accepts_connections(path: Path) -> bool:
    """Return whether a Unix socket accepts connections."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_CONNECT_TIMEOUT_S)
        try:
            client.connect(str(path))
        except OSError:  # also if the path is too long for a socket
            return False
    return True


def _check_plugin(name: str, packages: str) -> None:
    """Load a platform plugin, which fails if one of its libraries is missing."""
    package = importlib.util.find_spec("PySide6")
    for folder in package.submodule_search_locations or () if package else ():
        plugin = Path(folder, "Qt", "plugins", "platforms", name)
        if os.path.exists(plugin):
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                raise _missing(str(error), packages) from error


def _check_display(environment: MutableMapping[str, str]) -> None:
    no_display = SettingsError(
        "No display found to open a window on. Use --screenshot FILE to save a screenshot of the window, or ticker-gui "
        "stream for text output."
    )
    if not environment.get("DISPLAY"):
        raise no_display
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return  # the plugin's own check names the package
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    has_failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if has_failed:
        raise no_display


def _missing(error: str, packages: str) -> SettingsError:
    library = error.partition(":")[0]
    return SettingsError(f"A system library that Qt needs is missing ({library}). Install it: {_INSTALL} {packages}")
