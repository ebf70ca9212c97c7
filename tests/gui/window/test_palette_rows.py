from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from ticker_gui.command_palette.entries import Entry, Group
from ticker_gui.command_palette.search import Result
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.palette_rows import HEADER_HEIGHT, ROW_HEIGHT, ResultPainter, ResultRows, describe_entry

WIDTH = 400


def result(title: str, positions: tuple[int, ...] = (), group: Group = Group.COMMANDS, **fields: Any) -> Result:
    return Result(Entry(title, group, title, print)._replace(**fields), group, positions)


def test_groups_have_titles_that_cannot_be_selected(qtbot: QtBot) -> None:
    rows = ResultRows()
    rows.set_results([result("Quit"), result("Undo"), result("Main", group=Group.LISTS)])
    texts = [rows.index(row).data() for row in range(rows.rowCount())]
    assert texts == ["Commands", "Quit", "Undo", "Lists", "Main"]
    assert rows.result_rows == [1, 2, 4]
    assert [bool(rows.flags(rows.index(row)) & Qt.ItemFlag.ItemIsSelectable) for row in range(5)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    assert rows.heights == [HEADER_HEIGHT, ROW_HEIGHT, ROW_HEIGHT, HEADER_HEIGHT, ROW_HEIGHT]
    assert rows.result(3) is rows.result(-1) is rows.result(9) is None


def test_screen_readers_read_state_shortcut_and_reason() -> None:
    assert describe_entry(result("Quit", key="Ctrl+Q")) == "Quit, Ctrl+Q"
    assert describe_entry(result("Theme: Dark", detail="current")) == "Theme: Dark, current"
    assert describe_entry(result("Copy", key="Ctrl+C", reason="No row")) == "Copy, not available: No row, Ctrl+C"


def painted(row: Result, *, is_current: bool = False, theme: str = "dark", at: int = 1) -> QImage:
    """Return the picture of a result, or of the title of its group, which is the first row."""
    rows, image = ResultRows(), QImage(WIDTH, ROW_HEIGHT, QImage.Format.Format_RGB32)
    rows.set_results([row])
    image.fill(QColor(load_theme(theme).raised))
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, WIDTH, ROW_HEIGHT)
    if is_current:
        option.state |= QStyle.StateFlag.State_Selected
    painter = QPainter(image)
    ResultPainter(load_theme(theme)).paint(painter, option, rows.index(at))
    painter.end()
    return image


def right_edge(image: QImage) -> int:
    """Return the last column that differs from the background."""
    background = image.pixel(WIDTH - 1, 0)
    return max(x for x in range(WIDTH) for y in range(ROW_HEIGHT) if image.pixel(x, y) != background)


def test_matched_characters_are_painted_bold(qtbot: QtBot) -> None:
    assert painted(result("Quit", (0, 1))) != painted(result("Quit"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_current_row_has_the_colors_of_the_selection_and_a_bar(qtbot: QtBot, theme: str) -> None:
    image = painted(result("Quit"), is_current=True, theme=theme)
    assert image.pixelColor(0, 10) == QColor(load_theme(theme).accent)
    assert image.pixelColor(WIDTH - 1, 10) == QColor(load_theme(theme).picked)


def test_the_shortcut_is_at_the_right(qtbot: QtBot) -> None:
    assert right_edge(painted(result("Quit"))) < WIDTH // 2
    assert right_edge(painted(result("Quit", key="Ctrl+Q"))) > WIDTH * 0.9


@pytest.mark.parametrize("fields", [{}, {"detail": "d" * 200}, {"reason": "r" * 200}, {"key": "Ctrl+" + "K" * 200}])
def test_long_texts_stay_inside_the_row(qtbot: QtBot, fields: dict[str, Any]) -> None:
    assert right_edge(painted(result("long title " * 30, (0, 90), **fields))) < WIDTH - 10


def test_the_reason_takes_the_place_of_the_detail(qtbot: QtBot) -> None:
    assert painted(result("Copy", detail="on", reason="No row")) == painted(result("Copy", reason="No row"))


@pytest.mark.parametrize("group", [one for one in Group if one is not Group.RECENT])
def test_rows_begin_with_an_icon_that_says_what_kind_of_entry_they_are(qtbot: QtBot, group: Group) -> None:
    image = painted(result("", group=group))
    background = image.pixel(WIDTH - 1, 0)
    drawn = [x for x in range(WIDTH) for y in range(ROW_HEIGHT) if image.pixel(x, y) != background]
    assert min(drawn) >= 16
    assert max(drawn) < 32
    assert image != painted(result("", group=group, icon="bell"))


def test_rows_and_titles_have_their_heights(qtbot: QtBot) -> None:
    rows, painter = ResultRows(), ResultPainter(load_theme("dark"))
    rows.set_results([result("Quit")])
    sizes = [painter.sizeHint(QStyleOptionViewItem(), rows.index(row)) for row in range(2)]
    assert sizes == [QSize(0, HEADER_HEIGHT), QSize(0, ROW_HEIGHT)]


def test_the_titles_of_the_groups_are_painted_in_small_letters(qtbot: QtBot) -> None:
    commands, lists = (painted(result("Quit", group=group), at=0) for group in (Group.COMMANDS, Group.LISTS))
    assert commands != lists
    large = painted(result("Commands"))
    assert right_edge(commands) < right_edge(large) - 16  # without the icon
