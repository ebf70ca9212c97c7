"""Floor 3: why a feed or a symbol is quiet, in words, with the next step; and a report of it that holds no secret."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui import __version__
from ticker_gui.config.settings import shown_url
from ticker_gui.domain.feed_state import FeedState, FeedStatus, Phase
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import EngineFeed
from ticker_gui.formatting import numbers
from ticker_gui.formatting.status_words import FEED_WORDS, SYMBOL_WORDS, describe_retry
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market import display_values
from ticker_gui.market.latency import Delay, Percentiles
from ticker_gui.market.subscription import problem
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import describe_held_price

_SHOWN_FRAMES: Final = 5
_SHOWN_SYMBOLS: Final = 50
_SHOWN_OTHERS: Final = 5
_LINE_LENGTH: Final = 1024
_FRESH_NS: Final = 10 * SECOND_NS


class Diagnosis(NamedTuple):
    """What is so, why, and what to do about it: each a sentence or two, ``why`` and ``next_step`` may be empty."""

    answer: str
    why: str = ""
    next_step: str = ""


def diagnose(feed: EngineFeed, now_ns: int, symbol: SymbolState | None = None) -> Diagnosis:
    """Return why nothing comes of a feed, or of one of its symbols."""
    state = feed.state
    if not state.is_connected:
        return _not_connected(state, feed.session.phase, now_ns)
    if not feed.market.states:
        return Diagnosis(
            "No symbol of this feed is watched.",
            "The connection is up, and nothing is asked for.",
            "Add one to a list.",
        )
    if state.kind is not FeedStatus.LIVE:
        return _quiet_feed(feed, now_ns)
    if symbol is None:
        return _live_feed(feed)
    return _quiet_symbol(feed, symbol, now_ns)


def _not_connected(state: FeedState, phase: Phase, now_ns: int) -> Diagnosis:
    match state.kind:
        case FeedStatus.CONNECTING:
            why = f"This is attempt {max(1, state.attempt)}. {state.reason}".strip()
            return Diagnosis(f"The connection is being made: {phase}.", why)
        case FeedStatus.WAITING:
            answer = "An internal error stopped this feed." if state.is_internal else "The connection is down."
            return Diagnosis(answer, state.reason, f"{describe_retry(state, now_ns)}. Press Retry to reconnect now.")
        case FeedStatus.REJECTED:
            return Diagnosis("The connection was rejected.", state.reason, "Fix the problem, then press Retry.")
        case _:
            return Diagnosis("The feed is stopped.")


def _quiet_feed(feed: EngineFeed, now_ns: int) -> Diagnosis:
    """Return why no market data comes over a line that is up."""
    connection, protocol = feed.session.connection, feed.settings.protocol
    hours = feed.market.why_closed(now_ns)
    hint = protocol.no_data_hint
    if connection is None or not connection.frames_since_data:
        alive_s = (
            max(0, now_ns - (feed.session.last_activity_ns or now_ns)) // SECOND_NS
        )  # a line may be dead and not know it
        sign = f"The server gave its last sign of life {numbers.age(alive_s)} ago, and sends nothing."
        why = hours or f"{sign} A closed market is silent."
        return Diagnosis("Connected, but no frames come.", why, hint or "Check how the symbols are spelled.")
    if 2 * connection.decode_errors_since_data > connection.frames_since_data:
        frame, reason = feed.session.rejected_frames.frames[-1]
        shown = sanitize_text(frame.payload.decode("utf-8", "replace"))
        return Diagnosis(
            f"Frames come, but none is understood: {reason}.",
            f"One of them: {shown}",
            "Check which provider speaks at this URL, or say where the values are in [feeds.mapping].",
        )
    return Diagnosis(
        "Frames come and are understood, but hold no market data of these symbols.",
        hours or feed.market.last_error,
        hint or "Check how the symbols are spelled; a closed market is silent.",
    )


def _live_feed(feed: EngineFeed) -> Diagnosis:
    """Return what comes of a feed of which market data comes."""
    market = feed.market
    if any(state.has_data for state in market.states):
        return Diagnosis("Receiving data normally.")
    unsubscribed_updates = [
        sanitize_text(symbol, SYMBOL_LENGTH) for symbol in market.seen_symbols if market.find(symbol) is None
    ]
    others = ", ".join(unsubscribed_updates[:_SHOWN_OTHERS])
    return Diagnosis(
        "Market data comes, but of none of the symbols that are watched.",
        f"It comes of {others}." if others else market.last_error,
        "Check how the symbols are spelled.",
    )


def _quiet_symbol(feed: EngineFeed, symbol: SymbolState, now_ns: int) -> Diagnosis:
    """Return why one symbol is quiet while its feed is live."""
    name = sanitize_text(symbol.symbol, SYMBOL_LENGTH)
    if symbol.refusal is not None:
        return Diagnosis(
            f"{name} is refused: {symbol.refusal}", "", "Check how it is spelled, and what the key may see."
        )
    if symbol.held_price is not None:
        return Diagnosis(
            f"{name}: {describe_held_price(symbol)}.",
            "A price so far from the last one may be wrong. A second trade on the same side confirms it, and then both "
            "count; a trade near the last price discards it.",
        )
    if why := problem(symbol):
        return Diagnosis(
            sanitize_text(why, 512),
            f"{feed.settings.protocol.title} acknowledges every subscription, but not this one.",
        )
    connection = feed.session.connection
    if connection is None or symbol.wire_symbol not in connection.requested:
        return Diagnosis(f"{name} is about to be asked for.")
    if symbol.received_ns is None or symbol.received_ns < symbol.coverage.since_ns:
        confirmed = "was asked for and confirmed" if symbol.is_confirmed else "was asked for, without an answer"
        return Diagnosis(
            f"{name} {confirmed}, and nothing has come of it while other symbols are live.",
            f"The provider knows it as {sanitize_text(symbol.wire_symbol, SYMBOL_LENGTH)}, or does not know it at all.",
            "It may trade rarely. Check how the provider spells it.",
        )
    age_ns = now_ns - symbol.received_ns
    usual = f"Longest recent gap between updates: {numbers.age(symbol.staleness.longest_ns // SECOND_NS)}."
    if age_ns < _FRESH_NS:
        return Diagnosis(f"{name} is not quiet: the last message came {numbers.age(age_ns // SECOND_NS)} ago.", usual)
    if closed := symbol.day.calendar.why_closed(now_ns):
        return Diagnosis(f"{name} has sent nothing for {numbers.age(age_ns // SECOND_NS)}.", closed)
    if symbol.is_stale(now_ns):
        return Diagnosis(
            f"{name} has been silent for {numbers.age(age_ns // SECOND_NS)}, which is odd for it.",
            usual,
            "The market may be closed or halted. To resubscribe, remove the symbol and undo.",
        )
    return Diagnosis(f"The market in {name} is quiet: nothing for {numbers.age(age_ns // SECOND_NS)}.", usual)


def delay_in_words(delay: Delay | None) -> str:
    """Return how long the way from the exchange takes."""
    if delay is None:
        return "not known"
    if delay.age_ns:
        return f"everything is {numbers.age(int(delay.age_ns // SECOND_NS))} old when it comes: the provider delays it"
    skew = f"; the clocks differ by {delay.skew_ns / 1e9:+.1f} s" if delay.significant_offset_ns else ""
    late = f", recently {numbers.age(round(delay.late_ns / SECOND_NS))}" if delay.is_late else ""
    return f"{_in_ms(delay.spread)}{late}{skew}"


def _in_ms(spread: Percentiles) -> str:
    return "p50 {:,.0f}, p95 {:,.0f}, p99 {:,.0f} ms".format(*(value / 1e6 for value in spread))


class ProgramInfo(NamedTuple):
    """What a report says about the program itself.

    ``painted`` is how long it took from the arrival of a fact to its pixels; ``errors`` are the internal errors that
    belong to no feed; ``log_file`` is where they are logged.
    """

    painted: Percentiles | None = None
    errors: InternalErrors | None = None
    log_file: Path | None = None


def report(feed: EngineFeed, now_ns: int, symbol: SymbolState | None = None, program: ProgramInfo | None = None) -> str:
    """Return all that helps to find out what is the matter, as text to copy; it holds no secret."""
    return "\n".join(_lines(feed, now_ns, symbol, program or ProgramInfo()))


def log_in_words(log_file: Path | None) -> str:
    """Return where the log is."""
    return "Log file: none" if log_file is None else f"Log file: {log_file}"


def _error_lines(*counted: InternalErrors | None) -> Iterator[str]:
    """Yield how many internal errors there were, and each kind of them."""
    for errors in filter(None, counted):
        yield f"Internal errors of {errors.owner}: {errors.count:,}"
        for kind, count in errors.kinds.items():
            yield f"  {count:,} × {kind}"


def _lines(feed: EngineFeed, now_ns: int, symbol: SymbolState | None, program: ProgramInfo) -> Iterator[str]:
    session, market = feed.session, feed.market
    yield f"Ticker GUI {__version__}, Python {platform.python_version()}, {platform.system()}"
    yield f"{_moment(now_ns)}: feed {sanitize_text(feed.name)}, {feed.settings.protocol.title}"
    yield f"Address: {shown_url(feed.settings.url) if feed.settings.url else 'inside this program'}"
    yield ""
    yield from filter(None, diagnose(feed, now_ns, symbol))
    yield ""
    yield f"Feed latency: {delay_in_words(feed.delay)}"
    if program.painted is not None:
        yield f"Display latency: {_in_ms(program.painted)}"
    yield f"Round-trip time: {f'{feed.round_trip_s * 1e3:,.1f} ms' if feed.round_trip_s else 'not known'}"
    held = (
        f", and {session.rejected_frames.held:,} held until a trade is confirmed"
        if session.rejected_frames.held
        else ""
    )
    yield f"Frames: {session.frames:,}, of which {session.rejected_frames.count:,} were skipped, in part or whole{held}"
    yield (
        f"Duplicate or late messages: {market.outdated_updates:,};"
        f" for symbols not in a list: {market.unsubscribed_updates:,}"
    )
    yield f"Connection gaps: {len(market.coverage.gaps)}"
    yield from _error_lines(feed.errors, program.errors)
    yield log_in_words(program.log_file)
    yield from _detected_lines(feed)
    yield ""
    yield "Connection history:"
    for state in list(session.history):
        reason = f": {sanitize_text(state.reason)}" if state.reason else ""
        yield f"  {_moment(state.since_ns)} {FEED_WORDS[state.kind]}{reason}"
    yield from _symbol_lines(feed, now_ns)
    if session.rejected_frames.frames:
        yield ""
        yield "Last rejected frames:"
    for frame, reason in list(session.rejected_frames.frames)[-_SHOWN_FRAMES:]:
        yield f"  {_moment(frame.time_ns)} {sanitize_text(reason)}"
        yield f"    {sanitize_text(frame.payload.decode('utf-8', 'replace'), 512)}"


def _detected_lines(feed: EngineFeed) -> Iterator[str]:
    """Yield the settings that the detected format of a feed amounts to, and what the user should know about it."""
    settings = detected_settings(feed)
    if settings:
        yield ""
        yield "Detected format. To keep it, paste this below the feed's [[feeds]] in the settings:"
        yield ""
        yield settings
    for note in feed.session.protocol.notes if feed.session.protocol is not None else ():
        yield f"Note: {sanitize_text(note, _LINE_LENGTH)}"


def detected_settings(feed: EngineFeed) -> str:
    """Return the settings that the detected format of a feed amounts to, as they may be shown; empty without any."""
    # After a reconnect the format is not detected again at once.
    protocols = filter(None, (feed.session.protocol, feed.session.last_protocol))
    settings = next(filter(None, (protocol.detected_settings for protocol in protocols)), "")
    return "\n".join(sanitize_text(line, _LINE_LENGTH) for line in settings.splitlines())


def _symbol_lines(feed: EngineFeed, now_ns: int) -> Iterator[str]:
    yield ""
    yield "Symbols:"
    states = feed.market.states
    for state in states[:_SHOWN_SYMBOLS]:
        name = sanitize_text(state.symbol, SYMBOL_LENGTH)
        missed = f", {state.missed:,} trades missed" if state.missed else ""
        yield f"  {name}: {symbol_in_words(state, now_ns)}{missed}"
    if len(states) > _SHOWN_SYMBOLS:
        yield f"  and {len(states) - _SHOWN_SYMBOLS:,} more"


def symbol_in_words(state: SymbolState, now_ns: int) -> str:
    """Return the status of a symbol in words, with its reason or the age of its data."""
    status = state.status(now_ns)
    word = SYMBOL_WORDS[status]
    match status:
        case SymbolStatus.REFUSED:
            return f"{word}: {state.refusal}"
        case SymbolStatus.NO_ANSWER:
            return f"{word}: {state.overdue}"
        case SymbolStatus.PRICE_HELD:
            return describe_held_price(state)
        case SymbolStatus.PENDING:
            return f"{word}, {'confirmed by the provider' if state.is_confirmed else 'not confirmed by the provider'}"
        case SymbolStatus.LIVE | SymbolStatus.STALE:
            return f"{word}, the last message {numbers.age(display_values.age_s(state, now_ns) or 0)} ago"
        case SymbolStatus.NOT_CONNECTED:
            return word


def _moment(time_ns: int) -> str:
    return f"{local_time(time_ns // SECOND_NS, UTC):%Y-%m-%d %H:%M:%S} UTC"
