from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.feeds.history import Instrument
from ticker_gui.formatting.csv_export import to_csv, to_tsv
from ticker_gui.formatting.numbers import NumberStyle, clock_time
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.market.session_calendar import US_STOCKS
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import (
    COLUMN_INDEX,
    COLUMNS,
    DEFAULT_COLUMNS,
    CellKind,
    RowTextCache,
    columns_without_data,
    describe_held_price,
    export_row,
)

NOW_NS = 1_700_000_000 * SECOND_NS


ALL = tuple(range(len(COLUMNS)))


def btc() -> SymbolState:
    feed = Market().feed("desk")
    state = feed.watch("btc-usd", "BTC-USD")
    feed.apply(DayStats("BTC-USD", open=100.0, high=120.0, low=90.0, volume=1234.5), NOW_NS - 70 * SECOND_NS)
    feed.apply(Quote("BTC-USD", 109.95, 2.0, 110.05, 12_500.0), NOW_NS - 65 * SECOND_NS)
    feed.apply(Trade("BTC-USD", 110.0, 1.5, NOW_NS - 61 * SECOND_NS, 1), NOW_NS - 61 * SECOND_NS)
    return state


def read(state: SymbolState, columns: tuple[int, ...] = ALL) -> dict[str, str]:
    return dict(zip(COLUMN_INDEX, RowTextCache(state).read(NOW_NS, columns), strict=True))


def test_a_vwap_says_since_when_trades_were_observed() -> None:
    qualifier = COLUMNS[COLUMN_INDEX["vwap"]].qualifier
    assert qualifier is not None
    state = SymbolState("desk", "A", "A", Limits().watched)
    assert qualifier(state) == ""
    state.apply(Trade("A", 100.0, 2.0, NOW_NS), NOW_NS)
    assert state.day.since_ns is not None
    assert qualifier(state) == f"of trades since {clock_time(state.day.since_ns)}"


def test_a_row_is_formatted_for_people() -> None:
    state = btc()
    state.alias = "Bitcoin"
    state.set_instrument(Instrument("BTC-USD", "Bitcoin against the dollar", tick_size=0.01))
    texts = read(state)
    expected = {
        "symbol": "btc-usd",
        "alias": "Bitcoin",
        "name": "Bitcoin against the dollar",
        "feed": "desk",
        "last": "110.00",
        "last_size": "1.5",
        "change": "+10.00",
        "change_percent": "+10.00%",
        "line": "",
        "bid": "109.95",
        "bid_size": "2",
        "ask": "110.05",
        "ask_size": "12,500",
        "spread": "0.10",
        "spread_percent": "0.091%",
        "mid": "110.00",
        "volume": "1,235",
        "trades": "1",
        "open": "100.00",
        "high": "120.00",
        "low": "90.00",
        "range": "67%",
        "previous_close": "–",
        "vwap": "110.00",
        "age": "1 min",
        "state": "quiet",
    }
    assert {key: texts[key] for key in expected} == expected  # a new column has a test of its own


def test_a_held_price_is_shown_in_the_row_until_it_is_confirmed_or_discarded() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    texts = RowTextCache(state)

    def age() -> str:
        return texts.read(NOW_NS, ALL)[COLUMN_INDEX["age"]]

    def apply(price: float) -> None:
        with suppress(FrameError):
            feed.apply(Trade("A", price), NOW_NS)

    for held, normal in ((9.0, 50.0), (1e3, 51.0)):
        apply(50.0)
        assert age() == "0 s"
        apply(held)
        assert (age(), read(state)["last"], read(state)["state"]) == ("price held", "50.00", "price held")
        assert describe_held_price(state) == f"price {held:,.0f} held: far from 50, waiting for confirmation"
        apply(normal)
        assert (age(), describe_held_price(state)) == ("0 s", "")
    apply(9.0)
    apply(8.0)
    assert (age(), state.last, describe_held_price(state)) == ("0 s", 8.0, "")


