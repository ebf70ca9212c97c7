from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle

from tests import programs
from ticker_gui.formatting.numbers import PLAIN
from ticker_gui.gui.widgets.desktop_preferences import ReducedMotionQuery, number_style, prefers_reduced_motion

NUMBER = "1,234,567.25"
ASKED = "asked for org.freedesktop.appearance reduced-motion\nasked for org.gnome.desktop.interface enable-animations\n"
_BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""

# A desktop and a client on two connections of one bus: Qt shares one session connection per process.
_DESKTOP = """
import sys
from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, QTimer, Slot
from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher, QDBusVariant
from ticker_gui.gui.widgets.desktop_preferences import ReducedMotionQuery

address, animations = sys.argv[1:]
application = QCoreApplication([])


@ClassInfo({"D-Bus Interface": "org.freedesktop.portal.Settings"})
class Portal(QObject):
    @Slot(str, str, result=QDBusVariant)
    def Read(self, namespace, key):
        print("asked for", namespace, key)
        value = int(animations == "reduced") if key == "reduced-motion" else animations != "off"
        return QDBusVariant(QDBusVariant(value))


line = QDBusConnection.connectToBus(address, "portal")
portal = Portal()
if animations != "nobody":
    assert line.registerService("org.freedesktop.portal.Desktop")
    exported = QDBusConnection.RegisterOption.ExportAllSlots
    assert line.registerObject("/org/freedesktop/portal/desktop", portal, exported)

query = ReducedMotionQuery(lambda: print("reduced motion is requested"))
query.ask()
assert query.findChildren(QDBusPendingCallWatcher)
timer = QTimer(interval=5)
timer.timeout.connect(lambda: query.findChildren(QDBusPendingCallWatcher) or application.quit())
timer.start()
application.exec()
"""


class Calm(QProxyStyle):
    """A style of a desktop without animations."""

    def styleHint(self, hint: QStyle.StyleHint, *others: Any) -> int:
        return 0 if hint is QStyle.StyleHint.SH_Widget_Animation_Duration else super().styleHint(hint, *others)


class CalmApplication:
    """An application with that style."""

    def style(self) -> QStyle:
        return Calm()


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a private D-Bus and return its address."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None or not sys.platform.startswith("linux"):
        pytest.skip("there is no dbus-daemon on this machine")
    folder = tmp_path_factory.mktemp("bus")
    (folder / "bus.conf").write_text(_BUS.format(folder=folder))
    command = [daemon, f"--config-file={folder / 'bus.conf'}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            assert address.startswith("unix:")
            yield address
        finally:
            process.terminate()


def ask(address: str, animations: str) -> tuple[str, str]:
    """Query a desktop in a subprocess; return its output and errors."""
    result = programs.call_script(_DESKTOP, address, animations, DBUS_SESSION_BUS_ADDRESS=address)
    return result.stdout, result.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [("en_US", "1,234,567.25"), ("de_DE", "1.234.567,25"), ("fr_FR", "1\u202f234\u202f567,25"),
     ("de_CH", "1'234'567.25"), ("hi_IN", "12,34,567.25"), ("sv_SE", "1\xa0234\xa0567,25")],
)  # fmt: skip
def test_numbers_use_the_locales_format(name: str, text: str) -> None:
    assert number_style(QLocale(name)).write(NUMBER).replace("’", "'") == text


@pytest.mark.parametrize("name", ["en_US", "C"])
def test_the_plain_style_is_reused(name: str) -> None:
    assert number_style(QLocale(name)) is PLAIN


def test_numbers_equal_qts_format_in_every_locale() -> None:
    everywhere = QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    )
    assert len(everywhere) > 300
    for locale in everywhere:
        if locale.language() is QLocale.Language.C:
            continue
        written = number_style(locale).write(NUMBER)
        zero = locale.zeroDigit()
        if len(zero) == 1:  # with their own figures: ours are 0 to 9
            written = "".join(chr(ord(zero) + int(sign)) if sign in "1234567" else sign for sign in written)
            assert written == locale.toString(float(NUMBER.replace(",", "")), "f", 2), locale.name()


def test_motion_is_not_reduced_by_default(qapp: QApplication) -> None:
    assert not prefers_reduced_motion(qapp)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked itself")
def test_a_style_without_animations_means_reduced_motion() -> None:
    application: Any = CalmApplication()
    assert prefers_reduced_motion(application)


def test_without_a_session_bus_nothing_happens(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PySide6.QtDBus")
    monkeypatch.setattr(sys, "platform", "darwin")
    query = ReducedMotionQuery(lambda: pytest.fail("reduced motion is not preferred"))
    query.ask()
    assert query.children() == []


def test_a_desktop_without_animations_means_reduced_motion(bus: str) -> None:
    words, trouble = ask(bus, "off")
    assert words == f"{ASKED}reduced motion is requested\n"
    assert trouble == ""


def test_the_portals_reduced_motion_is_detected(bus: str) -> None:
    words, trouble = ask(bus, "reduced")
    assert sorted(words.splitlines()) == sorted([*ASKED.splitlines(), "reduced motion is requested"])
    assert trouble == ""


def test_a_desktop_with_animations_does_not_reduce_motion(bus: str) -> None:
    words, trouble = ask(bus, "on")
    assert words == ASKED
    assert trouble == ""


def test_a_desktop_without_a_portal_does_not_reduce_motion(bus: str) -> None:
    assert ask(bus, "nobody") == ("", "")
