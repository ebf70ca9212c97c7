from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.formatting.numbers import PLAIN, NumberStyle, price
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist import filter_language
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.filter_language import MAX_CHARACTERS, FilterError, columns_in, parse
from ticker_gui.watchlist.sorting import Filter

NOW_NS = 1_700_000_000 * SECOND_NS


def add_symbol(market: Market, feed: str, symbol: str, last: float, open_: float, volume: float, age_s: int) -> None:
    there, at_ns = market.feed(feed), NOW_NS - age_s * SECOND_NS
    there.watch(symbol, symbol)
    there.apply(DayStats(symbol, open=open_, high=max(last, open_), low=min(last, open_), volume=volume), at_ns)
    there.apply(Quote(symbol, bid=last - 0.5, ask=last + 0.5), at_ns)
    there.apply(Trade(symbol, last, 1.0, at_ns), at_ns)


GERMAN, FRENCH, SWISS = NumberStyle(",", "."), NumberStyle(",", "\u202f"), NumberStyle(".", "’")
INDIAN = NumberStyle(groups=(3, 2))


def states() -> list[SymbolState]:
    market = Market()
    add_symbol(market, "coinbase", "BTC-USD", last=110.0, open_=100.0, volume=2e6, age_s=1)
    add_symbol(market, "coinbase", "ETH-BTC", last=95.0, open_=100.0, volume=500.0, age_s=70)
    add_symbol(market, "Stocks", "LOW", last=20.0, open_=20.0, volume=1e3, age_s=0)
    market.feed("Stocks").watch("NOT", "NOT")  # without data
    return market.states


STATES = states()
UNITS = {"": 1.0, "M": 1e6, "B": 1e9, "T": 1e12, "Q": 1e15, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
SHOWN_AS: dict[str, Callable[[float], str]] = {
    "change": lambda value: numbers.signed_price(value, 2),
    "change_percent": numbers.signed_percent,
    "volume": numbers.amount,
    "age": lambda value: numbers.age(int(value)),
    "last": lambda value: price(value, numbers.decimals(value)),
}


def found(text: str) -> str:
    predicate = parse(text)
    return " ".join(state.symbol for state in STATES if predicate(state, NOW_NS))


def parse_error(text: str) -> FilterError:
    with pytest.raises(FilterError) as error:
        parse(text)
    return error.value


def parse_or_error(text: str) -> Filter | FilterError:
    try:
        return parse(text)
    except FilterError as error:
        return error


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("last > 100", "BTC-USD"),
        ("last >= 95", "BTC-USD ETH-BTC"),
        ("LAST<=95 AND last<>20", "ETH-BTC"),
        ("last == 20", "LOW"),
        ("last = 20 or volume > 1M", "BTC-USD LOW"),
        ("last = 20 || volume > .001B", "BTC-USD LOW"),
        ("volume = 1k", "LOW"),
        ("volume = 5e2", "ETH-BTC"),
        ("change% > 5", "BTC-USD"),
        ("Chg % < -4.5%", "ETH-BTC"),
        ("change_percent = 10 and chg = 10.", "BTC-USD"),
        ("-change > 0", "ETH-BTC"),
        ("ask - bid = 1", "BTC-USD ETH-BTC LOW"),
        ("abs(change) >= 5 && !(volume > 1M)", "ETH-BTC"),
        ("max(last, 100) = 100", "ETH-BTC LOW"),
        ("min(high, 50) / 2 = 10", "LOW"),
        ("age > 60", "ETH-BTC"),
        ("symbol ~ 'usd'", "BTC-USD"),
        ('symbol !~ "BTC"', "LOW NOT"),
        ("symbol = 'btc-usd'", "BTC-USD"),
        ("feed != 'stocks'", "BTC-USD ETH-BTC"),
        ("symbol < 'f'", "BTC-USD ETH-BTC"),
        ("'btc' and last > 100", "BTC-USD"),
        ("not 'btc'", "LOW NOT"),
        ("not last > 100 and feed ~ 'COIN'", "ETH-BTC"),
        ("(1 + 2) * 3 = 9 and 1 + 2 * 3 = 7 and 8 / 2 / 2 = 2 and 5 - 2 - 1 = 2 and - 2 * 3 = -6 and -1 + 3 = 2 and 5 - -2 = 7",
         "BTC-USD ETH-BTC LOW NOT"),
        ("1 > 2 and 1 > 2 or 1 < 2", "BTC-USD ETH-BTC LOW NOT"),
        ("1 < 2 or 1 > 2 and 1 > 2", "BTC-USD ETH-BTC LOW NOT"),
    ],
)  # fmt: skip
def test_an_expression_filters_by_column_values(text: str, symbols: str) -> None:
    assert found(text) == symbols


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("", "BTC-USD ETH-BTC LOW NOT"),
        ("  ", "BTC-USD ETH-BTC LOW NOT"),
        ("btc", "BTC-USD ETH-BTC"),
        ("Btc coinbase USD", "BTC-USD"),
        ("btc-usd", "BTC-USD"),
        ("stocks lo", "LOW"),
        ("not", "NOT"),
        ("eurusd=x", ""),
        ("^gspc", ""),
        ("5", ""),
        ("low-usd", ""),
        ('"low"', "LOW"),
    ],
)
def test_words_that_are_not_columns_are_searched_for(text: str, symbols: str) -> None:
    assert found(text) == symbols


