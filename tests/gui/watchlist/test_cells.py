from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from tests.gui.pixels import argb, color_names
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import DAY_NS
from ticker_gui.formatting.past_times import day_and_time, past_time
from ticker_gui.formatting.status_words import NO_DATA, SYMBOL_WORDS
from ticker_gui.gui.watchlist.cells import CellPainter, ColumnRect
from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.gui.watchlist.row_snapshot import FLASH_STEPS, Row, RowSnapshot
from ticker_gui.gui.watchlist.sparkline_cell import SparklineSize
from ticker_gui.gui.widgets.text_painter import CachedText, TextPainter
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.limits import Limits
from ticker_gui.market.remembered_values import RememberedValues
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.row_status import RowStatus
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS

SHOWN_AS_AGE = (
    SymbolStatus.REJECTED,
    SymbolStatus.PRICE_HELD,
    SymbolStatus.NO_ANSWER,
    SymbolStatus.PENDING,
    SymbolStatus.REFUSED,
)

THEME = load_theme("dark")
NOW_NS = 1_700_000_000 * 10**9
WIDTH = 200


def cell_texts(**texts: str) -> list[str]:
    return [texts.get(column.key, "–") for column in COLUMNS]


def symbol(*facts: Any) -> SymbolState:
    state = SymbolState("desk", "a", "A", Limits().watched)
    for fact in facts:
        state.apply(fact, NOW_NS)
    return state


