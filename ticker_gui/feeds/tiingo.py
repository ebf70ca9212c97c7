"""Tiingo: IEX stocks, crypto and currencies, by the URL's path.

Documented at tiingo.com/documentation/websockets; some frames captured by others. The key stands inside the
subscription, whose number later changes have to name. Data are rows whose meaning depends on the service and their
length: without an agreement with IEX its rows have three elements, of which the last is a reference price. Symbols are
in lower case. The exact frame of an unsubscription and the shape of errors are unverified.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.feeds.protocol import Access, FeedProtocol
from ticker_gui.feeds.symbols import spelled
from ticker_gui.feeds.wire import decimal, json_reader, moment_ns, to_json

_THRESHOLDS: Final = {"iex": 6, "crypto": 2, "fx": 5}
_FULL_ROW: Final = 16


class _Response(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Message(msgspec.Struct, gc=False):
    """``A`` new data, ``U`` an update, ``D`` a deletion, ``I`` information, ``H`` a heartbeat, ``E`` an error."""

    messageType: str
    service: str = ""
    data: Any = None
    response: _Response | None = None


_read_message = json_reader(_Message)


class Tiingo(FeedProtocol):
    """Trades and quotes of crypto, quotes of currencies, reference prices of IEX stocks."""

    name: ClassVar = "tiingo"
    title: ClassVar = "Tiingo"
    delivers: ClassVar = "prices of stocks; trades and quotes of crypto; quotes of currencies"
    url: ClassVar = "wss://api.tiingo.com/iex"
    source: ClassVar = "documented, captured by others"
    hosts: ClassVar = ("api.tiingo.com",)
    needs_key: ClassVar = True

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self._subscription: int | None = None
        market = urlsplit(self.access.url).path.strip("/").rpartition("/")[2]
        self._threshold = _THRESHOLDS.get(market, _THRESHOLDS["iex"])

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``BTC-USD`` → ``btcusd``."""
        return spelled(symbol, "").lower()

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all; a later one adds to the first."""
        return self._request("subscribe", symbols)

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        return self._request("unsubscribe", symbols)

    def _request(self, event: str, symbols: Sequence[str]) -> list[str]:
        if not symbols:
            return []
        data: dict[str, Any] = {"thresholdLevel": self._threshold, "tickers": symbols}
        if self._subscription is not None:
            data = {"subscriptionId": self._subscription, "tickers": symbols}
        return [to_json({"eventName": event, "authorization": self.access.key or "", "eventData": data})]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one message."""
        message = _read_message(payload)
        match message.messageType:
            case "A" | "U":
                if not isinstance(message.data, list):
                    raise FrameError("data that are no row")
                return _from_row(message.service, message.data)
            case "I":
                return self._from_information(message.data)
            case "E":
                return (_refusal(message.response or _Response()),)
            case _:
                return ()

    def _from_information(self, data: Any) -> Sequence[Fact]:
        if not isinstance(data, dict):
            return ()
        number, tickers = data.get("subscriptionId"), data.get("tickers")
        if isinstance(number, int):
            self._subscription = number
        if not isinstance(tickers, list):
            return ()
        symbols = tuple(ticker for ticker in tickers if isinstance(ticker, str))
        return (Reply(symbols, ok=True, message="subscribed"),)


def _refusal(response: _Response) -> Reply:
    if response.code in (401, 403) or "auth" in response.message.lower() or "token" in response.message.lower():
        raise FeedRejected("Tiingo does not accept the key. Check the key and its plan, then retry.")
    return Reply((), ok=False, message=f"{response.message} (code {response.code})")


def _from_row(service: str, row: list[Any]) -> Sequence[Fact]:
    try:
        match service, len(row):
            case "iex", 3:
                moment, symbol, price = row
                return _trade(symbol, price, None, moment)
            case "iex", length if length >= _FULL_ROW:
                kind, moment, _, symbol, bid_size, bid, _, ask, ask_size, last, last_size, *_ = row
                if kind not in ("T", "Q"):  # "B" tells that a trade is broken
                    return ()
                trade = _trade(symbol, last, last_size, moment) if kind == "T" else ()
                return [*trade, *_quote(symbol, bid, bid_size, ask, ask_size, moment)]
            case "crypto_data", 6:
                _, symbol, moment, _, size, price = row
                return _trade(symbol, price, size, moment)
            case "crypto_data", 9:
                _, symbol, moment, _, bid_size, bid, _, ask_size, ask = row
                return _quote(symbol, bid, bid_size, ask, ask_size, moment)
            case "fx", 8:
                _, symbol, moment, bid_size, bid, middle, ask_size, ask = row
                # Currencies have no last price: the middle stands for it.
                trade = _trade(symbol, middle, None, moment)
                return [*trade, *_quote(symbol, bid, bid_size, ask, ask_size, moment)]
            case _:
                return ()
    except (TypeError, ValueError, AttributeError) as error:
        raise FrameError("a row that is not as documented") from error


def _trade(symbol: str, price: Any, size: Any, moment: Any) -> Sequence[Fact]:
    number = decimal(price)
    return () if number is None else (Trade(symbol.lower(), _plain(number), decimal(size), moment_ns(moment)),)


def _quote(symbol: str, bid: Any, bid_size: Any, ask: Any, ask_size: Any, moment: Any) -> Sequence[Fact]:
    prices = decimal(bid), decimal(ask)
    if prices == (None, None):
        return ()
    lower, upper = (None if price is None else _plain(price) for price in prices)
    return (Quote(symbol.lower(), lower, decimal(bid_size), upper, decimal(ask_size), moment_ns(moment)),)


def _plain(value: float) -> float:
    """Return a computed price without its noise: 2509.4449999999997 → 2509.445."""
    return float(f"{value:.12g}")
