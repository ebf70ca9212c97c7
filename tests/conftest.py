"""What every test lives by: offscreen Qt, no network but loopback, no lost exception."""

from __future__ import annotations

import asyncio
import builtins
import gc
import itertools
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from typing import Any, TypeVar

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"  # numbers are written as tests expect them
os.environ["QT_API"] = "pyside6"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"

import keyring
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from PySide6.QtCore import QCoreApplication, QEvent, Qt, qInstallMessageHandler
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

import tests
from tests import programs
from tests.doubles import Ring
from tests.workers import CAN_FORK, Workers, importing_from_the_end
from ticker_gui.gui.event_loop import make_event_loop
from ticker_gui.gui.garbage_collection import GarbageCollector
from ticker_gui.gui.widgets.icons import set_icon_theme
from ticker_gui.gui.widgets.theme import load_theme

# No deadline, and no complaint about slow data: both measure how busy the machine is.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", _UNTIMED, max_examples=10)
settings.register_profile("usual", _UNTIMED, max_examples=20)
settings.register_profile("thorough", _UNTIMED, max_examples=300)
settings.load_profile("usual")

_T = TypeVar("_T")
RunQt = Callable[[Coroutine[Any, Any, Any]], Any]

_TIMEOUT_S = 240.0  # less than that of pytest-timeout, which ends the whole process
_QT_TIMEOUT_MS = 240_000  # five seconds are too few on a busy machine
_test_numbers = itertools.count(1)
_LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the whole suite on all cores, unless told otherwise."""
    if not has_workers(session.config) or session.testsfailed or not session.items:
        return None
    programs.share_fork_servers()
    Workers(session).run()
    return True


def has_workers(config: pytest.Config) -> bool:
    """Return whether the tests are distributed: all are to run, nobody debugs them, and pytest-xdist or coverage does not."""
    is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    can_share = CAN_FORK and not config.pluginmanager.hasplugin("_cov")
    option = config.option
    is_xdist = getattr(option, "numprocesses", None) is not None or hasattr(config, "workerinput")
    return is_whole and can_share and not (is_xdist or option.usepdb or option.collectonly)


def pytest_configure(config: pytest.Config) -> None:
    """Save the time that would be lost in hundreds of processes, wait for facts, and collect garbage between the tests.

    Python would collect in the thread of a server, too, and delete the windows of earlier tests there, which Qt does not
    survive. The program collects in its GUI thread only (`ticker_gui.gui.garbage_collection`).
    """
    manager = logging.Logger.manager
    manager.loggerDict = Loggers(manager.loggerDict)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process compiles every module
    sys.dont_write_bytecode = False
    gc.disable()
    # PySide's own runs Python code for each import inside a function, of which Hypothesis has three per draw.
    builtins.__import__ = tests.import_of_python
    for wait in (QtBot.waitUntil, QtBot.waitSignal):
        assert wait.__kwdefaults__ is not None
        wait.__kwdefaults__["timeout"] = _QT_TIMEOUT_MS
    if config.getoption("--hypothesis-profile", None) != "thorough":
        # The constants in the program, one in forty of the numbers and texts that are drawn: each process would parse
        # all modules for them, and compare each of thousands with what each test may draw.
        providers.is_local_module_file = lambda path: False  # type: ignore[attr-defined, assignment]


class Loggers(dict[str, Any]):
    """All loggers. pytest goes through them before each test, while a thread of the one before may create another."""

    def values(self) -> Any:
        """Return a copy, which does not change during the iteration."""
        return list(super().values())


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, Any, Any]:
    """Use two cores to collect the whole suite."""
    if not has_workers(session.config):
        return (yield)
    with importing_from_the_end(session.config.rootpath / "tests"):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of slow tests, so that none of them runs alone at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Prepare the processes that run tests."""
    gc.freeze()  # else each garbage collection would go through everything that was imported, which takes a second
    stop_passing_on_ignored_signals()


