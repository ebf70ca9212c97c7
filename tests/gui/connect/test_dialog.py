"""The dialog that connects a feed, used as a user would, against servers on loopback."""

from __future__ import annotations

import http
import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.conftest import RunQt
from tests.doubles import until
from tests.gui.connect.test_feed_test import ticks
from tests.servers import serving
from ticker_gui.config.settings import Feed
from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import provider_entries
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.connect.dialog import ConnectDialog, SaveRequest
from ticker_gui.gui.connect.preset import ConnectPreset
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme


def a_dialog(qtbot: QtBot, preset: ConnectPreset | None = None, taken: tuple[str, ...] = ()) -> ConnectDialog:
    dialog = ConnectDialog(load_theme("dark"), BackgroundTasks(), taken, preset)
    qtbot.addWidget(dialog)
    dialog.set_storages(list(KeyStorage))
    dialog.show()
    return dialog


def retype(field: QLineEdit, text: str) -> None:
    """Replace the text of a field. Simulated keys would run a second loop inside the tests' coroutines."""
    field.setText(text)


def check_key(client: ServerConnection, request: Request) -> Response | None:
    if "token=good-key" in request.path:
        return None
    return client.respond(http.HTTPStatus.UNAUTHORIZED, "Invalid API key wrong-key")


async def trades(client: ServerConnection) -> None:
    async for message in client:
        symbol = json.loads(message)["symbol"]
        await client.send(
            json.dumps({"type": "trade", "data": [{"p": 229.87, "s": symbol, "t": 1700000000187, "v": 1}]})
        )


def remedies(dialog: ConnectDialog) -> list[str]:
    return [label.text() for label in dialog.results.steps.findChildren(QLabel, "remedy") if label.text()]


def test_typing_the_name_of_a_provider_fills_its_address(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot)
    assert dialog.objectName() == "connect_feed"
    assert dialog.side.providers.count() == len(provider_entries()) + 3  # with the headings
    qtbot.keyClicks(dialog.side.search, "finn")
    assert dialog.side.providers.count() == 1
    assert dialog.title.text() == "Finnhub"
    assert dialog.form.address.text() == "wss://ws.finnhub.io"


def test_a_pasted_address_finds_its_provider_or_is_detected(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot)
    dialog.side.search.setText("wss://ws.kraken.com/v2")
    assert dialog.title.text() == "Kraken spot"
    dialog.side.search.setText("wss://desk.example/ticks")
    assert dialog.title.text() == "Any other WebSocket"
    assert dialog.form.address.text() == "wss://desk.example/ticks"
    assert dialog.side.nothing_found.text() == "No known provider has this address."
    assert dialog.side.any_websocket.current_entry is not None


def test_a_frame_of_the_console_is_mapped_before_any_test(qtbot: QtBot) -> None:
    preset = ConnectPreset(address="wss://ws.kraken.com/v2", messages=[{"sym": "A", "px": 1.5}])
    dialog = a_dialog(qtbot, preset)
    assert dialog.title.text() == "Any other WebSocket"  # although Kraken is a known provider
    assert dialog.form.address.text() == "wss://ws.kraken.com/v2"
    assert dialog.results.frames.isVisible()
    dialog.results.frames.assign("price", ("px",))
    dialog.results.frames.assign("symbol", ("sym",))
    assert dialog.results.frames.reads.text() == "Reads: A 1.5"
    mapping = dialog.draft.mapping
    assert mapping is not None
    assert (mapping.price, mapping.symbol) == ("px", "sym")
    assert dialog.form.symbols.text() == "A"


def test_a_key_in_the_address_moves_to_the_key_field(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot)
    qtbot.keyClicks(dialog.side.search, "wss://desk.example/x?apikey=abc")
    qtbot.keyClick(dialog.side.search, Qt.Key.Key_Return)
    assert dialog.side.search.text() == ""
    assert dialog.title.text() == "Any other WebSocket"
    assert dialog.form.address.text() == "wss://desk.example/x?apikey=$KEY"
    assert dialog.form.key.text() == "abc"
    assert dialog.form.key.displayText() != "abc"


