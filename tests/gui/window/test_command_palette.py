from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.command_palette.directory import Directory
from tests.gui.market_of import Desk
from ticker_gui.command_palette.search import Result
from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion
from ticker_gui.gui.application import Application
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.command_palette import MAX_ROWS, MAX_WIDTH, CommandPalette
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.palette_rows import ROW_HEIGHT
from ticker_gui.gui.window.panel_dock import PanelDock

_Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    desk = Desk("A", "B")
    window = MainWindow(["desk"], desk.clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.panel.order.set_states(desk.market.states, ())
    window.panel.tabs.show_lists(["Stocks", "Coins"], 0)
    window.symbol_directory = Directory({"desk": ["DARK-USD", "BTC-USD"]})
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def field(window: MainWindow) -> QLineEdit:
    found = window.findChild(QLineEdit, "palette_field")
    assert isinstance(found, QLineEdit)
    return found


def view(window: MainWindow) -> QListView:
    found = window.findChild(QListView, "palette_results")
    assert isinstance(found, QListView)
    return found


def titles(window: MainWindow) -> list[str]:
    """Return all rows, the titles of groups with a colon before them."""
    rows = view(window).model()
    contents = [rows.index(row, 0).data(Qt.ItemDataRole.UserRole) for row in range(rows.rowCount())]
    return [content.entry.title if isinstance(content, Result) else f":{content}" for content in contents]


def current(window: MainWindow) -> str:
    content = view(window).currentIndex().data(Qt.ItemDataRole.UserRole)
    return content.entry.title if isinstance(content, Result) else ""


def open_palette(window: MainWindow, qtbot: QtBot, typed: str = "") -> CommandPalette:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keySequence(focus, "Ctrl+K")
    assert window.command_palette.isVisible()
    qtbot.waitUntil(field(window).hasFocus)
    qtbot.keyClicks(field(window), typed)
    return window.command_palette


def test_it_opens_from_everywhere_and_escape_restores_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    for name in ("watchlist", "chart", "add_symbol", "timeframe"):
        widget = window.findChild(QWidget, name)
        assert isinstance(widget, QWidget), name
        widget.setFocus()
        palette = open_palette(window, qtbot)
        assert palette.objectName() == "command_palette"
        assert all(one.accessibleName() for one in (palette, field(window), view(window)))
        qtbot.keyClick(field(window), _Key.Key_Escape)
        assert not palette.isVisible(), name
        assert widget.hasFocus(), name


def test_its_parts_are_made_when_it_opens_for_the_first_time_and_kept(window: MainWindow, qtbot: QtBot) -> None:
    palette = window.command_palette
    window.resize(1200, 700)
    window.set_theme(load_theme("light"))
    palette.refresh()
    assert not palette.findChildren(QWidget)
    open_palette(window, qtbot)
    parts = palette.findChildren(QWidget)
    assert palette._painter.theme == load_theme("light")
    palette.toggle()
    open_palette(window, qtbot)
    assert palette.findChildren(QWidget) == parts


def test_the_search_button_opens_it(window: MainWindow, qtbot: QtBot) -> None:
    window.chart.setFocus()
    button = window.findChild(QPushButton, "search_button")
    assert isinstance(button, QPushButton)
    assert button.accessibleName()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.command_palette.isVisible()
    assert field(window).hasFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not window.command_palette.isVisible()
    assert window.chart.hasFocus()


def test_it_closes_suggestions(window: MainWindow, qtbot: QtBot) -> None:
    window.add_field._find = lambda typed: [SymbolSuggestion("BTC-USD", "BTC-USD")]
    window.add_field.setFocus()
    qtbot.keyClicks(window.add_field, "bt")
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    open_palette(window, qtbot)
    assert QApplication.activePopupWidget() is None
    qtbot.keyClick(field(window), _Key.Key_Escape)
    assert not window.command_palette.isVisible()
    assert window.add_field.hasFocus()


def test_after_the_editor_of_a_cell_its_table_gets_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.watchlist.selectRow(0)
    window.watchlist.edit_alias()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    open_palette(window, qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qtbot.keyClick(field(window), _Key.Key_Escape)
    assert window.watchlist.hasFocus()


def test_after_the_editor_of_a_list_name_the_tabs_get_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.panel.tabs.rename_active()
    open_palette(window, qtbot)
    qtbot.keyClick(field(window), _Key.Key_Escape)
    assert window.panel.tabs.bar.hasFocus()


def test_the_same_shortcut_closes_it(window: MainWindow, qtbot: QtBot) -> None:
    window.chart.setFocus()
    palette = open_palette(window, qtbot, "dark")
    qtbot.keySequence(field(window), "Ctrl+K")
    assert not palette.isVisible()
    assert window.chart.hasFocus()


def test_it_opens_from_a_floating_panel_and_escape_returns_there(window: MainWindow, qtbot: QtBot) -> None:
    dock = window.panel.parentWidget()
    assert isinstance(dock, PanelDock)
    dock.set_floating(True)
    qtbot.waitUntil(dock.isActiveWindow)
    window.watchlist.setFocus()
    open_palette(window, qtbot)
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(field(window), _Key.Key_Escape)
    qtbot.waitUntil(dock.isActiveWindow)
    assert window.watchlist.hasFocus()


OTHERS = ["Setting: Theme"]  # that match "dark" by a keyword


def test_typing_filters_and_enter_runs_the_first_entry(window: MainWindow, qtbot: QtBot) -> None:
    window.chart.setFocus()
    palette = open_palette(window, qtbot, "theme li")
    assert titles(window)[:2] == [":Settings", "Theme: Light"]
    with qtbot.waitSignal(window.theme_requested) as theme:
        qtbot.keyClick(field(window), _Key.Key_Return)
    assert theme.args == ["light"]
    assert not palette.isVisible()
    assert window.chart.hasFocus()


def test_the_arrows_choose_and_skip_the_titles_of_groups(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, "dark")
    assert titles(window) == [":Symbols", "DARK-USD", 'Add "dark" to Stocks', ":Settings", "Theme: Dark", *OTHERS]
    for key, title in (
        (_Key.Key_Down, 'Add "dark" to Stocks'),
        (_Key.Key_Tab, "Theme: Dark"),
        (_Key.Key_Down, OTHERS[0]),
        (_Key.Key_Down, "DARK-USD"),
        (_Key.Key_Up, OTHERS[-1]),
        (_Key.Key_Backtab, "Theme: Dark"),
        (_Key.Key_PageUp, "DARK-USD"),
        (_Key.Key_PageDown, OTHERS[-1]),
    ):
        qtbot.keyClick(field(window), key)
        assert current(window) == title
        assert title in field(window).accessibleDescription()
    assert field(window).hasFocus()


def test_a_click_runs_an_entry_and_a_click_on_a_title_does_nothing(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot, "dark")
    rows, viewport = view(window), view(window).viewport()

    def middle(row: int) -> QPoint:
        return rows.visualRect(rows.model().index(row, 0)).center()

    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=middle(3))
    assert palette.isVisible()
    with qtbot.waitSignal(window.theme_requested):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=middle(4))
    assert not palette.isVisible()


