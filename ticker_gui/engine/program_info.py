"""The program itself: its version, its libraries, and the report of a problem."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from typing import Final

from ticker_gui import __version__

_DISTRIBUTION: Final = "ticker-gui"
_LIBRARIES: Final = (
    "PySide6-Essentials",
    "qasync",
    "websockets",
    "pyqtgraph",
    "numpy",
    "msgspec",
    "TA-Lib",
    "jmespath",
    "protobuf",
    "tomlkit",
    "keyring",
    "platformdirs",
    "isal",
)
_README: Final = ("documentation", "readme", "homepage", "repository", "source")
LICENSE: Final = "MIT License. Copyright (c) 2026 The Ticker GUI authors."
LIBRARY_LICENSES: Final = "Qt and PySide6 are used under the LGPL 3; each library has its own license."


def versions(qt: str = "") -> list[tuple[str, str]]:
    """Return names and versions of the program, Python, the system, Qt and the libraries that are installed."""
    from importlib import metadata  # imported here for a faster start

    found = [
        ("Ticker GUI", __version__),
        ("Python", platform.python_version()),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
    ]
    if qt:
        found.append(("Qt", qt))
    for name in _LIBRARIES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found


def about_text(qt: str = "") -> str:
    """Return version, license and libraries as text to copy."""
    return "\n".join((*(f"{name} {version}" for name, version in versions(qt)), "", LICENSE, LIBRARY_LICENSES))


def readme_url() -> str:
    """Return the address of the README on the web, as the installed distribution states it; empty if it states none."""
    from importlib import metadata

    try:
        stated = metadata.metadata(_DISTRIBUTION).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    urls: dict[str, str] = {}
    for line in stated:
        label, _, url = str(line).partition(",")
        urls[label.strip().casefold()] = url.strip()
    return next((urls[name] for name in _README if urls.get(name, "").startswith("https://")), "")


def problem_report(feed_reports: Iterable[str], qt: str = "") -> str:
    """Return a report of the program and of its feeds."""
    rule = "-" * 40
    return f"\n\n{rule}\n\n".join(("\n".join(f"{name} {version}" for name, version in versions(qt)), *feed_reports))
