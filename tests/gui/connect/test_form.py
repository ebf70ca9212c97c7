from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.key_storage import KeyStorage
from ticker_gui.feed_setup.provider_list import ANY_WEBSOCKET, find_entry
from ticker_gui.gui.connect.form import FeedForm


def a_form(qtbot: QtBot, provider: str) -> FeedForm:
    form = FeedForm()
    qtbot.addWidget(form)
    form.show_entry(find_entry(provider), find_entry(provider).protocol.url)
    form.set_storages(list(KeyStorage))
    form.show()
    return form


def test_the_key_is_hidden_until_the_eye_is_pressed(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    qtbot.keyClicks(form.key, "secret")
    assert form.key.displayText() != "secret"
    qtbot.mouseClick(form.key.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert form.key.displayText() == "secret"
    form.show_entry(find_entry("alpaca"), "")
    assert form.key.echoMode() is QLineEdit.EchoMode.Password


def test_no_accessible_text_contains_the_key(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    qtbot.keyClicks(form.key, "secret")
    for widget in form.findChildren(QLineEdit):
        assert "secret" not in widget.accessibleName() + widget.accessibleDescription() + widget.toolTip()


def test_a_desk_may_need_a_key_and_has_all_symbols(qtbot: QtBot) -> None:
    form = a_form(qtbot, "nats")
    assert form.key.isVisible()
    assert form.key.placeholderText().startswith("a token, user:password")
    assert "* for all" in form.symbols.placeholderText()
    qtbot.keyClicks(form.key, "desktop:secret")
    assert form.storage.isVisible()


def test_a_provider_without_a_key_has_no_key_field(qtbot: QtBot) -> None:
    form = a_form(qtbot, "kraken")
    assert form.key.isHidden()
    assert form.no_key.isVisible()
    assert form.message.isHidden()
    assert not form.storage.isVisible()


def test_an_unknown_feed_has_an_optional_key_and_a_message(qtbot: QtBot) -> None:
    form = a_form(qtbot, ANY_WEBSOCKET.name)
    assert form.key.isVisible()
    assert form.message.isVisible()
    assert not form.storage.isVisible()
    qtbot.keyClicks(form.key, "k")
    assert form.storage.isVisible()


def test_the_page_for_a_key_is_requested_by_a_click_only(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    with qtbot.waitSignal(form.key_page_requested) as requested:
        qtbot.mouseClick(form.link, Qt.MouseButton.LeftButton)
    assert requested.args == ["https://finnhub.io/dashboard"]


def test_names_become_symbols_when_the_field_is_left(qtbot: QtBot) -> None:
    form = a_form(qtbot, "coinbase")
    form.symbols.setText("ETH-USD, bitcoin,Solana; META apple")
    form.symbols.editingFinished.emit()
    assert form.symbols.text() == "ETH-USD, BTC-USD,SOL-USD; META apple"  # it has no stocks


def test_the_storage_is_described_and_can_be_chosen(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    assert form.storage.currentText() == "Store in the system keyring"
    form.storage.setCurrentIndex(2)
    assert form.chosen_storage is KeyStorage.SESSION


def test_symbols_are_added_with_a_comma(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    form.add_symbol("AAPL")
    form.add_symbol("MSFT")
    assert form.symbols.text() == "AAPL, MSFT"


def test_only_fields_with_a_wrong_value_are_marked_and_not_empty_ones(qtbot: QtBot) -> None:
    form = a_form(qtbot, "finnhub")
    form.mark_wrong(["address", "key"])
    assert form.address.property("wrong")
    assert not form.key.property("wrong")
    form.mark_wrong([])
    assert not form.address.property("wrong")