def test_the_provider_s_last_price_is_shown_with_the_age_of_its_trade_or_none() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.apply(DayStats("A", previous_close=10.0, last=12.5), NOW_NS)
    row = read(state)
    assert (row["last"], row["change_percent"], row["trades"], row["age"]) == ("12.50", "+25.00%", "0", "–")
    qualifier = COLUMNS[COLUMN_INDEX["last"]].qualifier
    assert qualifier is not None
    assert "reported by the provider, traded at an unknown time" in qualifier(state)
    feed.apply(DayStats("A", last=12.5, last_time_ns=NOW_NS - 3600 * SECOND_NS), NOW_NS)
    assert read(state)["age"] == "1 h"
    feed.apply(Trade("A", 12.0, 1.0, NOW_NS), NOW_NS)
    assert (read(state)["last"], read(state)["age"], qualifier(state)) == ("12.00", "0 s", "")


def test_an_empty_side_of_the_book_is_a_dash_without_a_spread() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.apply(Quote("A", 9.0, 1.0, 11.0, 1.0), NOW_NS)
    feed.apply(Quote("A", has_no_ask=True), NOW_NS)
    row = read(state)
    assert [row[key] for key in ("bid", "ask", "ask_size", "spread", "spread_percent", "mid")] == ["9.00", *"–" * 5]


@pytest.mark.parametrize("price", [3.216e-12, 1e-10, 7.5e-30, 1.5e-9])
def test_tiny_prices_are_shown_with_significant_digits_in_every_column_and_export(price: float) -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    high, low, bid, ask = price * 1.5, price / 2, price * 0.75, price * 1.25
    feed.apply(DayStats("A", open=low, high=high, low=low, previous_close=low), NOW_NS)
    feed.apply(Quote("A", bid, 1e-11, ask, 1.0), NOW_NS)
    feed.apply(Trade("A", price, 1.0, NOW_NS), NOW_NS)
    row = read(state)
    expected = {"last": price, "bid": bid, "ask": ask, "high": high, "low": low, "open": low, "previous_close": low,
                "change": price - low, "spread": ask - bid, "mid": price, "vwap": price, "bid_size": 1e-11}  # fmt: skip
    for key, value in expected.items():
        assert float(row[key]) == pytest.approx(value, rel=1e-3), key
        assert len(row[key]) <= 14, key
    for text in (
        to_csv(["last"], [export_row(state, NOW_NS, ["last"])]).split()[1],
        to_tsv([export_row(state, NOW_NS, ["last"])]),
    ):
        assert float(text) == price


def test_prices_near_zero_have_a_bounded_number_of_decimals() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.apply(DayStats("A", open=1.0758, high=1.1), NOW_NS)
    feed.apply(Trade("A", 1.2345e-11, 1.0, NOW_NS), NOW_NS)
    row = read(state)
    assert (row["last"], row["open"], row["change"]) == ("1.2345e-11", "1.0758000000", "−1.0758000000")


def test_unknown_values_are_dashes_and_a_rejected_symbol_says_so() -> None:
    state = Market().feed("desk").watch("NOPE", "NOPE")
    texts = read(state)
    assert {key for key, text in texts.items() if text == "–"} == set(COLUMN_INDEX) - {
        "symbol", "alias", "name", "feed", "line", "trades", "age", "state",
    }  # fmt: skip
    assert (texts["age"], texts["state"]) == ("no data", "pending")
    state.refusal = "not listed"
    assert (read(state)["age"], read(state)["state"]) == ("unavailable", "unavailable")


