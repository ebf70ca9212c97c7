from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.config.settings import Settings
from ticker_gui.gui.settings.dialog import SettingsDialog
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.settings_editor.notice import Notice
from ticker_gui.settings_editor.rows import read_settings, setting_rows

TEXT = "theme = 'dark'\n"


def rows(text: str = TEXT):  # type: ignore[no-untyped-def]
    reading = read_settings(Path("config.toml"), text)
    return setting_rows(reading, reading.settings or Settings(), Settings(), {})


def make(qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(rows(), load_theme("dark"))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def words(dialog: SettingsDialog, name: str) -> str:
    label = dialog.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


def visible_keys(dialog: SettingsDialog) -> list[str]:
    return [key for key, view in dialog.views.items() if not view.isHidden()]


def test_the_window_behind_stays_usable(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    assert not dialog.isModal()
    assert dialog.objectName() == "settings"


def test_a_category_shows_its_settings(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    assert visible_keys(dialog) == ["theme", "palette", "flash", "frame_limit"]
    assert dialog.filter.hasFocus()
    QTest.keyClick(dialog.filter, Qt.Key.Key_Down)
    assert dialog.categories.hasFocus()
    QTest.keyClick(dialog.categories, Qt.Key.Key_Down)
    assert visible_keys(dialog) == ["feeds"]
    QTest.keyClick(dialog.categories, Qt.Key.Key_End)
    assert all(key.startswith(("archive.", "recording.")) for key in visible_keys(dialog))


def test_a_filter_searches_all_categories_and_esc_clears_it_before_it_closes(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    QTest.keyClicks(dialog.filter, "chart")
    assert "limits.charts" in visible_keys(dialog)
    assert "theme" not in visible_keys(dialog)
    QTest.keyClicks(dialog.filter, "xyzzy")
    assert visible_keys(dialog) == []
    assert dialog.findChild(QLabel, "muted").isVisible()  # type: ignore[union-attr]
    QTest.keyClick(dialog.filter, Qt.Key.Key_Escape)
    assert (dialog.isVisible(), visible_keys(dialog)) == (True, ["theme", "palette", "flash", "frame_limit"])
    QTest.keyClick(dialog.filter, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_click_on_a_category_ends_the_search(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    QTest.keyClicks(dialog.filter, "chart")
    item = dialog.categories.item(0)
    at = dialog.categories.visualItemRect(item).center()
    QTest.mouseClick(dialog.categories.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert dialog.filter.text() == ""
    assert visible_keys(dialog) == ["theme", "palette", "flash", "frame_limit"]


def test_everything_is_reached_with_the_tab_key_and_has_a_name(qtbot: QtBot) -> None:
    make(qtbot)
    names: list[str] = []
    while (focused := QApplication.focusWidget()) is not None and focused.objectName() not in names:
        assert focused.accessibleName() or isinstance(focused, QPushButton)
        names.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert names == [
        "setting_filter", "setting_categories", "setting_theme", "setting_palette", "setting_flash",
        "setting_frame_limit", "open_settings_file", "close_settings",
    ]  # fmt: skip


def test_changes_undo_and_buttons_are_requested(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    with qtbot.waitSignal(dialog.change_requested) as change:
        QTest.keyClick(dialog.views["flash"].editor.control, Qt.Key.Key_Space)
    assert change.args == ["flash", False]
    with qtbot.waitSignal(dialog.undo_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(dialog.file_requested):
        QTest.mouseClick(dialog.open_file, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_undo_in_a_field_first_undoes_what_was_typed_there(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    dialog.show_setting("limits.trades")
    line = dialog.views["limits.trades"].editor.control
    assert isinstance(line, QLineEdit)
    assert line.hasFocus()
    line.selectAll()
    QTest.keyClicks(line, "7")
    with qtbot.assertNotEmitted(dialog.undo_requested):
        while line.isUndoAvailable():
            QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == "2,000"
    with qtbot.waitSignal(dialog.undo_requested):
        QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_enter_in_a_field_presses_no_button(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    with qtbot.assertNotEmitted(dialog.file_requested):
        QTest.keyClick(dialog.filter, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.keyClick(dialog.filter, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert dialog.filter.hasFocus()


def test_a_setting_is_opened_at_its_row(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    dialog.resize(dialog.minimumSize())
    QTest.keyClicks(dialog.filter, "theme")
    dialog.show_setting("limits.charts")
    view = dialog.views["limits.charts"]
    assert view.editor.control.hasFocus()
    area = dialog.findChild(QWidget, "settings_area")
    assert isinstance(area, QWidget)
    qtbot.waitUntil(lambda: view.mapTo(area, view.rect().bottomLeft()).y() <= area.height())
    dialog.show_setting("no such setting")
    assert view.editor.control.hasFocus()


def test_new_values_are_shown(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    dialog.show_rows(rows("theme = 'light'"))
    assert dialog.views["theme"].editor.control.currentText() == "Light"  # type: ignore[attr-defined]


@pytest.mark.parametrize("can_undo", [False, True])
def test_a_notice_stays_until_it_is_dismissed(qtbot: QtBot, can_undo: bool) -> None:
    dialog = make(qtbot)
    assert not dialog.notice.isVisible()
    dialog.show_notice(Notice("The file has an error:", "theme (line 4).", is_error=not can_undo, can_undo=can_undo))
    assert words(dialog, "settings_notice_title") == "The file has an error:"
    assert words(dialog, "settings_notice_text") == "theme (line 4)."
    assert dialog.notice.accessibleName() == "The file has an error: theme (line 4)."
    assert dialog.notice.property("severity") == ("warning" if can_undo else "error")
    assert dialog.undo_notice.isVisible() is can_undo
    if can_undo:
        with qtbot.waitSignal(dialog.notice_undo_requested):
            QTest.mouseClick(dialog.undo_notice, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(dialog.notice_dismissed):
        QTest.mouseClick(dialog.dismiss, Qt.MouseButton.LeftButton)
    dialog.show_notice(None)
    assert not dialog.notice.isVisible()


def test_the_foot_says_what_happened_to_a_change(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    assert words(dialog, "settings_hint") == "Changes apply immediately. Ctrl+Z to undo."
    dialog.show_message("Could not save.")
    assert words(dialog, "settings_hint") == "Could not save."
    dialog.show_message("")
    assert "Ctrl+Z" in words(dialog, "settings_hint")
    dialog.show_file("")
    assert not dialog.open_file.isEnabled()
    dialog.show_file("/etc/config.toml")
    assert "/etc/config.toml" in dialog.open_file.toolTip()


def headings_are_above(dialog: SettingsDialog) -> bool:
    if dialog._heads.isHidden():
        return True
    value = dialog._headings[1].mapTo(dialog, dialog._headings[1].rect().topLeft()).x()
    editors = [dialog.views[key].editor for key in visible_keys(dialog)]
    return all(editor.mapTo(dialog, editor.rect().topLeft()).x() == value for editor in editors)


def test_nothing_leaves_the_dialog_at_any_width(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    for category in range(dialog.categories.count()):
        dialog.categories.setCurrentRow(category)
        for width in (dialog.minimumWidth(), 540, 600, 700, 920, 1400):
            dialog.resize(width, 400)
            assert dialog.width() == width
            qtbot.waitUntil(lambda: headings_are_above(dialog))
            for key in visible_keys(dialog):
                view = dialog.views[key]
                qtbot.waitUntil(lambda: view.mapTo(dialog, view.rect().topRight()).x() < width)  # noqa: B023
                assert view.width() >= view.minimumSizeHint().width()


def test_the_dialog_fits_into_a_screen_of_533_by_400_pixels(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    dialog.resize(int(0.9 * 533), 360)
    assert (dialog.width(), dialog.height()) == (479, 360)

    def right(part: QWidget) -> int:
        return part.mapTo(dialog, part.rect().topRight()).x()

    for category in range(dialog.categories.count()):
        dialog.categories.setCurrentRow(category)
        for key in visible_keys(dialog):
            view = dialog.views[key]
            qtbot.waitUntil(lambda: view._help.width() >= 300 and view.editor.y() > view._help.y())  # noqa: B023
            parts = [one for one in (view.editor, view._source) if one.isVisible()]
            qtbot.waitUntil(lambda: max(map(right, parts)) < 479)  # noqa: B023
    assert right(dialog.close_button) < 479


def test_the_swatches_take_the_colors_of_a_new_theme(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    palettes = dialog.views["palette"].editor.control
    assert isinstance(palettes, QComboBox)
    dark = palettes.itemIcon(0).pixmap(palettes.iconSize()).toImage()
    dialog.set_theme(load_theme("light"))
    assert palettes.itemIcon(0).pixmap(palettes.iconSize()).toImage() != dark


def test_ctrl_f_goes_to_the_filter_and_selects_its_text(qtbot: QtBot) -> None:
    dialog = make(qtbot)
    QTest.keyClicks(dialog.filter, "chart")
    dialog.categories.setFocus()
    QTest.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert dialog.filter.hasFocus()
    assert dialog.filter.selectedText() == "chart"
