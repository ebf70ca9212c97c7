from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.feed_status.rows import row
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.gui.feeds.panel import FeedsPanel
from ticker_gui.gui.widgets.theme import load_theme

LIVE, LOST = row("coinbase"), row("kraken", FeedStatus.WAITING)
KEY = row("finnhub", FeedStatus.REJECTED, wants_key=True)
DEMO = row("demo", mark=FeedMark.DEMO, is_built_in=True, is_simulated=True, is_saved=False)
TYPED = row("typed", is_saved=False)


@pytest.fixture
def panel(qtbot: QtBot) -> FeedsPanel:
    panel = FeedsPanel(load_theme("dark"))
    qtbot.addWidget(panel)
    panel.resize(1000, 300)
    panel.make_parts()
    panel.show()
    panel.show_rows([LIVE, LOST, KEY])
    return panel


def button(panel: FeedsPanel, name: str) -> QPushButton:
    found = panel.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def texts(panel: FeedsPanel, index: int) -> list[str]:
    item = panel.tree.topLevelItem(index)
    assert item is not None
    return [item.text(column) for column in range(5)]


def test_a_button_that_goes_while_a_dialog_is_open_leaves_the_focus_to_the_feeds(
    panel: FeedsPanel, qtbot: QtBot
) -> None:
    button(panel, "edit_feed").setFocus()
    qtbot.waitUntil(button(panel, "edit_feed").hasFocus)
    dialog = QDialog(panel)
    dialog.open()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    panel.show_rows([row("coinbase", is_saved=False), LOST, KEY])  # as while the edited feed is replaced
    assert panel.focusWidget() is panel.tree


def choose(panel: FeedsPanel, index: int) -> None:
    item = panel.tree.topLevelItem(index)
    assert item is not None
    panel.tree.setCurrentItem(item)


def test_a_pressed_button_that_goes_leaves_the_focus_to_the_feeds(panel: FeedsPanel, qtbot: QtBot) -> None:
    for name, before, after in (
        ("remove_feed", [LIVE], [DEMO]),
        ("remember_feed", [TYPED], [LIVE]),
        ("enter_key", [KEY], [LIVE]),
        ("reconnect_feed", [LIVE], []),
    ):
        panel.show_rows(before)
        choose(panel, 0)
        button(panel, name).setFocus()
        qtbot.waitUntil(button(panel, name).hasFocus)
        panel.show_rows(after)
        assert panel.tree.hasFocus(), name
    panel.show_removed("Removed coinbase.")
    button(panel, "undo_removal").setFocus()
    panel.show_removed("")
    assert panel.tree.hasFocus()


def test_each_feed_has_its_word_its_start_and_its_rate(panel: FeedsPanel) -> None:
    assert texts(panel, 0) == ["coinbase", "Live", "12:00:00", "3", "coinbase is Live"]
    assert texts(panel, 1)[1:4] == ["Not connected", "12:00:00", "–"]
    panel.show_rows([LIVE._replace(rate=1_200), LOST, KEY])
    assert texts(panel, 0)[3] == "1,200"


def test_a_feed_whose_state_is_the_same_stays_visible_when_others_come_and_go(panel: FeedsPanel) -> None:
    shown = texts(panel, 1)
    panel.show_rows([LOST])
    assert texts(panel, 0) == shown
    panel.show_rows([TYPED, LOST])
    assert texts(panel, 1) == shown


def test_the_current_feed_stays_current_when_others_come_and_go(panel: FeedsPanel) -> None:
    choose(panel, 1)
    panel.show_rows([TYPED, LOST])
    assert panel.current_feed == "kraken"
    panel.show_rows([TYPED])
    assert panel.current_feed == "typed"
    panel.show_rows([])
    assert panel.current_feed == ""
    assert not button(panel, "remove_feed").isEnabled()


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("reconnect_feed", "reconnect_requested"),
        ("edit_feed", "edit_requested"),
        ("remove_feed", "removal_requested"),
    ],
)
def test_buttons_are_for_the_current_feed(panel: FeedsPanel, qtbot: QtBot, name: str, signal: str) -> None:
    choose(panel, 1)
    with qtbot.waitSignal(getattr(panel.requests, signal)) as emitted:
        qtbot.mouseClick(button(panel, name), Qt.MouseButton.LeftButton)
    assert emitted.args == ["kraken"]


def test_delete_removes_the_current_feed(panel: FeedsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.requests.removal_requested) as emitted:
        qtbot.keyClick(panel.tree, Qt.Key.Key_Delete)
    assert emitted.args == ["coinbase"]


def test_space_disables_and_enables_the_current_feed(panel: FeedsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.requests.enabling_requested) as emitted:
        qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    assert emitted.args == ["coinbase", False]
    panel.show_rows([LIVE._replace(mark=FeedMark.DISABLED, word="Disabled"), LOST, KEY])
    assert not button(panel, "reconnect_feed").isEnabled()
    with qtbot.waitSignal(panel.requests.enabling_requested) as emitted:
        qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    assert emitted.args == ["coinbase", True]


