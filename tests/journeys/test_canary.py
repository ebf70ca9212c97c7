"""An API key is sent to its server only and displayed nowhere, even if the server repeats it."""

from __future__ import annotations

import asyncio
import http
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.rest_servers import serving_rest
from tests.servers import receive_forever, serving
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.gui.application import Application
from ticker_gui.gui.widgets.menus import menu_actions
from ticker_gui.gui.window.panel_dock import PanelDock

CANARY = "can4ry-k3y"
ECHO = f'{{"type":"error","msg":"Who is {CANARY}?"}}'

# The program with every log there is turned on, as a developer would who looks for a fault. All steps count as slow, so
# that asyncio logs each.
LOUD = (
    "import asyncio, logging, sys; logging.basicConfig(level=logging.DEBUG); "
    "asyncio.BaseEventLoop.slow_callback_duration = property(lambda loop: 0.0, lambda loop, value: None); "
    "from ticker_gui.cli import main; sys.exit(main(sys.argv[1:]))"
)


def stream(
    url: str,
    tmp_path: Path,
    *,
    provider: str = "finnhub",
    more: str = "",
    is_enough: Callable[[], bool] = lambda: False,
) -> subprocess.CompletedProcess[str]:
    """Run the program with the canary as its key until it ends because it was rejected, or until it is enough."""
    settings = tmp_path / "canary.toml"
    settings.write_text(
        f'[[feeds]]\nurl = "{url}"\nprovider = "{provider}"\nsymbols = ["AAPL"]\nkey_env = "DESK_KEY"\n{more}'
    )
    arguments = ("stream", "--config", str(settings), "--states", "--log-level", "debug")
    program = programs.start_python(LOUD, *arguments, "--log-file", str(tmp_path / "it.log"), DESK_KEY=CANARY)
    result = programs.end_when(is_enough, program)
    if result.returncode != 2:  # the settings were read
        logged = (tmp_path / "it.log").read_text("utf-8")
        assert "Feed " in logged
        assert CANARY not in logged
    return result


def answering(status: http.HTTPStatus, **headers: str) -> Callable[[ServerConnection, Request], Response]:
    def answer(client: ServerConnection, request: Request) -> Response:
        assert CANARY in request.path
        body = f"no, {CANARY}".encode()
        return Response(status.value, status.phrase, Headers(**headers), body)

    return answer


async def says_it_back(client: ServerConnection, is_read: threading.Event) -> None:
    await client.recv()
    await client.send(ECHO)
    await client.send(f"not JSON: {CANARY}")
    await (await client.ping())
    is_read.set()
    await receive_forever(client)


async def closes_with_it(client: ServerConnection, is_read: threading.Event) -> None:
    await client.recv()
    await client.close(1008, f"bad key {CANARY}")


@pytest.mark.parametrize("handler", [says_it_back, closes_with_it])
def test_a_key_echoed_by_the_server_is_redacted(tmp_path: Path, handler: Any) -> None:
    is_read = threading.Event()
    with serving(partial(handler, is_read=is_read)) as server:
        result = stream(server.url, tmp_path, is_enough=is_read.is_set)
    assert result.stdout
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "status", [http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN, http.HTTPStatus.BAD_GATEWAY]
)
def test_a_key_in_a_rejection_is_redacted(tmp_path: Path, status: http.HTTPStatus) -> None:
    with serving(receive_forever, process_request=answering(status)) as server:
        result = stream(server.url, tmp_path)
    assert result.returncode == 1
    assert str(status.value) in result.stderr
    assert CANARY not in result.stdout + result.stderr


def test_a_redirect_is_not_followed_and_its_key_is_redacted(tmp_path: Path) -> None:
    with serving(receive_forever) as thief:
        elsewhere = f"{thief.url}/?token={CANARY}"
        with serving(receive_forever, process_request=answering(http.HTTPStatus.FOUND, Location=elsewhere)) as server:
            result = stream(server.url, tmp_path)
        assert thief.connections == 0
    assert result.returncode == 1
    assert "redirected" in result.stderr
    assert CANARY not in result.stdout + result.stderr