def test_the_search_includes_the_alias_column(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"BTC-USD": "Bitcoin"}
    field = filter_language._FIELDS["symbol"]
    column = field.column._replace(key="alias", value=lambda state, now_ns: names.get(state.symbol))
    monkeypatch.setitem(filter_language._FIELDS, "alias", field._replace(column=column))
    assert found("bitcoin") == "BTC-USD"
    assert found("btc") == "BTC-USD ETH-BTC"
    assert found("alias ~ 'bit'") == "BTC-USD"
    assert found("alias = none") == "ETH-BTC LOW NOT"


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("last < 1e9", "BTC-USD ETH-BTC LOW"),
        ("last != 20", "BTC-USD ETH-BTC"),
        ("last + 1 > 0 or -last < 0 or abs(last) >= 0 or max(last, 1) > 0", "BTC-USD ETH-BTC LOW"),
        ("not last > 0", "NOT"),
        ("last = none", "NOT"),
        ("none != last", "BTC-USD ETH-BTC LOW"),
        ("1 / change = none", "LOW NOT"),
        ("1 / change != 7", "BTC-USD ETH-BTC"),
        ("1e300 * 1e300 - 1e300 * 1e300 = none and symbol != none", "BTC-USD ETH-BTC LOW NOT"),
    ],
)
def test_unknown_values_fail_comparisons_and_equal_none(text: str, symbols: str) -> None:
    assert found(text) == symbols


def test_a_symbol_without_an_alias_has_none() -> None:
    named, unnamed = (Market().feed("desk").watch(symbol, symbol) for symbol in "AB")
    named.alias = "Alpha"
    for text in ("alias = none", "not alias != none"):
        assert parse(text)(unnamed, NOW_NS)
        assert not parse(text)(named, NOW_NS)
    assert parse("alias != 'alpha'")(unnamed, NOW_NS)


def test_nan_counts_as_unknown() -> None:
    state = Market().feed("desk").watch("A", "A")
    state.bid = math.nan
    for text in ("bid = bid", "bid != 1", "bid < 1", "bid >= 1", "bid - 1 != 1", "bid != none", "max(bid, 1) != 2"):
        assert not parse(text)(state, NOW_NS)
    assert parse("bid = none and bid + 1 = none")(state, NOW_NS)


