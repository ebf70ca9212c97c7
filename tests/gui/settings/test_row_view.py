from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from ticker_gui.config.settings import BUILT_IN, Settings
from ticker_gui.gui.settings.row_view import SettingRowView
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.settings_editor.rows import SettingRow, read_settings, setting_rows


def row(key: str, text: str = "", in_force: Settings | None = None, **overrides: str) -> SettingRow:
    reading = read_settings(Path("config.toml"), text)
    settings = in_force or reading.settings or Settings()
    (found,) = [one for one in setting_rows(reading, settings, settings, overrides) if one.field.key == key]
    return found


def make(qtbot: QtBot, shown: SettingRow) -> SettingRowView:
    view = SettingRowView(shown)
    view.set_theme(load_theme("dark"))
    qtbot.addWidget(view)
    view.show()
    return view


def words(view: SettingRowView, name: str) -> str:
    label = view.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text() if label.isVisible() else ""


def test_a_row_shows_title_help_value_and_source(qtbot: QtBot) -> None:
    view = make(qtbot, row("palette", "\npalette = 'classic'"))
    assert words(view, "setting_title") == "Price colors"
    assert words(view, "setting_help") == "Signs and arrows show the direction as well."
    assert (words(view, "setting_source"), words(view, "setting_detail")) == (
        "settings file",
        "line 2; default: Blue and orange",
    )
    assert view.editor.control.accessibleDescription() == (
        "Signs and arrows show the direction as well. settings file. line 2; default: Blue and orange"
    )


def test_a_value_from_elsewhere_is_disabled_and_says_why(qtbot: QtBot) -> None:
    view = make(qtbot, row("theme", "theme = 'light'", Settings(theme="dark"), theme="TICKER_GUI_THEME"))
    assert not view.editor.isEnabled()
    assert words(view, "setting_override") == "TICKER_GUI_THEME"
    assert words(view, "setting_source") == ""
    assert "environment variable TICKER_GUI_THEME" in view.editor.control.toolTip()


def test_a_wrong_number_is_answered_below_the_title_and_changes_nothing(qtbot: QtBot) -> None:
    view = make(qtbot, row("limits.trades"))
    line = view.editor.control
    assert isinstance(line, QLineEdit)
    with qtbot.assertNotEmitted(view.changed):
        line.selectAll()
        QTest.keyClicks(line, "many")
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert words(view, "setting_error") == "Enter a whole number from 60 to 100,000,000."
    assert words(view, "setting_help") == ""
    assert line.property("wrong") is True
    assert line.accessibleDescription().startswith("Enter a whole number")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), words(view, "setting_error"), view.error) == ("2,000", "", "")


def test_a_typed_number_is_requested_once(qtbot: QtBot) -> None:
    view = make(qtbot, row("limits.trades"))
    line = view.editor.control
    assert isinstance(line, QLineEdit)
    changes: list[tuple[str, object]] = []
    view.changed.connect(lambda key, value: changes.append((key, value)))
    view.changed.connect(lambda key, value: view.show_row(row("limits.trades", f"limits.trades = {value}")))
    line.selectAll()
    QTest.keyClicks(line, "7000")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "7,000"
    line.clearFocus()
    assert changes == [("limits.trades", 7_000)]
    line.selectAll()
    QTest.keyClicks(line, "7000")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (line.text(), len(changes)) == ("7,000", 1)


def test_an_error_in_the_file_is_shown_until_it_is_corrected(qtbot: QtBot) -> None:
    view = make(qtbot, row("theme", "theme = 'drak'", Settings()))
    assert words(view, "setting_error") == 'Theme must be system, dark or light, not "drak" (line 1).'
    view.show_row(row("theme", "theme = 'dark'"))
    assert words(view, "setting_error") == ""


def menu_of(view: SettingRowView) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), view.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(view, event)
    menus = [menu for menu in view.findChildren(QMenu) if menu.isVisible()]
    return menus[-1]


def test_the_context_menu_resets_a_setting_and_copies_its_name(qtbot: QtBot) -> None:
    view = make(qtbot, row("palette", "palette = 'classic'"))
    menu = menu_of(view)
    reset, copy = menu.actions()
    assert reset.text() == "&Use the default: Blue and orange"
    with qtbot.waitSignal(view.reset) as key:
        reset.trigger()
    assert key.args == ["palette"]
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "palette"
    menu.close()
    default = make(qtbot, row("palette"))
    menu = menu_of(default)
    assert not menu.actions()[0].isEnabled()
    menu.close()
    feeds = make(qtbot, row("feeds"))
    menu = menu_of(feeds)
    assert len(menu.actions()) == 1
    menu.close()


def test_feeds_are_opened_elsewhere(qtbot: QtBot) -> None:
    view = make(qtbot, row("feeds", in_force=Settings(feeds=(BUILT_IN,)), feeds="--url"))
    assert words(view, "setting_help").startswith("1 feed. Addresses")
    with qtbot.waitSignal(view.opened) as opened:
        QTest.mouseClick(view.editor.control, Qt.MouseButton.LeftButton)
    assert opened.args == ["feeds"]


def test_a_narrow_row_leaves_the_columns_less_room(qtbot: QtBot) -> None:
    view = make(qtbot, row("palette", "palette = 'classic'"))
    source = view.findChild(QLabel, "setting_source")
    assert isinstance(source, QLabel)
    view.set_narrow(False)
    editor_width, source_width = view.editor.width(), source.width()
    view.set_narrow(True)
    assert view.editor.width() < editor_width
    assert source.width() < source_width
