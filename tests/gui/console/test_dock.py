from __future__ import annotations

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
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
        dock.make_parts()
        dock.show()
        dock.hide()
    assert built == [dock.panel]
    assert dock.panel.head.parent() is dock.header


def test_what_is_saved_is_kept_before_and_after_it_is_built(qtbot: QtBot) -> None:
    dock = make(qtbot)
    assert (dock.sent_frames, dock.websocket_address) == (SAVED, "ws://host/chat")
    dock.make_parts()
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
    dock.make_parts()
    dock.show()
    dock.setFocus()
    assert dock.focusWidget() is dock.panel.send_bar.field  # there are no frames yet


def test_the_console_takes_the_colors_of_a_new_theme(qtbot: QtBot) -> None:
    dock, light = make(qtbot), load_theme("light")
    dock.make_parts()
    dock.show()
    panel = dock.panel
    panel.traffic.add_frame("desk", frame('{"price":1.5}'))
    panel.refresh()
    panel.table.selectRow(0)
    dock.set_theme(light)
    image = panel.table.viewport().grab().toImage()
    assert image.pixelColor(image.width() - 2, image.height() - 2).name() == QColor(light.base).name()
    item = panel.details.tree.topLevelItem(0)
    assert item is not None
    assert item.foreground(0).color() == QColor(light.text2)