def test_only_nested_parts_count_towards_the_nesting_limit() -> None:
    assert found(" or ".join(["(1>2)"] * 54) + " or last = 20") == "LOW"


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("chnge% > 2", 0, r'Unknown column "chnge%" at character 1\. Did you mean "change%"\?'),
        ("last > 2 and zzz > 1", 13, r"The columns are symbol, .*last, .* in quotes"),
        ("prev clos > 2", 0, r'Unknown column "prev clos" at character 1\. Did you mean "prev close"\?'),
        ("last > 1 and bid sze > 2", 13, r'Unknown column "bid sze" at character 14\. Did you mean "bid_?size"\?'),
        ("feed = coinbase", 7, 'Unknown column "coinbase" at character 8.* Put text to search for in quotes'),
        ("last > max(1,000, 2)", 16, '"2"|operator|sign|","'),
        ("last >", 6, "Unexpected end of the filter: expected a column, a number, quoted text, not or "),
        ("(last > 5", 9, 'Unexpected end of the filter: expected an operator or "\\)"'),
        ("last > 5)", 8, 'Unexpected "\\)" at character 9: expected an operator or the end'),
        ("last 5", 5, 'Unexpected "5" at character 6: expected an operator or the end'),
        ("last > > 5", 7, 'Unexpected ">" at character 8: expected a column'),
        ("max(last) > 1", 8, 'Unexpected "\\)" at character 9: expected an operator or ","'),
        ("abs > 1", 4, 'Unexpected ">" at character 5: expected "\\("'),
        ("last > 1.2.3", 7, '"1.2.3" at character 8 is not a number: write it like 1000'),
        ("last > 5x", 7, '"5x" at character 8 is not a number'),
        ("last > §", 7, 'Unexpected "§" at character 8: expected a column'),
        ("symbol ~ 'btc", 9, "quoted text at character 10 is not closed: add another '"),
        ("and last > 2", 0, 'Unexpected "and" at character 1: expected a column'),
        (
            "low",
            0,
            "Expected a condition at character 1, found a number: compare it, as in last > 0, or search for it in quotes",
        ),
        ("symbol and last > 2", 0, "found text: compare it, as in symbol ~"),
        ("last > 2 or none", 12, "found none: compare it, as in bid = none"),
        (
            "last + symbol > 2",
            7,
            r"Expected a number at character 8, found text: \+ needs numbers, such as last or 2.5",
        ),
        ("abs(symbol) > 2", 4, "Expected a number at character 5, found text: abs needs numbers"),
        ("-symbol > 2", 1, "Expected a number at character 2, found text: - needs numbers"),
        ("last > 'a'", 5, "> at character 6 cannot compare a number with text. Compare numbers with numbers"),
        ("last ~ 5", 5, "~ at character 6 cannot compare a number with a number. .* ~ for text only"),
        ("last > none", 5, "cannot compare a number with none. .* none with = or !="),
        ("none = none", 5, "cannot compare none with none"),
        ("1 < last < 5", 9, "cannot compare a condition with a number. .* join conditions with and, or"),
        ("(last > 1) + 2 > 3", 0, "Expected a number at character 1, found a condition"),
        ("x" * (MAX_CHARACTERS + 1), MAX_CHARACTERS, "too long .limit: 500 characters"),
        ("(" * 60 + "last > 1" + ")" * 60, 51, "too deeply .limit: 50 levels"),
        ("!" * 60 + "(last > 1)", 51, "nested too deeply"),
    ],
)
def test_an_invalid_filter_reports_the_position_and_a_remedy(text: str, position: int, words: str) -> None:
    error = parse_error(text)
    assert isinstance(error, TickerError)
    with pytest.raises(FilterError, match=words):
        raise error
    assert error.position == position
    assert str(error).endswith(".")


def test_every_column_can_be_named_by_its_key_and_its_title() -> None:
    for column in COLUMNS:
        title = column.title
        spellings = (column.key.replace("_", ""), title, title.upper(), "".join(title.split()), title.replace(" ", "_"))
        for name in (column.key, column.key.upper(), *spellings):
            assert parse(f"{name} = none or {name} != none")(STATES[0], NOW_NS)
            assert filter_language._FIELDS[filter_language._bare_name(name)].column is column


def test_the_title_of_a_new_column_may_have_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    key, title = "day_change", "Day change from open"
    column = COLUMNS[COLUMN_INDEX["change"]]._replace(key=key, title=title, value=lambda state, now_ns: state.last)
    monkeypatch.setattr(filter_language, "_FIELDS", filter_language._fields((*COLUMNS, column)))
    for name in (title, "day change  from open", "daychangefromopen", "day_change", "day change"):
        assert found(f"{name} > 100 and {name} < 1e9") == found("last > 100 and last < 1e9") == "BTC-USD"
    with pytest.raises(FilterError, match=r'Unknown column "day chnge from open" .* mean "day change from open"\?'):
        parse("day chnge from open > 9")


def test_a_parsed_filter_needs_no_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    predicates = [parse(text) for text in ("last > 100 and symbol ~ 'b'", "btc")]
    before = [[predicate(state, NOW_NS) for state in STATES] for predicate in predicates]
    for name in ("_FIELDS", "_COMPARISONS", "_ARITHMETIC", "_PRECEDENCE"):
        monkeypatch.delattr(filter_language, name)
    assert [[predicate(state, NOW_NS) for state in STATES] for predicate in predicates] == before


odd = st.none() | st.floats() | st.just(0.0)


