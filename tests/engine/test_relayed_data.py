from __future__ import annotations

from tests.engine.test_engine import feed
from ticker_gui.domain.events import Relay
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.relayed_data import RelayedData
from ticker_gui.feeds.history import StockHours
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.market.session_calendar import US_STOCKS


def desk(*symbols: str, limit: int = 100) -> EngineFeed:
    settings = feed("desk", *symbols, url="ws://127.0.0.1:1/exchange", provider="nats")
    return Engine([settings, feed("other", "X")], Limits(symbols=limit)).feeds["desk"]


def report(one: EngineFeed, relay: Relay) -> None:
    on_relay = one.session.callbacks.on_relay
    assert on_relay is not None
    on_relay(relay)


def watched(one: EngineFeed) -> list[str]:
    return [state.symbol for state in one.market.states]


def test_all_symbols_of_a_relay_are_watched_as_they_are_reported() -> None:
    one = desk("*", "named")
    assert watched(one) == one.configured_symbols == ["named"]
    report(one, Relay(("A", "B")))
    report(one, Relay(("A", "B", "C")))
    assert watched(one) == one.configured_symbols == ["named", "A", "B", "C"]


def test_symbols_that_are_no_longer_watched_are_not_watched_again_by_the_next_report() -> None:
    one = desk("*")
    report(one, Relay(("A", "B")))
    one.set_watched(["B"])
    report(one, Relay(("A", "B", "C")))
    assert watched(one) == ["B", "C"]


def test_named_symbols_are_watched_only() -> None:
    one = desk("B")
    report(one, Relay(("A", "B")))
    assert watched(one) == list(one.configured_symbols) == ["B"]


def test_symbols_beyond_the_limit_are_left_out_and_counted() -> None:
    one = desk("*", limit=4)  # of which another feed takes one
    report(one, Relay(("A", "B", "C", "D", "E")))
    assert watched(one) == ["A", "B", "C"]
    assert one.relayed.describe_left_out() == (
        "desk: 2 of 5 symbols are left out, because the symbol limit is reached. List the symbols that you need in "
        "its settings, or raise limits.symbols."
    )
    report(one, Relay(("A", "B", "C")))
    assert one.relayed.describe_left_out() == ""


def test_symbols_for_which_others_leave_no_room_are_watched_as_soon_as_there_is_some() -> None:
    one = desk("*", "NAMED", limit=4)
    one.keep_watched(["ALERT"])
    report(one, Relay(("A", "B")))
    assert watched(one) == ["NAMED", "ALERT", "A"]
    assert one.configured_symbols == ["NAMED", "A"]
    assert one.relayed.left_out == 1
    one.keep_watched([])
    report(one, Relay(("A", "B")))
    assert watched(one) == ["NAMED", "A", "B"]
    assert one.relayed.describe_left_out() == ""


def test_symbols_that_no_list_could_contain_are_ignored() -> None:
    relayed = RelayedData(Market().feed("desk"))
    assert relayed.receive(Relay(("A", "", "*", "a b", "=1", "x" * 65))) == ["A"]
    assert relayed.symbols == ("A",)


def test_symbols_of_us_stocks_get_their_sessions_before_the_first_price() -> None:
    one = desk("AAPL", "BTC-USD")
    other, before = one.find("BTC-USD"), one.find("AAPL")
    revision = one._engine.market.revision
    report(one, Relay(("AAPL",), has_us_stocks=True, stock_hours="with the session"))
    after = one.find("AAPL")
    assert after is not None
    assert after is not before
    assert after.day.calendar == US_STOCKS._replace(hours_minute=30)
    assert one.find("BTC-USD") is other  # its days are the same
    assert (one._engine.market.count, one._engine.market.revision) == (3, revision + 2)
    report(one, Relay(("AAPL",), has_us_stocks=True, stock_hours="with the session"))
    assert one.find("AAPL") is after
    assert one.market.stock_hours is StockHours.WITH_SESSION
    report(one, Relay(("AAPL",), has_us_stocks=True, stock_hours="of a later version"))
    assert one.market.stock_hours is StockHours.ON_THE_HOUR


def test_what_a_relay_reports_about_its_data_stays_known_without_a_connection() -> None:
    one = desk("A")
    assert not one.kind.is_simulated
    report(one, Relay(("A",), is_simulated=True))
    assert one.kind.is_simulated
    assert not one.state.is_connected
