from __future__ import annotations

from pytestqt.qtbot import QtBot

from ticker_gui.console.outgoing import Draft, DraftKind
from ticker_gui.gui.console.dock import ConsoleDock
from ticker_gui.gui.console.panel import ConsolePanel
from ticker_gui.gui.widgets.theme import load_theme

SAVED = (("JSON", "{}"), ("Text", "hello"))


def make(qtbot: QtBot) -> ConsoleDock:
    dock = ConsoleDock(load_theme("dark"))
    qtbot.addWidget(dock)
    dock.restore(SAVED, "ws://host/chat")
    return dock


def test_the_console_is_built_when_it_is_shown_for_the_first_time(qtbot: QtBot) -> None:
    dock = make(qtbot)
    dock.set_theme(load_theme("light"))
    assert not dock.findChildren(ConsolePanel)
    built: list[ConsolePanel] = []
    dock.built.connect(built.append)
    for _ in range(2):
        dock.show()
        dock.hide()
    assert built == [dock.panel]
    assert dock.panel.head.parent() is dock.header


def test_what_is_saved_is_kept_before_and_after_it_is_built(qtbot: QtBot) -> None:
    dock = make(qtbot)
    assert (dock.sent_frames, dock.websocket_address) == (SAVED, "ws://host/chat")
    dock.show()
    assert (dock.sent_frames, dock.websocket_address) == (SAVED, "ws://host/chat")
    with qtbot.waitSignal(dock.changed):
        dock.panel.send_bar.note_sent(Draft(DraftKind.TEXT, "new"))
    assert dock.sent_frames == (("Text", "new"), *SAVED)
    dock.panel.connection.address.setText("ws://host/?token=s3cret-key")
    assert dock.websocket_address == ""
    dock.restore((("unknown", "x"),), "")
    assert dock.sent_frames == ()


def test_the_focus_goes_to_the_console(qtbot: QtBot) -> None:
    dock = make(qtbot)
    dock.show()
    dock.setFocus()
    assert dock.focusWidget() is dock.panel.send_bar.field  # there are no frames yet