def picture(
    texts: list[str],
    key: str,
    *,
    state: SymbolState | None = None,
    width: int = WIDTH,
    column_width: int | None = None,
    **options: Any,
) -> QImage:
    cells = CellPainter(QFont(), THEME)
    reading = RowCache(state or symbol())
    mark = options.pop("mark", StateMark.LIVE)
    reading.texts, reading.status = texts, RowStatus(mark, is_current=options.pop("is_live", True))
    cells.arrow_column = COLUMN_INDEX[options.pop("arrow", "change_percent")]
    reading.direction = options.pop("direction", None)
    shown = RowSnapshot(reading)
    shown.flash_step, shown.changed_from = options.pop("flash_step", 0), options.pop("changed_from", 0)
    if key == "line":
        span = SPARKLINE_PERIODS[0]
        shown.sparkline.build(reading.state, SparklineSize(width, cells.row_height, span, span.step_of(NOW_NS)), NOW_NS)
    row = Row(0, reading.state, shown, **options)
    image = QImage(width, cells.row_height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    column = ColumnRect(COLUMN_INDEX[key], 0, column_width or width)
    cells.paint(painter, QRect(0, 0, width, cells.row_height), [column], [row])
    painter.end()
    return image


def colors(image: QImage, left: int = 0) -> set[str]:
    return color_names(image.copy(left, 0, image.width() - left, image.height()))


def ink(image: QImage, color: str | None = None) -> list[int]:
    """Return the x coordinates that are drawn on, in a given color or any."""
    pixels = argb(image)
    drawn = pixels != QColor(THEME.base).rgba()
    if color is not None:
        drawn &= pixels == QColor(color).rgba()
    return [int(x) for x in drawn.any(axis=0).nonzero()[0]]


def test_decimal_points_are_aligned_and_dashes_are_at_the_edge(qapp: object) -> None:
    coarse, fine = symbol(Quote("A", bid=8.88)), symbol(Quote("A", bid=8.8888))
    edge = max(ink(picture(cell_texts(bid="8.8888"), "bid", state=fine)))
    assert max(ink(picture(cell_texts(bid="8.88"), "bid", state=coarse))) < edge - 5
    assert max(ink(picture(cell_texts(bid="–"), "bid", state=coarse))) >= edge - 1


@pytest.mark.parametrize(("text", "color"), [("+1.00", THEME.up), ("−1.00", THEME.down), ("0.00", THEME.text)])
def test_a_sign_has_its_color(qapp: object, text: str, color: str) -> None:
    assert QColor(color).name() in colors(picture(cell_texts(change=text), "change"))


def test_signs_have_their_colors_also_in_selected_rows(qapp: object) -> None:
    for text, color in (("+1.00", THEME.up), ("−1.00", THEME.down)):
        assert QColor(color).name() in colors(picture(cell_texts(change=text), "change", is_selected=True))


def test_stale_rejected_selected_pinned_and_focused_rows_look_different(qapp: object) -> None:
    texts = cell_texts(last="888.88", age="unavailable", change="+1.00", symbol="A")
    assert THEME.text not in colors(picture(texts, "last", is_live=False))
    assert THEME.up not in colors(picture(texts, "change", is_live=False))
    for mark, color in ((StateMark.REFUSED, THEME.error), (StateMark.QUIET, THEME.warning)):
        assert color in colors(picture(texts, "age", mark=mark))
        assert color in colors(picture(texts, "symbol", mark=mark))
    assert THEME.warning not in colors(picture(texts, "age", mark=StateMark.DEMO))  # its mark is enough
    assert THEME.selection in colors(picture(texts, "last", is_selected=True))
    assert THEME.focus in colors(picture(texts, "last", focus=COLUMN_INDEX["last"]))
    assert min(ink(picture(texts, "symbol", is_selected=True), THEME.accent)) == 0
    assert max(ink(picture(texts, "symbol", is_pinned=True))) > max(ink(picture(texts, "symbol")))
    assert THEME.accent in colors(picture(texts, "symbol", has_fired=False))
    both = picture(texts, "symbol", has_fired=True, is_pinned=True)
    assert THEME.warning in colors(both)
    assert len(ink(both)) > len(ink(picture(texts, "symbol", is_pinned=True)))


def test_changed_digits_flash_in_the_color_of_their_direction(qapp: object) -> None:
    texts = cell_texts(last="888.88")
    calm, up, down = (
        colors(picture(texts, "last", flash_step=flash_step)) for flash_step in (0, FLASH_STEPS, -FLASH_STEPS)
    )
    assert THEME.up in up - calm
    assert THEME.down in down - calm
    half = picture(texts, "last", flash_step=FLASH_STEPS, changed_from=4)
    assert max(ink(half, THEME.text)) < min(ink(half, THEME.up))
    assert ink(half)[0] == ink(picture(texts, "last"))[0]  # nothing moves by being lit


def test_a_stale_price_does_not_flash(qapp: object) -> None:
    assert THEME.up not in colors(picture(cell_texts(last="888.88"), "last", flash_step=FLASH_STEPS, is_live=False))


@pytest.mark.parametrize(("direction", "color"), [(1, THEME.up), (-1, THEME.down)])
@pytest.mark.parametrize("key", ["change_percent", "change", "last"])
def test_an_arrow_shows_the_direction_of_the_day_in_one_column(
    qapp: object, direction: int, color: str, key: str
) -> None:
    texts = cell_texts(last="8.8", change="0.0", change_percent="0.0")
    image = picture(texts, key, direction=direction, arrow=key)
    number = min(ink(image, THEME.text))
    arrow = range(number - WIDTH // 4, number) if key == "change_percent" else range(WIDTH // 4)  # beside percentages
    assert set(ink(image, color)) <= set(arrow)
    assert max(ink(image, color)) < number
    rows = {y for y in range(image.height()) for x in arrow if image.pixelColor(x, y).name() == color}
    widths = [sum(image.pixelColor(x, y).name() == color for x in arrow) for y in sorted(rows)]
    assert (widths[0] < widths[-1]) == (direction > 0)  # pointed above, or below
    assert color not in colors(picture(texts, key, direction=direction, arrow=key, is_live=False))
    other = "last" if key != "last" else "change"
    assert ink(picture(texts, key, direction=direction, arrow=other))[0] > WIDTH // 4
    assert ink(picture(texts, key, direction=0, arrow=key))[0] > WIDTH // 4


def test_arrows_of_usual_percentages_are_below_each_other_and_never_cover_a_number(qapp: object) -> None:
    lefts = []
    for text in ("+0.1%", "+9.99%", "+123.45%", "+123,456,789.00%"):
        image = picture(cell_texts(change_percent=text), "change_percent", direction=1, arrow="change_percent")
        lefts.append(min(ink(image, THEME.up)))
        lit = ink(image, THEME.up)
        assert any(after - before > 3 for before, after in pairwise(lit)), text  # the gap between arrow and number
    assert lefts[0] == lefts[1] > lefts[2] > lefts[3]


def test_no_row_shows_up_and_down_at_once(qapp: object) -> None:
    falling = symbol(Trade("A", 2.0, time_ns=NOW_NS - 10**11), Trade("A", 1.0, time_ns=NOW_NS))
    texts = cell_texts(last="1.00", change="+1.00", change_percent="+1.00%", range="50%")
    for column in COLUMNS:
        seen = colors(picture(texts, column.key, state=falling, direction=1))
        assert THEME.down not in seen, column.key


def test_decimal_points_are_aligned_whatever_the_other_prices_are(qapp: object) -> None:
    few, many = symbol(Trade("A", 1.25)), symbol(Trade("A", 1.23456))
    assert (few.price_decimals, many.price_decimals) == (2, 5)
    short = picture(cell_texts(bid="0.00"), "bid", state=few)
    long = picture(cell_texts(bid="0.00000"), "bid", state=many)
    assert abs(ink(short)[0] - ink(long)[0]) <= 1
    assert max(ink(short)) < max(ink(long))


def test_a_price_too_long_to_be_aligned_uses_the_whole_width(qapp: object) -> None:
    edge = max(ink(picture(cell_texts(bid="0.00000"), "bid", state=symbol(Trade("A", 1.23456)))))
    long = symbol(Trade("A", 0.00001832))
    assert long.price_decimals == 8
    assert abs(max(ink(picture(cell_texts(bid="0.00001830"), "bid", state=long))) - edge) <= 1
    narrow = picture(cell_texts(bid="1.25"), "bid", state=symbol(Trade("A", 1.25)), width=50)
    assert min(ink(narrow)) >= 4  # moved as far as there is room


@pytest.mark.parametrize("mark", StateMark)
def test_each_state_has_its_own_mark_beside_the_symbol(qapp: object, mark: StateMark) -> None:
    texts = cell_texts(symbol="A")
    marks = [picture(texts, "symbol", mark=one).copy(0, 0, 22, 26) for one in StateMark]
    assert marks.count(picture(texts, "symbol", mark=mark).copy(0, 0, 22, 26)) == 1
    assert min(ink(picture(texts, "symbol", mark=mark), THEME.text)) >= 23


def test_rows_are_lower_if_they_are_dense_and_higher_for_a_large_font(qapp: object) -> None:
    font, large = QFont(), QFont()
    font.setPixelSize(13)
    large.setPixelSize(30)
    usual, dense = (CellPainter(font, THEME, is_dense=is_dense).row_height for is_dense in (False, True))
    assert (usual, dense) == (26, 22)
    assert CellPainter(large, THEME, is_dense=True).row_height > 35


def test_the_range_marker_is_at_the_price(qapp: object) -> None:
    def mark(price: float) -> int:
        state = symbol(DayStats("A", high=20.0, low=10.0), Trade("A", price))
        return ink(picture(cell_texts(range="50%"), "range", state=state), THEME.text)[0]

    low, middle, high = mark(10.0), mark(15.0), mark(20.0)
    assert low < WIDTH * 0.1 < WIDTH * 0.45 < middle < WIDTH * 0.55 < WIDTH * 0.9 < high
    assert ink(picture(cell_texts(range="–"), "range")) == []
    # The value has become unknown since the text was read, as when a session begins between a frame and its painting.
    assert ink(picture(cell_texts(range="50%"), "range", state=symbol())) == []


def test_a_sparkline_of_a_wider_column_ends_with_its_own(qapp: object) -> None:
    rising = symbol(Trade("A", 1.0, time_ns=NOW_NS - 10**11), Trade("A", 2.0, time_ns=NOW_NS))
    assert max(ink(picture(cell_texts(), "line", state=rising))) > WIDTH // 2
    assert max(ink(picture(cell_texts(), "line", state=rising, column_width=WIDTH // 2))) < WIDTH // 2


def test_the_sparkline_has_the_color_of_its_direction(qapp: object) -> None:
    rising = symbol(Trade("A", 1.0, time_ns=NOW_NS - 10**11), Trade("A", 2.0, time_ns=NOW_NS))

    def blueness(image: QImage) -> int:
        """Return by how much the bluest pixel is bluer than it is red, as the line is drawn with soft edges."""
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return max(pixel.blue() - pixel.red() for pixel in pixels)

    assert blueness(picture(cell_texts(), "line", state=rising)) > 80
    assert blueness(picture(cell_texts(), "line", state=rising, is_live=False)) < 40
    assert ink(picture(cell_texts(), "line", state=symbol(Quote("A", bid=1.0)))) == []


def test_typical_values_fit_into_the_default_widths(qapp: object) -> None:
    cells = CellPainter(QFont(), THEME)
    for index, column in enumerate(COLUMNS):
        width = cells.default_width(index)
        texts = cells._bold_texts if index == 0 else cells._regular_texts
        assert texts.get(column.width_sample).width <= width
        assert cells.least_width(index) <= width
        assert width < 200


def cut_texts(monkeypatch: pytest.MonkeyPatch, key: str, text: str, digits: int, width: int) -> list[str]:
    """Paint a cell; return the texts that are too long for it."""
    cut: list[str] = []

    def elided(texts: TextPainter, text: CachedText, *_: object) -> CachedText:
        cut.append(text.text)
        return text

    monkeypatch.setattr(TextPainter, "elided", elided)
    state = symbol(Quote("A", bid=1.0, digits=digits))
    picture(cell_texts(**{key: text}), key, state=state, width=width, direction=1)
    return cut


@pytest.mark.parametrize("feed", ["127.0.0.1", "10.0.0.5", "coinbase", "localhost"])
def test_the_names_of_feeds_on_this_computer_are_not_cut(
    qapp: object, monkeypatch: pytest.MonkeyPatch, feed: str
) -> None:
    width = CellPainter(QFont(), THEME).default_width(COLUMN_INDEX["feed"])
    assert not cut_texts(monkeypatch, "feed", feed, 2, width)


FULL = [
    ("last", "132,450,000", 0), ("bid", "132,450,000", 0), ("ask", "13,24,50,000", 0), ("last", "0.000000123", 9),
    ("bid", "0.123456789", 9), ("ask", "0.999999999", 9), ("change", "+132,450,000", 0), ("change", "−0.000000123", 9),
    ("high", "132,450,000", 0), ("low", "0.000000123", 9), ("symbol", "BTC-USDT", 0),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "digits"), FULL)
def test_large_prices_and_nine_decimals_are_shown_in_full_by_default(
    qapp: object, monkeypatch: pytest.MonkeyPatch, key: str, text: str, digits: int
) -> None:
    width = CellPainter(QFont(), THEME).default_width(COLUMN_INDEX[key])
    assert not cut_texts(monkeypatch, key, text, digits, width)


NARROW = [
    ("last", "132,450,000", 0), ("last", "1,234,567.89", 2), ("last", "0.00001787", 8), ("change_percent", "+999.99%", 2),
    ("change_percent", "−99.99%", 2), ("volume", "999.99 M", 2), ("age", "quiet 48 s", 2), ("age", "key needed", 2),
    ("age", "connecting", 2), ("symbol", "BTC-USD", 2),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "digits"), NARROW)
def test_values_are_shown_in_full_before_other_columns_are_left_out(
    qapp: object, monkeypatch: pytest.MonkeyPatch, key: str, text: str, digits: int
) -> None:
    width = CellPainter(QFont(), THEME).least_width(COLUMN_INDEX[key])
    assert not cut_texts(monkeypatch, key, text, digits, width)


def test_names_of_contracts_are_distinguishable_in_narrow_columns(qapp: object) -> None:
    names = ("BTC-26DEC25-100000-C", "BTC-26DEC25-120000-C", "BTC-26DEC25-100000-P", "BTC-27MAR26-100000-C")
    wide = [picture(cell_texts(symbol=name), "symbol", width=WIDTH) for name in names]
    assert all(one != other for number, one in enumerate(wide) for other in wide[:number])
    narrow = [picture(cell_texts(symbol=name), "symbol", width=110) for name in names[:3]]
    assert narrow[0] != narrow[2]  # the end is seen
    assert CellPainter(QFont(), THEME)._bold_texts.get(names[0]).width > 110 - 16


@pytest.mark.parametrize("symbol", ["BINANCE:BTCUSDT", "NYSE:BRK.B", "CME_MINI:ES1!"])
def test_a_narrow_column_leaves_out_the_exchange_before_the_symbol_itself(qapp: object, symbol: str) -> None:
    cells = CellPainter(QFont(), THEME)
    room = int(cells._bold_texts.get(symbol).width)
    assert cells._fitting_symbol(symbol, room + 1) == symbol
    assert cells._fitting_symbol(symbol, room - 1) == f"…{symbol.partition(':')[2]}"
    ticker = symbol.partition(":")[2]
    assert cells._fitting_symbol(symbol, int(cells._bold_texts.get(ticker).width) + 1) == ticker
    assert cells._fitting_symbol("BTC-26DEC25-100000-C", 5) == "BTC-26DEC25-100000-C"  # has none
    wide = picture(cell_texts(symbol=symbol), "symbol", width=WIDTH)
    narrow = picture(cell_texts(symbol=symbol), "symbol", width=room + 20)  # the mark takes 24 pixels
    assert narrow == picture(cell_texts(symbol=f"…{symbol.partition(':')[2]}"), "symbol", width=room + 20)
    assert narrow != wide


@pytest.mark.parametrize("then_ns", [NOW_NS - days * DAY_NS for days in (0, 1, 4, 90, 700)])
def test_the_date_of_remembered_values_fits_and_is_never_cut(qapp: object, then_ns: int) -> None:
    state = symbol()
    state.remembered = RememberedValues(then_ns, 5.0)
    text = past_time(then_ns, NOW_NS, is_short=True)
    row = Row(0, state, RowSnapshot(RowCache(state)))
    cells, column = CellPainter(QFont(), THEME), COLUMN_INDEX["age"]
    room = cells.least_width(column) - 14
    drawn = cells._fitting_age(row, text, room)
    assert cells._regular_texts.get(drawn).width <= room
    assert drawn == (day_and_time(then_ns) if text.startswith("yesterday") else text)
    assert cells._fitting_age(row, text, 2 * room) == text


ROW_WORDS = ("quiet 12 min", "delayed", "closed", "connecting", "key needed", "no feed")


@pytest.mark.parametrize("word", [NO_DATA, *ROW_WORDS, *(SYMBOL_WORDS[status] for status in SHOWN_AS_AGE)])
def test_texts_shown_instead_of_an_age_fit(qapp: object, word: str) -> None:
    cells = CellPainter(QFont(), THEME)
    assert cells._regular_texts.get(word).width <= cells.default_width(COLUMN_INDEX["age"]) - 14
