"""Two desktops on one connection to the provider: a NATS server and a publisher as programs of their own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize

from tests.desk.nats_server import NatsServer
from tests.looks.chat import folders, side_by_side
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings, Theme
from ticker_gui.demo.server import DemoServer
from ticker_gui.gui.application import Application

_SIZE: Final = QSize(1040, 640)
_PUBLISHED_S: Final = 80.0  # before the first desktop, so that there is a stored bar
_ALONE_S: Final = 600.0  # until the second desktop joins
_BOTH_S: Final = 100.0
_SYMBOLS: Final = (("*",), ("NIMB", "ORCA", "VELA"))  # of the desktops
_CHART: Final = {"version": 2, "chart": {"kind": "candles", "timeframe": "1m"}}


async def take(application: Application, theme: Theme, path: Path) -> None:
    """Take the screenshot of both desktops side by side; the right one has joined later."""
    market = DemoServer()
    await market.start()
    with tempfile.TemporaryDirectory() as store, folders() as of_apps:
        server = NatsServer(Path(store))
        server.start()
        publisher = _publish(market.url, server)
        try:
            await asyncio.sleep(_PUBLISHED_S)
            apps, running = [], []
            for folder, symbols, wait_s in zip(of_apps, _SYMBOLS, (_ALONE_S, _BOTH_S), strict=True):
                (folder / "window.json").write_text(json.dumps(_CHART))
                feed = Feed(f"{server.websocket_url}/demo", symbols, "desk", "nats")
                apps.append(App(application, Settings(theme=theme, feeds=(feed,)), AppEnvironment(folder)))
                running.append(asyncio.create_task(apps[-1].run()))
                apps[-1].window.resize(_SIZE)
                await asyncio.sleep(wait_s)
            side_by_side([app.window.grab() for app in apps]).save(str(path))
            for app in apps:
                app.stop.set()
            await asyncio.gather(*running)
        finally:
            publisher.terminate()
            publisher.wait()
            server.kill()
    await market.stop()


def _publish(market: str, server: NatsServer) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ticker_gui", "publish", "--url", market, "--provider", "demo", "--to", server.url]
    symbols = "NIMB,ZEPH,ORCA,KITE,LUMEN,QUARTZ,VELA,AUR/USX"
    return subprocess.Popen([*command, "--feed", "demo", "--symbols", symbols])
