from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.test_bar_history import RecordedTape
from tests.conftest import RunQt, run_plain
from tests.domain.test_trading_days import all_days
from tests.doubles import StillClock, until
from ticker_gui.bars.series import TimeSeries, create_series
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, PastBars, PastTrades, Refusal, Trade
from ticker_gui.domain.timeframe import DAY_NS, HOUR_NS, MINUTE_NS, timeframe_named
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HttpRequest,
    HttpResponse,
    TradesPage,
    TradesQuery,
)
from ticker_gui.feeds.protocol import Credentials, FeedProtocol, Message
from ticker_gui.feeds.providers.alpaca import Alpaca
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.history.cleaning import clean_bars, to_dates
from ticker_gui.history.past_data_client import PastDataClient, UnconnectedSource

T0 = 1_700_006_400 * 10**9
QUERY = BarsQuery("A", "1m", T0, T0 + 3 * MINUTE_NS)
TRADES = TradesQuery("A", T0, T0 + 10, 1, 5)


def bar(minute: int) -> Bar:
    return Bar("A", "1m", T0 + minute * MINUTE_NS, 1.0, 1.0, 1.0, 1.0, 1.0, is_closed=True)


class PagedHistory(Demo):
    """A provider with pages over HTTP."""

    def history_request(self, query: BarsQuery) -> HttpRequest:  # type: ignore[override]
        return HttpRequest("https://venue.test/0")

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        if response.status != 200:
            raise HistoryError("refused", Refusal.NOT_OFFERED)
        if not response.body.isdigit():
            raise FrameError("not JSON")
        page = int(response.body)
        return BarsPage([bar(page)], HttpRequest(f"https://venue.test/{page + 1}") if page < 2 else None)

    def trades_request(self, query: TradesQuery) -> HttpRequest:  # type: ignore[override]
        return HttpRequest("https://venue.test/0")

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        number = int(response.body)
        return TradesPage([Trade("A", 1.0, 1.0, T0 + number, number)], HttpRequest(f"https://venue.test/{number + 1}"))


class Source:
    """A feed whose socket collects what is sent."""

    def __init__(self, protocol: FeedProtocol | None) -> None:
        self.past_data_protocol = protocol
        self.sent: list[Message] = []
        self.client: PastDataClient | None = None
        self.answers: list[PastBars | PastTrades] = []

    def send(self, messages: Sequence[Message]) -> None:
        self.sent += messages
        assert self.client is not None
        for answer in self.answers:
            self.client.deliver(answer)


async def page_of(request: HttpRequest, credentials: Credentials) -> HttpResponse:
    return HttpResponse(200, request.url.rpartition("/")[2].encode())


def client_of(source: Source, timeout_s: float = 5.0, body: bytes | None = None, status: int = 200) -> PastDataClient:
    async def fixed(request: HttpRequest, credentials: Credentials) -> HttpResponse:
        return HttpResponse(status, body or b"")

    source.client = PastDataClient(source, page_of if body is None else fixed, StillClock(), timeout_s)
    return source.client


def test_pages_over_http_are_followed_and_joined(run: RunQt) -> None:
    async def test() -> None:
        client = client_of(Source(PagedHistory()))
        assert [each.start_ns for each in await client.bars(QUERY)] == [T0 + n * MINUTE_NS for n in range(3)]

    run(test())


def test_too_many_pages_are_an_error(run: RunQt) -> None:
    async def test() -> None:
        with pytest.raises(HistoryError) as error:
            await client_of(Source(PagedHistory())).trades(TRADES)
        assert error.value.refusal is Refusal.OUT_OF_RANGE

    run(test())


def test_a_provider_without_a_list_of_trades_is_an_error_that_remains(run: RunQt) -> None:
    class Listless(Demo):
        def trades_request(self, query: TradesQuery) -> None:  # type: ignore[override]
            return None

    async def test() -> None:
        with pytest.raises(HistoryError, match=r"^The provider has no list of the trades of this period\.$") as error:
            await client_of(Source(Listless())).trades(TRADES)
        assert not error.value.refusal.is_temporary
        assert not error.value.refusal.concerns_key  # bars may be there

    run(test())


