from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.provider_list import find_entry, provider_entries
from ticker_gui.gui.connect.provider_view import ProviderView
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme

ENTRIES = provider_entries()


def a_view(qtbot: QtBot) -> ProviderView:
    view = ProviderView(load_theme("dark"))
    qtbot.addWidget(view)
    view.show_entries(ENTRIES)
    view.resize(288, 400)
    view.show()
    return view


def test_a_screen_reader_gets_what_a_row_shows(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    texts = [view.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(view.count())]
    assert "Finnhub, key, free plan. US stocks, crypto, currencies: trades" in texts


def test_arrow_keys_choose_a_provider(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    view.select_entry(ENTRIES[0].name)
    with qtbot.waitSignal(view.entry_chosen) as chosen:
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert chosen.args == [ENTRIES[1]]


def test_the_current_provider_stays_while_the_list_gets_shorter(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    assert view.select_entry("kraken")
    with qtbot.assertNotEmitted(view.entry_chosen, wait=0):
        view.show_entries([entry for entry in ENTRIES if entry.name != "kraken"])
    assert view.current_entry is None
    assert not view.select_entry("nobody")


def test_the_groups_have_headings_above_their_first_rows(qtbot: QtBot) -> None:
    view = with_headings(qtbot)
    rows = [view.item(row).text() for row in range(view.count())]
    for group in {entry.group for entry in ENTRIES}:
        first = next(entry for entry in ENTRIES if entry.group == group)
        assert rows[rows.index(group) + 1] == first.title
    assert len(rows) == len(ENTRIES) + 3


def with_headings(qtbot: QtBot) -> ProviderView:
    view = a_view(qtbot)
    view.show_entries(ENTRIES, has_headings=True)
    return view


def test_a_heading_cannot_be_clicked(qtbot: QtBot) -> None:
    view = with_headings(qtbot)
    assert view.select_entry("kraken")
    view.scrollToTop()
    heading = view.visualItemRect(view.item(0))
    with qtbot.assertNotEmitted(view.entry_chosen, wait=0):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=heading.center())
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=heading.center())
    assert view.current_entry == find_entry("kraken")


def test_the_keyboard_skips_headings(qtbot: QtBot) -> None:
    view = with_headings(qtbot)
    view.select_entry(ENTRIES[0].name)
    seen = [view.current_entry]
    for _ in ENTRIES[1:]:
        qtbot.keyClick(view, Qt.Key.Key_Down)
        seen.append(view.current_entry)
    assert seen == list(ENTRIES)
    for _ in ENTRIES[1:]:
        qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current_entry == ENTRIES[0]
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current_entry == ENTRIES[0]
    for key, entry in ((Qt.Key.Key_End, ENTRIES[-1]), (Qt.Key.Key_Home, ENTRIES[0])):
        qtbot.keyClick(view, key)
        assert view.current_entry == entry
    assert view.verticalScrollBar().value() == 0  # the heading is visible
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_PageDown)
        assert view.current_entry is not None
    qtbot.keyClicks(view, "n")  # "No key needed" is no provider
    assert view.current_entry in ENTRIES


def test_with_headings_the_focus_chooses_no_provider_but_enter_does(qtbot: QtBot) -> None:
    view = with_headings(qtbot)
    with qtbot.assertNotEmitted(view.entry_chosen, wait=0):
        view.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(view.hasFocus)
    with qtbot.waitSignal(view.entry_chosen) as chosen:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen.args == [ENTRIES[0]]


def test_both_themes_are_painted(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    view.select_entry(ENTRIES[0].name)
    dark = view.grab().toImage()
    view.set_theme(load_theme("light"))
    assert view.grab().toImage() != dark


def test_the_chosen_provider_has_a_ring_where_the_keyboard_focuses_the_list(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, load_theme("dark"))
    view = a_view(qtbot)
    view.select_entry(ENTRIES[1].name)
    ring = view.visualItemRect(view.item(1)).center()
    ring.setX(view.viewport().width() // 2)
    ring.setY(view.visualItemRect(view.item(1)).top() + 1)
    colors = []
    for has_ring in (False, True):
        view.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, has_ring)
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        colors.append(view.viewport().grab().toImage().pixelColor(ring).name())
    assert colors == [load_theme("dark").picked, load_theme("dark").focus]


def test_the_focus_alone_chooses_no_provider_but_space_and_enter_do(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        view = a_view(qtbot)
        with qtbot.assertNotEmitted(view.entry_chosen, wait=0):
            view.setFocus(Qt.FocusReason.TabFocusReason)
            qtbot.waitUntil(view.hasFocus)
        assert view.current_entry is None
        with qtbot.waitSignal(view.entry_chosen) as chosen:
            qtbot.keyClick(view, key)
        assert chosen.args == [ENTRIES[0]]


def test_a_click_chooses_a_provider(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    place = view.visualItemRect(view.item(2)).center()
    with qtbot.waitSignal(view.entry_chosen) as chosen:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [ENTRIES[2]]


def test_the_heading_above_the_first_provider_is_scrolled_into_view_with_it(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    view.show_entries(ENTRIES, has_headings=True)
    heading = view.item(0)
    view.setCurrentRow(view.count() - 1)
    assert not view.viewport().rect().intersects(view.visualItemRect(heading))
    view.setCurrentRow(1)
    assert view.viewport().rect().contains(view.visualItemRect(heading).center())