def test_the_row_under_a_moving_pointer_is_current_but_not_one_that_moved_below_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    open_palette(window, qtbot, "dark")
    rows = view(window)
    at = rows.visualRect(rows.model().index(4, 0)).center()
    qtbot.mouseMove(rows.viewport(), at)
    assert current(window) == "DARK-USD"
    qtbot.mouseMove(rows.viewport(), at + QPoint(3, 0))
    assert current(window) == "Theme: Dark"


def test_a_click_elsewhere_closes_it(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot)
    window.add_field.setFocus()
    assert not palette.isVisible()
    assert window.add_field.hasFocus()


def test_the_context_menu_of_the_field_leaves_it_open(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot, "dark")
    menu = field(window).createStandardContextMenu()
    menu.popup(field(window).mapToGlobal(field(window).rect().center()))
    assert palette.isVisible()
    menu.close()
    assert palette.isVisible()
    assert field(window).hasFocus()


def test_another_window_leaves_it_open(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot, "dark")
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    assert palette.isVisible()
    window.activateWindow()
    qtbot.waitUntil(field(window).hasFocus)
    assert field(window).text() == "dark"


def test_the_focus_of_a_command_stays_where_it_puts_it(window: MainWindow, qtbot: QtBot) -> None:
    window.chart.setFocus()
    open_palette(window, qtbot, "find and filter")
    qtbot.keyClick(field(window), _Key.Key_Return)
    qtbot.waitUntil(lambda: (focus := QApplication.focusWidget()) is not None and focus.objectName() == "filter")


def test_a_symbol_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, "btc")
    with qtbot.waitSignal(window.symbol_chosen) as chosen:
        qtbot.keyClick(field(window), _Key.Key_Return)
    assert chosen.args == ["desk", "BTC-USD"]
    open_palette(window, qtbot)
    assert titles(window)[:2] == [":Recent", "BTC-USD"]


def test_prefixes_search_commands_and_lists(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, "@")
    assert titles(window) == [":Lists", "Stocks", "Coins"]
    qtbot.keyClicks(field(window), "co")
    with qtbot.waitSignal(window.panel.tabs.list_requested) as requested:
        qtbot.keyClick(field(window), _Key.Key_Return)
    assert requested.args == [1]
    open_palette(window, qtbot, ">dark")
    assert titles(window) == [":Settings", "Theme: Dark", *OTHERS]