def test_a_state_that_changes_checks_boxes_without_requests(panel: FeedsPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.requests.enabling_requested):
        panel.show_rows([LIVE._replace(mark=FeedMark.DISABLED), LOST, KEY])
        panel.show_rows([LIVE, LOST, KEY])
        panel.set_theme(load_theme("light"))


def test_a_check_box_shows_the_state_again_when_nothing_could_be_changed(panel: FeedsPanel, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    panel.refresh()
    item = panel.tree.topLevelItem(0)
    assert item is not None
    assert item.checkState(0) is Qt.CheckState.Checked
    assert panel.current_feed == "coinbase"


def test_a_feed_without_a_valid_key_has_a_button_for_it(panel: FeedsPanel, qtbot: QtBot) -> None:
    assert not button(panel, "enter_key").isVisible()
    choose(panel, 2)
    with qtbot.waitSignal(panel.requests.key_requested) as emitted:
        qtbot.mouseClick(button(panel, "enter_key"), Qt.MouseButton.LeftButton)
    assert emitted.args == ["finnhub"]


def test_a_feed_of_the_command_line_can_be_remembered_and_not_be_edited_before(panel: FeedsPanel, qtbot: QtBot) -> None:
    panel.show_rows([TYPED])
    assert not button(panel, "edit_feed").isEnabled()
    with qtbot.waitSignal(panel.requests.saving_requested) as emitted:
        qtbot.mouseClick(button(panel, "remember_feed"), Qt.MouseButton.LeftButton)
    assert emitted.args == ["typed"]
    panel.show_rows([TYPED._replace(is_saved=True)])
    assert not button(panel, "remember_feed").isVisible()


def test_the_button_for_editing_says_why_it_is_not_possible(panel: FeedsPanel) -> None:
    edit = button(panel, "edit_feed")
    assert edit.accessibleDescription() == "Change address, key and symbols"
    for feed, reason in (
        (TYPED, "Choose Remember this feed first"),
        (DEMO, "The built-in market has nothing to edit"),
        (LIVE._replace(is_replay=True), "The feed of a recording cannot be edited"),
    ):
        panel.show_rows([feed])
        assert (edit.isEnabled(), edit.accessibleDescription()) == (False, reason)
    panel.show_rows([LIVE])
    assert (edit.isEnabled(), edit.accessibleDescription()) == (True, "Change address, key and symbols")


def test_the_built_in_market_can_only_be_reconnected(panel: FeedsPanel, qtbot: QtBot) -> None:
    panel.show_rows([DEMO])
    with qtbot.assertNotEmitted(panel.requests.enabling_requested):
        qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    enabled = [name for name in ("reconnect_feed", "edit_feed", "remove_feed") if button(panel, name).isEnabled()]
    assert enabled == ["reconnect_feed"]
    assert not button(panel, "remember_feed").isVisible()


def test_a_removal_can_be_undone(panel: FeedsPanel, qtbot: QtBot) -> None:
    undo, label = button(panel, "undo_removal"), panel.findChild(QLabel, "removed_feed")
    assert isinstance(label, QLabel)
    assert not undo.isVisible()
    panel.show_removed("Removed <b>.")
    assert (undo.isVisible(), label.text()) == (True, "Removed <b>.")
    with qtbot.waitSignal(panel.requests.undo_requested):
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.requests.undo_requested):
        qtbot.keyClick(panel.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    panel.show_removed("")
    assert not undo.isVisible()
    with qtbot.assertNotEmitted(panel.requests.undo_requested, wait=0):  # the key is that of the window again
        qtbot.keyClick(panel.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_the_marks_take_the_colors_of_a_new_theme(panel: FeedsPanel) -> None:
    def marks() -> list[QImage]:
        items = [panel.tree.topLevelItem(index) for index in range(3)]
        return [item.icon(1).pixmap(16, 16).toImage() for item in items if item is not None]

    dark = marks()
    panel.set_theme(load_theme("light"))
    light = marks()
    assert len(dark) == len(light) == 3
    assert all(one != other for one, other in zip(dark, light, strict=True))


def test_what_happens_before_the_parts_are_made_is_displayed_by_them(qtbot: QtBot) -> None:
    panel = FeedsPanel(load_theme("dark"))
    qtbot.addWidget(panel)
    panel.show_rows([LIVE, LOST])
    panel.set_theme(load_theme("light"))
    panel.show_removed("finnhub was removed")
    assert panel.rows == [LIVE, LOST]
    assert not panel.findChildren(QPushButton)
    panel.make_parts()
    panel.show()
    assert [texts(panel, index)[0] for index in range(2)] == ["coinbase", "kraken"]
    assert panel.current_feed == "coinbase"
    message = panel.findChild(QLabel, "removed_feed")
    assert isinstance(message, QLabel)
    assert (message.text(), message.isVisible()) == ("finnhub was removed", True)
    assert button(panel, "undo_removal").isVisible()
