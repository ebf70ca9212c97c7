from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ticker_gui.console.connection_request import ConnectionRequest
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.console.connection_bar import ConnectionBar


def make(qtbot: QtBot) -> ConnectionBar:
    bar = ConnectionBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_an_address_is_connected_with_enter(qtbot: QtBot) -> None:
    bar = make(qtbot)
    qtbot.keyClicks(bar.address, "ws://host/echo")
    with qtbot.waitSignal(bar.connection_requested) as caught:
        qtbot.keyClick(bar.address, Qt.Key.Key_Return)
    assert caught.args == [ConnectionRequest("ws://host/echo")]


def test_options_are_shown_on_request_and_used(qtbot: QtBot) -> None:
    bar = make(qtbot)
    assert not bar.options.isVisible()
    qtbot.mouseClick(bar.options_button, Qt.MouseButton.LeftButton)
    for field, text in ((bar.subprotocols, "chat"), (bar.origin, "https://a"), (bar.cafile, "/ca.pem")):
        qtbot.keyClicks(field, text)
    qtbot.keyClicks(bar.headers, "X-Key: 1")
    assert bar.request == ConnectionRequest("", "chat", "X-Key: 1", "https://a", "/ca.pem")


def test_the_button_disconnects_while_connected(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.show_state("Connected since 10:00:00", is_connected=True, mark=StateMark.LIVE)
    assert bar.connect_button.text() == "Disconnect"
    assert bar.address.isReadOnly()
    with qtbot.waitSignal(bar.disconnection_requested), qtbot.assertNotEmitted(bar.connection_requested):
        qtbot.keyClick(bar.address, Qt.Key.Key_Return)
        qtbot.mouseClick(bar.connect_button, Qt.MouseButton.LeftButton)
    bar.show_state("", is_connected=False, mark=StateMark.CLOSED)
    assert bar.state.text() == "Not connected."
    assert not bar.address.isReadOnly()


def test_every_part_is_visible(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.show_state("Connecting…", is_connected=True, mark=StateMark.CONNECTING)
    qtbot.mouseClick(bar.options_button, Qt.MouseButton.LeftButton)
    for part in (
        bar.address, bar.connect_button, bar.options_button, bar.mark, bar.state,
        bar.subprotocols, bar.origin, bar.cafile, bar.headers,
    ):  # fmt: skip
        assert bar.isAncestorOf(part)
        assert part.isVisible()
