"""The feeds of a running engine in banner, panel and dialogs, used by keyboard and mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.conftest import RunQt
from tests.doubles import until
from tests.engine.test_engine import payload
from tests.gui.window.test_feed_commands import TEXT, Setup
from ticker_gui.domain.errors import ConnectionLost, KeyRejected
from ticker_gui.domain.events import Trade
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_status.charted_status import ChartedStatus, Remedy
from ticker_gui.gui.application import Application
from ticker_gui.gui.feeds.key_dialog import KeyDialog


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    return file


def press(setup: Setup, name: str) -> None:
    button = setup.app.window.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_banner_asks_for_a_key_and_the_typed_key_is_used_at_once(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    setup.connector.failures = [KeyRejected("Wrong key.")]
    storages = [KeyStorage.FILE, KeyStorage.SESSION]
    monkeypatch.setattr("ticker_gui.gui.window.feed_presenter.available_storages", lambda: storages)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            await until(
                lambda: window.banner.banner is not None and "desk needs an API key" in window.banner.banner.title
            )
            press(setup, "banner_key")
            press(setup, "banner_key")  # the open dialog comes to the front
            (dialog,) = window.findChildren(KeyDialog)
            await until(lambda: dialog.storage.count() == len(storages))
            dialog.storage.setCurrentIndex(storages.index(KeyStorage.SESSION))
            setup.connector.failures = [KeyRejected("Wrong again.")]
            QTest.keyClicks(dialog.key, "another-key")
            QTest.keyClick(dialog.key, Qt.Key.Key_Return)
            await until(lambda: dialog._reason.text() == "Wrong again.")  # it stays open
            assert dialog.use_key.isEnabled()
            QTest.keyClicks(dialog.key, "s3cret-4711")  # replaces the selected text
            assert dialog.key.text() == "s3cret-4711"
            QTest.keyClick(dialog.key, Qt.Key.Key_Return)
            await until(lambda: setup.app.engine.feeds["desk"].state.is_connected)
            await until(lambda: not window.findChildren(KeyDialog))
            await until(lambda: window.feeds_panel.rows[0].mark is FeedMark.WAITING_FOR_DATA)

    run_qt(test())


def test_a_lost_connection_is_retried_from_the_banner(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    setup.connector.failures = [ConnectionLost("Gone.", retry_after=600.0)]
    monkeypatch.setattr("ticker_gui.feed_status.banner.DELAY_S", 0)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            await until(
                lambda: window.banner.banner is not None and "has been disconnected" in window.banner.banner.title
            )
            press(setup, "banner_details")
            await until(window.details.isVisible)
            assert window.details.feed == "desk"
            press(setup, "banner_retry")
            await until(lambda: setup.app.engine.feeds["desk"].state.is_connected)
            await until(lambda: window.banner.banner is None or window.banner.banner.is_demo)

    run_qt(test())


def test_edit_opens_the_dialog_with_the_settings_of_the_feed(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            window.docks.open(window.feeds_panel)
            await until(lambda: len(window.feeds_panel.rows) == 2)
            QTest.keyClick(window.feeds_panel.tree, Qt.Key.Key_Down)
            press(setup, "edit_feed")
            dialog = setup.app.deferred_feed_parts.feed_connector.dialog
            assert dialog is not None
            assert dialog.windowTitle() == "Edit other"
            dialog.reject()

    run_qt(test())


def test_rates_are_those_of_each_feed(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            first = await setup.connector.connection()
            await setup.connector.connection(2)
            setup.app.feed_presenter.show_second()
            first.deliver(*[b"{}"] * 7)
            setup.app.feed_presenter.show_second()
            assert [row.rate for row in setup.app.window.feeds_panel.rows] == [7, 0]

    run_qt(test())


def test_stocks_typed_at_the_first_start_open_the_dialog_for_them_and_add_no_row(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    file.write_text("")
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            QTest.keyClicks(window.add_field, "AAPL, MSFT")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            dialog = setup.app.deferred_feed_parts.feed_connector.dialog
            assert dialog is not None
            assert dialog.form.symbols.text() == "AAPL, MSFT"
            assert "AAPL" not in setup.symbols
            assert window.status.currentMessage().startswith(
                "AAPL and 1 more are not in the demo market. Feeds that may have AAPL:"
            )
            dialog.reject()

    run_qt(test())


def test_the_chart_of_a_symbol_without_data_offers_the_remedy(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    setup.connector.failures = [ConnectionLost("Gone.", retry_after=600.0)]

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            await until(lambda: window.chart.empty.text.title == "Not connected")
            assert window.chart.empty.text.sentence.startswith("Gone.")
            assert not window.chart.panes.isVisible()
            press(setup, "chart_empty_action")
            await until(lambda: setup.app.engine.feeds["desk"].state.is_connected)
            await until(lambda: window.chart.empty.text.title == "Waiting for the first price")

    run_qt(test())


def test_new_data_changes_the_state_on_the_chart_before_the_next_second(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    current = (StateMark.LIVE, StateMark.DEMO)

    async def test() -> None:
        async with setup.shown():
            chart = setup.app.window.chart
            connections = [await setup.connector.connection(number) for number in (1, 2)]
            await until(lambda: chart.state is not None)
            assert chart.state is not None
            trades = [payload(Trade(chart.state.symbol, price)) for price in (1.0, 2.0)]
            for connection in connections:  # one of them is that of its feed
                connection.deliver(trades[0])
            await until(lambda: chart.head.status is not None and chart.head.status.mark in current)
            setup.app.bridge.second.disconnect()
            chart.show_status(ChartedStatus(StateMark.CLOSED, "Closed, opens 09:00"))
            for connection in connections:
                connection.deliver(trades[1])
            await until(lambda: chart.head.status is not None and chart.head.status.mark in current)

    run_qt(test())


def test_the_chart_of_a_symbol_of_a_disabled_feed_enables_it(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            setup.commands.enable("desk", False)
            await until(lambda: window.chart.empty.text.action == "Enable the feed")
            assert window.chart.empty.text.title == "Its feed is disabled"
            press(setup, "chart_empty_action")
            await until(lambda: setup.app.engine.feeds["desk"].state.is_connected)

    run_qt(test())


def test_a_symbol_that_is_refused_is_searched_and_a_feed_without_a_key_asks_for_it(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    setup.connector.failures = [KeyRejected("Wrong key.")]

    async def test() -> None:
        async with setup.shown():
            window = setup.app.window
            await until(lambda: window.chart.empty.text.action == "Enter a key…")
            press(setup, "chart_empty_action")
            assert window.findChildren(KeyDialog)
            state = window.chart.state
            assert state is not None
            window.chart.remedy_requested.emit(Remedy.FIND)
            assert window.add_field.text() == state.symbol
            requested: list[object] = []
            window.connect_feed_requested.disconnect()
            window.connect_feed_requested.connect(requested.append)
            window.chart.remedy_requested.emit(Remedy.CONNECT)
            assert [preset.symbol for preset in requested] == [state.symbol]  # type: ignore[attr-defined]

    run_qt(test())
