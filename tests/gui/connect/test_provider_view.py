from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.provider_list import provider_entries
from ticker_gui.gui.connect.provider_view import ProviderView
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
    view = a_view(qtbot)
    heights = [view.visualItemRect(view.item(row)).height() for row in range(view.count())]
    view.show_entries(ENTRIES, has_headings=True)
    taller = [row for row in range(view.count()) if view.visualItemRect(view.item(row)).height() > heights[row]]
    groups = [entry.group for entry in ENTRIES]
    assert taller == sorted({groups.index(group) for group in groups})
    assert view.count() == len(ENTRIES)


def test_both_themes_are_painted(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    view.select_entry(ENTRIES[0].name)
    dark = view.grab().toImage()
    view.set_theme(load_theme("light"))
    assert view.grab().toImage() != dark


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
