from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from ticker_gui.gui.settings.editors import Editor
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.settings_editor.fields import FieldKind, editable_fields

FIELDS = {field.key: field for field in editable_fields()}


def make(qtbot: QtBot, key: str) -> Editor:
    editor = Editor(FIELDS[key])
    qtbot.addWidget(editor)
    editor.show()
    return editor


@pytest.mark.parametrize(
    ("key", "kind"),
    [("theme", QComboBox), ("flash", QCheckBox), ("limits.trades", QLineEdit), ("feeds", QPushButton)],
)
def test_every_kind_of_setting_has_its_named_control(qtbot: QtBot, key: str, kind: type) -> None:
    editor = make(qtbot, key)
    assert isinstance(editor.control, kind)
    assert editor.control.accessibleName() == FIELDS[key].title
    assert editor.control.objectName() == f"setting_{key}"


@pytest.mark.parametrize("key", [key for key, field in FIELDS.items() if field.kind is FieldKind.CHOICE])
def test_also_in_a_narrow_dialog_no_choice_is_cut(qapp: QApplication, qtbot: QtBot, key: str) -> None:
    apply_theme(qapp, load_theme("dark"))
    editor = make(qtbot, key)
    editor.set_theme(load_theme("dark"))
    editor.set_narrow(True)
    assert isinstance(editor.control, QComboBox)
    for value in FIELDS[key].choices:
        editor.show_value(value)
        option = QStyleOptionComboBox()
        editor.control.initStyleOption(option)
        room = editor.control.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, editor.control
        )
        icon_width = 0 if option.currentIcon.isNull() else editor.control.iconSize().width() + 4
        assert editor.control.fontMetrics().horizontalAdvance(option.currentText) + icon_width <= room.width()


def test_a_choice_is_made_by_keyboard(qtbot: QtBot) -> None:
    editor = make(qtbot, "theme")
    editor.show_value("light")
    with qtbot.waitSignal(editor.chosen) as chosen:
        QTest.keyClick(editor.control, Qt.Key.Key_Up)
    assert chosen.args == ["dark"]


def test_the_wheel_changes_nothing(qtbot: QtBot) -> None:
    editor = make(qtbot, "theme")
    editor.show_value("light")
    at = QPointF(editor.control.rect().center())
    turn = QWheelEvent(
        at, editor.control.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor.control, turn)
    assert isinstance(editor.control, QComboBox)
    assert editor.control.currentData() == "light"


def test_a_switch_is_set_by_the_space_bar(qtbot: QtBot) -> None:
    editor = make(qtbot, "flash")
    editor.show_value(True)
    with qtbot.waitSignal(editor.chosen) as chosen:
        QTest.keyClick(editor.control, Qt.Key.Key_Space)
    assert chosen.args == [False]


def test_a_number_is_typed_and_confirmed_with_enter_or_restored_with_esc(qtbot: QtBot) -> None:
    editor = make(qtbot, "limits.trades")
    line = editor.control
    assert isinstance(line, QLineEdit)
    editor.show_value(5_000)
    assert line.text() == "5,000"
    line.selectAll()
    QTest.keyClicks(line, "700")
    editor.show_value(5_000)
    assert line.text() == "700"  # it is being typed
    with qtbot.waitSignal(editor.typed) as typed:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert typed.args == ["700"]
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "5,000"
    assert not line.isUndoAvailable()
    editor.show_value(6_000)
    assert line.text() == "6,000"


def test_a_setting_that_is_edited_elsewhere_has_a_button(qtbot: QtBot) -> None:
    editor = make(qtbot, "feeds")
    with qtbot.waitSignal(editor.opened):
        QTest.mouseClick(editor.control, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_palettes_show_their_colors(qtbot: QtBot, name: str) -> None:
    editor = make(qtbot, "palette")
    theme = load_theme(name, "classic")
    editor.set_theme(theme)
    assert isinstance(editor.control, QComboBox)
    image = editor.control.itemIcon(1).pixmap(24, 10).toImage()
    assert image.pixelColor(5, 5).name() == theme.up
    assert image.pixelColor(image.width() - 5, 5).name() == theme.down


def test_a_wrong_value_is_marked(qtbot: QtBot) -> None:
    editor = make(qtbot, "limits.trades")
    editor.show_wrong(True)
    assert editor.control.property("wrong") is True
    editor.show_wrong(False)
    assert editor.control.property("wrong") is False
