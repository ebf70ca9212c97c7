from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QPushButton, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.column_chooser import ColumnChooser
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.column_choice import LEFT_OUT_ORDER, ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, DEFAULT_COLUMNS

SOME = ("symbol", "last", "bid", "ask")
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


class Painted(QObject):
    """Records which areas of a widget are painted."""

    region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region |= event.region()
        return False


class Choosing:
    """A visible column dialog, and the columns that it has emitted."""

    def __init__(self, qtbot: QtBot) -> None:
        self.dialog = ColumnChooser()
        self.chosen: list[list[str]] = []
        self.choices: list[ColumnChoice] = []
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.show_columns(ColumnChoice.of_keys(SOME))
        qtbot.addWidget(self.dialog)
        self.dialog.show()
        qtbot.waitUntil(lambda: self.entries.viewport().height() > 100)
        self._qtbot = qtbot

    def _on_chosen(self, choice: ColumnChoice) -> None:
        self.choices.append(choice)
        self.chosen.append(list(choice.keys))

    @property
    def entries(self) -> QListWidget:
        found = self.dialog.findChild(QListWidget, "columns")
        assert isinstance(found, QListWidget)
        return found

    @property
    def order(self) -> list[str]:
        return [self.entries.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.entries.count())]

    def click_box(self, key: str) -> None:
        """Click on the check box of a column."""
        item = self.entries.item(self.order.index(key))
        self.entries.scrollToItem(item)
        option = QStyleOptionViewItem()
        option.rect = self.entries.visualItemRect(item)  # type: ignore[attr-defined]
        option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator  # type: ignore[attr-defined]
        box = self.entries.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, self.entries)
        self._qtbot.mouseClick(self.entries.viewport(), LEFT, pos=box.center())

    def press(self, name: str) -> None:
        button = self.dialog.findChild(QPushButton, name)
        assert isinstance(button, QPushButton)
        self._qtbot.mouseClick(button, LEFT)

    def looks_like_new(self) -> bool:
        """Return whether it looks like a new dialog with the same columns."""
        new = ColumnChooser()
        new.show_columns(self.choices[-1])
        new.resize(self.dialog.size())
        found = new.findChild(QListWidget, "columns")
        assert isinstance(found, QListWidget)
        self._qtbot.addWidget(new)
        for one in (found, self.entries):
            one.clearFocus()
            one.setCurrentRow(-1)
            one.scrollToTop()
        new.show()
        self._qtbot.waitUntil(lambda: found.viewport().size() == self.entries.viewport().size())
        return found.viewport().grab().toImage() == self.entries.viewport().grab().toImage()


@pytest.fixture
def choosing(qtbot: QtBot) -> Choosing:
    return Choosing(qtbot)


def test_the_chosen_columns_come_first_and_the_others_follow(choosing: Choosing) -> None:
    assert tuple(choosing.order[:4]) == SOME
    assert sorted(choosing.order) == sorted(COLUMN_INDEX)
    checked = [choosing.entries.item(row).checkState() is Qt.CheckState.Checked for row in range(len(COLUMNS))]
    assert checked == [True] * 4 + [False] * (len(COLUMNS) - 4)
    assert choosing.chosen == []


def test_each_column_has_its_title_and_description(choosing: Choosing) -> None:
    assert choosing.entries.item(1).text() == "Last: Price of the last trade"


def test_a_click_on_a_check_box_applies_at_once(choosing: Choosing) -> None:
    choosing.click_box("bid")
    assert choosing.chosen == [["symbol", "last", "ask"]]
    choosing.click_box("state")
    assert choosing.chosen[-1] == ["symbol", "last", "ask", "state"]