def test_a_missing_answer_is_shown_instead_of_the_age() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.on_connected(NOW_NS)
    texts, columns = RowTextCache(state), (COLUMN_INDEX["age"],)
    words = []
    for step in (
        lambda: None,
        lambda: feed.note_overdue(["A"], NOW_NS, ""),
        lambda: feed.note_overdue(["A"], NOW_NS, "No answer."),
        lambda: feed.apply(Trade("A", 1.0, 1.0, NOW_NS), NOW_NS),
    ):
        step()
        words.append(texts.read(NOW_NS, columns)[COLUMN_INDEX["age"]])
    assert words == ["no data", "pending", "no answer", "0 s"]


def test_a_symbol_whose_prices_are_all_rejected_says_so_and_why() -> None:
    feed = Market().feed("desk")
    state = feed.watch("MEME", "A")
    feed.on_connected(NOW_NS)
    with pytest.raises(FrameError):
        feed.apply(Trade("A", 3e15, 1.0, NOW_NS), NOW_NS)
    texts, columns = RowTextCache(state), (COLUMN_INDEX["age"], COLUMN_INDEX["state"])
    shown = texts.read(NOW_NS, columns)
    assert [shown[column] for column in columns] == ["rejected", "rejected"]
    feed.apply(Trade("A", 3e14, 1.0, NOW_NS), NOW_NS)
    assert texts.read(NOW_NS, columns)[columns[0]] == "0 s"
    with pytest.raises(FrameError):
        feed.apply(Trade("A", 3e15, 1.0, NOW_NS), NOW_NS)
    qualifier = COLUMNS[COLUMN_INDEX["age"]].qualifier
    assert qualifier is not None
    assert qualifier(state) == (
        "newer data was rejected: the price 3e15 of MEME is not possible: prices have to be below 1e15"
    )


def test_the_day_range_shows_the_price_between_low_and_high() -> None:
    state = btc()
    assert state.price_decimals == 2
    column = COLUMNS[COLUMN_INDEX["range"]]
    assert column.qualifier is not None
    assert column.qualifier(state) == "low 90.00, high 120.00"
    state.day.highest = state.day.lowest = 110.0
    assert column.value(state, NOW_NS) == 50.0


def test_columns_that_are_not_requested_are_not_formatted() -> None:
    texts = read(btc(), (COLUMN_INDEX["last"], COLUMN_INDEX["age"]))
    assert {key: text for key, text in texts.items() if text} == {"last": "110.00", "age": "1 min"}


def test_numbers_use_the_number_style_and_texts_do_not() -> None:
    state = btc()
    state.symbol = "a.b,c"
    texts = RowTextCache(state).read(NOW_NS, ALL, NumberStyle(",", "."))
    assert (texts[COLUMN_INDEX["last"]], texts[COLUMN_INDEX["ask_size"]], texts[0]) == ("110,00", "12.500", "a.b,c")


def test_exported_rows_have_raw_numbers() -> None:
    assert export_row(btc(), NOW_NS, ("symbol", "last", "change_percent", "line", "previous_close", "age")) == [
        "btc-usd", 110.0, 10.0, None, None, 61,
    ]  # fmt: skip
    assert export_row(btc(), NOW_NS, ("spread", "mid", "last_size")) == [0.1, 110.0, 1.5]  # 110.05 - 109.95 is not


def test_every_column_has_a_unique_title_and_a_tooltip() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    assert len({column.title for column in COLUMNS}) == len(COLUMNS)
    assert all(column.tooltip and column.width_sample for column in COLUMNS)


