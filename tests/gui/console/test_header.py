from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.gui.console.header import ALL_FEEDS, WEBSOCKET, ConsoleHeader

TRADE = FrameEntry("desk", frame('{"e":"trade"}'), "trade")
SENT = FrameEntry("desk", frame("hello", "out"), "text")


def make(qtbot: QtBot) -> ConsoleHeader:
    header = ConsoleHeader()
    qtbot.addWidget(header)
    header.show()
    return header


def test_received_and_sent_frames_can_be_hidden(qtbot: QtBot) -> None:
    header = make(qtbot)
    with qtbot.waitSignal(header.filter_changed):
        qtbot.mouseClick(header.incoming, Qt.MouseButton.LeftButton)
    assert not header.frame_filter.matches(TRADE)
    assert header.frame_filter.matches(SENT)


def test_a_typed_search_selects_frames_and_escape_clears_it(qtbot: QtBot) -> None:
    header = make(qtbot)
    qtbot.keyClicks(header.search, "$.e")
    assert header.frame_filter.matches(TRADE)
    assert not header.frame_filter.matches(SENT)
    with qtbot.waitSignal(header.finished):
        qtbot.keyClick(header.search, Qt.Key.Key_Escape)
    assert header.frame_filter.matches(SENT)


def test_an_invalid_search_is_marked_and_the_last_valid_one_stays(qtbot: QtBot) -> None:
    header = make(qtbot)
    messages: list[str] = []
    header.search_failed.connect(messages.append)
    header.search.setText("trade")
    header.search.setText("/trade(/")
    assert messages[-1].startswith("Not a valid regular expression at character 6")
    assert header.search.property("wrong")
    assert not header.frame_filter.matches(SENT)
    header.search.setText("/trade()/")
    assert messages[-1] == ""
    assert not header.search.property("wrong")


def test_feeds_and_types_are_chosen_and_stay_while_they_exist(qtbot: QtBot) -> None:
    header = make(qtbot)
    header.set_feeds(["a", "b"])
    header.choose_feed("b")
    header.set_types(["quote", "trade"])
    header.type.setCurrentText("trade")
    header.set_feeds(["b", "c"])
    header.set_types(["quote"])
    assert header.current_feed == "b"
    assert (header.frame_filter.feed, header.frame_filter.type) == ("b", "trade")
    with qtbot.waitSignal(header.feed_changed):
        header.set_feeds(["c"])
    assert header.current_feed == ALL_FEEDS
    header.clear_filter()
    assert header.frame_filter.is_empty


def test_any_websocket_can_be_chosen(qtbot: QtBot) -> None:
    header = make(qtbot)
    header.choose_feed(WEBSOCKET)
    assert header.current_feed == WEBSOCKET
    header.choose_feed("unknown")
    assert header.current_feed == WEBSOCKET


def test_a_narrow_head_leaves_out_texts_first(qtbot: QtBot) -> None:
    head = QWidget()
    qtbot.addWidget(head)
    header = ConsoleHeader(head)  # a window of its own would not become so narrow
    head.show()
    for width, has_texts, has_types in ((900, True, True), (600, False, True), (300, False, False)):
        header.resize(width, 30)
        qtbot.waitUntil(lambda width=width: header.width() == width)  # type: ignore[misc]
        is_beside = header.pause.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        assert (is_beside, header.type.isVisible()) == (has_texts, has_types)