def test_a_key_in_the_address_is_never_saved_there(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
    retype(dialog.form.symbols, "AAPL")
    retype(dialog.form.address, "wss://ws.finnhub.io?token=abc")
    retype(dialog.form.key, "x")
    requests: list[SaveRequest] = []
    dialog.save_requested.connect(requests.append)
    dialog.save_button.click()
    assert (requests[0].draft.address, requests[0].draft.key) == ("wss://ws.finnhub.io", "abc")


def test_a_list_of_symbols_is_typed_into_the_dialog_and_stays_for_every_provider(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset(symbol="AAPL", more_symbols=("MSFT", "BRK.B")))
    assert dialog.form.symbols.text() == "AAPL, MSFT, BRK.B"
    dialog.side.search.setText("finnhub")
    assert dialog.form.symbols.text() == "AAPL, MSFT, BRK.B"


def test_a_preset_symbol_shows_the_providers_that_may_have_it(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset(symbol="AAPL"))
    assert dialog.form.symbols.text() == "AAPL"
    assert 0 < dialog.side.providers.count() < len(provider_entries())


@pytest.mark.parametrize(("symbol", "typed"), [("AAPL", "AAPL"), ("apple", "AAPL"), ("PLUG", "PLUG")])
def test_the_symbol_stays_when_another_provider_is_searched_for(qtbot: QtBot, symbol: str, typed: str) -> None:
    dialog = a_dialog(qtbot, ConnectPreset(symbol=symbol))
    dialog.side.search.selectAll()
    qtbot.keyClicks(dialog.side.search, "finnhub")
    assert dialog.draft.entry.name == "finnhub"
    assert dialog.form.symbols.text() == typed
    retype(dialog.side.search, "coinbase")
    assert dialog.form.symbols.text() == ""  # it has no stocks


def test_the_focus_is_in_the_field_that_is_needed_first(qtbot: QtBot) -> None:
    edited = Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub", keyring=True)
    for preset, name in (
        (None, "find_provider"),
        (ConnectPreset("finnhub"), "feed_key"),
        (ConnectPreset("coinbase"), "feed_symbols"),
        (ConnectPreset(feed=edited), "feed_symbols"),
    ):
        focused = a_dialog(qtbot, preset).focusWidget()
        assert focused is not None
        assert focused.objectName() == name


def test_nothing_that_needs_a_key_is_preselected(qtbot: QtBot) -> None:
    for preset in (None, ConnectPreset(symbol="AAPL"), ConnectPreset(symbol="bitcoin"), ConnectPreset(symbol="PLUG")):
        dialog = a_dialog(qtbot, preset)
        assert not dialog.draft.entry.protocol.needs_key
        assert dialog.side.providers.current_entry == dialog.draft.entry
        assert dialog.side.providers.currentRow() in (0, 1)  # the first one, below a heading
    dialog = a_dialog(qtbot)
    for typed in ("stocks", "crypto", "bit", "day"):  # the first one is not kept as if the user had chosen it
        dialog.side.search.setText(typed)
        assert dialog.side.providers.currentRow() in (0, 1)  # the first one, below a heading
        assert dialog.side.providers.current_entry == dialog.draft.entry


def test_searching_for_bitcoin_types_the_symbol_of_the_chosen_provider(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot)
    dialog.side.search.setText("bitcoin")
    dialog.side.providers.setCurrentRow(1)
    chosen = dialog.draft.entry
    assert dialog.form.symbols.text() in chosen.protocol.default_symbols
    dialog.side.providers.setCurrentRow(2)
    assert dialog.form.symbols.text() in dialog.draft.entry.protocol.default_symbols
    retype(dialog.form.symbols, "MINE")
    dialog.side.providers.setCurrentRow(0)
    assert dialog.form.symbols.text() == "MINE"


def test_test_is_disabled_with_the_reason_until_everything_needed_is_typed(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
    assert not dialog.test_button.isEnabled()
    assert dialog.reason.text() == "Enter the API key. Finnhub requires one."
    retype(dialog.form.key, "k")
    assert dialog.reason.text() == "Enter at least one symbol."
    assert not dialog.save_button.isEnabled()
    retype(dialog.form.symbols, "AAPL")
    assert dialog.test_button.isEnabled()
    assert dialog.save_button.isEnabled()
    retype(dialog.form.address, "http://x")
    assert dialog.reason.text().startswith("The address should look like")
    assert dialog.form.address.property("wrong")
    assert not dialog.test_button.isEnabled()


def test_a_test_shows_each_step_and_the_first_prices_of_the_typed_values(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test(url: str) -> None:
        dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
        retype(dialog.form.address, url)
        retype(dialog.form.key, "good-key")
        retype(dialog.form.symbols, "AAPL, MSFT")
        dialog.test_button.setFocus()
        dialog.test_button.click()
        assert dialog.focusWidget() is dialog.form.symbols  # and not Cancel
        assert dialog.test_button.isHidden()
        assert dialog.stop_button.isVisible()
        assert not dialog.stop_button.isEnabled()  # a double-click must not stop the test
        await until(lambda: not dialog.test.is_running)
        assert dialog.test_button.isVisible()
        assert dialog.results.prices.rowCount() == 2
        assert "First price: passed, 2 of 2 symbols." in dialog.results.steps.accessibleDescription()
        assert dialog.save_button.text() == "Save and &connect"
        assert dialog.focusWidget() is dialog.save_button
        retype(dialog.form.symbols, "AAPL")
        assert dialog.test.result is None  # which belonged to other values
        assert dialog.results.prices.isHidden()

    with serving(trades, process_request=check_key) as server:
        run_qt(test(server.url))


def test_after_a_failed_test_saving_is_a_choice_of_its_own(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test(url: str) -> None:
        dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
        retype(dialog.form.address, url)
        retype(dialog.form.key, "wrong-key")
        retype(dialog.form.symbols, "AAPL")
        dialog.test_button.setFocus()
        dialog.test_button.click()
        await until(lambda: not dialog.test.is_running)
        assert dialog.focusWidget() is dialog.form.key
        assert dialog.form.key.hasSelectedText()
        assert "API key: failed" in dialog.results.steps.accessibleDescription()
        assert remedies(dialog) == ["Check the key and what your account's plan includes, then test again."]
        assert dialog.save_button.text() == "Save any&way"
        assert not dialog.save_button.property("primary")
        shown = [label.text() + label.accessibleDescription() for label in dialog.findChildren(QLabel)]
        assert not [text for text in shown if "wrong-key" in text]
        requests: list[SaveRequest] = []
        dialog.save_requested.connect(requests.append)
        dialog.save_button.click()
        assert requests[0].draft.key == "wrong-key"
        assert "wrong-key" not in repr(requests)
        retype(dialog.form.key, "other")
        assert dialog.save_button.property("primary")

    with serving(trades, process_request=check_key) as server:
        run_qt(test(server.url))


def test_a_test_that_hides_the_focused_result_does_not_leave_the_focus_to_cancel(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test(url: str) -> None:
        dialog = a_dialog(qtbot, ConnectPreset(address=url))
        dialog.test_button.click()
        await until(dialog.results.frames.tree.isVisible)
        await until(lambda: not dialog.test.is_running)
        dialog.results.frames.tree.setFocus()
        dialog.test_button.click()  # as its mnemonic does, which leaves the focus where it is
        assert dialog.focusWidget() is dialog.form.symbols
        dialog.reject()

    with serving(ticks) as server:
        run_qt(test(server.url))


def test_a_running_test_can_be_stopped_and_ends_with_the_dialog(qtbot: QtBot, run_qt: RunQt) -> None:
    async def silent(client: ServerConnection) -> None:
        await client.wait_closed()

    async def test(url: str) -> None:
        dialog = a_dialog(qtbot, ConnectPreset("kraken"))
        retype(dialog.form.address, url)
        retype(dialog.form.symbols, "BTC/USD")
        dialog.test_button.click()
        assert dialog.save_button.isEnabled()  # nobody has to wait for the end of a test
        await until(dialog.stop_button.isEnabled)
        assert not dialog.reason.text()
        dialog.stop_button.click()
        assert not dialog.test.is_running
        assert dialog.reason.text() == "Test the values above."
        assert dialog.save_button.text() == "Save and &connect"  # a stopped test is not a failed one
        dialog.test_button.click()
        assert dialog.test.is_running
        dialog.reject()
        assert not dialog.test.is_running
        await until(lambda: not dialog.tasks.tasks)

    with serving(silent) as server:
        run_qt(test(server.url))


def test_an_unknown_feed_shows_a_frame_and_its_mapping_which_a_click_changes(qtbot: QtBot, run_qt: RunQt) -> None:
    async def test(url: str) -> None:
        dialog = a_dialog(qtbot)
        dialog.side.search.setText(url)
        assert dialog.test_button.isEnabled()  # the feed may name its symbols
        assert not dialog.save_button.isEnabled()
        dialog.test_button.click()
        await until(lambda: dialog.results.frames.isVisible())
        dialog.results.frames.assign("price", ("ticks", 0, "rate"))
        dialog.results.frames.assign("symbol", ("ticks", 0, "code"))
        assert dialog.form.symbols.text() == "EURUSD"
        assert dialog.results.frames.isVisible()
        assert dialog.draft.mapping is not None
        assert dialog.draft.to_feed().provider == "mapped"
        dialog.test_button.click()
        await until(lambda: not dialog.test.is_running)
        assert dialog.results.prices.rowCount() == 1
        assert dialog.save_button.isEnabled()

    with serving(ticks) as server:
        run_qt(test(server.url))


def test_a_feed_is_edited_with_its_other_settings_and_its_stored_key(qtbot: QtBot) -> None:
    feed = Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub", keyring=True, proxy="none")
    dialog = a_dialog(qtbot, ConnectPreset(feed=feed), ("stocks", "coins"))
    assert dialog.windowTitle() == "Edit stocks"
    assert dialog.form.key.placeholderText() == "Stored key, unchanged"
    assert dialog.test_button.isEnabled()
    assert dialog.draft.to_feed(("stocks", "coins")) == feed
    retype(dialog.form.symbols, "MSFT")
    assert dialog.draft.to_feed().symbols == ("MSFT",)


def test_an_edited_feed_has_its_own_address_again_after_another_provider_was_chosen(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset(feed=Feed("ws://127.0.0.1:9", ("BTC-USD",), "coins", "coinbase")))
    qtbot.keyClicks(dialog.side.search, "coinbase")
    qtbot.keyClick(dialog.side.search, Qt.Key.Key_Up)
    assert dialog.form.address.text() == "wss://advanced-trade-ws.coinbase.com"
    qtbot.keyClick(dialog.side.search, Qt.Key.Key_Down)
    assert dialog.form.address.text() == "ws://127.0.0.1:9"


def test_a_failed_save_is_explained_and_can_be_repeated(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("kraken"))
    retype(dialog.form.symbols, "BTC/USD")
    dialog.save_button.click()
    assert not dialog.save_button.isEnabled()
    dialog.finish_saving("Could not save config.toml: the disk is full.")
    assert dialog.foot.text() == "Could not save config.toml: the disk is full."
    assert dialog.isVisible()
    assert dialog.save_button.isEnabled()
    dialog.finish_saving()
    assert not dialog.isVisible()


def test_every_control_has_an_accessible_name_and_fits_the_smallest_size(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
    for field in (dialog.side.search, dialog.form.address, dialog.form.key, dialog.form.symbols, dialog.form.message):
        assert field.accessibleName()
    for view in (
        dialog.side.providers,
        dialog.side.any_websocket,
        dialog.results.steps,
        dialog.results.prices,
        dialog.form.storage,
    ):
        assert view.accessibleName()
    dialog.resize(760, 520)
    assert (dialog.width(), dialog.height()) == (760, 520)
    dialog.set_theme(load_theme("light"))
    assert not dialog.grab().isNull()


@pytest.mark.parametrize("width", [479, 600, 640, 760])
def test_the_fields_of_every_provider_fit_into_a_small_screen(qtbot: QtBot, qapp: QApplication, width: int) -> None:
    apply_theme(qapp, load_theme("dark"))
    dialog = a_dialog(qtbot)
    dialog.resize(width, 360)
    assert (dialog.width(), dialog.height()) == (width, 360)
    page = dialog.findChild(QWidget, "connect_page")
    assert isinstance(page, QWidget)
    viewport = page.parentWidget()
    assert viewport is not None
    for entry in provider_entries():
        dialog._show_entry(entry)
        qtbot.waitUntil(lambda: page.minimumSizeHint().width() <= viewport.width())
    save = dialog.save_button
    qtbot.waitUntil(lambda: save.mapTo(dialog, save.rect().topRight()).x() < width)


def test_messages_and_symbols_of_an_unknown_feed_fit_into_a_small_screen(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, load_theme("dark"))
    frames = [{"type": "trade", "data": {"symbol": "BTC-USD-PERPETUAL", "price": 123456.789, "size": 0.5}}] * 2
    dialog = a_dialog(qtbot, ConnectPreset(address="wss://example.test/stream", messages=frames))
    dialog.results._offer([f"BTC-USD-{number:06}" for number in range(5)])
    page = dialog.findChild(QWidget, "connect_page")
    assert isinstance(page, QWidget)
    viewport = page.parentWidget()
    assert viewport is not None
    mapping, tree = dialog.results.frames.toml, dialog.results.frames.tree

    def mapping_is_below() -> bool:
        return mapping.mapTo(page, QPoint()).y() >= tree.mapTo(page, QPoint()).y() + tree.height()

    for width in (479, 639, 760, 479):
        dialog.resize(width, 360)
        qtbot.waitUntil(lambda: page.minimumSizeHint().width() <= viewport.width())
        qtbot.waitUntil(lambda: mapping_is_below() is (dialog.width() < 760))


def test_tab_goes_through_the_controls_in_their_order_and_changes_nothing(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
    retype(dialog.form.key, "k")
    retype(dialog.form.symbols, "A")
    dialog.side.search.setFocus()
    names = []
    for _ in range(10):
        focus = dialog.focusWidget()
        assert focus is not None
        names.append(focus.objectName())
        dialog.focusNextChild()
    assert names == [
        "find_provider", "providers", "any_websocket", "feed_address", "feed_key", "key_storage", "get_key",
        "feed_symbols", "test_connection", "cancel",
    ]  # fmt: skip
    assert dialog.focusWidget() is dialog.save_button
    assert dialog.title.text() == "Finnhub"


def test_enter_leads_from_field_to_field_to_the_test(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, ConnectPreset("finnhub"))
    retype(dialog.form.key, "key")
    qtbot.keyClick(dialog.form.key, Qt.Key.Key_Return)
    assert dialog.focusWidget() is dialog.form.symbols
    retype(dialog.form.symbols, "AAPL")
    qtbot.keyClick(dialog.form.symbols, Qt.Key.Key_Return)
    assert dialog.focusWidget() is dialog.test_button
    assert not dialog.test.is_running
    dialog.form.address.clear()
    qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)
    assert dialog.focusWidget() is dialog.form.address