@st.composite
def odd_states(draw: st.DrawFn) -> SymbolState:
    feed = Market().feed(draw(st.sampled_from(["desk", "", "İ"])))
    state = feed.watch(draw(st.text(max_size=5)), "A")
    if draw(st.booleans()):
        feed.apply(DayStats("A", open=draw(st.sampled_from([1.0, 100.0])), volume=draw(st.floats(0, 1e9))), NOW_NS)
    state.last, state.bid, state.ask = draw(odd), draw(odd), draw(odd)
    state.received_ns = draw(st.none() | st.integers(0, 2**62))
    return state


pieces = st.sampled_from(
    ["last", "bid", "chg%", "change", "symbol", "feed", "age", "none", "and", "or", "not", "&&", "||", "!", "(", "(", ")", ")",
     "<", "<=", ">", ">=", "=", "==", "!=", "<>", "~", "!~", "+", "-", "*", "/", ",", "1", "2.5", "1e308", "3M", "0", "7%",
     "'a'", '"btc"', "abs", "min", "max", "abs(", "min("]
)  # fmt: skip


@given(st.text(max_size=40) | st.lists(pieces, max_size=14).map(" ".join), odd_states())
def test_any_text_is_a_valid_filter_or_an_error_with_a_position(text: str, state: SymbolState) -> None:
    match parse_or_error(text):
        case FilterError() as error:
            assert 0 <= error.position <= len(text)
            assert str(error)
        case predicate:
            assert isinstance(predicate(state, NOW_NS), bool)


typed_numbers = st.sampled_from(
    ["last", "bid", "ask", "change%", "volume", "age", "1", "-2.5", "last / change", "ask - bid", "0"]
)
comparisons = st.builds("{} {} {}".format, typed_numbers, st.sampled_from(["<", "<=", ">", "=", "!="]), typed_numbers)
conditions = st.recursive(
    comparisons | st.sampled_from(["last = none", "symbol ~ 'b'", "'usd'"]),
    lambda inner: (
        st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=4,
)


@given(conditions, conditions, odd_states())
def test_de_morgans_laws_hold(one: str, other: str, state: SymbolState) -> None:
    def holds(text: str) -> bool:
        return parse(text)(state, NOW_NS)

    assume(len(one) + len(other) < 400)
    assert holds(f"not (({one}) and ({other}))") == holds(f"not ({one}) or not ({other})")
    assert holds(f"not (({one}) or ({other}))") == holds(f"not ({one}) and not ({other})")
    assert holds(f"not not ({one})") == holds(one)
    assert holds(f"({one}) and ({other})") == (holds(one) and holds(other))


# A text, its value in plain Python, and the precedence of its outermost operator.
Sum = tuple[str, float | None, int]
LEAVES: list[Sum] = [
    ("last", 110.0, 9),
    ("bid", 109.5, 9),
    ("Chg %", 10.0, 9),
    ("2M", 2e6, 9),
    ("0", 0.0, 9),
    ("age", 1.0, 9),
]


def computed(function: Callable[..., float], *values: float | None) -> float | None:
    try:
        return None if None in values else function(*values)
    except ZeroDivisionError:
        return None


def joined(sign: str, left: Sum, right: Sum) -> Sum:
    function = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]
    power = 5 if sign in "+-" else 6
    first = left[0] if left[2] >= power else f"({left[0]})"
    second = right[0] if right[2] > power else f"({right[0]})"
    return f"{first}{sign} {second}", computed(function, left[1], right[1]), power


def negative(inner: Sum) -> Sum:
    return f"-{inner[0]}" if inner[2] >= 7 else f"-({inner[0]})", computed(operator.neg, inner[1]), 7


sums: st.SearchStrategy[Sum] = st.recursive(
    st.sampled_from(LEAVES) | st.floats(0.001, 1e6).map(lambda value: (repr(value), value, 9)),
    lambda inner: (
        st.builds(joined, st.sampled_from("+-*/"), inner, inner)
        | st.builds(negative, inner)
        | st.builds(lambda x: (f"abs({x[0]})", computed(abs, x[1]), 9), inner)
        | st.builds(lambda x, y: (f"min({x[0]}, {y[0]})", computed(min, x[1], y[1]), 9), inner, inner)
        | st.builds(lambda x, y: (f"max({x[0]},{y[0]})", computed(max, x[1], y[1]), 9), inner, inner)
    ),
    max_leaves=10,
)