def test_requests_state_the_documented_rate_of_the_provider(run: RunQt) -> None:
    async def test() -> None:
        rates: list[float | None] = []

        async def get(request: HttpRequest, credentials: Credentials) -> HttpResponse:
            rates.append(request.requests_per_second)
            return await page_of(request, credentials)

        await PastDataClient(Source(PagedHistory()), get, StillClock()).bars(QUERY)
        assert Demo.history is not None
        assert rates == [Demo.history.requests_per_second] * 3

    run(test())


def test_a_limit_in_the_body_of_a_response_is_reported(run: RunQt) -> None:
    class Limited(PagedHistory):
        kind = Refusal.RATE_LIMITED

        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            raise HistoryError("too many", self.kind, 7.0)

    async def test() -> None:
        reported: list[tuple[str, float | None]] = []
        source = Source(Limited())
        client = PastDataClient(
            source,
            page_of,
            StillClock(),
            on_limited=lambda request, _, pause_s: reported.append((request.url, pause_s)),
        )
        for refusal in Refusal:
            Limited.kind = refusal
            with pytest.raises(HistoryError, match="too many"):
                await client.bars(QUERY)
        assert reported == [("https://venue.test/0", 7.0)]

    run(test())


def test_a_page_on_another_host_is_not_requested(run: RunQt) -> None:
    class Elsewhere(PagedHistory):
        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            return BarsPage([], HttpRequest("https://elsewhere.test/1"))

    async def test() -> None:
        source = Source(Elsewhere())
        with pytest.raises(HistoryError, match="refers to another host"):
            await client_of(source).bars(QUERY)

    run(test())


@pytest.mark.parametrize(("size", "is_other_thread"), [(100, False), (100_000, True)])
def test_large_responses_are_decoded_in_a_thread(run: RunQt, size: int, is_other_thread: bool) -> None:
    threads: list[int] = []

    class Noting(PagedHistory):
        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            threads.append(threading.get_ident())
            if response.body[:1] == b"?":
                raise FrameError("not JSON")
            return BarsPage([bar(0)])

    async def test() -> None:
        assert len(await client_of(Source(Noting()), body=b"0" * size).bars(QUERY)) == 1
        with pytest.raises(HistoryError, match="cannot be read: not JSON"):
            await client_of(Source(Noting()), body=b"?" * size).bars(QUERY)
        assert {each != threading.get_ident() for each in threads} == {is_other_thread}

    run(test())


def test_many_bars_are_cleaned_in_a_thread(run: RunQt, monkeypatch: pytest.MonkeyPatch) -> None:
    class Many(PagedHistory):
        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            return BarsPage([bar(1), bar(0)] * 1_000)

    threads: list[int] = []

    def clean(*arguments: Any) -> list[Bar]:
        threads.append(threading.get_ident())
        return clean_bars(*arguments)

    monkeypatch.setattr("ticker_gui.history.past_data_client.clean_bars", clean)

    async def test() -> None:
        assert len(await client_of(Source(Many())).bars(QUERY)) == 2
        assert len(await client_of(Source(PagedHistory())).bars(QUERY)) == 3
        assert [each == threading.get_ident() for each in threads] == [False, True]

    run(test())


def test_a_response_with_too_many_rows_is_an_error(run: RunQt) -> None:
    class Endless(PagedHistory):
        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            return BarsPage([bar(0)] * 100_001)

    async def test() -> None:
        with pytest.raises(HistoryError, match="more than 100,000 rows"):
            await client_of(Source(Endless())).bars(QUERY)

    run(test())


@pytest.mark.parametrize("length", [1, 100_000])
def test_a_bug_in_a_decoder_ends_the_request(run: RunQt, length: int) -> None:
    class Crashing(PagedHistory):
        def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
            raise StopIteration

    async def test() -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await client_of(Source(Crashing()), body=bytes(length)).bars(QUERY)

    run(test())


