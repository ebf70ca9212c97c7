from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.command_palette.directory import Directory
from tests.feed_status.rows import NOW_NS, row
from tests.gui.market_of import Desk
from ticker_gui.feed_status.banner import choose_banner
from ticker_gui.gui.application import Application
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.menus import menu_actions
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.proportions import list_width
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind

FEED = [column.key for column in COLUMNS].index("feed")


def make(qtbot: QtBot, *feeds: str, **options: Any) -> MainWindow:
    window = MainWindow(feeds or ("desk",), Desk().clock, load_theme("dark"), **options)
    qtbot.addWidget(window)
    window.show()
    return window


def action(window: MainWindow, text: str) -> QAction:
    (found,) = [one for _, one in menu_actions(window.menuBar()) if one.text().replace("&", "") == text]
    return found


def test_public_object_names_exist(qtbot: QtBot) -> None:
    window = make(qtbot)
    for name in ("main_window", "watchlist", "chart", "status", "connection_state", "add_symbol"):
        found = window if window.objectName() == name else window.findChild(QWidget, name)
        assert isinstance(found, QWidget), name
        assert found.accessibleName(), name
        assert found.isVisible(), name


def test_the_default_columns_and_the_chart_fit_side_by_side(qtbot: QtBot) -> None:
    window = make(qtbot)
    window.resize(1600, 1000)
    qtbot.waitUntil(lambda: window.watchlist.horizontalScrollBar().maximum() == 0)
    assert window.chart.width() > 0.6 * window.width()


def test_a_new_window_takes_up_to_nine_tenths_of_the_screen(qtbot: QtBot) -> None:
    window = make(qtbot)
    for screen in ((1024, 700), (1366, 768), (1920, 1080), (3840, 2160)):
        window.fit_into(QRect(0, 0, *screen))
        assert window.width() == min(1600, int(0.9 * screen[0]))
        assert window.height() == min(1000, int(0.9 * screen[1]))
        qtbot.waitUntil(lambda: window.panel.width() == pytest.approx(list_width(window.width()), abs=1))
        assert window.chart.width() > 0.54 * window.width()


def test_the_smallest_window_fits_half_of_a_small_screen(qtbot: QtBot) -> None:
    """1366 x 768 at scale factor 2 leaves 683 x 384 pixels, of which the window takes 0.9."""
    smallest = make(qtbot).minimumSizeHint()
    assert smallest.width() <= 614
    assert smallest.height() <= 345


def test_the_list_follows_the_width_of_the_window_until_the_user_sets_its_width(qtbot: QtBot) -> None:
    window = make(qtbot)
    window.resize(1600, 900)
    window.docks.share_space()
    qtbot.waitUntil(lambda: window.panel.width() == 624)
    window.resize(1340, 900)
    qtbot.waitUntil(lambda: window.panel.width() == 523)
    window.docks.set_width(window.panel, 420)
    window.resize(1500, 900)
    qtbot.waitUntil(lambda: window.chart.width() > 1000)
    assert window.panel.width() == 420
    window.resize(900, 600)
    qtbot.waitUntil(lambda: window.panel.width() == 405)


def test_the_titles_of_columns_are_shown_in_full(qtbot: QtBot, qapp: Application) -> None:
    apply_theme(qapp, load_theme("dark"))
    try:
        window = make(qtbot)
        window.watchlist.set_columns([column.key for column in COLUMNS])
        header = window.watchlist.header
        cut = [
            one.title
            for place, one in enumerate(COLUMNS)
            if header.sectionSizeHint(place) > header.sectionSize(place)
            and one.kind is not CellKind.SPARKLINE  # its title is shortened where there is little room
        ]
    finally:
        qapp.setStyleSheet("")
    assert not cut


def test_in_a_narrow_window_the_tools_without_room_are_behind_a_button_with_a_name(qtbot: QtBot) -> None:
    window = make(qtbot)
    window.resize(window.minimumSizeHint())
    (bar,) = window.findChildren(QToolBar, "tools")
    buttons = bar.findChildren(QToolButton, "qt_toolbar_ext_button")
    qtbot.waitUntil(lambda: any(button.isVisible() for button in buttons))
    assert [button.accessibleName() for button in buttons] == ["More tools"]