@given(sums, st.floats(-1e6, 1e6))
def test_numbers_are_those_of_plain_python(one: Sum, limit: float) -> None:
    text, value, _ = one
    assume(len(text) < 400 and text.count("(") + text.count("-") < 50)
    assume(value is None or math.isfinite(value))
    if value is None:
        assert parse(f"{text} = none")(STATES[0], NOW_NS)
        return
    assert parse(f"{text} = {value!r}")(STATES[0], NOW_NS)
    for sign, holds in (("<", value < limit), (">=", value >= limit), ("!=", value != limit)):
        assert parse(f"{text} {sign} {limit!r}")(STATES[0], NOW_NS) is holds


@pytest.mark.parametrize("style", [PLAIN, GERMAN, FRENCH, SWISS, INDIAN], ids=["en", "de", "fr", "de-CH", "en-IN"])
@given(number=st.decimals(0, 10**12, places=2), digits=st.integers(0, 6))
def test_a_number_in_the_tables_format_is_accepted_or_the_error_says_what_to_type(
    style: NumberStyle, number: Decimal, digits: int
) -> None:
    shown = price(float(number), digits)
    value = float(shown.replace(",", ""))
    state = SymbolState("f", "A", "A", Market().limits.watched)
    state.last = value
    try:
        predicate = parse(f"last = {style.write(shown)}", style)
    except FilterError as error:
        plain, other = re.findall(r"type (\S+) or (\S+)\.$", error.for_user)[0]
        assert any(parse(f"last = {text}", style)(state, 0) for text in (plain, other))
    else:
        assert predicate(state, 0)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("61,234.5", PLAIN, 61234.5), ("1,234k", PLAIN, 1_234_000), ("12,34,567", INDIAN, 1234567), ("61.234,5", GERMAN, 61234.5),
        ("1.5", GERMAN, 1.5), ("2,5 %", GERMAN, 2.5), ("61 234,5", FRENCH, 61234.5), ("61\u202f234,5", FRENCH, 61234.5),
        ("3.216e-12", PLAIN, 3.216e-12), ("3,216e-12", GERMAN, 3.216e-12),
        ("61'234.5", SWISS, 61234.5), ("1,234", GERMAN, 1.234),
    ],
)  # fmt: skip
def test_numbers_in_a_locales_format_are_accepted(text: str, style: NumberStyle, value: float) -> None:
    state = SymbolState("f", "A", "A", Market().limits.watched)
    state.last = value
    assert parse(f"last = {text}", style)(state, 0)


@pytest.mark.parametrize("style", [PLAIN, GERMAN, FRENCH, SWISS, INDIAN], ids=["en", "de", "fr", "de-CH", "en-IN"])
@given(value=st.one_of(st.floats(1e-15, 1e22), st.floats(-1e6, 1e6)), column=st.sampled_from(sorted(SHOWN_AS)))
def test_a_number_copied_from_the_table_is_accepted_or_the_error_says_what_to_type(
    style: NumberStyle, value: float, column: str
) -> None:
    assume(value >= 0 or column not in ("volume", "age"))
    shown = SHOWN_AS[column](value)
    plain, _, unit = shown.replace(",", "").removesuffix("%").partition(" ")
    expected = float(plain) * UNITS[unit]
    try:
        predicate = parse(f"last >= {style.write(shown)} and last <= {style.write(shown)}", style)
    except FilterError as error:
        remedy = error.for_user
    else:
        remedy = ""
    if remedy:
        assert re.search(r"type (\S+) or (\S+)\.$", remedy)
        return
    state = SymbolState("f", "A", "A", Market().limits.watched)
    state.last = expected
    assert predicate(state, 0)
    state.last = expected * 1.01 + 1e-20
    assert not predicate(state, 0)


def test_an_ambiguous_number_is_an_error() -> None:
    with pytest.raises(FilterError, match=r"1\.234 is ambiguous: type 1234 or 1,234\."):
        parse("last > 1.234", GERMAN)


def test_commas_separate_the_arguments_of_a_function() -> None:
    state = SymbolState("f", "A", "A", Market().limits.watched)
    state.last = 234.0
    assert parse("last = max(1,234)")(state, 0)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("last > 100 and Chg % < prev close", {"symbol", "alias", "feed", "last", "change_percent", "previous_close"}),
        ("abs(spread) > max(bid, 1)", {"symbol", "alias", "feed", "spread", "bid"}),
        ("btc usd", {"symbol", "alias", "feed"}),
    ],
)
def test_the_columns_that_a_text_reads(text: str, keys: set[str]) -> None:
    assert columns_in(text) == keys
