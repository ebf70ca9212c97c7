from __future__ import annotations

import pytest

from tests.feeds.past_data import responses
from tests.feeds.venues import binance
from ticker_gui.domain.events import Bar, PastBars, Refusal, Reply, Trade
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.detected_past import DetectedPastData
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, TradesQuery
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.binance import Binance
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.providers.yahoo import Yahoo
from ticker_gui.feeds.wire import to_json

BARS = BarsQuery("btc-usdt", "1m", 1_764_547_200_000_000_000, 1_764_549_000_000_000_000)
TRADES = TradesQuery("btc-usdt", 1, 2, 10, 20)
RELAY = "wss://relay.example/stream"


def detected(url: str, history_url: str = "") -> AutoDetect:
    """Return the protocol of a feed that has sent a trade in Binance's format."""
    it = AutoDetect(Credentials(url, key="SECRET", history_url=history_url))
    list(it.subscribe(["btc-usdt"]))
    it.decode(binance.TRADE.encode())
    assert it.detected_provider == "binance"
    return it


@pytest.mark.parametrize(("url", "history_url"), [(Binance.url, ""), (RELAY, "https://data.relay.example")])
def test_past_data_is_requested_from_the_detected_provider_and_keeps_the_users_symbol(
    url: str, history_url: str
) -> None:
    it = detected(url, history_url)
    assert it.history_offer is Binance.history
    request = it.history_request(BARS)
    assert isinstance(request, HttpRequest)
    assert "symbol=BTCUSDT" in request.url
    assert {bar.symbol for bar in it.decode_history(BARS, responses(binance.respond, request)).bars} == {"btc-usdt"}
    trades_request = it.trades_request(TRADES)
    assert isinstance(trades_request, HttpRequest)
    page = it.decode_trades(TRADES, responses(binance.respond, trades_request))
    assert {one.symbol for one in page.trades} == {"btc-usdt"}
    listed = it.catalog_request()
    assert listed is not None
    assert "BTCUSDT" in {one.symbol for one in it.decode_catalog(responses(binance.respond, listed))}
    assert it.notes == ()
    assert it.past_data_note == ""


def test_another_server_with_a_providers_format_has_no_past_data_from_that_provider() -> None:
    it = detected(RELAY)
    assert it.history_offer is it.trades_request(TRADES) is it.catalog_request() is None
    assert it.notes == (it.past_data_note,)
    assert it.past_data_note.startswith("No past data is requested: the messages have the format of Binance")


def test_past_data_over_the_socket_of_the_feed_needs_no_other_host() -> None:
    it = AutoDetect(Credentials("ws://desk"))
    list(it.subscribe(["nimb"]))
    it.decode(to_json(Trade("NIMB", 5.0, 1.0)).encode())
    assert it.history_offer is Demo.history
    assert '"NIMB"' in str(it.history_request(BarsQuery("nimb", "1m", 0, 60)))
    bars = (Bar("NIMB", "1m", 0, 1.0, 1.0, 1.0, 1.0, 1.0, True),)
    (reply,) = it.decode(to_json(Reply((), ok=True, past=PastBars("NIMB", "1m", bars))).encode())
    assert reply == Reply((), ok=True, past=PastBars("nimb", "1m", bars))
    assert it.catalog_request() is None


def test_a_feed_of_unknown_format_has_no_past_data_and_its_description_says_so() -> None:
    it = AutoDetect(Credentials("ws://desk"))
    assert it.history_offer is it.trades_request(TRADES) is it.catalog_request() is None
    with pytest.raises(HistoryError) as caught:
        it.history_request(BARS)
    assert caught.value.refusal is Refusal.NOT_OFFERED
    assert it.past_data_note.endswith("Set its provider.")
    assert "past data of known providers only" in AutoDetect.describe_data()


def test_hours_of_a_detected_provider_are_requested_only_if_those_of_stocks_begin_on_the_hour() -> None:
    of_yahoo = DetectedPastData(Yahoo(Credentials(Yahoo.url))).offer
    assert of_yahoo is not None
    assert "1h" not in of_yahoo.timeframes
    of_binance = DetectedPastData(Binance(Credentials(Binance.url))).offer
    assert of_binance is not None
    assert "1h" in of_binance.timeframes