def test_a_response_that_cannot_be_read_or_a_refusal_is_a_history_error(run: RunQt) -> None:
    async def test() -> None:
        with pytest.raises(HistoryError, match="cannot be read: not JSON"):
            await client_of(Source(PagedHistory()), body=b"?").bars(QUERY)
        with pytest.raises(HistoryError, match="is empty"):
            await client_of(Source(PagedHistory()), body=b" \n").bars(QUERY)
        with pytest.raises(HistoryError, match="web page instead of past data"):
            await client_of(Source(PagedHistory()), body=b"\n<!DOCTYPE html><html>").bars(QUERY)
        with pytest.raises(HistoryError, match="refused"):
            await client_of(Source(PagedHistory()), body=b"0", status=403).bars(QUERY)
        with pytest.raises(HistoryError, match="not connected"):
            await client_of(Source(None)).bars(QUERY)

    run(test())


def test_answers_over_the_socket_go_to_their_request(run: RunQt) -> None:
    async def test() -> None:
        source = Source(Demo())
        client = client_of(source)
        source.answers = [
            PastBars("B", "1m", (bar(0),)),
            PastBars("A", "1h", (bar(0),)),
            PastTrades("A", (Trade("A", 1.0, 1.0, T0 + 2, 2),)),
            PastBars("A", "1m", (bar(1), bar(0), bar(9))),
        ]
        assert [each.start_ns for each in await client.bars(QUERY)] == [T0, T0 + MINUTE_NS]
        assert await client.trades(TRADES) == [Trade("A", 1.0, 1.0, T0 + 2, 2)]
        assert len(source.sent) == 2
        client.deliver(source.answers[0])  # nobody waits for it

    run(test())


def test_without_a_response_or_with_an_error_there_is_a_reason(run: RunQt) -> None:
    async def test() -> None:
        source = Source(Demo())
        with pytest.raises(HistoryError, match="did not answer"):
            await client_of(source, timeout_s=0.02).bars(QUERY)
        source.answers = [PastBars("A", "1m", error="unknown symbol")]
        with pytest.raises(HistoryError, match="unknown symbol"):
            await client_of(source).bars(QUERY)
        assert source.past_data_protocol is not None
        source.past_data_protocol.is_ready = False
        with pytest.raises(HistoryError, match="logging in"):
            await client_of(source).bars(QUERY)

    run(test())


def test_an_answer_is_not_awaited_after_its_connection_was_lost(run: RunQt) -> None:
    async def test() -> None:
        source = Source(Demo())
        request = asyncio.ensure_future(client_of(source, timeout_s=3600.0).bars(QUERY))
        await until(lambda: source.sent)
        source.past_data_protocol = Demo()  # of the next connection
        with pytest.raises(HistoryError, match="connection was lost") as error:
            await request
        assert error.value.refusal is Refusal.OFFLINE

    run(test())


def test_each_of_two_requests_for_trades_of_a_symbol_gets_its_own_answer(run: RunQt) -> None:
    async def test() -> None:
        source = Source(Demo())
        client, trades = client_of(source), [Trade("A", 1.0, 1.0, T0 + number, number) for number in range(9)]
        queries = [TradesQuery("A", T0 + first, T0 + first + 2, first, first + 2) for first in (1, 5)]
        requests = [asyncio.ensure_future(client.trades(query)) for query in queries]
        for number in (2, 6):
            await until(lambda number=number: len(source.sent) == (1 if number == 2 else 2))  # type: ignore[misc]
            client.deliver(PastTrades("A", (trades[number],)))
        assert await asyncio.gather(*requests) == [[trades[2]], [trades[6]]]

    run(test())


def test_whether_trades_are_listed_is_known_without_a_request() -> None:
    async def get(request: HttpRequest, credentials: Credentials) -> HttpResponse:
        raise AssertionError(request)

    def lists(protocol: FeedProtocol) -> bool:
        client = PastDataClient(UnconnectedSource(protocol), get, StillClock())
        return client.lists_trades("A", T0, T0 + MINUTE_NS)

    assert lists(PagedHistory())
    with_list = {name for name in PROVIDERS if lists(PROVIDERS[name](Credentials(PROVIDERS[name].url, "key:secret")))}
    assert {*PROVIDERS} - with_list == {"eodhd", "finnhub", "guess", "mapped", "tiingo", "twelvedata", "yahoo"}
    assert lists(Alpaca(Credentials("wss://stream.data.alpaca.markets/v2/iex", "a:b")))
    assert not lists(Alpaca(Credentials("wss://stream.data.alpaca.markets/v2/test", "a:b")))


