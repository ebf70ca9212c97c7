from __future__ import annotations

from pytestqt.qtbot import QtBot

from ticker_gui.domain.events import Quote, Trade
from ticker_gui.gui.connect.price_rows import PriceRows
from ticker_gui.market.market import Market

S = 1_000_000_000


def test_symbols_with_a_price_have_a_row_and_others_do_not(qtbot: QtBot) -> None:
    feed = Market().feed("desk")
    for symbol in ("A", "B", "C"):
        feed.watch(symbol, symbol)
    feed.apply(Trade("A", 5.25), 100 * S)
    feed.apply(Quote("B", bid=1.5, ask=1.75), 101 * S)
    rows = PriceRows()
    qtbot.addWidget(rows)
    rows.show_states(feed.states, 103 * S)
    texts = [[rows.model().index(row, column).data() for column in range(3)] for row in range(rows.rowCount())]
    assert texts == [["A", "5.25", "3 s"], ["B", "bid 1.50, ask 1.75", "2 s"]]


def test_prices_have_as_many_decimals_as_in_the_watchlist(qtbot: QtBot) -> None:
    feed = Market().feed("desk")
    feed.watch("A", "A")
    rows = PriceRows()
    qtbot.addWidget(rows)
    shown = []
    for number, price in enumerate((190.33, 190.9), 1):
        feed.apply(Trade("A", price), number * S)
        rows.show_states(feed.states, number * S)
        shown.append(rows.model().index(0, 1).data())
    assert shown == ["190.33", "190.90"]


def test_without_prices_the_table_is_hidden(qtbot: QtBot) -> None:
    feed = Market().feed("desk")
    feed.watch("A", "A")
    rows = PriceRows()
    qtbot.addWidget(rows)
    rows.show_states(feed.states, 0)
    assert rows.isHidden()


def test_the_number_of_rows_is_limited(qtbot: QtBot) -> None:
    feed = Market().feed("desk")
    for number in range(40):
        feed.watch(f"S{number}", f"S{number}")
        feed.apply(Trade(f"S{number}", 1.0), S)
    rows = PriceRows()
    qtbot.addWidget(rows)
    rows.show_states(feed.states, S)
    assert rows.rowCount() == 8
