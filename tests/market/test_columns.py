from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.market.columns import COLUMNS, RowTexts
from ticker_gui.market.market import Market

NOW_NS = 1_700_000_000 * SECOND_NS


def row() -> dict[str, str]:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("btc-usd", "BTC-USD")
    feed.apply(DayStats("BTC-USD", open=100.0, high=120.0, low=90.0, volume=1234.5), NOW_NS - 70 * SECOND_NS)
    feed.apply(Quote("BTC-USD", bid=109.95, ask=110.1), NOW_NS - 65 * SECOND_NS)
    feed.apply(Trade("BTC-USD", 110.0, 1.0, NOW_NS - 61 * SECOND_NS, 1), NOW_NS - 61 * SECOND_NS)
    return dict(zip((column.key for column in COLUMNS), RowTexts(state).read(NOW_NS), strict=True))


def test_a_row_reads_as_people_read_it() -> None:
    assert row() == {
        "symbol": "btc-usd",
        "feed": "desk",
        "last": "110.00",
        "change": "+10.00",
        "change_percent": "+10.00%",
        "bid": "109.95",
        "ask": "110.10",
        "volume": "1,234",
        "high": "120.00",
        "low": "90.00",
        "age": "1 min",
    }


def test_what_is_not_known_is_a_dash_and_a_refusal_a_word() -> None:
    state = Market().feed("desk").watch("NOPE", "NOPE")
    assert RowTexts(state).read(NOW_NS)[2:] == [*["–"] * 8, "no data"]
    state.refusal = "not listed"
    assert RowTexts(state).read(NOW_NS)[-1] == "refused"


def test_columns_can_be_told_apart_and_explain_themselves() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    assert len({column.title for column in COLUMNS}) == len(COLUMNS)
    assert all(column.about and column.sample for column in COLUMNS)


def test_texts_are_made_anew_only_where_a_value_is_another_one() -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    row = RowTexts(state)
    feed.apply(Trade("A", 110.0, time_ns=NOW_NS), NOW_NS)
    before = row.read(NOW_NS)
    assert row.read(NOW_NS + SECOND_NS // 2) is before
    after = row.read(NOW_NS + SECOND_NS)
    assert [new for new, old in zip(after, before, strict=True) if new != old] == ["1 s"]
    assert all(new is old for new, old in zip(after[:-1], before[:-1], strict=True))
    feed.apply(Quote("A", bid=109.125), NOW_NS + SECOND_NS)
    more_digits = row.read(NOW_NS + SECOND_NS)
    assert (more_digits[2], more_digits[5]) == ("110.000", "109.125")


def test_a_hostile_symbol_is_shown_literally_and_cut() -> None:
    feed = Market().feed("desk")
    texts = [RowTexts(feed.watch(name, name)).read(NOW_NS)[0] for name in ("<img src=x>", "x\u202ey\x00", "L" * 999)]
    assert texts == ["<img src=x>", "xy", "L" * 63 + "…"]
