"""Recorded sessions of exchanges, replayed over a socket to the whole program.

What should come out is worked out here from the recorded text alone, by other means than the program's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests import captures, programs
from tests.captures import Line
from tests.conftest import RunQt
from tests.doubles import until
from tests.servers import receive_forever, serving
from ticker_gui.app.app import App
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.gui.application import Application
from ticker_gui.gui.watchlist.model import VALUE_ROLE
from ticker_gui.watchlist.columns import COLUMNS

KEYS = [column.key for column in COLUMNS]
Figures = dict[str, dict[str, float]]


def play(lines: list[Line]) -> Callable[[ServerConnection], Awaitable[None]]:
    """Return a server that sends a recorded session after the first request."""

    async def server(client: ServerConnection) -> None:
        await client.recv()
        for line in lines:
            await client.send(line.frame)
        await receive_forever(client)

    return server


def coinbase(lines: list[Line]) -> tuple[Figures, set[tuple[str, int]]]:
    """Return each product's last statistics, and its trades."""
    figures: Figures = {}
    newest: dict[str, str] = {}
    executions = set()
    for message in (json.loads(line.frame) for line in lines):
        product = message.get("product_id")
        if message["type"] in ("match", "last_match", "ticker"):
            own = figures.setdefault(product, {})
            executions.add((product, message["trade_id"]))
            if message["time"] >= newest.get(product, ""):
                newest[product] = message["time"]
                own["last"] = float(message["price"])
        if message["type"] == "ticker":
            own |= {"bid": float(message["best_bid"]), "ask": float(message["best_ask"])}
            own |= {name: float(message[f"{name}_24h"]) for name in ("open", "high", "low", "volume")}
    return figures, executions


def binance(lines: list[Line]) -> tuple[Figures, set[tuple[str, int]]]:
    """Return each symbol's last statistics, and its trades."""
    figures: Figures = {}
    executions = set()
    for message in (json.loads(line.frame) for line in lines):
        data = message["data"]
        own = figures.setdefault(data["s"], {})
        if message["stream"].endswith("@bookTicker"):
            own |= {"bid": float(data["b"]), "ask": float(data["a"])}
        elif message["stream"].endswith("@aggTrade"):
            own["last"] = float(data["p"])
            executions.add((data["s"], data["a"]))
    return figures, executions


SESSIONS = pytest.mark.parametrize(("provider", "read"), [("coinbase", coinbase), ("binance", binance)])


@SESSIONS
def test_stream_writes_every_trade_once_with_the_right_statistics(
    provider: str, read: Callable[[list[Line]], tuple[Figures, set[tuple[str, int]]]]
) -> None:
    lines = captures.frames(provider)
    figures, executions = read(lines)
    with serving(play(lines)) as server:
        result = programs.call(
            "stream", "--url", server.url, "--provider", provider, "--symbols", " ".join(figures).lower(),
            "--count", str({"coinbase": 321, "binance": 88}[provider]),
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    printed = programs.lines(result.stdout)
    trades = [(line["symbol"].upper(), int(line["trade_id"])) for line in printed if line["event"] == "trade"]
    assert len(trades) == len(executions)
    assert set(trades) == executions
    assert not [line for line in printed if line["event"] == "bad_frame"]
    ended: Figures = {}
    newest: dict[str, str] = {}
    for line in printed:
        own = ended.setdefault(line.get("symbol", "").upper(), {})
        if line["event"] == "trade" and line["time"] >= newest.get(line["symbol"], ""):
            newest[line["symbol"]] = line["time"]
            own["last"] = line["price"]
        elif line["event"] in ("quote", "day"):
            own |= {name: line[name] for name in ("bid", "ask", "open", "high", "low", "volume") if name in line}
    with_figures = {symbol: own for symbol, own in figures.items() if own}
    assert {symbol: own for symbol, own in ended.items() if own} == with_figures


@SESSIONS
def test_the_table_of_the_window_ends_with_the_right_statistics(
    qapp: Application,
    run_qt: RunQt,
    provider: str,
    read: Callable[[list[Line]], tuple[Figures, set[tuple[str, int]]]],
) -> None:
    lines = captures.frames(provider)
    figures, executions = read(lines)

    async def test() -> None:
        with serving(play(lines)) as server:
            feed = Feed(server.url, tuple(figures), provider, provider)
            app = App(qapp, Settings(feeds=(feed,)))
            task = asyncio.create_task(app.run())
            session = app.engine.feeds[provider].session
            await until(lambda: session.frames == len(lines))
            await until(lambda: not app.bridge._timer.isActive())
            assert session.state.kind is FeedStatus.LIVE
            assert session.rejected_frames.count == 0
            shown = {state.symbol: row for row, state in enumerate(app.window.model.states)}
            for symbol, own in figures.items():
                check_row(app, shown[symbol], own)
            assert sum(state.trades for state in app.engine.market.states) == len(executions)
            assert not app.window.grab().toImage().isNull()
            app.stop.set()
            await task

    run_qt(test())


def check_row(app: App, row: int, own: dict[str, float]) -> None:
    """Compare the values and texts of a row with the recording."""
    model = app.window.model
    expected: dict[str, Any] = {name: own.get(name) for name in ("last", "bid", "ask", "volume", "high", "low")}
    if "open" not in own and "last" in own:  # no figures of the day: what was watched counts
        del expected["volume"], expected["high"], expected["low"]
    for key, value in expected.items():
        index = model.index(row, KEYS.index(key))
        assert model.data(index, VALUE_ROLE) == value, (own, key)
        text = model.data(index)
        if value is None:
            assert text == "–"
        elif key != "volume":
            assert float(text.replace(",", "")) == value
    if "open" in own:
        change = model.data(model.index(row, KEYS.index("change")), VALUE_ROLE)
        assert change == pytest.approx(own["last"] - own["open"])
