from __future__ import annotations

import ctypes
import importlib
import os
import socket
import sys
from pathlib import Path

import pytest

from tests import programs
from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui import platform_check

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has its libraries and displays")


def test_the_qt_binding_and_platform_are_set() -> None:
    environment = {"DISPLAY": ""}
    platform_check.prepare_platform(needs_display=False, environment=environment)
    assert environment["QT_API"] == "pyside6"
    assert environment["PYQTGRAPH_QT_LIB"] == "PySide6"
    assert environment["QT_QPA_PLATFORM"] == "offscreen"


@LINUX
@pytest.mark.parametrize("display", ["", ":987"])
def test_a_missing_display_is_reported(display: str) -> None:
    with pytest.raises(SettingsError) as error:
        platform_check.prepare_platform(needs_display=True, environment={"DISPLAY": display})
    assert "--screenshot" in error.value.for_user
    assert "stream" in error.value.for_user


@LINUX
def test_the_program_reports_a_missing_display() -> None:
    result = programs.call(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "--screenshot" in result.stderr


@LINUX
def test_a_missing_library_is_reported_with_its_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(module: str) -> None:
        raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(SettingsError) as error:
        platform_check.prepare_platform(needs_display=False, environment={})
    assert "(libEGL.so.1)" in error.value.for_user
    assert "apt-get install -y --no-install-recommends libglib2.0-0 libegl1" in error.value.for_user


@LINUX
def test_a_missing_display_library_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ctypes.CDLL

    def fail(name: str) -> object:
        if "xcb.so.1" in name:
            raise OSError("libxcb.so.1: cannot open shared object file")
        if "libqxcb" in name:
            raise OSError("libxcb-icccm.so.4: cannot open shared object file: No such file or directory")
        return real(name)

    monkeypatch.setattr(ctypes, "CDLL", fail)
    with pytest.raises(SettingsError) as error:
        platform_check.prepare_platform(needs_display=True, environment={"DISPLAY": ":0"})
    assert "(libxcb-icccm.so.4)" in error.value.for_user
    assert "libxcb-cursor0 libxcb-icccm4" in error.value.for_user


@LINUX
def test_missing_fonts_are_reported_with_the_install_command(tmp_path: Path) -> None:
    none = tmp_path / "fonts.conf"
    none.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    result = programs.call("--screenshot", str(tmp_path / "window.png"), FONTCONFIG_FILE=str(none))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "fonts-dejavu-core" in result.stderr


@LINUX
def test_an_unreachable_wayland_display_is_reported(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "wayland-7"))  # and nothing listens, as after a crash
    dead.close()
    for name in ("wayland-7", "wayland-8"):
        with pytest.raises(SettingsError, match=rf"Could not connect to the Wayland display .*{name}.*--screenshot"):
            platform_check.prepare_platform(
                needs_display=True, environment={"WAYLAND_DISPLAY": name, "XDG_RUNTIME_DIR": str(tmp_path)}
            )


@LINUX
def test_x11_is_used_if_wayland_is_unreachable(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-8", "XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":987"}
    with pytest.raises(SettingsError, match="No display"):
        platform_check.prepare_platform(needs_display=True, environment=environment)
    assert environment["QT_QPA_PLATFORM"] == "xcb"


@LINUX
def test_a_reachable_wayland_display_is_left_to_qt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = list[str]()
    monkeypatch.setattr(platform_check, "_check_plugin", lambda name, packages: checked.append(name))
    environment = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        platform_check.prepare_platform(needs_display=True, environment=environment)
    assert checked == ["libqwayland.so"]
    assert "QT_QPA_PLATFORM" not in environment


def test_other_platforms_are_left_to_qt() -> None:
    changes = {"QT_QPA_PLATFORM": "offscreen"}
    platform_check.prepare_platform(needs_display=True, environment=changes)
    assert "DISPLAY" not in changes
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"  # nothing of this touched our own