def stop_passing_on_ignored_signals() -> None:
    """Let what the tests start react to signals that this process ignores, as a run in the background or by nohup does.

    A process inherits what is ignored, but not a handler.
    """
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"):
        number = getattr(signal, name, None)  # Windows has two of them
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Keep everything that exists before a test out of its garbage collections, which take a fifth of a second else."""
    gc.collect()  # pytest has only now dropped what the test before has made
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Escape what is not text in a report: pytest-xdist could not send it and would end the whole run."""
    data = yield
    return encodable(data)


def encodable(data: Any) -> Any:
    """Return a copy of nested data in which lone surrogates are escaped."""
    match data:
        case str():
            return data.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {encodable(key): encodable(value) for key, value in data.items()}
        case list() | tuple():
            return type(data)(encodable(item) for item in data)
    return data


@pytest.fixture(scope="session")
def qapp_cls() -> Any:
    """Set the one application up as the program does."""

    def make(arguments: list[str]) -> QApplication:
        from ticker_gui.gui.application import make_application

        handler = qInstallMessageHandler(None)
        application = make_application()
        qInstallMessageHandler(handler)  # that of pytest-qt, which fails tests because of warnings of Qt
        return application

    return make


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fail whatever would leave the machine, and keep the user's own settings out of the tests."""
    own_folder = (
        tmp_path_factory.getbasetemp() / f"user-{os.getpid()}-{next(_test_numbers)}"
    )  # few tests need it: it is not made here
    real_connect, real_resolve = socket.socket.connect, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tries to connect to {address}")
        real_connect(self, address)

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is not None and (host.decode() if isinstance(host, bytes) else host) not in _LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real_resolve(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_folder / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(own_folder / "data"))
    for name in list(os.environ):
        if name.startswith("TICKER_GUI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TICKER_GUI_LOG_FILE", str(own_folder / "state" / "ticker-gui.log"))


@pytest.fixture
def ring() -> Iterator[Ring]:
    """Put a keyring of the test's own in place of the user's."""
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def run() -> RunQt:
    """Run a coroutine on a plain loop; an exception that a task lost fails the test."""
    return run_plain


@pytest.fixture
def run_qt(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunQt]:
    """Run a coroutine on Qt's loop, as the program does."""
    # The program keeps its objects for good; here they are garbage at the end of the test.
    monkeypatch.setattr(GarbageCollector, "freeze", lambda collector: None)
    yield lambda coroutine: _run(lambda: make_event_loop(qapp), coroutine)
    qapp.processEvents()
    delete_windows()


def delete_windows() -> None:
    """Delete all windows, then everything else without a parent, and then the appearance that they had.

    The end of a program takes them with it. Here they would be styled and painted forever, and so would the windows
    of all later tests: a window with a style sheet takes twice the time.
    """
    for kind in (QMainWindow, QWidget):
        for window in QApplication.topLevelWidgets():
            if isinstance(window, kind) and window.parent() is None:
                window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    reset_appearance()


def reset_appearance() -> None:
    """Return the application to the appearance that it has before a theme is applied."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        if application.styleSheet():
            application.setStyleSheet("")
        application.setPalette(QPalette())
        application.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
        set_icon_theme(load_theme("dark"))


def run_plain(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on a plain loop."""
    result: _T = _run(asyncio.new_event_loop, coroutine)
    return result


def _run(make_loop: Callable[[], asyncio.AbstractEventLoop], coroutine: Coroutine[Any, Any, Any]) -> Any:
    lost: list[dict[str, Any]] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # Python 3.11 also reports what a stream server of asyncio was still doing at the end.
        if not isinstance(context.get("exception"), asyncio.CancelledError):
            lost.append(context)

    async def guarded() -> Any:
        asyncio.get_running_loop().set_exception_handler(note)
        async with asyncio.timeout(_TIMEOUT_S):
            return await coroutine

    with asyncio.Runner(loop_factory=make_loop) as runner:
        result = runner.run(guarded())
        gc.collect()  # a task's lost exception is reported when the task is deleted
    assert not lost, f"exceptions that nobody saw: {lost}"
    return result
