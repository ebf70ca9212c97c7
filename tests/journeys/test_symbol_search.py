"""The user types a name, picks an instrument of a provider's list, and sees it in the watchlist."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.test_app import Running, payload
from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_symbol_catalogs import Server, server
from ticker_gui.app import app as module
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Trade
from ticker_gui.engine.symbol_catalogs import SymbolCatalogs
from ticker_gui.feeds.history import HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.gui.application import Application
from ticker_gui.gui.window.command_palette import CommandPalette

__all__ = ["server"]  # a fixture


@pytest.fixture
def running(qapp: Application, monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path) -> Running:
    monkeypatch.setattr(module, "SymbolCatalogs", partial(SymbolCatalogs, delay_s=0.001))
    running = Running(qapp, monkeypatch, "desk", "coins", folder=tmp_path)
    running.app.engine.http_get = server.get
    return running


def type_into_add_field(running: Running, text: str) -> None:
    field = running.window.add_field
    running.window.focus_add_field()
    field.clear()
    QTest.keyClicks(field, text)


def proposed(running: Running) -> list[str]:
    model = running.window.add_field._popup.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_an_instrument_that_is_typed_by_name_is_added_for_its_feed(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            await until(lambda: len(running.app.catalogs.search("nimbus", ["desk", "coins"], 5)) == 2)
            type_into_add_field(running, "nimb")
            assert proposed(running) == ["NIMB · Nimbus · Demo", "NIMB · Nimbus · Demo"]
            type_into_add_field(running, "bitco")
            assert proposed(running)[0] == "BTC-USD · Bitcoin"
            popup = running.window.add_field._popup
            QTest.keyClick(popup, Qt.Key.Key_Down)
            QTest.keyClick(popup, Qt.Key.Key_Return)
            QTest.keyClick(running.window.add_field, Qt.Key.Key_Return)
            await until(lambda: any(state.symbol == "BTC-USD" for state in running.app.engine.market.states))
            (added,) = [state for state in running.app.engine.market.states if state.symbol == "BTC-USD"]
            assert added.name == "Bitcoin"
            entries = list(running.window._symbol_entries("bitcoin"))
            assert entries[0].detail.startswith("Bitcoin · ")

    run_qt(test())


def test_the_tick_size_of_the_list_sets_the_decimals_of_a_row(running: Running, run_qt: RunQt) -> None:
    async def test() -> None:
        async with running.shown():
            await until(lambda: bool(running.app.catalogs.search("nimbus", ["desk"], 5)))
            running.app.list_controller.add("desk", ["NIMB"])
            line = await running.connector.connection()
            line.deliver(payload(Trade("NIMB", 5.0)))
            row = [state.symbol for state in running.window.model.states].index("NIMB")
            await until(lambda: running.cell(row, "last") == "5.0")

    run_qt(test())


def test_without_a_network_the_list_of_an_earlier_session_is_searched_and_its_age_is_shown(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, running: Running, run_qt: RunQt, tmp_path: Path
) -> None:
    async def first() -> None:
        async with running.shown():
            await until(lambda: len(list((tmp_path / "symbols").glob("*.jsonl"))) == 2)

    async def second() -> None:
        offline = Running(qapp, monkeypatch, "desk", "coins", folder=tmp_path)
        offline.connector.failures = [ConnectionLost("no network") for _ in range(50)]
        async with offline.shown():
            await until(lambda: bool(offline.app.catalogs.search("nimbus", ["desk"], 5)))
            offline.app._show_feeds()
            (desk, _) = offline.window.feeds_panel.rows
            assert desk.catalog_note.startswith("List of symbols from ")
            assert desk.details.endswith(desk.catalog_note)
            note = offline.window.add_field._find("nimbus")[-1]
            assert note.is_note
            assert note.title == f"desk: {desk.catalog_note}"

    run_qt(first())
    run_qt(second())


def test_symbols_are_searched_at_the_provider_while_the_user_types(
    running: Running, run_qt: RunQt, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, asked = asyncio.Event(), list[str]()
    window, engine = running.window, running.app.engine

    def search_request(self: Demo, typed: str) -> HttpRequest | None:
        return HttpRequest(f"{self.credentials.url}/{typed}") if "coins" in self.credentials.url else None

    async def get(request: HttpRequest, credentials: Credentials) -> HttpResponse:
        asked.append(request.url)
        await answer.wait()
        return HttpResponse(200, msgspec.json.encode([Instrument("QUARTZ", "Quartz Mining", "Rocks")]))

    monkeypatch.setattr(Demo, "search_request", search_request)
    monkeypatch.setattr(Demo, "decode_search", Demo.decode_catalog)
    monkeypatch.setattr(Demo, "catalog_request", lambda self: None)
    monkeypatch.setattr(engine, "http_get", get)

    async def test() -> None:
        async with running.shown():
            await until(window.watchlist.hasFocus)  # the window is shown completely
            type_into_add_field(running, "quart")
            await until(lambda: proposed(running)[-1:] == ["Searching Built-in demo market…"])
            await until(lambda: asked == ["ws://coins/quart"])
            popup = window.add_field._popup
            assert not popup.model().index(popup.model().rowCount() - 1, 0).flags() & Qt.ItemFlag.ItemIsEnabled
            answer.set()
            await until(lambda: proposed(running) == ["QUARTZ · Quartz Mining · Rocks"])
            assert popup.model().index(0, 0).data(Qt.ItemDataRole.UserRole).note == "coins"
            popup.hide()
            answer.clear()
            window.toggle_command_palette()
            palette = window.command_palette
            QTest.keyClicks(palette._field, "quartz m")
            await until(lambda: "Searching Built-in demo market…" in titles(palette))
            assert "QUARTZ" in titles(palette)  # known from the answer to a shorter text
            answer.set()
            await until(lambda: "Searching Built-in demo market…" not in titles(palette))
            assert "QUARTZ" in titles(palette)
            palette.dismiss()

    run_qt(test())


def titles(palette: CommandPalette) -> list[str]:
    results = [palette._rows.result(row) for row in palette._rows.result_rows]
    return [result.entry.title for result in results if result is not None]
