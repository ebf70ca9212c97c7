"""The command ``history``, which prints past bars as JSON lines or CSV. Loads no Qt."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.bar_table import BAR_TITLES, COVERAGE_TITLE, SOURCE_WORDS
from ticker_gui.commands.output import OutputLines, run_command
from ticker_gui.commands.time_arguments import parse_time
from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.events import Bar, Refusal
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import BY_NAME, timeframe_named
from ticker_gui.domain.trading_days import TradingDays
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.history import HistoryError, HistoryOffer
from ticker_gui.formatting import json_lines
from ticker_gui.formatting.csv_export import Cell, csv_lines
from ticker_gui.formatting.numbers import age, counted
from ticker_gui.history.bar_download import BarDownload, DownloadRequest, find_base
from ticker_gui.history.limits import describe_pause
from ticker_gui.history.past_data_client import PastDataClient, UnconnectedSource
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.session_calendar import provider_calendar
from ticker_gui.process import exit_signals
from ticker_gui.process.console import print_error, print_status
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_NOT_DELIVERED, exit_code

MAX_BARS: Final = 1_000_000  # of each symbol
_BATCH: Final = 2_000  # lines
_DETECTION_S: Final = 20.0  # until a provider is known by its messages
_CLEAR_LINE: Final = "\r\x1b[K"


class HistoryOptions(NamedTuple):
    """The arguments of the command. The times are texts; see `parse_time`."""

    timeframe: str
    max_bars: int | None
    start: str | None
    end: str | None
    as_csv: bool


def history(settings: Settings, options: HistoryOptions, errors: InternalErrors | None = None) -> int:
    """Print the past bars of all symbols of the feeds; return the exit code.

    ``errors`` counts internal errors that belong to no feed.

    Raises:
        SettingsError: the arguments contradict each other, or the required key of a feed is missing.
    """
    for feed in settings.feeds:
        if not feed.is_built_in:
            resolve_credentials(feed)
    engine = Engine((), settings.limits)
    request = _request(options, engine.clock())
    return run_command(_History(settings, engine, request, as_csv=options.as_csv).run(), errors)


def _request(options: HistoryOptions, now_ns: int) -> DownloadRequest:
    timeframe = BY_NAME[options.timeframe]
    end_ns = now_ns if options.end is None else parse_time(options.end, now_ns)
    if options.max_bars is not None:
        if options.start is not None:
            raise SettingsError("Use either --count or --from: both set where the bars begin.")
        if options.max_bars > MAX_BARS:
            raise SettingsError(f"--count {options.max_bars} is too many. At most {MAX_BARS:,} bars are printed.")
        return DownloadRequest(timeframe, 0, end_ns, options.max_bars)
    if options.start is None:
        raise SettingsError("Specify the number of bars, as in --count 100, or their start, as in --from -2d.")
    start_ns = parse_time(options.start, now_ns)
    if start_ns >= end_ns:
        raise SettingsError("--from must be earlier than --to, and in the past.")
    if (end_ns - start_ns) // timeframe.width_ns > MAX_BARS:
        raise SettingsError(
            f"This period may have more than {MAX_BARS:,} bars. Choose a shorter one or a longer --timeframe."
        )
    return DownloadRequest(timeframe, start_ns, end_ns, MAX_BARS)


def _request_of(feed: Feed, wire_symbol: str, request: DownloadRequest) -> DownloadRequest:
    """Return the request for a symbol, of which hours may begin with the session. Days keep their dates in UTC."""
    if not feed.protocol.trades_us_stocks:
        return request
    minute = provider_calendar(wire_symbol, feed.protocol.stock_hours()).hours_minute
    return request._replace(timeframe=timeframe_named(request.timeframe.name, TradingDays(hours_minute=minute)))


class _History:
    """One run of ``ticker-gui history``."""

    def __init__(self, settings: Settings, engine: Engine, request: DownloadRequest, *, as_csv: bool) -> None:
        self._feeds = settings.feeds
        self._engine = engine
        self._request = request
        self._as_csv = as_csv
        self._has_names = len(settings.feeds) > 1 or any(len(feed.symbols) != 1 for feed in settings.feeds)
        self._lines = OutputLines(sys.stdout.buffer)
        self._progress = _Progress()
        self._interrupted = asyncio.Event()
        self._signal = 0  # the number of the signal that interrupted
        self._state_changed = asyncio.Event()
        engine.taps.states.add(lambda feed: self._state_changed.set())

    async def run(self) -> int:
        exit_signals.handle(asyncio.get_running_loop(), self._interrupt)
        printing = asyncio.ensure_future(self._print_all())
        others = [asyncio.ensure_future(work) for work in (self._engine.run(), self._interrupted.wait())]
        try:
            done, _ = await asyncio.wait((printing, *others), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            return printing.result() if printing.done() else exit_code("history", self._signal)
        finally:
            self._progress.clear()
            for task in (printing, *others):
                task.cancel()
            await asyncio.gather(printing, *others, return_exceptions=True)

    def _interrupt(self, number: int) -> None:
        self._signal = number
        self._interrupted.set()

    async def _print_all(self) -> int:
        """Print the bars of one feed after the other; return the exit code."""
        if self._as_csv:
            titles = (*BAR_TITLES, COVERAGE_TITLE)
            self._lines.add_text(csv_lines([("Feed", "Symbol", *titles) if self._has_names else titles]))
            await self._lines.flush()
        has_all = True
        for settings in self._feeds:
            try:
                has_all &= await self._print_feed(settings)
            except TickerError as error:
                self._report(settings.name, error)
                has_all = False
            self._engine.set_feeds(())
            if self._lines.is_closed:
                return EXIT_DONE
        return EXIT_DONE if has_all else EXIT_NOT_DELIVERED

    async def _print_feed(self, settings: Feed) -> bool:
        """Print the bars of the symbols of a feed; return whether there were any of each symbol."""
        provider = settings.protocol
        if provider is not AutoDetect:
            find_base(provider.title, provider.history, self._request.timeframe)
        client, symbols, offer = await self._client(settings)
        has_all = True
        for symbol in symbols:
            download = BarDownload(
                client, provider.title, offer, self._engine.clock, partial(self._show, f"{settings.name}: {symbol}")
            )
            self._progress.start(f"{settings.name}: {symbol}", download.bars)
            problem = await self._download(settings, symbol, download)
            await self._write(settings.name, symbol, download.bars)
            if self._lines.is_closed:
                return True
            if problem is not None:
                self._report(f"{settings.name}: {symbol}", problem)
            has_all &= problem is None
            if problem is not None and problem.refusal.concerns_key:
                return False
        return has_all

    async def _download(self, settings: Feed, symbol: str, download: BarDownload) -> HistoryError | None:
        """Download the bars of a symbol; return why there are none, or not all of them."""
        if refusal := settings.protocol().refusal(symbol):
            return HistoryError(refusal, Refusal.UNKNOWN_SYMBOL)
        try:
            wire_symbol = settings.protocol.wire_symbol(symbol)
            await download.run(wire_symbol, _request_of(settings, wire_symbol, self._request))
        except HistoryError as error:
            return error
        name = self._request.timeframe.name
        if not download.bars:
            return HistoryError(f"There are no {name} bars in this period.")
        if download.is_cut:
            first = json_lines.iso_time(download.bars[-1].start_ns)
            self._progress.clear()
            print_error(f"{settings.name}: {sanitize_text(symbol)}: There are no {name} bars before {first}.")
        return None

    async def _client(self, settings: Feed) -> tuple[PastDataClient, Sequence[str], HistoryOffer | None]:
        """Return a client, the symbols and the offer of a feed.

        A connection is opened only if the bars come over it, or if the provider is detected by its messages.
        """
        offer = settings.protocol.history
        if offer is not None and not offer.over_socket:
            credentials = await asyncio.to_thread(resolve_credentials, settings)
            protocol = settings.protocol(credentials)
            source, engine = UnconnectedSource(protocol), self._engine
            client = PastDataClient(source, engine.http_get, engine.clock, on_limited=engine.on_http_limited)
            return client, settings.symbols, protocol.history_offer
        self._engine.set_feeds((settings,))
        feed = self._engine.feeds[settings.name]
        await self._wait(feed, lambda: feed.state.is_connected)
        if offer is None:
            offer = await self._detected(feed)
        return feed.past.client, feed.configured_symbols, offer

    async def _detected(self, feed: EngineFeed) -> HistoryOffer:
        """Return what the provider offers that is detected by the messages of a feed.

        Raises:
            TickerError: no provider is detected, or its past data is not requested.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_DETECTION_S):
                await self._wait(feed, lambda: feed.state.kind is FeedStatus.LIVE)
        protocol = feed.session.protocol
        if protocol is not None and protocol.history_offer is not None:
            return protocol.history_offer
        note = protocol.past_data_note if isinstance(protocol, AutoDetect) else ""
        raise HistoryError(note or f"{feed.settings.protocol.title} has no past bars.", Refusal.NOT_OFFERED)

    async def _wait(self, feed: EngineFeed, is_done: Callable[[], bool]) -> None:
        """Wait for a state of a feed.

        Raises:
            TickerError: it cannot connect.
        """
        while not is_done():
            if feed.state.kind in (FeedStatus.REJECTED, FeedStatus.WAITING):
                raise TickerError(feed.state.reason_at(feed.state.since_ns))
            self._state_changed.clear()
            await self._state_changed.wait()

    async def _write(self, feed: str, symbol: str, bars: list[Bar]) -> None:
        """Write bars, which are newest first, with the oldest one first."""
        self._progress.clear()
        received_ns = self._engine.clock()
        for end in range(len(bars), 0, -_BATCH):
            batch = bars[max(end - _BATCH, 0) : end][::-1]
            if self._as_csv:
                names = (feed, symbol) if self._has_names else ()
                self._lines.add_text(csv_lines((*names, *_cells(bar)) for bar in batch))
            else:
                for bar in batch:
                    self._lines.add(json_lines.past_bar_line(feed, symbol, bar, received_ns))
            await self._lines.flush()
            if self._lines.is_closed:
                return

    def _show(self, subject: str, pause_s: float, problem: HistoryError | None) -> None:
        """Show the progress, and until when the provider's limit makes the download wait."""
        if problem is not None and problem.refusal is Refusal.RATE_LIMITED:
            self._report(subject, HistoryError(str(problem), problem.refusal, pause_s))
        self._progress.show(pause_s)

    def _report(self, subject: str, error: TickerError) -> None:
        self._progress.clear()
        pause_s = error.retry_after_s if isinstance(error, HistoryError) else None
        until = f" {describe_pause(self._engine.clock(), pause_s, 'Bars can be requested')}" if pause_s else ""
        print_error(f"{sanitize_text(subject)}: {error.for_user}{until}")


