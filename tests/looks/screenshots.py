"""Takes the screenshots in the README: ``python -m tests.looks.screenshots [NAME …]``.

Each screenshot is taken in its own process, because theme and fonts belong to the whole process. The recorded traffic
for ``captured`` must be beside the checkout (see `tests.captures`); without it, that screenshot is not updated.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import msgspec
from websockets.asyncio.server import ServerConnection

from tests import captures
from tests.looks import chat, desk, outage, stored_market
from tests.readme import TOP
from tests.servers import receive_forever, serving
from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import new_alert_id
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.app.replay_app import ReplayApp
from ticker_gui.config.settings import BUILT_IN, Feed, Settings, Theme
from ticker_gui.demo.market import DemoMarket
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.recorder import Recorder
from ticker_gui.engine.replay import open_replay
from ticker_gui.gui.application import Application, make_application
from ticker_gui.gui.console.frame_model import TYPE
from ticker_gui.gui.event_loop import make_event_loop
from ticker_gui.recording.writing import RecordingWriter

_FOLDER: Final = TOP / "assets" / "screenshots"
_SIZE: Final = (1400, 800)
_OUTAGE_PORT: Final = 8767
_RECORDED_S: Final = 60.0
_FRAME_S: Final = 0.04  # between recorded frames
_MANY: Final = tuple(f"SYM{number:03}" for number in range(500))
_EMA: Final = {"key": "ema", "parameters": {"timeperiod": 9}}
_CANDLES: Final = {
    "kind": "candles",
    "timeframe": "1m",
    "indicators": [_EMA, {"key": "bbands"}, {"key": "rsi"}, {"key": "macd"}],
}
_MANY_COLUMNS: Final = (
    "symbol", "last", "change", "change_percent", "line", "bid", "bid_size", "ask", "ask_size", "volume", "trades",
)  # fmt: skip


class Picture(msgspec.Struct, frozen=True):
    """The content of a screenshot, and after how many seconds it is taken."""

    theme: Theme
    chart: dict[str, Any]
    seconds: float
    feeds: tuple[Feed, ...] = (BUILT_IN,)
    captures: tuple[str, ...] = ()
    window: dict[str, Any] = {}
    has_stored_values: bool = False  # of a market of which little has arrived yet
    has_outage: bool = False  # of its only feed
    has_console: bool = False
    has_alerts: bool = False
    scene: Callable[[Application, Theme, Path], Coroutine[Any, Any, None]] | None = (
        None  # takes a picture of two windows
    )
    has_replay: bool = False  # of a session of the built-in market that is recorded for it


PICTURES: Final = {
    "dark": Picture("dark", _CANDLES, 20.0),
    "light": Picture("light", {"kind": "area", "timeframe": "1d", "indicators": [{"key": "stoch"}]}, 20.0),
    "500-symbols": Picture(
        "dark",
        {"kind": "area", "timeframe": "ticks"},
        75.0,
        (Feed(symbols=_MANY, name="demo", provider="demo"),),
        window={"columns": _MANY_COLUMNS, "sorting": {"column": "change_percent"}},
    ),
    "backfilled-gap": Picture(
        "dark",
        {
            "kind": "candles",
            "timeframe": "5s",
            "symbol": ("demo", "NIMB"),
            "view": {"timeframe": "5s", "middle_ns": 0, "bars": 60.0},
        },
        outage.BEFORE_S + outage.LENGTH_S + 50.0,
        has_outage=True,
    ),
    "last-known-values": Picture(
        "dark", {"kind": "candles", "timeframe": "5m"}, 6.0, has_stored_values=True, window={"trend": "4 h"}
    ),
    "console": Picture("dark", {"kind": "candles", "timeframe": "1m"}, 12.0, has_console=True),
    "alerts": Picture("dark", {"kind": "candles", "timeframe": "1m"}, 40.0, has_alerts=True),
    "chat": Picture("dark", {}, 0.0, scene=chat.take),
    "desk": Picture("dark", {}, 0.0, scene=desk.take),
    "replay": Picture("dark", {}, 30.0, has_replay=True),
    "captured": Picture("dark", {"kind": "steps", "timeframe": "ticks"}, 20.0, captures=("coinbase", "binance")),
}


def replay(lines: list[captures.Line]) -> Callable[[ServerConnection], Awaitable[None]]:
    """Return a server that sends recorded frames."""

    async def serve(client: ServerConnection) -> None:
        await client.recv()
        for line in lines:
            await client.send(line.frame)
            await asyncio.sleep(_FRAME_S)
        await receive_forever(client)

    return serve


def symbols_of(lines: list[captures.Line], limit: int = 10) -> tuple[str, ...]:
    """Return the most frequent symbols of recorded frames."""
    messages = [json.loads(line.frame) for line in lines]
    symbols = Counter(message.get("product_id") or message.get("data", {}).get("s") for message in messages)
    return tuple(symbol for symbol, _ in symbols.most_common(limit + 1) if symbol)[:limit]


def show_console(app: App) -> None:
    """Open the console with a draft, and select a trade shortly before the picture is taken."""
    console = app.window.console.panel
    app.window.docks.open(app.window.console)
    console.send_bar.field.setPlainText('{"op":"subscribe","symbols":$SYMBOLS}')

    def select() -> None:
        table, model = console.table, console.model
        rows = [row for row in range(model.rowCount()) if model.data(model.index(row, TYPE)) == "trade"]
        table.selectRow(next(row for row in reversed(rows) if row < model.rowCount() - 4))

    asyncio.get_running_loop().call_later(5.0, select)


def show_alerts(app: App) -> None:
    """Add alerts to some symbols, of which one fires soon, and open their panel."""
    first, second, third = app.engine.market.states[:3]
    last, other = first.last or 1.0, second.last or 1.0
    conditions = (
        (first.symbol, f"last crosses {last:.2f}", Repeat.EVERY_TIME, ""),
        (first.symbol, f"last crosses {last * 1.004:.2f}", Repeat.ONCE, "Sell half of it"),
        (second.symbol, f"last < {other * 0.99:.2f}", Repeat.EVERY_TIME, ""),
        (third.symbol, "rsi(14,1m) < 30", Repeat.PER_BAR, ""),
        (third.symbol, "moves 2% in 5m", Repeat.EVERY_TIME, ""),
        (second.symbol, "silent 60s", Repeat.ONCE, ""),
    )
    app.deferred_parts.alerts.book.add(
        Alert(new_alert_id(), condition, symbol, repeat=repeat, note=note, is_confirmed=False)
        for symbol, condition, repeat, note in conditions
    )
    app.window.docks.open(app.window.alerts)


async def record(path: Path) -> None:
    """Record a session of the built-in market."""
    engine = Engine([BUILT_IN])
    recorder = Recorder(engine)
    writer = RecordingWriter(path, recorder.header(), print)
    recorder.add_sink(writer)
    running = asyncio.create_task(engine.run())
    await asyncio.sleep(_RECORDED_S)
    running.cancel()
    await asyncio.wait((running,))
    recorder.remove_sink(writer)
    await asyncio.to_thread(writer.close)


def take_replay(picture: Picture, path: Path) -> None:
    """Take the screenshot of a replay that has played half of a recording."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "session.ticker.jsonl.gz"
        asyncio.run(record(recording))
        application = make_application()
        with asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
            app = ReplayApp(application, open_replay(recording), 1.0, Settings(theme=picture.theme))
            app.window.resize(*_SIZE)
            runner.run(app.run(path, picture.seconds))