class DatedHistory(Demo):
    """A provider that has a bar of each date, and notes which dates it is asked for."""

    queries: ClassVar[list[BarsQuery]] = []

    def history_request(self, query: BarsQuery) -> HttpRequest:  # type: ignore[override]
        self.queries.append(query)
        return HttpRequest("https://venue.test/")

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        dates = range(query.start_ns, query.end_ns, DAY_NS)
        return BarsPage([Bar("A", "1d", date, 10.0, 12.0, 9.0, 11.0, 500.0, is_closed=True) for date in dates])


@given(all_days, st.integers(15_000, 21_000), st.integers(1, 24 * 60 - 61))
def test_a_provided_day_and_live_trades_of_the_same_day_are_one_bar(
    days: TradingDays, number: int, minute: int
) -> None:
    day = timeframe_named("1d", days)
    begin_ns = days.start_ns(number)
    now_ns = begin_ns + minute * MINUTE_NS
    clock = StillClock()
    clock.now_ns = now_ns

    async def get(request: HttpRequest, credentials: Credentials) -> HttpResponse:
        return HttpResponse(200, b"")

    async def load() -> list[Bar]:
        source = UnconnectedSource(DatedHistory())
        query = BarsQuery("A", "1d", days.start_ns(number - 5), day.end_of(begin_ns))
        return await PastDataClient(source, get, clock).bars(query, days)

    recorded = RecordedTape(days=days)
    recorded.add(now_ns, 20.0, 3.0)
    recorded.add(now_ns + MINUTE_NS, 21.0, 4.0)
    bars = run_plain(load())
    recorded.bars.provided.add(day, bars, (days.start_ns(number - 5), now_ns))
    series = TimeSeries(recorded.bars, day)
    assert DatedHistory.queries[-1].start_ns == (number - 5) * DAY_NS
    assert [days.number_of(start_ns) for start_ns in series.bars.start_ns.tolist()] == [*range(number - 5, number + 1)]
    assert [bar.is_closed for bar in bars] == [True] * 5 + [False]
    newest = [float(column[-1]) for column in series.bars[1:]]
    assert newest == [10.0, 21.0, 9.0, 21.0, 500.0]  # volumes are not added


@given(st.sampled_from([0, 15, 30, 45]), st.integers(0, 10_000), st.integers(1, 59))
def test_hours_of_sessions_and_live_trades_of_the_same_hour_are_one_bar(minute: int, number: int, now: int) -> None:
    days = TradingDays(ZoneInfo("America/New_York"), 4, minute)
    hour = timeframe_named("1h", days)
    begin_ns = T0 + number * HOUR_NS + minute * MINUTE_NS
    recorded = RecordedTape(days=days)
    bars = [Bar("A", "1h", begin_ns - back * HOUR_NS, 10.0, 12.0, 9.0, 11.0, 50.0, is_closed=True) for back in range(4)]
    query = to_dates(BarsQuery("A", "1h", begin_ns - 3 * HOUR_NS, begin_ns + HOUR_NS), days)
    now_ns = begin_ns + now * MINUTE_NS
    cleaned = clean_bars(bars, query, now_ns, days)
    assert [bar.is_closed for bar in cleaned] == [True, True, True, False]
    recorded.add(now_ns, 20.0, 3.0)
    recorded.bars.provided.add(hour, cleaned, (begin_ns - 3 * HOUR_NS, now_ns))
    series = create_series(recorded.bars, recorded.tape, "1h")
    assert isinstance(series, TimeSeries)
    assert series.bars.start_ns.tolist() == [begin_ns + back * HOUR_NS for back in range(-3, 1)]
    assert [float(column[-1]) for column in series.bars[1:]] == [10.0, 20.0, 9.0, 20.0, 50.0]
    recorded.add(begin_ns + HOUR_NS, 21.0, 1.0)
    series.update()
    assert int(series.bars.start_ns[-1]) == begin_ns + HOUR_NS