def test_the_space_bar_checks_a_column(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.entries.setCurrentRow(4)
    qtbot.keyClick(choosing.entries, Qt.Key.Key_Space)
    assert choosing.chosen == [[*SOME, choosing.order[4]]]


def test_the_symbol_column_cannot_be_removed(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.click_box("symbol")
    choosing.entries.setCurrentRow(0)
    qtbot.keyClick(choosing.entries, Qt.Key.Key_Space)
    assert choosing.chosen == []


def test_a_dragged_column_is_moved_at_once(choosing: Choosing) -> None:
    assert choosing.entries.model().moveRow(QModelIndex(), 3, QModelIndex(), 1)
    assert choosing.chosen == [["symbol", "ask", "last", "bid"]]
    assert choosing.entries.dragDropMode() == QListWidget.DragDropMode.InternalMove


@pytest.mark.parametrize("how", ["buttons", "keys"])
def test_a_column_is_moved_up_and_down_within_the_list(choosing: Choosing, qtbot: QtBot, how: str) -> None:
    def move(by: int) -> None:
        if how == "buttons":
            choosing.press("column_up" if by < 0 else "column_down")
        else:
            qtbot.keyClick(choosing.entries, Qt.Key.Key_Up if by < 0 else Qt.Key.Key_Down, ALT)

    choosing.entries.setCurrentRow(2)
    for by in (-1, -1, -1):
        move(by)
    assert choosing.chosen == [["symbol", "bid", "last", "ask"], ["bid", "symbol", "last", "ask"]]
    assert choosing.entries.currentRow() == 0
    move(1)
    assert choosing.chosen[-1] == ["symbol", "bid", "last", "ask"]
    choosing.entries.setCurrentRow(choosing.entries.count() - 1)
    move(1)
    assert len(choosing.chosen) == 3


def test_nothing_moves_without_a_current_column(choosing: Choosing) -> None:
    choosing.entries.setCurrentRow(-1)
    choosing.press("column_down")
    assert choosing.chosen == []


def test_the_default_columns_are_restored(choosing: Choosing) -> None:
    choosing.entries.setCurrentRow(3)
    choosing.press("usual_columns")
    assert choosing.chosen == [list(DEFAULT_COLUMNS)]
    assert tuple(choosing.order[: len(DEFAULT_COLUMNS)]) == DEFAULT_COLUMNS


@pytest.mark.parametrize(("by", "rows"), [(-1, (1, 2)), (1, (2, 3)), (0, range(10))], ids=["up", "down", "usual"])
def test_moved_entries_are_repainted(choosing: Choosing, qtbot: QtBot, by: int, rows: Sequence[int]) -> None:
    painted = Painted()
    choosing.entries.setCurrentRow(2)
    choosing.entries.viewport().installEventFilter(painted)
    qtbot.wait(1)
    painted.region = QRegion()
    if by:
        choosing.dialog.move_current(by)
    else:
        choosing.dialog._reset()
    rects = [choosing.entries.visualItemRect(choosing.entries.item(row)) for row in rows]
    qtbot.waitUntil(lambda: all(painted.region.contains(rect) for rect in rects))
    assert choosing.looks_like_new()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(COLUMNS) - 1), st.sampled_from([-1, 0, 1])), max_size=12))
def test_the_emitted_columns_are_the_checked_ones(choosing: Choosing, steps: list[tuple[int, int]]) -> None:
    choosing.dialog.show_columns(ColumnChoice.of_keys(SOME))
    for row, by in steps:
        choosing.entries.setCurrentRow(row)
        if by:
            choosing.dialog.move_current(by)
        elif choosing.order[row] != "symbol":
            item = choosing.entries.item(row)
            is_checked = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if is_checked else Qt.CheckState.Checked)
    assert sorted(choosing.order) == sorted(COLUMN_INDEX)
    if steps and choosing.chosen:
        checked = [
            key
            for row, key in enumerate(choosing.order)
            if choosing.entries.item(row).checkState() is Qt.CheckState.Checked
        ]
        assert choosing.chosen[-1] == checked
        assert "symbol" in checked
    choosing.chosen.clear()


