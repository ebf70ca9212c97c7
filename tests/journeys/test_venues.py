"""The whole program against servers that behave as each provider documents."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests import programs
from tests.conftest import RunQt
from tests.doubles import until
from tests.feeds.venues import Venue, venue
from tests.servers import receive_forever, serving
from ticker_gui.app.app import App
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.gui.application import Application
from ticker_gui.watchlist.columns import COLUMNS

_TIMEOUT_S = 100.0


@contextlib.contextmanager
def streaming(url: str, provider: str, venue: Venue, settings: Path) -> Iterator[subprocess.Popen[str]]:
    symbols = json.dumps(venue.SYMBOLS.split(","))
    settings.write_text(
        f'[[feeds]]\nurl = "{url}{venue.PATH}"\nprovider = "{provider}"\nsymbols = {symbols}\n'
        f'key_env = "VENUE_KEY"\n{venue.SETTINGS}'
    )
    program = programs.start("stream", "--config", str(settings), VENUE_KEY=venue.KEY)
    end = threading.Timer(_TIMEOUT_S, program.kill)
    end.start()
    try:
        yield program
    finally:
        end.cancel()
        program.kill()
        program.wait()
        assert program.stdout
        program.stdout.close()
        assert program.stderr
        program.stderr.close()


def is_told(wanted: dict[str, Any], line: dict[str, Any]) -> bool:
    return all(line.get(key) == value for key, value in wanted.items())


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_program_understands_each_provider(name: str, tmp_path: Path) -> None:
    it = venue(name)
    missing = list(it.LINES)
    seen: list[str] = []
    with serving(it.serve) as server, streaming(server.url, name, it, tmp_path / "venue.toml") as program:
        assert program.stdout
        for text in program.stdout:
            seen.append(text)
            line = json.loads(text)
            missing = [wanted for wanted in missing if not is_told(wanted, line)]
            if not missing:
                program.send_signal(signal.SIGINT)
                break
        assert not server.failures, server.failures
        assert not missing, "".join(seen)
        output, errors = program.communicate(timeout=150)
        assert (program.returncode, errors) == (130, "")
        assert '"bad_frame"' not in "".join([*seen, output])


def test_the_window_shows_all_providers_at_once_and_a_dead_feed_affects_no_other(
    qapp: Application, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.ExitStack() as stack:
        feeds = []
        for name in PROVIDERS:
            it = venue(name)
            monkeypatch.setenv(f"KEY_{name}", it.KEY)
            server = stack.enter_context(serving(it.serve))
            said = tomllib.loads(f"[[feeds]]\n{it.SETTINGS}")["feeds"][0]
            feeds.append(
                msgspec.convert(
                    {
                        "url": server.url + it.PATH,
                        "symbols": it.SYMBOLS.split(","),
                        "name": name,
                        "provider": name,
                        "key_env": f"KEY_{name}",
                        **said,
                    },
                    Feed,
                )
            )
        with serving(receive_forever) as gone:
            dead = Feed(gone.url, ("A",), "dead", "demo")
        run_qt(watch(App(qapp, Settings(feeds=(dead, *feeds)))))


async def watch(app: App) -> None:
    """Wait until every feed but the dead one shows the data of its server."""
    running = asyncio.create_task(app.run())
    rows = {(state.feed, state.symbol): row for row, state in enumerate(app.window.model.states)}
    for name in PROVIDERS:
        wanted = next(line for line in venue(name).LINES if line["event"] == "trade")
        await until(partial(is_shown, app, rows[name, wanted["symbol"]]))
    assert {name for name, feed in app.engine.feeds.items() if not feed.state.is_connected} == {"dead"}
    app.stop.set()
    await running


def is_shown(app: App, row: int) -> bool:
    last = [column.key for column in COLUMNS].index("last")
    return app.window.model.read(row, app.engine.clock()).texts[last] != "–"
