"""Connecting a feed in the window of the whole program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from PySide6.QtGui import QAction
from websockets.asyncio.server import ServerConnection

from tests.conftest import RunQt
from tests.doubles import until
from tests.servers import receive_forever, serving
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.loading import read_file
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.events import Trade
from ticker_gui.gui.application import Application


def test_a_feed_that_is_connected_in_the_window_runs_at_once_and_is_in_the_settings_file(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    async def serve(client: ServerConnection) -> None:
        while True:  # its format has to be detected
            await client.send(msgspec.json.encode(Trade("A", 7.5)).decode())
            await asyncio.sleep(0.02)

    async def test(url: str) -> None:
        file = tmp_path / "config.toml"
        environment = AppEnvironment(tmp_path, reload=lambda: read_file(file, print), settings_file=file)
        app = App(qapp, Settings(), environment)
        task = asyncio.create_task(app.run())
        await until(app.window.isVisible)
        command = app.window.findChild(QAction, "connect_feed_action")
        assert isinstance(command, QAction)
        assert command.shortcut().toString() == "Ctrl+Shift+N"
        command.trigger()
        dialog = app.deferred_feed_parts.feed_connector.dialog
        assert dialog is not None
        dialog.side.search.setText(url)
        dialog.form.symbols.setText("A")
        dialog.save_button.click()
        await until(lambda: app.window.model.rowCount() == 1 and app.window.model.state(0).last == 7.5)
        assert list(app.engine.feeds) == ["127.0.0.1"]
        assert app.deferred_feed_parts.feed_connector.dialog is None
        assert [feed.url for feed in read_file(file, print).feeds] == [url]
        app.stop.set()
        await task

    with serving(serve) as server:
        run_qt(test(server.url))


def test_a_feed_is_also_connected_in_a_run_that_has_its_feeds_from_the_command_line(
    qapp: Application, run_qt: RunQt, tmp_path: Path
) -> None:
    async def test(url: str) -> None:
        settings = Settings(feeds=(Feed(url, ("A",), "desk", "demo"),))
        environment = AppEnvironment(tmp_path, reload=lambda: settings, settings_file=tmp_path / "config.toml")
        app = App(qapp, settings, environment)
        task = asyncio.create_task(app.run())
        app.window.connect_feed(address=url)
        dialog = app.deferred_feed_parts.feed_connector.dialog
        assert dialog is not None
        dialog.form.symbols.setText("B")
        dialog.save_button.click()
        await until(lambda: list(app.engine.feeds) == ["desk", "127.0.0.1"])
        app.stop.set()
        await task

    with serving(receive_forever) as server:
        run_qt(test(server.url))