def test_texts_are_formatted_only_when_a_value_changes() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    row = RowTextCache(state)
    columns = tuple(COLUMN_INDEX[key] for key in (*DEFAULT_COLUMNS, "bid"))
    feed.apply(Trade("A", 110.0, time_ns=NOW_NS), NOW_NS)
    before = row.read(NOW_NS, columns)
    assert row.read(NOW_NS + SECOND_NS // 2, columns) is before
    after = row.read(NOW_NS + SECOND_NS, columns)
    assert [new for new, old in zip(after, before, strict=True) if new != old] == ["1 s"]
    assert sum(new is not old for new, old in zip(after, before, strict=True)) == 1
    feed.apply(Quote("A", bid=109.125), NOW_NS + SECOND_NS)
    more_digits = row.read(NOW_NS + SECOND_NS, columns)
    assert (more_digits[COLUMN_INDEX["last"]], more_digits[COLUMN_INDEX["bid"]]) == ("110.000", "109.125")


def test_a_hostile_symbol_is_shown_literally_and_cut() -> None:
    feed = Market().feed("desk")
    texts = [read(feed.watch(name, name))["symbol"] for name in ("<img src=x>", "x\u202ey\x00", "L" * 999)]
    assert texts == ["<img src=x>", "xy", "L" * 63 + "…"]


def test_the_default_columns_exist() -> None:
    assert set(DEFAULT_COLUMNS) < set(COLUMN_INDEX)
    assert {COLUMNS[COLUMN_INDEX[key]].kind for key in DEFAULT_COLUMNS} == set(CellKind)


@given(st.sets(st.sampled_from(Capability)))
def test_columns_without_data_are_empty_and_all_others_have_a_value(capabilities: set[Capability]) -> None:
    capabilities.add(Capability.TRADES)  # every provider delivers prices

    def value(capability: Capability, number: float) -> float | None:
        return number if capability in capabilities else None

    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    day = DayStats(
        "A",
        open=value(Capability.DAY_OPEN, 100.0),
        high=value(Capability.DAY_RANGE, 120.0),
        low=value(Capability.DAY_RANGE, 90.0),
        previous_close=value(Capability.PREVIOUS_CLOSE, 99.0),
        volume=value(Capability.DAY_VOLUME, 1234.5),
    )
    feed.apply(day, NOW_NS)
    if capabilities & {Capability.QUOTES, Capability.QUOTE_SIZES}:
        capabilities.add(Capability.QUOTES)
        size = value(Capability.QUOTE_SIZES, 2.0)
        feed.apply(Quote("A", 109.0, size, 111.0, size), NOW_NS)
    feed.apply(Trade("A", 110.0, value(Capability.TRADE_SIZES, 1.5), NOW_NS, 1), NOW_NS)
    drawn = {column.key for column in COLUMNS if column.kind is CellKind.SPARKLINE}  # has no value
    empty = {column.key for column in COLUMNS if column.value(state, NOW_NS) is None} - drawn
    assert columns_without_data(frozenset(capabilities)) == empty


def values_the_next_day(last: float, scale: float, *, has_trade_today: bool) -> list[object]:
    """Return the values of all columns for a last price of yesterday or today and today's statistics."""
    state = SymbolState("desk", "AAPL", "AAPL", Limits().watched, calendar=US_STOCKS)
    today_ns = NOW_NS + DAY_NS
    traded_ns = today_ns if has_trade_today else NOW_NS
    state.apply(Trade("AAPL", last, 1.0, traded_ns), traded_ns)
    state.apply(
        DayStats("AAPL", 110.0 * scale, 300.0 * scale, 50.0 * scale, 90.0 * scale, 1e6, today_ns),
        today_ns,
    )
    return [column.value(state, today_ns) for column in COLUMNS]


def compared_with_the_day(*, has_trade_today: bool) -> set[str]:
    """Return the columns whose values depend on both the last price and the statistics of the day."""
    usual = values_the_next_day(120.0, 1.0, has_trade_today=has_trade_today)
    other_last = values_the_next_day(130.0, 1.0, has_trade_today=has_trade_today)
    other_day = values_the_next_day(120.0, 1.25, has_trade_today=has_trade_today)
    rows = zip(COLUMNS, usual, other_last, other_day, strict=True)
    return {column.key for column, value, last, day in rows if value != last and value != day}


def test_no_column_compares_the_last_price_with_the_statistics_of_a_later_session() -> None:
    assert compared_with_the_day(has_trade_today=True) >= {"change", "change_percent", "range"}
    assert not compared_with_the_day(has_trade_today=False)
