from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from ticker_gui.gui.theme import load_theme
from ticker_gui.gui.watchlist.cells import CellPainter, Row, Shown, Span
from ticker_gui.market.columns import COLUMNS

THEME = load_theme("dark")
MS = 1_000_000
LAST, CHANGE, AGE = ([column.key for column in COLUMNS].index(key) for key in ("last", "change", "age"))
CALM = ["–"] * len(COLUMNS)


def told(**texts: str) -> list[str]:
    return [texts.get(column.key, "–") for column in COLUMNS]


def colours(texts: list[str], column: int, **options: object) -> set[str]:
    cells = CellPainter(QFont(), THEME)
    shown = Shown(texts)
    shown.light = int(options.pop("light", 0))  # type: ignore[call-overload]
    row = Row(0, shown, is_live=bool(options.pop("is_live", True)), **options)  # type: ignore[arg-type]
    image = QImage(200, cells.row_height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    cells.paint(painter, QRect(0, 0, 200, cells.row_height), [Span(column, 0, 200)], [row])
    painter.end()
    return {image.pixelColor(x, y).name() for x in range(200) for y in range(cells.row_height)}


@pytest.mark.parametrize(("text", "colour"), [("+1.00", THEME.up), ("-1.00", THEME.down), ("0.00", THEME.text)])
def test_a_sign_has_its_colour(qapp: object, text: str, colour: str) -> None:
    assert QColor(colour).name() in colours(told(change=text), CHANGE)


def test_what_is_dead_refused_selected_or_focused_looks_it(qapp: object) -> None:
    text = told(last="888.88", age="refused", change="+1.00")
    assert THEME.text not in colours(text, LAST, is_live=False)
    assert THEME.up not in colours(text, CHANGE, is_live=False)
    assert THEME.warning in colours(text, AGE, is_refused=True)
    assert THEME.selection in colours(text, LAST, is_selected=True)
    assert THEME.accent in colours(text, LAST, has_focus=True)


def test_light_lies_under_the_price_in_the_colour_of_its_move(qapp: object) -> None:
    text = told(last="888.88")
    calm, up, down = (colours(text, LAST, light=light) for light in (0, 4, -4))
    assert up - calm != down - calm


def test_a_move_lights_up_and_fades_in_steps() -> None:
    shown = Shown(CALM)
    assert shown.update(told(last="1.00"), 1, 1000 * MS, flashes=True) == {LAST}
    lights = []
    for ms in (1000, 1099, 1100, 1250, 1399, 1400, 5000):
        shown.update(shown.texts, 1, ms * MS, flashes=True)
        lights.append(shown.light)
    assert lights == [4, 4, 3, 2, 1, 0, 0]
    shown.update(told(last="0.50"), -1, 9000 * MS, flashes=True)
    assert shown.light == -4


def test_only_columns_with_another_text_are_to_be_painted() -> None:
    shown = Shown(told(last="1.00", age="0 s"))
    assert shown.update(told(last="1.00", age="1 s"), 1, 9000 * MS, flashes=True) == {AGE}
    assert shown.update(shown.texts, 1, 9000 * MS, flashes=True) == set()


def test_without_flashes_nothing_lights_up() -> None:
    shown = Shown(CALM)
    shown.update(told(last="1.00"), 1, 1000 * MS, flashes=False)
    assert shown.light == 0


def test_usual_values_fit_into_the_usual_widths(qapp: object) -> None:
    cells = CellPainter(QFont(), THEME)
    for index, column in enumerate(COLUMNS):
        width = cells.usual_width(index)
        texts = cells._symbols if index == 0 else cells._figures
        assert texts.get(column.sample).width <= width - 16
        assert width < 200
