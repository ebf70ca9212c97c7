"""The report of a feed as text to copy: its state, rates, errors and symbols, without secrets."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui import __version__
from ticker_gui.config.settings import shown_url
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.diagnosis import diagnose
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.formatting import numbers
from ticker_gui.formatting.status_words import FEED_WORDS, REPLAY_WORD
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market import display_values
from ticker_gui.market.backfills import describe_backfill
from ticker_gui.market.clock_offset import Delay
from ticker_gui.market.latency import Percentiles
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import describe_held_price, describe_rejection, status_word

_SHOWN_FRAMES: Final = 5
_SHOWN_SYMBOLS: Final = 50
_LINE_LENGTH: Final = 1024


def describe_delay(delay: Delay | None) -> str:
    """Return how old messages are when they arrive."""
    if delay is None:
        return "unknown"
    if delay.provider_delay_ns:
        return f"the provider delays its data by {numbers.age(int(delay.provider_delay_ns // SECOND_NS))}"
    offset = ""
    if delay.significant_offset_ns:
        direction = "ahead" if delay.clock_offset_ns > 0 else "behind"
        offset = f"; this computer's clock is {abs(delay.clock_offset_ns) / 1e9:.1f} s {direction}"
    late = f", recently {numbers.age(round(delay.late_ns / SECOND_NS))}" if delay.is_late else ""
    return f"{_describe_percentiles(delay.spread)}{late}{offset}"


def _describe_percentiles(durations: Percentiles) -> str:
    p50, p95, p99 = (value / 1e6 for value in durations)
    return f"median {p50:,.0f} ms, 95% under {p95:,.0f} ms, 99% under {p99:,.0f} ms"


class ProgramInfo(NamedTuple):
    """Details of the program itself for the report.

    ``painted`` are the times from the arrival of a message to its display; ``errors`` are the internal errors that
    belong to no feed.
    """

    painted: Percentiles | None = None
    errors: InternalErrors | None = None
    log_file: Path | None = None


def report(feed: EngineFeed, now_ns: int, symbol: SymbolState | None = None, program: ProgramInfo | None = None) -> str:
    """Return the report as text."""
    return "\n".join(_lines(feed, now_ns, symbol, program or ProgramInfo()))


def describe_log_file(log_file: Path | None) -> str:
    """Return the path of the log file as text."""
    return "Log file: none" if log_file is None else f"Log file: {log_file}"


def _error_lines(*owners: InternalErrors | None) -> Iterator[str]:
    """Yield the number of internal errors and of each kind of them."""
    for errors in filter(None, owners):
        yield f"Internal errors in {errors.owner}: {errors.count:,}"
        for kind, count in errors.kinds.items():
            yield f"  {count:,} × {kind}"


def _lines(feed: EngineFeed, now_ns: int, symbol: SymbolState | None, program: ProgramInfo) -> Iterator[str]:
    session, market = feed.session, feed.market
    yield f"Ticker GUI {__version__}, Python {platform.python_version()}, {platform.system()}"
    yield f"{_moment(now_ns)}: feed {sanitize_text(feed.name)}, {feed.settings.protocol.title}"
    yield f"URL: {shown_url(feed.settings.url) if feed.settings.url else 'built in'}"
    if feed.settings.history_url:
        yield f"Past data from: {shown_url(feed.settings.history_url)}"
    if feed.is_replay:
        yield "This is a replay of a recording: all times are those of the recording, and nothing is live."
    yield ""
    yield from filter(None, diagnose(feed.why_no_data(symbol)))
    yield ""
    yield f"Feed latency: {describe_delay(feed.delay)}"
    if (relayed := feed.relay_delay.percentiles) is not None:
        yield f"of which from the publisher to here: {_describe_percentiles(relayed)}"
    if program.painted is not None:
        yield f"Display latency: {_describe_percentiles(program.painted)}"
    yield f"Round-trip time: {f'{feed.round_trip_s * 1e3:,.1f} ms' if feed.round_trip_s else 'unknown'}"
    held = f"; {session.rejected_frames.held:,} held until a trade is confirmed" if session.rejected_frames.held else ""
    yield f"Messages: {session.frames:,}, {session.rejected_frames.count:,} of them rejected in whole or in part{held}"
    yield (
        f"Duplicate or late messages: {market.outdated_updates:,};"
        f" for symbols not in a list: {market.unsubscribed_updates:,}"
    )
    yield f"Connection gaps: {len(market.coverage.gaps)}"
    yield from _error_lines(feed.errors, program.errors)
    yield describe_log_file(program.log_file)
    yield from _detected_lines(feed)
    yield ""
    yield "Connection history:"
    for state in list(session.history):
        reason = f": {sanitize_text(state.reason)}" if state.reason else ""
        word = REPLAY_WORD if feed.is_replay and state.kind is FeedStatus.LIVE else FEED_WORDS[state.kind]
        yield f"  {_moment(state.since_ns)} {word}{reason}"
    yield from _symbol_lines(feed, now_ns)
    if session.rejected_frames.frames:
        yield ""
        yield "Last rejected messages:"
    for frame, reason in list(session.rejected_frames.frames)[-_SHOWN_FRAMES:]:
        yield f"  {_moment(frame.time_ns)} {sanitize_text(reason)}"
        yield f"    {sanitize_text(frame.payload.decode('utf-8', 'replace'), 512)}"


def _detected_lines(feed: EngineFeed) -> Iterator[str]:
    """Yield the settings for the detected format of a feed, and notes about them."""
    settings = detected_settings(feed)
    if settings:
        yield ""
        yield "Detected format. To keep it, paste this below the feed's [[feeds]] table in the settings:"
        yield ""
        yield settings
    for note in feed.session.protocol.notes if feed.session.protocol is not None else ():
        yield f"Note: {sanitize_text(note, _LINE_LENGTH)}"


def detected_settings(feed: EngineFeed) -> str:
    """Return the settings for the detected format of a feed, sanitized; empty if no format was detected."""
    # After a reconnect it takes a while until the format is detected again.
    protocols = filter(None, (feed.session.protocol, feed.session.last_protocol))
    settings = next(filter(None, (protocol.detected_settings for protocol in protocols)), "")
    return "\n".join(sanitize_text(line, _LINE_LENGTH) for line in settings.splitlines())


def _symbol_lines(feed: EngineFeed, now_ns: int) -> Iterator[str]:
    yield ""
    yield "Symbols:"
    states = feed.market.states
    for state in states[:_SHOWN_SYMBOLS]:
        name = sanitize_text(state.symbol, SYMBOL_LENGTH)
        missed = f", {numbers.counted(state.missed, 'trade')} missed" if state.missed else ""
        yield f"  {name}: {describe_symbol(state, now_ns)}{missed}"
        if not state.day.calendar.is_rolling:
            yield f"    {state.day.calendar.describe_days()}"
        if (backfill := state.backfills.newest) is not None:
            yield f"    {sanitize_text(describe_backfill(backfill, numbers.clock_time), _LINE_LENGTH)}"
    if len(states) > _SHOWN_SYMBOLS:
        yield f"  and {len(states) - _SHOWN_SYMBOLS:,} more"


def describe_symbol(state: SymbolState, now_ns: int) -> str:
    """Return the status of a symbol with its reason or the age of its data."""
    status = state.status(now_ns)
    word = status_word(state, now_ns)
    match status:
        case SymbolStatus.REFUSED:
            return f"{word}: {state.refusal}"
        case SymbolStatus.NO_ANSWER:
            return f"{word}: {state.overdue}"
        case SymbolStatus.REJECTED:
            return f"{word}: {state.rejection}"
        case SymbolStatus.PRICE_HELD:
            return describe_held_price(state)
        case SymbolStatus.PENDING:
            return f"{word}, {'' if state.is_acknowledged else 'not '}confirmed by the provider"
        case SymbolStatus.LIVE | SymbolStatus.STALE:
            rejection = f"; {describe_rejection(state)}" if state.rejection is not None else ""
            return f"{word}, last message {numbers.age(display_values.age_s(state, now_ns) or 0)} ago{rejection}"
        case SymbolStatus.NOT_CONNECTED:
            return word


def _moment(time_ns: int) -> str:
    """Return a time in the user's time zone, with the offset, because reports are sent to people elsewhere."""
    return local_time(time_ns // SECOND_NS, None).isoformat(sep=" ", timespec="seconds")
