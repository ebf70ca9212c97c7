from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ticker_gui.console.outgoing import Draft, DraftKind
from ticker_gui.gui.console.send_bar import SendBar
from ticker_gui.gui.widgets.menus import MenuCommand, Submenu

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
TEXT, JSON, BASE64 = DraftKind.TEXT, DraftKind.JSON, DraftKind.BASE64


def make(qtbot: QtBot) -> SendBar:
    bar = SendBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.set_unavailable("")
    return bar


def test_a_frame_is_sent_with_control_and_enter(qtbot: QtBot) -> None:
    bar = make(qtbot)
    qtbot.keyClicks(bar.field, '{"op":"say"}')
    with qtbot.waitSignal(bar.send_requested) as caught:
        qtbot.keyClick(bar.field, Qt.Key.Key_Return, CONTROL)
    assert caught.args == [Draft(JSON, '{"op":"say"}')]


def test_wrong_json_is_not_sent_and_its_place_is_shown(qtbot: QtBot) -> None:
    bar = make(qtbot)
    qtbot.keyClicks(bar.field, '{"a":1,}')
    assert bar.message.text().startswith("Not valid JSON at line 1, column 8")
    assert bar.message.property("problem")
    with qtbot.assertNotEmitted(bar.send_requested):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return, CONTROL)
    qtbot.keyClick(bar.field, Qt.Key.Key_Backspace)
    bar.kind.setCurrentIndex(bar.kind.findData(TEXT))  # as text, it is fine
    assert bar.message.text() == ""


def test_the_cursor_moves_to_the_place_of_an_error(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.field.setPlainText('{"a": 1,\n "b": x}')
    bar.request_sending()
    assert bar.message.text().startswith("Not valid JSON at line 2, column 7")
    assert bar.field.textCursor().position() == bar.field.toPlainText().index("x")


def test_nothing_is_sent_while_disconnected_and_the_reason_is_shown(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.set_unavailable("desk: waiting. The connection broke.")
    bar.field.setPlainText("{}")
    assert not bar.send.isEnabled()
    assert not bar.ping.isEnabled()
    assert bar.message.text() == "desk: waiting. The connection broke."
    assert bar.send.accessibleDescription() == "desk: waiting. The connection broke."
    with qtbot.assertNotEmitted(bar.send_requested):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return, CONTROL)
    bar.set_unavailable("")
    assert bar.send.isEnabled()
    assert bar.message.text() == ""


def test_an_empty_field_explains_itself_only_when_sending(qtbot: QtBot) -> None:
    bar = make(qtbot)
    assert bar.message.text() == ""
    qtbot.mouseClick(bar.send, Qt.MouseButton.LeftButton)
    assert bar.message.text() == "Nothing to send."


def test_sent_frames_are_edited_again_with_keys(qtbot: QtBot) -> None:
    bar = make(qtbot)
    for text in ("first", "second"):
        bar.note_sent(Draft(TEXT, text))
    bar.edit(Draft(BASE64, "AA=="))
    for key, text in ((Qt.Key.Key_Up, "second"), (Qt.Key.Key_Up, "first"), (Qt.Key.Key_Up, "first"),
                      (Qt.Key.Key_Down, "second"), (Qt.Key.Key_Down, "AA==")):  # fmt: skip
        qtbot.keyClick(bar.field, key, ALT)
        assert bar.field.toPlainText() == text
        assert bar.draft.kind is (BASE64 if text == "AA==" else TEXT)


def test_the_history_has_a_menu_to_edit_and_remove_frames(qtbot: QtBot) -> None:
    bar = make(qtbot)
    (nothing,) = bar.history_items()
    assert isinstance(nothing, MenuCommand)
    assert nothing.unavailable is not None
    assert nothing.unavailable()
    for text in ("first & only", "second"):
        bar.note_sent(Draft(TEXT, text))
    first, _, remove, clear = bar.history_items()[1:]
    assert isinstance(first, MenuCommand)
    assert isinstance(remove, Submenu)
    assert first.text == "first && only"
    first.act()
    assert bar.draft == Draft(TEXT, "first & only")
    removal = remove.items[0]
    assert isinstance(removal, MenuCommand)
    with qtbot.waitSignal(bar.changed):
        removal.act()
    assert bar.history.drafts == (Draft(TEXT, "first & only"),)
    assert isinstance(clear, MenuCommand)
    clear.act()
    assert not bar.history.drafts


def test_the_keys_of_a_history_that_was_cleared_begin_again(qtbot: QtBot) -> None:
    bar = make(qtbot)
    for text in ("first", "second"):
        bar.note_sent(Draft(TEXT, text))
    for _ in range(2):
        qtbot.keyClick(bar.field, Qt.Key.Key_Up, ALT)
    clear = bar.history_items()[-1]
    assert isinstance(clear, MenuCommand)
    clear.act()
    bar.history.add(Draft(TEXT, "third"))
    qtbot.keyClick(bar.field, Qt.Key.Key_Up, ALT)
    assert bar.field.toPlainText() == "third"


def test_the_field_grows_with_its_text_and_tab_leaves_it(qtbot: QtBot) -> None:
    bar = make(qtbot)
    before = bar.field.height()
    bar.field.setPlainText("1\n2\n3")
    assert bar.field.height() > before
    bar.field.setPlainText("\n" * 100)
    assert bar.field.height() < 12 * before
    assert bar.field.tabChangesFocus()


def test_tab_walks_from_left_to_right(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.kind.setFocus()
    found = []
    while (focused := bar.focusWidget()) is not None and focused.objectName() not in found:
        found.append(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert found == ["frame_kind", "draft", "sent_history", "ping", "send_frame"]


def test_the_kind_changes_the_hint_in_the_field(qtbot: QtBot) -> None:
    bar, hints = make(qtbot), list[str]()
    for kind in (TEXT, JSON, BASE64):
        bar.kind.setCurrentIndex(bar.kind.findData(kind))
        hints.append(bar.field.placeholderText())
    assert len(set(hints)) == 3


def test_the_history_opens_from_its_button(qtbot: QtBot) -> None:
    bar = make(qtbot)
    bar.note_sent(Draft(TEXT, "hello"))
    qtbot.mouseClick(bar.history_button, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert bar.draft == Draft(TEXT, "hello")
    qtbot.waitUntil(lambda: not isValid(menu))  # its command keeps the bar alive, which contains it
