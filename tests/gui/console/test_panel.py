from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.console.frames import START_NS, frame
from ticker_gui.console.outcome import Outcome
from ticker_gui.console.outgoing import Draft, DraftKind
from ticker_gui.gui.console.header import WEBSOCKET
from ticker_gui.gui.console.panel import ConsolePanel
from ticker_gui.gui.widgets.menus import MenuCommand
from ticker_gui.gui.widgets.theme import load_theme


class Shown:
    """A console in a window; its feed is the test."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = ConsolePanel(load_theme("dark"))
        qtbot.addWidget(self.panel)
        self.head = self.panel.head
        self.panel.resize(1000, 400)
        self.panel.show()
        self.panel.set_feeds(["desk", "chat"])

    def add(self, *texts: str, feed: str = "desk") -> None:
        for text in texts:
            self.panel.traffic.add_frame(feed, frame(text, at_ms=self.panel.traffic.ring.end))
        self.panel.refresh()

    @property
    def texts(self) -> list[str]:
        return [entry.frame.payload.decode() for entry in self.panel.shown_entries()]

    def action(self) -> QPushButton:
        button = self.panel.empty.findChild(QPushButton, "console_empty_action")
        assert isinstance(button, QPushButton)
        return button


def test_an_empty_console_offers_one_action(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    assert it.panel.empty.isVisible()
    qtbot.mouseClick(it.action(), Qt.MouseButton.LeftButton)
    assert it.head.current_feed == WEBSOCKET


def test_a_feed_without_frames_says_so_and_offers_no_filter_to_clear(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("hello")
    it.head.choose_feed("chat")
    assert it.panel.empty.text.title == "No messages yet"
    assert not it.action().isVisible()
    it.head.search.setText("hello")
    assert it.panel.empty.text.title == "No matches"


def test_frames_are_filtered_by_feed_and_type_and_the_filter_is_cleared(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add('{"e":"trade"}', '{"e":"quote"}')
    it.add("hello", feed="chat")
    assert not it.panel.table.isColumnHidden(5)
    it.head.choose_feed("desk")
    assert it.texts == ['{"e":"trade"}', '{"e":"quote"}']
    assert it.panel.table.isColumnHidden(5)
    it.panel.update_rates(1.0)
    it.head.type.setCurrentText("quote")
    assert it.texts == ['{"e":"quote"}']
    it.head.search.setText("nothing like that")
    assert it.panel.empty.isVisible()
    qtbot.mouseClick(it.action(), Qt.MouseButton.LeftButton)
    assert len(it.texts) == 2
    assert it.panel.table.isVisible()


def test_a_pause_stops_the_view_and_counts_what_arrives(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("1")
    qtbot.mouseClick(it.head.pause, Qt.MouseButton.LeftButton)
    it.add("2", "3")
    assert it.texts == ["1"]
    assert it.panel.foot.latest.text() == "Latest (2 new)"
    qtbot.mouseClick(it.panel.foot.latest, Qt.MouseButton.LeftButton)
    assert it.texts == ["1", "2", "3"]
    assert not it.head.pause.isChecked()


def test_the_latest_button_follows_again(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add(*map(str, range(100)))
    it.panel.table.verticalScrollBar().setValue(0)
    it.add("a", "b", "c")
    assert it.panel.foot.latest.text() == "Latest (3 new)"
    qtbot.mouseClick(it.panel.foot.latest, Qt.MouseButton.LeftButton)
    assert it.panel.table.is_following
    assert it.panel.foot.following.isVisible()


def test_the_chosen_frame_is_explained_and_stays_when_it_is_dropped(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    explained: list[int] = []

    def explain(number: int) -> Outcome:
        explained.append(number)
        return Outcome(f"frame {number}")

    it.panel.explain = explain
    it.add("first", "second")
    qtbot.mouseClick(it.panel.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 5))
    assert explained == [0]
    assert it.panel.details.outcome_title.text() == "frame 0"
    it.panel.traffic.ring.clear()
    it.panel.refresh()
    assert it.panel.details.entry is not None


def test_the_details_of_a_frame_end_with_the_choice_of_another_feed(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("hello")
    it.panel.table.selectRow(0)
    it.head.choose_feed("desk")
    assert it.panel.details.entry is not None
    it.head.choose_feed(WEBSOCKET)
    assert it.panel.details.entry is None


def test_selected_frames_are_copied_as_text_or_json_lines(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("first", "second")
    it.panel.table.selectAll()
    it.panel.copy_text()
    assert QGuiApplication.clipboard().text() == "first\nsecond"
    it.panel.table.selectRow(0)
    it.panel.copy_lines()
    assert QGuiApplication.clipboard().text() == f'{{"t":{START_NS},"feed":"desk","dir":"in","frame":"first"}}'


def test_a_copy_of_a_part_of_the_selected_frames_is_announced(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.gui.console.panel._MAX_COPIED", 1)
    it = Shown(qtbot)
    it.add("first", "second")
    it.panel.table.selectAll()
    it.panel.copy_text()
    assert QGuiApplication.clipboard().text() == "first"
    assert it.panel.send_bar.message.text() == "Copied only the first 1 of 2 messages. To keep all of them, save them."


def test_the_time_between_selected_frames_is_shown(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add(*map(str, range(40)))
    it.panel.table.selectRow(3)
    assert "selected" not in it.panel.foot.following.text()
    qtbot.keyClick(it.panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(it.panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert it.panel.foot.following.text() == "3 selected, 2 ms apart"
    assert it.panel.foot.following.isVisible()
    it.panel.go_to_latest()
    it.panel.table.clearSelection()
    assert it.panel.foot.following.text() == "Following the newest message"


def test_the_frames_that_are_shown_are_saved(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("first", "second")
    it.head.search.setText("second")
    with qtbot.waitSignal(it.panel.save_requested) as caught:
        qtbot.mouseClick(it.head.save, Qt.MouseButton.LeftButton)
    assert caught.args is not None
    (entries,) = caught.args
    assert [entry.frame.payload for entry in entries] == [b"second"]


def test_a_long_search_continues_between_the_frames_of_the_window(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add(*map(str, range(500)))
    ticks = iter(range(10_000))
    it.panel.model.frames._now = lambda: next(ticks)  # type: ignore[misc]
    requests: list[None] = []
    it.panel.frame_requested.connect(lambda: requests.append(None))
    it.head.search.setText("499")
    assert it.texts == []
    qtbot.waitUntil(lambda: it.panel.model.frames.is_complete)
    assert requests
    it.panel.refresh()
    assert it.texts == ["499"]


def test_the_menu_edits_a_frame_again_shows_its_type_only_and_forgets_all(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add('{"op":"say"}', "plain")
    commands = {one.text.replace("&", ""): one for one in it.panel.menu_items() if isinstance(one, MenuCommand)}
    copy = commands["Copy"].unavailable
    assert copy is not None
    assert copy() == "No message is selected"
    it.panel.table.selectRow(0)
    assert copy() == ""
    commands["Edit and send again"].act()
    assert it.panel.send_bar.draft == Draft(DraftKind.JSON, '{"op":"say"}')
    commands["Show only this type"].act()
    assert it.texts == ['{"op":"say"}']
    commands["Clear all messages"].act()
    assert it.texts == []


def test_a_wrong_search_is_explained(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.head.search.setText("$.[")
    assert it.panel.send_bar.message.text().startswith("Not a valid path")
    it.head.search.setText("")
    assert it.panel.send_bar.message.text() == "Not connected."
    it.panel.send_bar.show_message("Sent.")
    it.head.search.setText("a")
    assert it.panel.send_bar.message.text() == "Sent."


def test_enter_on_a_frame_moves_to_its_details(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("first")
    it.panel.table.setFocus()
    qtbot.keyClick(it.panel.table, Qt.Key.Key_Home)
    qtbot.keyClick(it.panel.table, Qt.Key.Key_Return)
    assert it.panel.focusWidget() is it.panel.details.views


def test_the_feeds_are_named_where_frames_of_several_are_shown(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    for names, has_websocket, is_hidden in ((["a"], False, True), (["a"], True, False), (["a", "b"], False, False)):
        it.panel.set_feeds(names, has_websocket=has_websocket)
        assert it.panel.table.isColumnHidden(5) is is_hidden


def test_all_frames_can_be_forgotten(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("first")
    it.panel.clear()
    assert it.texts == []
    assert it.panel.empty.isVisible()
    it.add("second")
    assert it.texts == ["second"]


def test_the_context_menu_of_the_table_opens_at_the_pointer(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.add("hello")
    it.panel.table.selectRow(0)
    it.panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.actions()
    menu.close()


def test_the_panel_reports_that_it_is_shown(qtbot: QtBot) -> None:
    it = Shown(qtbot)
    it.panel.hide()
    with qtbot.waitSignal(it.panel.shown):
        it.panel.show()