def test_confirmed_symbols_are_requested(qtbot: QtBot) -> None:
    window = make(qtbot)
    field = window.findChild(QLineEdit, "add_symbol")
    assert isinstance(field, QLineEdit)
    with qtbot.waitSignal(window.symbols_requested) as emitted:
        qtbot.keyClicks(field, "btc-usd eth-usd")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert emitted.args == ["", "btc-usd eth-usd"]
    assert field.text() == ""
    with qtbot.assertNotEmitted(window.symbols_requested):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_symbols_that_are_found_later_are_suggested_for_what_was_typed(window: MainWindow, qtbot: QtBot) -> None:
    def suggested() -> list[str]:
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QListView)
        return [str(popup.model().index(row, 0).data()) for row in range(popup.model().rowCount())]

    window.symbol_directory = Directory({"desk": ["ETH-USD"]})
    window.add_field.setFocus()
    qtbot.keyClicks(window.add_field, "btc")
    assert not any("BTC-USD" in text for text in suggested())
    window.symbol_directory = Directory({"desk": ["ETH-USD", "BTC-USD"]})
    window.refresh_symbols()
    qtbot.waitUntil(lambda: any("BTC-USD" in text for text in suggested()))


def test_with_several_feeds_one_is_selected_and_the_table_names_them(qtbot: QtBot) -> None:
    window = make(qtbot, "one", "two")
    window.resize(1600, 1000)
    box = window.findChild(QComboBox, "add_to_feed")
    assert isinstance(box, QComboBox)
    assert box.isVisible()
    assert window.add_field.nextInFocusChain() is box
    box.setCurrentText("two")
    with qtbot.waitSignal(window.symbols_requested) as emitted:
        qtbot.keyClicks(window.add_field, "A")
        qtbot.keyClick(window.add_field, Qt.Key.Key_Return)
    assert emitted.args == ["two", "A"]
    window.set_feeds(["zero", "one", "two"], columns_without_data=frozenset())
    assert (box.currentText(), window.feed_to_add_to) == ("two", "two")  # still
    window.set_feeds(["zero", "one"], columns_without_data=frozenset())
    assert (box.currentText(), window.feed_to_add_to) == ("Automatic", "zero")
    qtbot.waitUntil(lambda: not window.watchlist.isColumnHidden(FEED))
    single = make(qtbot, "one")
    assert single.watchlist.isColumnHidden(FEED)
    assert single.findChild(QComboBox, "add_to_feed") is None
    single.set_feeds(["one", "two"], columns_without_data=frozenset())
    later = single.findChild(QComboBox, "add_to_feed")
    assert isinstance(later, QComboBox)
    qtbot.waitUntil(later.isVisible)
    assert single.add_field.x() < later.x() < single.tool_bar.bell.x()


def test_simulated_data_is_labeled_on_screen(qtbot: QtBot) -> None:
    window = make(qtbot)
    window.title.set_simulated(True)
    window.banner.show_banner(choose_banner([row("demo", is_simulated=True)], NOW_NS))
    title = window.findChild(QLabel, "banner_title")
    assert isinstance(title, QLabel)
    assert title.isVisible()
    assert title.text() == "Demo data:"
    assert window.windowTitle().endswith(" – demo data")
    real = make(qtbot)
    assert not real.banner.isVisible()
    assert "demo" not in real.windowTitle()


def test_the_banner_has_a_row_of_its_own_and_returns_to_it_with_every_layout(qtbot: QtBot) -> None:
    first, second = make(qtbot), make(qtbot)
    banner = choose_banner([row("demo", is_simulated=True)], NOW_NS)
    first.banner.show_banner(banner)
    second.docks.restore(first.docks.capture())
    assert not second.banner.isVisible()
    second.banner.show_banner(banner)
    qtbot.waitUntil(lambda: second.banner.width() > 0.9 * second.width())
    assert second.banner.y() >= second.add_field.height()


def test_the_feeds_button_opens_the_menu_of_the_feeds(qtbot: QtBot) -> None:
    window = make(qtbot)
    button = window.findChild(QToolButton, "feeds_button")
    assert isinstance(button, QToolButton)
    assert button.menu() is window.feeds_menu
    with qtbot.waitSignal(window.connect_feed_requested):
        window.feeds_menu.actions()[0].trigger()