def take(name: str) -> None:
    """Take one screenshot."""
    picture = PICTURES[name]
    if picture.has_replay:
        take_replay(picture, _FOLDER / f"{name}.png")
        return
    application = make_application()
    if picture.scene is not None:
        with asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
            runner.run(picture.scene(application, picture.theme, _FOLDER / f"{name}.png"))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "window.json").write_text(json.dumps({"version": 2, "chart": picture.chart, **picture.window}))
        feeds = picture.feeds
        if picture.captures:
            feeds = ()
            for provider in picture.captures:
                lines = captures.frames(provider)
                server = stack.enter_context(serving(replay(lines)))
                feeds += (Feed(server.url, symbols_of(lines), provider, provider),)
        if picture.has_stored_values:
            server = stack.enter_context(serving(stored_market.serve))
            feeds = (Feed(server.url, tuple(stored_market.PRICES), stored_market.FEED, "coinbase"),)
            stored_market.store(folder / "market-data.sqlite3")
        if picture.has_outage:
            feeds = (Feed(f"ws://127.0.0.1:{_OUTAGE_PORT}", tuple(DemoMarket().symbols), "demo", "demo"),)
        runner = stack.enter_context(asyncio.Runner(loop_factory=lambda: make_event_loop(application)))

        async def run() -> None:
            archive_file = folder / "market-data.sqlite3" if picture.has_stored_values else None
            environment = AppEnvironment(folder, archive_file=archive_file)
            app = App(application, Settings(theme=picture.theme, feeds=feeds), environment)
            app.window.resize(*_SIZE)
            market = outage.demo_with_outage(_OUTAGE_PORT) if picture.has_outage else contextlib.nullcontext()
            if picture.has_console:
                asyncio.get_running_loop().call_later(picture.seconds - 6.0, show_console, app)
            if picture.has_alerts:
                asyncio.get_running_loop().call_later(picture.seconds - 25.0, show_alerts, app)
            async with market:
                await app.run(_FOLDER / f"{name}.png", picture.seconds)

        runner.run(run())


def main(arguments: list[str]) -> int:
    """Take the named screenshots, or all; return 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.looks.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    names = parser.parse_args(arguments).names
    if len(names) == 1:
        take(names[0])
        return 0
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    commands = [[sys.executable, "-m", "tests.looks.screenshots", name] for name in names or PICTURES]
    processes = [subprocess.Popen(command, env=environment) for command in commands]
    return max(map(subprocess.Popen.wait, processes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