def _cells(bar: Bar) -> tuple[Cell, ...]:
    """Return a row of the columns of a chart's export. Trades of a bar that is still forming are missing."""
    coverage = SOURCE_WORDS[BarSource.PROVIDED if bar.is_closed else BarSource.PARTIAL]
    return json_lines.iso_time(bar.start_ns), bar.open, bar.high, bar.low, bar.close, bar.volume, coverage


class _Progress:
    """Shows the progress of a download in one line on stderr, if that is a terminal."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._is_shown = False
        self._subject = ""
        self._bars: list[Bar] = []

    def start(self, subject: str, bars: list[Bar]) -> None:
        """Start with another symbol; ``bars`` grows while they arrive."""
        self._subject, self._bars = sanitize_text(subject), bars
        self.show()

    def show(self, pause_s: float = 0.0) -> None:
        """Show how many bars have arrived, and the seconds until the next request if they are many."""
        if not self._is_terminal:
            return
        back_to = f" back to {json_lines.iso_time(self._bars[-1].start_ns)[:16]}" if self._bars else ""
        waiting = f"; waiting {age(round(pause_s))} before the next request" if pause_s else ""
        print_status(f"{_CLEAR_LINE}{self._subject}: {counted(len(self._bars), 'bar')}{back_to}{waiting}…")
        self._is_shown = True

    def clear(self) -> None:
        """Remove the line."""
        if self._is_shown:
            print_status(_CLEAR_LINE)
            self._is_shown = False
