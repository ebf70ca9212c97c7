"""What the running window does when the user starts the program again: it comes to the front and takes the symbols."""

from __future__ import annotations

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.widgets.activation import raise_window
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.process.single_instance import Instance, StartReply, StartRequest


class StartRequestHandler:
    """Carries out the requests of later starts in a window.

    ``add`` adds the symbols in a text to the list for a feed. A URL is only offered in the dialog that connects feeds:
    the user decides, because any program may have sent it.
    """

    def __init__(
        self, window: MainWindow, engine: Engine, add: Callable[[str, str], object], instance: Instance
    ) -> None:
        self._window, self._engine, self._add, self._instance = window, engine, add, instance

    async def serve(self) -> None:
        """Carry out requests until the task is cancelled."""
        await self._instance.serve(self.answer)

    def answer(self, request: StartRequest) -> StartReply:
        """Raise the window, carry out a request and return the reply."""
        raise_window(self._window, request.launch_id)
        urls = {feed.settings.url: name for name, feed in self._engine.feeds.items()}
        if not request.url:
            self._add_to(request.feed, request.symbols)
        elif request.url in urls:
            self._add_to(urls[request.url], request.symbols)
        else:
            self._offer(request)
        return StartReply(os.getpid(), os.environ.get("DISPLAY", "") if _is_on_x11() else "")

    def _add_to(self, feed: str, symbols: str) -> None:
        if feed and feed not in self._engine.feeds:
            self._window.status.show_message(
                f"There is no feed {sanitize_text(feed, 40)} in this window, so nothing was added."
            )
        elif symbols:
            self._add(feed or self._window.tool_bar.feed, symbols)

    def _offer(self, request: StartRequest) -> None:
        host = sanitize_text(_host(request.url), 60)
        if self._window.findChild(QDialog, "connect_feed") is not None:
            self._window.status.show_message(
                f"The program was started again with the feed {host}. "
                "Finish the open dialog, then choose Connect a feed… and paste its address."
            )
            return
        self._window.connect_feed(provider=request.provider, address=request.url, symbol=request.symbols)
        self._window.status.show_message(f"The program was started again with the feed {host}. Connect it here?")


def _host(url: str) -> str:
    """Return the host of a URL, without credentials and parameters."""
    try:
        return urlsplit(url).hostname or "at an unknown address"
    except ValueError:
        return "at an unknown address"


def _is_on_x11() -> bool:
    return QGuiApplication.platformName() == "xcb"