def test_the_button_and_escape_close_the_dialog(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.press("close_columns")
    assert not choosing.dialog.isVisible()
    choosing.dialog.show()
    qtbot.keyClick(choosing.dialog, Qt.Key.Key_Escape)
    assert not choosing.dialog.isVisible()


def test_enter_triggers_no_button(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.entries.setCurrentRow(2)
    qtbot.keyClick(choosing.entries, Qt.Key.Key_Return)
    assert choosing.chosen == []
    assert choosing.dialog.isVisible()


def test_all_widgets_have_names_and_the_dialog_is_not_modal(choosing: Choosing) -> None:
    assert choosing.dialog.accessibleName() == "Choose columns"
    assert choosing.entries.accessibleName()
    assert not choosing.dialog.isModal()
    mnemonics = [button.text().partition("&")[2][0].lower() for button in choosing.dialog.findChildren(QPushButton)]
    assert len(set(mnemonics)) == len(mnemonics) == 4


@pytest.mark.parametrize("name", ["dark", "light"])
def test_check_boxes_are_visible_checked_and_unchecked(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    theme = load_theme(name)
    apply_theme(qapp, theme)
    choosing = Choosing(qtbot)
    picture = choosing.entries.viewport().grab().toImage()

    def colors(key: str) -> set[str]:
        rect = choosing.entries.visualItemRect(choosing.entries.item(choosing.order.index(key)))
        box = range(rect.left(), rect.left() + rect.height()), range(rect.top(), rect.bottom())
        return {picture.pixelColor(x, y).name() for x in box[0] for y in box[1]}

    assert theme.control in colors("alias")  # its outline
    assert theme.accent in colors("last")
    assert theme.accent not in colors("alias")


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_long_descriptions_do_not_make_the_list_scroll_sideways(choosing: Choosing, qtbot: QtBot, scale: float) -> None:
    font = choosing.entries.font()
    font.setPointSizeF(scale * font.pointSizeF())
    choosing.entries.setFont(font)
    longest = max(
        (choosing.entries.item(row) for row in range(choosing.entries.count())), key=lambda item: len(item.text())
    )
    longest.setText(f"{longest.text()}. {longest.text()}. {longest.text()}.")
    metrics = choosing.entries.fontMetrics()
    assert metrics.horizontalAdvance(longest.text()) > choosing.entries.viewport().width()
    qtbot.waitUntil(lambda: choosing.entries.visualItemRect(longest).height() > 1.5 * metrics.height())
    assert choosing.entries.horizontalScrollBar().maximum() == 0


NO_QUOTES = frozenset({"bid", "ask", "spread"})


def test_columns_that_no_feed_provides_are_gray_unchecked_and_explained(choosing: Choosing) -> None:
    choosing.dialog.show_columns(ColumnChoice(SOME), NO_QUOTES)
    assert tuple(choosing.order[:4]) == SOME  # chosen columns keep their place
    assert choosing.order[-1] == "spread"
    muted = choosing.dialog.palette().placeholderText().color()
    for row, key in enumerate(choosing.order):
        item = choosing.entries.item(row)
        assert item.toolTip() == ("No connected feed provides this." if key in NO_QUOTES else "")
        assert (item.foreground().color() == muted) is (key in NO_QUOTES)
        assert (item.checkState() is Qt.CheckState.Checked) is (key in ("symbol", "last"))


def test_a_column_that_no_feed_provides_can_be_checked(choosing: Choosing) -> None:
    choosing.dialog.show_columns(ColumnChoice(SOME), NO_QUOTES)
    choosing.click_box("bid")
    assert choosing.choices[-1] == ColumnChoice(SOME, frozenset({"bid"}))
    choosing.press("usual_columns")
    assert choosing.choices[-1] == ColumnChoice()


def test_the_dialog_follows_changes_of_the_columns_that_are_made_in_the_table(qtbot: QtBot) -> None:
    table = WatchlistTable(WatchlistModel(Desk().clock), load_theme("dark"))
    table.set_columns(SOME)
    choosing = Choosing(qtbot)
    qtbot.addWidget(table)
    choosing.dialog.edit(table)
    choosing.entries.setCurrentRow(2)
    table.toggle_column("last")
    qtbot.waitUntil(lambda: choosing.order[:3] == ["symbol", "bid", "ask"])
    assert choosing.entries.currentItem().data(Qt.ItemDataRole.UserRole) == "bid"
    table.header.moveSection(table.header.visualIndex(COLUMN_INDEX["ask"]), 1)
    qtbot.waitUntil(lambda: choosing.order[:3] == ["symbol", "ask", "bid"])
    assert choosing.chosen == []
    choosing.click_box("bid")
    assert list(table.columns) == choosing.chosen[-1] == ["symbol", "ask"]
    table.set_columns_without_data(frozenset({"open"}))
    qtbot.waitUntil(lambda: choosing.order[-1] == "open")


def test_the_dialog_says_which_columns_a_narrow_list_leaves_out(choosing: Choosing, qtbot: QtBot) -> None:
    note = choosing.dialog.findChild(QLabel, "columns_note")
    assert isinstance(note, QLabel)
    assert "all of them stay" in note.text()  # the user's own choice
    button = choosing.dialog.findChild(QPushButton, "usual_columns")
    qtbot.mouseClick(button, LEFT)
    titles = [COLUMNS[COLUMN_INDEX[key]].title for key in LEFT_OUT_ORDER]
    places = [note.text().index(title) for title in titles]
    assert places == sorted(places)
    item = choosing.entries.item(len(DEFAULT_COLUMNS))
    item.setCheckState(Qt.CheckState.Checked)
    assert "Restore the defaults" in note.text()