def test_a_key_in_a_header_and_in_a_message_is_not_shown(tmp_path: Path) -> None:
    received: list[str] = []
    is_read = threading.Event()

    async def listen(client: ServerConnection) -> None:
        assert client.request is not None
        received.append(client.request.headers["Authorization"])
        received.append(str(await client.recv()))
        await client.send(f'{{"welcome":"{CANARY}"}}')
        await (await client.ping())
        is_read.set()
        await receive_forever(client)

    more = (
        'headers = { Authorization = "Bearer $KEY" }\n'
        '[feeds.mapping]\nsubscribe = \'{"login":"$KEY"}\'\nsymbol = "s"\nprice = "p"\n'
    )
    with serving(listen) as server:
        result = stream(server.url, tmp_path, provider="mapped", more=more, is_enough=is_read.is_set)
    assert received == [f"Bearer {CANARY}", f'{{"login":"{CANARY}"}}']
    assert CANARY not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("url", "where"),
    [("wss://ws.finnhub.io", "X-Finnhub-Token"), ("wss://ws.eodhistoricaldata.com/ws/us", "api_token")],
)
def test_the_key_in_a_request_for_past_data_is_shown_nowhere(tmp_path: Path, url: str, where: str) -> None:
    log, settings = tmp_path / "it.log", tmp_path / "canary.toml"
    echo = f'{{"error":"Who is {CANARY}?"}}'.encode()
    with serving_rest(lambda asked: (403, echo, {"X-Echo": CANARY})) as server:
        settings.write_text(
            f'[[feeds]]\nurl = "{url}"\nsymbols = ["AAPL"]\nkey_env = "DESK_KEY"\nhistory_url = "{server.url}"\n'
        )
        arguments = ("history", "--config", str(settings), "--count", "5", "--log-level", "debug")
        result = programs.call_python(LOUD, *arguments, "--log-file", str(log), DESK_KEY=CANARY)
    assert {**server.asked[0].headers, **server.asked[0].query}[where] == CANARY
    assert result.returncode == 1
    assert result.stderr.strip()
    assert CANARY not in result.stdout + result.stderr
    assert not log.exists() or CANARY not in log.read_text("utf-8")


def test_a_key_in_the_url_of_an_unreachable_server_is_redacted(tmp_path: Path) -> None:
    with serving(receive_forever) as server:
        url = server.url
    result = stream(url, tmp_path)
    assert result.returncode == 1
    assert CANARY not in result.stdout + result.stderr


def test_a_key_in_an_internal_error_is_redacted_in_the_log(tmp_path: Path) -> None:
    settings, log = tmp_path / "canary.toml", tmp_path / "it.log"
    settings.write_text(
        f'[[feeds]]\nname = "desk"\nurl = "ws://127.0.0.1:9/?token={CANARY}"\nprovider = "crashing"\n'
        'symbols = ["AAPL"]\nkey_env = "DESK_KEY"\n'
    )
    arguments = ("stream", "--config", str(settings), "--log-file", str(log))
    result = programs.call_crashing(f"address:{CANARY} {CANARY!r}", *arguments, DESK_KEY=CANARY)
    assert "Internal error in feed desk" in result.stderr
    assert "Traceback" in log.read_text("utf-8")
    assert CANARY not in log.read_text("utf-8") + result.stdout + result.stderr


def test_a_key_is_never_sent_unencrypted(tmp_path: Path) -> None:
    result = stream("ws://desk.example", tmp_path)
    assert result.returncode == 2
    assert "allow_plaintext" in result.stderr
    assert CANARY not in result.stdout + result.stderr


def test_the_window_shows_the_key_nowhere(
    qapp: Application, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_KEY", CANARY)

    async def watch(url: str) -> None:
        feed = Feed(url, ("AAPL",), "stocks", "finnhub", key_env="DESK_KEY")
        app = App(qapp, Settings(feeds=(feed,)), AppEnvironment(folder=tmp_path))
        running = asyncio.create_task(app.run())
        session = app.engine.feeds["stocks"].session
        await until(lambda: session.rejected_frames.count)
        for dock in app.window.findChildren(PanelDock):
            app.window.docks.open(dock.widget())  # their parts and the submenus are made when they are opened
        assert len(list(menu_actions(app.window.menuBar()))) > 80
        seen = texts(app.window)
        await until(lambda: session.state.kind is FeedStatus.REJECTED)
        await until(lambda: "Stopped" in " ".join(texts(app.window)))
        assert CANARY not in "\n".join([*seen, *texts(app.window)])
        app.stop.set()
        await running

    async def says_it_back_and_closes(client: ServerConnection) -> None:
        await client.recv()
        await client.send(ECHO)
        await client.send(f"not JSON: {CANARY}")
        await client.close(1008, f"bad key {CANARY}")

    with serving(says_it_back_and_closes) as server:
        run_qt(watch(server.url))
    kept = sorted(path.name for path in tmp_path.glob("*.json"))
    assert kept == ["lists.json", "window.json"]
    assert all(CANARY not in (tmp_path / name).read_text("utf-8") for name in kept)


def texts(widget: QWidget) -> list[str]:
    """Return every text in a window: titles, labels, tooltips, names, menus."""
    found = [widget.windowTitle()]
    for inner in [widget, *widget.findChildren(QWidget)]:
        found += [inner.toolTip(), inner.statusTip(), inner.accessibleName(), inner.accessibleDescription()]
        if isinstance(inner, QLabel | QLineEdit):
            found.append(inner.text())
        if isinstance(inner, QPlainTextEdit):
            found.append(inner.toPlainText())
    found += [f"{action.text()} {action.toolTip()}" for action in widget.findChildren(QAction)]
    return found
