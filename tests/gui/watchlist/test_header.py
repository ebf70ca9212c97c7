from __future__ import annotations

from random import Random

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QStyleOptionHeader
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_table import Handled
from ticker_gui.gui.watchlist.header import ColumnHeader
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.sorting import Sorting


@pytest.fixture
def handled(qtbot: QtBot) -> Handled:
    return Handled(qtbot, "AAPL", "META", "MSFT", "SPY")


def test_the_header_shows_how_rows_are_sorted(handled: Handled) -> None:
    header = handled.table.header

    def text(key: str) -> str:
        option = QStyleOptionHeader()
        header.initStyleOptionForIndex(option, COLUMN_INDEX[key])
        return str(option.text)

    assert text("last") == "Last"
    header.show_sorting(Sorting("last", is_descending=False))
    assert (text("last"), text("symbol")) == ("Last ▴", "Symbol")
    header.show_sorting(Sorting("last", is_descending=True))
    assert text("last") == "Last ▾"
    header.show_sorting(None)
    assert text("last") == "Last"


def test_titles_are_unchanged_and_aligned_with_their_columns_in_right_to_left_layouts(handled: Handled) -> None:
    header = handled.table.header

    def ink(key: str) -> list[int]:
        """Return the x coordinates of the letters of a title."""
        left, width = header.sectionViewportPosition(COLUMN_INDEX[key]), header.sectionSize(COLUMN_INDEX[key])
        image = header.viewport().grab(QRect(left, 0, width, header.height())).toImage()
        ground = image.pixelColor(width // 2, 2).lightness()  # above all letters
        inner = range(3, width - 3), range(4, header.height() - 4)
        return [x for x in inner[0] if any(abs(image.pixelColor(x, y).lightness() - ground) > 100 for y in inner[1])]

    def edges(key: str) -> list[int]:
        """Return the x coordinates of a title's start, of its widest gap (a space) and of its end."""
        places = ink(key)
        gap = max(range(len(places) - 1), key=lambda place: places[place + 1] - places[place])
        return [places[0], places[gap], places[-1]]

    before = {key: edges(key) for key in ("symbol", "change_percent")}
    handled.table.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert edges("change_percent") == pytest.approx(before["change_percent"], abs=3)  # a border is on the other side
    assert edges("symbol")[0] > before["symbol"][0] + 3


def test_the_header_menu_distinguishes_sorting_once_and_keeping_sorted(handled: Handled) -> None:
    actions = handled.header_menu("last")
    for text in ("Keep sorted, highest first", "Sort once, lowest first", "Manual order", "Choose columns…"):
        actions[text].trigger()
    assert handled.emitted == [
        ("sorting_requested", Sorting("last", True)), ("sort_requested", Sorting("last", False)), ("sorting_requested", None),
        ("columns_requested",),
    ]  # fmt: skip
    actions["Hide column"].trigger()
    assert "last" not in handled.table.columns
    handled.menu.close()


def test_sparklines_cannot_be_sorted_and_the_symbol_cannot_be_hidden(handled: Handled) -> None:
    assert "Sort once, highest first" not in handled.header_menu("line")
    handled.menu.close()
    assert "Hide column" not in handled.header_menu("symbol")
    handled.menu.close()


def test_the_menu_beside_the_titles_has_only_table_commands(qtbot: QtBot) -> None:
    handled = Handled(qtbot, "A")
    handled.table.set_columns(["symbol"])
    handled.table.set_width("symbol", 100)
    assert list(handled.header_menu("")) == ["Manual order", "Choose columns…"]
    handled.menu.close()


def test_clicks_sort_then_reverse_then_restore_the_manual_order(handled: Handled, qtbot: QtBot) -> None:
    header: ColumnHeader = handled.table.header
    header.sorting_requested.connect(header.show_sorting)
    for key, first in (("last", True), ("symbol", False)):
        handled.emitted.clear()
        at = QPoint(header.sectionViewportPosition(COLUMN_INDEX[key]) + 20, 5)
        for _ in range(3):
            qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert [what for _, what in handled.emitted] == [Sorting(key, first), Sorting(key, not first), None]


def test_text_is_sorted_from_a_to_z_first(handled: Handled) -> None:
    handled.header_menu("symbol")["Keep sorted, A to Z"].trigger()
    assert handled.emitted == [("sorting_requested", Sorting("symbol", False))]
    handled.menu.close()


def test_mnemonics_of_the_header_menu_are_unique(handled: Handled) -> None:
    for key in ("last", "feed"):
        handled.table.set_feed_column_visible(True)
        texts = [action.text() for action in handled.header_menu(key).values()]
        letters = [text[text.index("&") + 1].casefold() for text in texts]
        assert len(set(letters)) == len(letters), texts
        handled.menu.close()
    assert COLUMNS[COLUMN_INDEX["feed"]].key == "feed"


def test_sorting_once_twice_reverses_the_order(handled: Handled) -> None:
    for key in ("last", "last", "last", "symbol"):
        handled.table.header.sort_once(key)
    assert handled.emitted == [
        ("sort_requested", Sorting("last", is_descending=True)),
        ("sort_requested", Sorting("last", is_descending=False)),
        ("sort_requested", Sorting("last", is_descending=True)),
        ("sort_requested", Sorting("symbol", is_descending=False)),
    ]


def test_the_columns_in_view_follow_every_change_of_the_header(handled: Handled, qtbot: QtBot) -> None:
    table = handled.table
    header, random = table.header, Random(3)
    keys = [COLUMNS[column].key for column in table.watchlist.columns]

    def in_view() -> list[tuple[int, int, int]]:
        end, found = header.viewport().width(), []
        for column in table.watchlist.columns:
            left, width = header.sectionViewportPosition(column), header.sectionSize(column)
            left = 0 if header.frozen_width and COLUMNS[column].key == "symbol" else left
            if width and left < end and left + width > 0:
                found.append((column, left, width))
        return found

    for _ in range(60):
        match random.randrange(5):
            case 0:
                table.resize(random.randrange(200, 900), 300)
            case 1:
                table.set_width(random.choice(keys), random.randrange(30, 200))
            case 2:
                table.horizontalScrollBar().setValue(random.randrange(300))
            case 3:
                table.toggle_column(random.choice(keys))
            case 4:
                header.moveSection(random.randrange(len(keys)), random.randrange(len(keys)))
        assert list(header.visible_columns(table.watchlist.columns)) == in_view()


def test_the_title_of_the_trend_leaves_out_its_period_when_narrow(handled: Handled) -> None:
    header, column = handled.table.header, COLUMN_INDEX["line"]

    def title() -> str:
        option = QStyleOptionHeader()
        header.initStyleOption(option)
        header.initStyleOptionForIndex(option, column)
        return str(option.text)

    handled.table.set_width("line", 200)
    assert title() == "Trend 10 min"
    handled.table.set_width("line", 60)
    assert title() == "Trend"