def test_an_entry_used_before_is_first(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, "theme dark")
    with qtbot.waitSignal(window.command_palette.recent_changed):
        qtbot.keyClick(field(window), _Key.Key_Return)
    open_palette(window, qtbot)
    assert titles(window)[:2] == [":Recent", "Theme: Dark"]
    assert titles(window).count("Theme: Dark") == 1


def test_a_command_that_is_not_available_says_why_and_does_not_run(window: MainWindow, qtbot: QtBot) -> None:
    window.watchlist.clearSelection()
    palette = open_palette(window, qtbot, "remove from")
    with qtbot.assertNotEmitted(window.watchlist.removal_requested):
        qtbot.keyClick(field(window), _Key.Key_Return)
    assert palette.isVisible()
    assert field(window).accessibleDescription() == "Remove from list is not available: No row is selected"
    assert palette.recent.ids == ()


def test_a_text_without_a_match_says_so(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot, "no such thing at all")
    empty = palette.findChild(QWidget, "palette_empty")
    assert isinstance(empty, QWidget)
    assert empty.isVisible()
    assert not view(window).isVisible()
    qtbot.keyClick(field(window), _Key.Key_Return)
    assert palette.isVisible()


def test_it_forgets_what_was_typed(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, "dark")
    qtbot.keyClick(field(window), _Key.Key_Escape)
    open_palette(window, qtbot)
    assert field(window).text() == ""


def test_it_is_inside_the_window_and_has_up_to_twelve_rows(window: MainWindow, qtbot: QtBot) -> None:
    window.setMinimumSize(0, 0)
    for size in ((2560, 1440), (1366, 768), (900, 600), (640, 420)):
        palette = open_palette(window, qtbot)
        window.resize(*size)
        qtbot.waitUntil(lambda: window.rect().contains(palette.geometry()))  # noqa: B023
        assert palette.width() <= MAX_WIDTH, size
        assert view(window).height() <= MAX_ROWS * ROW_HEIGHT, size
        if size[0] >= 1366:
            assert (palette.width(), palette.y()) == (MAX_WIDTH, 110)
        qtbot.keyClick(field(window), _Key.Key_Up)  # the last of many
        last = view(window).visualRect(view(window).currentIndex())
        assert view(window).viewport().rect().contains(last), size
        palette.dismiss()


def test_few_rows_need_no_scroll_bar(window: MainWindow, qtbot: QtBot, qapp: Application) -> None:
    apply_theme(qapp, load_theme("dark"))
    try:
        open_palette(window, qtbot, ">theme")
        qtbot.waitUntil(lambda: view(window).verticalScrollBar().maximum() == 0)
    finally:
        qapp.setStyleSheet("")


def test_an_open_palette_takes_the_colors_of_a_new_theme(window: MainWindow, qtbot: QtBot) -> None:
    open_palette(window, qtbot, ">theme")
    for theme in (load_theme("light"), load_theme("dark")):
        window.set_theme(theme)
        row = view(window).visualRect(view(window).currentIndex())
        image = view(window).viewport().grab().toImage()
        assert image.pixelColor(row.left(), row.center().y()).name() == theme.accent
        assert image.pixelColor(row.right(), row.center().y()).name() == theme.picked


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("adehkmrt 5@>:-", max_size=8), st.lists(st.sampled_from([_Key.Key_Down, _Key.Key_Up]), max_size=4))
def test_with_any_text_an_entry_is_current_unless_there_is_none(
    window: MainWindow, qtbot: QtBot, typed: str, keys: list[Qt.Key]
) -> None:
    window.command_palette.open()
    field(window).setText(typed)
    for key in keys:
        qtbot.keyClick(field(window), key)
    has_results = any(not title.startswith(":") for title in titles(window))
    assert bool(current(window)) is has_results
    window.command_palette.dismiss()


def test_more_results_leave_the_current_entry(window: MainWindow, qtbot: QtBot) -> None:
    window.refresh_symbols()  # it is closed
    open_palette(window, qtbot, "usd")
    first = current(window)
    qtbot.keyClick(field(window), _Key.Key_Down)
    chosen = current(window)
    assert chosen != first
    window.symbol_directory = Directory({"desk": ["USD-A", "USD-B", "DARK-USD", "BTC-USD"]})
    window.refresh_symbols()
    assert any("USD-A" in title for title in titles(window))
    assert current(window) == chosen


def test_a_running_search_is_the_last_row_and_chooses_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.search_online = lambda typed: f"desk: searching for {typed}…" if typed == "zzz" else ""
    open_palette(window, qtbot, "btc")
    assert not any("searching" in title for title in titles(window))
    field(window).setText("zzz")
    assert titles(window)[-1] == "desk: searching for zzz…"
    qtbot.keyClick(field(window), _Key.Key_End)
    assert "searching" not in current(window)