def test_closing_hides_the_window_and_emits_a_signal(qtbot: QtBot) -> None:
    window = make(qtbot)
    with qtbot.waitSignal(window.closing):
        window.close()
    assert not window.isVisible()


def test_menu_commands_emit_their_signals(qtbot: QtBot) -> None:
    window = make(qtbot)
    for text, signal in (
        ("Quit", window.closing),
        ("Retry now", window.status.retry_requested),
        ("Reload settings", window.reload_requested),
    ):
        with qtbot.waitSignal(signal):
            action(window, text).trigger()
    with qtbot.waitSignal(window.theme_requested) as emitted:
        action(window, "Light").trigger()
    assert emitted.args == ["light"]
    action(window, "Candles").trigger()
    assert window.chart.options.kind == "candles"


def test_painting_reports_its_duration(qtbot: QtBot) -> None:
    window = make(qtbot)
    with qtbot.waitSignal(window.painted) as painted:
        window.watchlist.viewport().update()
    assert painted.args is not None
    assert 0 < painted.args[0] < 10


def test_every_text_on_screen_is_plain(qtbot: QtBot) -> None:
    window = make(qtbot, "<b>feed</b>")
    for label in window.findChildren(QLabel):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText, label.text()


def test_every_control_has_a_name(qtbot: QtBot) -> None:
    window = make(qtbot, "one", "two")
    for kind in (QLineEdit, QComboBox):
        for control in window.findChildren(kind):
            assert control.accessibleName(), control


def test_a_theme_change_repaints_the_window(qtbot: QtBot) -> None:
    window = make(qtbot)
    dark = window.grab().toImage()
    window.set_theme(load_theme("light"))
    assert window.grab().toImage() != dark


def test_naming_a_new_list_leads_to_the_add_field(window: MainWindow, qtbot: QtBot) -> None:
    window.panel.tabs.show_lists(["One", "Two"], 1)
    window.panel.tabs.name_new(1)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert window.add_field.hasFocus()


def test_a_table_pasted_into_the_add_field_is_imported(window: MainWindow, qtbot: QtBot) -> None:
    QApplication.clipboard().setText("Apple\tAAPL\nVisa\tV")
    window.focus_add_field()
    with qtbot.waitSignal(window.watchlist.text_dropped) as dropped:
        qtbot.keyClick(window.add_field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dropped.args == ["Apple\tAAPL\nVisa\tV"]


def test_all_buttons_without_an_edge_look_the_same(qtbot: QtBot) -> None:
    found = make(qtbot).findChildren(QToolButton)
    buttons = [button for button in found if not button.objectName().startswith("qt_")]
    assert len(buttons) > 10
    for button in buttons:
        parent = button.parent()
        assert parent is not None
        is_styled = (
            button.property("flat") or parent.property("strip") or isinstance(parent, QToolBar | QLineEdit | QTabBar)
        )
        paints_itself = button.objectName() in {"row_details_fold", "live"}
        assert is_styled or paints_itself or button.objectName() == "banner_more", button.objectName()


def test_the_default_columns_of_one_feed_fit_beside_a_chart_in_a_window_of_usual_width(
    qtbot: QtBot, qapp: QApplication
) -> None:
    apply_theme(qapp, load_theme("dark"))
    window = MainWindow(("one",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.resize(1400, 800)
    window.show()
    shown = [key for key in window.watchlist.columns if not window.watchlist.isColumnHidden(COLUMN_INDEX[key])]
    assert {"symbol", "last", "change_percent", "line", "volume", "age"} <= set(shown)


def test_the_default_columns_fit_beside_the_chart_on_a_laptop(qtbot: QtBot) -> None:
    """The window is 1229 pixels wide at first, and 1366 when it is maximized; day ranges need more."""
    window = make(qtbot)
    chosen = set(window.watchlist.columns) - {"range", "feed"}
    for width in (1229, 1366):
        window.resize(width, 691)
        window.docks.share_space()
        qtbot.waitUntil(lambda width=width: abs(window.panel.width() - list_width(width)) <= 1)  # type: ignore[misc]
        hidden = {key for key in chosen if window.watchlist.isColumnHidden(COLUMN_INDEX[key])}
        assert not hidden
        assert window.chart.width() >= 0.575 * width
