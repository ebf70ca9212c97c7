"""A chat between two windows: two consoles that are connected to the chat room of the demo server."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QPushButton

from tests.doubles import until
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import BUILT_IN, Settings, Theme
from ticker_gui.demo.server import DemoServer
from ticker_gui.gui.application import Application
from ticker_gui.gui.console.header import WEBSOCKET

_PORT: Final = 8765  # that of ``ticker-gui demo-server``
_SIZE: Final = QSize(1040, 800)
_GAP: Final = 20
_CONSOLE_HEIGHT: Final = 440
_DETAILS_WIDTH: Final = 270
_PAUSE_S: Final = 1.3  # between two messages
_MESSAGES: Final = (
    (0, {"op": "join", "name": "Ann"}),
    (1, {"op": "join", "name": "Ben"}),
    (0, {"op": "say", "text": "Is NIMB live?"}),
    (1, {"op": "say", "text": "Yes. And yours?"}),
    (0, {"op": "say", "text": "It has a gap."}),
    (1, "Send me a recording."),
)


async def take(application: Application, theme: Theme, path: Path) -> None:
    """Take the screenshot of two windows side by side."""
    server = DemoServer(port=_PORT)
    await server.start()
    with folders() as of_apps:
        apps = [App(application, Settings(theme=theme, feeds=(BUILT_IN,)), AppEnvironment(one)) for one in of_apps]
        running = [asyncio.create_task(app.run()) for app in apps]
        for app in apps:
            await _connect(app, f"{server.url}/chat")
        for sender, message in _MESSAGES:
            _send(apps[sender], message if isinstance(message, str) else msgspec.json.encode(message).decode())
            await asyncio.sleep(_PAUSE_S)
        for app in apps:
            table = app.window.console.panel.table
            table.selectRow(table.model().rowCount() - 1)
        await asyncio.sleep(_PAUSE_S)
        side_by_side([app.window.grab() for app in apps]).save(str(path))
        for app in apps:
            app.stop.set()
        await asyncio.gather(*running)
    await server.stop()


async def _connect(app: App, url: str) -> None:
    """Open the console over most of a window, and connect it."""
    window = app.window
    window.resize(_SIZE)
    window.docks.close(window.panel)
    window.docks.open(window.console)
    panel = window.console.panel
    panel.head.choose_feed(WEBSOCKET)
    panel.connection.address.setText(url)
    button = window.findChild(QPushButton, "connect_websocket")
    assert isinstance(button, QPushButton)
    button.click()
    await until(lambda: panel.send_bar.send.isEnabled())
    await asyncio.sleep(_PAUSE_S)  # until the window is laid out
    window.resizeDocks([window.console.parentWidget()], [_CONSOLE_HEIGHT], Qt.Orientation.Vertical)  # type: ignore[list-item]
    panel.splitter.setSizes([_SIZE.width() - _DETAILS_WIDTH, _DETAILS_WIDTH])


def _send(app: App, text: str) -> None:
    bar = app.window.console.panel.send_bar
    bar.kind.setCurrentText("JSON" if text.startswith("{") else "Text")
    bar.field.setPlainText(text)
    bar.send.click()


def side_by_side(pictures: list[QPixmap]) -> QPixmap:
    """Return one picture of several."""
    width = sum(picture.width() for picture in pictures) + _GAP * (len(pictures) - 1)
    canvas = QPixmap(width, max(picture.height() for picture in pictures))
    canvas.fill(Qt.GlobalColor.transparent)
    painter, left = QPainter(canvas), 0
    for picture in pictures:
        painter.drawPixmap(QPoint(left, 0), picture)
        left += picture.width() + _GAP
    painter.end()
    return canvas


@contextlib.contextmanager
def folders() -> Iterator[list[Path]]:
    """Yield the folders of two programs, which are deleted afterwards."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        yield [Path(one), Path(other)]
