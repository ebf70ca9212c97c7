"""The state of the symbol on the chart in words, and what the user can do if it has no live data."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Final, NamedTuple

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import FeedMark, StateMark
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.formatting.no_data_words import describe_held_price, describe_no_data
from ticker_gui.formatting.numbers import age, clock_time
from ticker_gui.formatting.past_times import past_time
from ticker_gui.formatting.status_words import DATA_REJECTED, MARK_WORDS, SYMBOL_WORDS, describe_retry
from ticker_gui.market import display_values
from ticker_gui.market.opening_hours import are_hours_unknown, market_opens_ns, why_market_closed
from ticker_gui.market.subscription import symbol_failure
from ticker_gui.market.symbol_state import SymbolState

_NAME_LENGTH: Final = 40
_REASON_LENGTH: Final = 300
_ENDED: Final = "The feed was stopped at this point of the recording."
_SEEKING: Final = "The replay is going to another time. Until it arrives, the earlier prices are shown."
_NO_ANSWER: Final = "The server has not answered the subscription."
_HOURS_UNKNOWN: Final = "The market may be closed: its trading hours are unknown."


class Remedy(Enum):
    """What the user can do; the value is the text of the button."""

    FIND = "Find…"
    ENTER_KEY = "Enter a key…"
    CONNECT = "Connect a feed…"
    ENABLE = "Enable the feed"
    RETRY = "Retry now"


class ChartedStatus(NamedTuple):
    """The mark, its word and a detail with the time. ``reason`` is a sentence, empty if all is well.

    Prices are drawn without colors of direction if the data ``is_stale``; they have a ``date`` if they are remembered.
    In a replay, there is no remedy.
    """

    mark: StateMark
    word: str
    detail: str = ""
    reason: str = ""
    remedy: Remedy | None = None
    is_stale: bool = False
    is_simulated: bool = False
    date: str = ""
    is_replay: bool = False


def charted_status(state: SymbolState, feed: FeedRow | None, now_ns: int) -> ChartedStatus:
    """Return the status of a symbol of a feed; ``feed`` is None if it is no longer in the settings."""
    if feed is not None and feed.is_replay and feed.is_disabled:
        return ChartedStatus(StateMark.NO_FEED, feed.word, feed.display_name, _ENDED, None, True, is_replay=True)
    name = sanitize_text(state.feed, _NAME_LENGTH)
    if feed is None:
        reason = f"{name} is not connected, so no data is arriving for this symbol."
        return ChartedStatus(StateMark.NO_FEED, "No connected feed has it", name, reason, Remedy.CONNECT, True)
    if feed.is_disabled:
        reason = f"{name} is disabled, so no data is arriving for this symbol."
        return ChartedStatus(feed.mark.state_mark, "Its feed is disabled", name, reason, Remedy.ENABLE, True)
    is_connected = state.coverage.is_connected
    status = _of_symbol(state, feed, now_ns) if is_connected else _without_connection(feed, now_ns)
    if state.remembered is not None:
        status = status._replace(is_stale=True, date=past_time(state.remembered.dated_ns, now_ns))
    return status._replace(
        is_simulated=feed.is_simulated, is_replay=feed.is_replay, remedy=None if feed.is_replay else status.remedy
    )


def seeking_status(word: str) -> ChartedStatus:
    """Return the status of every symbol while a replay goes to another time."""
    return ChartedStatus(StateMark.REPLAY, word, reason=_SEEKING, is_stale=True, is_replay=True)


def _without_connection(feed: FeedRow, now_ns: int) -> ChartedStatus:
    since_ns = feed.state.down_since_ns or feed.state.since_ns
    detail = f"{feed.display_name} · {age(max(0, now_ns - since_ns) // SECOND_NS)} ago"
    reason = sanitize_text(feed.state.reason, _REASON_LENGTH)
    match feed.mark:
        case FeedMark.KEY_NEEDED:
            return ChartedStatus(
                StateMark.KEY_NEEDED,
                feed.word,
                feed.display_name,
                reason or f"{feed.display_name} needs an API key.",
                Remedy.ENTER_KEY,
                True,
            )
        case FeedMark.CONNECTING:
            reason = reason or f"Connecting to {feed.display_name} since {clock_time(since_ns)}."
            return ChartedStatus(StateMark.CONNECTING, feed.word, feed.display_name, reason, None, True)
        case FeedMark.REJECTED:
            return ChartedStatus(StateMark.REFUSED, feed.word, detail, reason, Remedy.RETRY, True)
    retry = f" {describe_retry(feed.state, now_ns)}." if feed.mark is FeedMark.NOT_CONNECTED and reason else ""
    remedy = None if feed.state.waits_for_relay else Remedy.RETRY
    word = MARK_WORDS[StateMark.NOT_CONNECTED]
    return ChartedStatus(StateMark.NOT_CONNECTED, word, detail, f"{reason}{retry}", remedy, True)


def _of_symbol(state: SymbolState, feed: FeedRow, now_ns: int) -> ChartedStatus:
    name, quiet_s = feed.display_name, display_values.age_s(state, now_ns)
    match state.status(now_ns):
        case SymbolStatus.REFUSED:
            return _refused(state, feed)
        case SymbolStatus.REJECTED:
            reason = _why_failed(state)
            return ChartedStatus(StateMark.REFUSED, DATA_REJECTED, name, reason, Remedy.RETRY)
        case SymbolStatus.NO_ANSWER:
            reason = _why_feed_is_quiet(feed) or sanitize_text(state.overdue or "", _REASON_LENGTH) or _NO_ANSWER
            return ChartedStatus(StateMark.QUIET, _title(SymbolStatus.NO_ANSWER), name, reason, Remedy.RETRY, True)
        case SymbolStatus.PENDING:
            return _pending(state, feed, now_ns)
        case SymbolStatus.PRICE_HELD:
            reason = (
                f"{sanitize_text(state.symbol, _NAME_LENGTH)}: {describe_held_price(state.held_price, state.last)}."
            )
            return ChartedStatus(StateMark.QUIET, _title(SymbolStatus.PRICE_HELD), name, reason)
    if closed := display_values.why_closed(state, now_ns):
        return ChartedStatus(StateMark.CLOSED, _closed_word(state, now_ns), name, closed)
    if state.is_stale(now_ns):
        reason = _why_feed_is_quiet(feed) or _why_symbol_is_quiet(state, now_ns)
        return ChartedStatus(StateMark.QUIET, f"Quiet for {age(quiet_s)}", name, reason, None, True)
    return _of_current_data(feed, f"{name} · {age(quiet_s)} ago")


def _of_current_data(feed: FeedRow, ago: str) -> ChartedStatus:
    """Return the status of a symbol whose data is current, for the kind of its data."""
    if feed.is_replay:
        return ChartedStatus(StateMark.REPLAY, MARK_WORDS[StateMark.REPLAY], ago)
    if feed.is_simulated:
        return ChartedStatus(StateMark.DEMO, MARK_WORDS[StateMark.DEMO], "built-in market" if feed.is_built_in else ago)
    if feed.mark is FeedMark.DELAYED:
        delay = f" {feed.delay_minutes} min" if feed.delay_minutes else ""
        return ChartedStatus(StateMark.DELAYED, f"{MARK_WORDS[StateMark.DELAYED]}{delay}", ago)
    return ChartedStatus(StateMark.LIVE, MARK_WORDS[StateMark.LIVE], ago)


def _pending(state: SymbolState, feed: FeedRow, now_ns: int) -> ChartedStatus:
    """Return the status of a symbol without a price; a quiet feed can be connected again, a closed market cannot."""
    name = feed.display_name
    if closed := why_market_closed(state.day.calendar, state.trading_period, now_ns):
        reason = f"No price has arrived yet. {closed}"
        return ChartedStatus(StateMark.CLOSED, _closed_word(state, now_ns), name, reason, None, True)
    quiet = _why_feed_is_quiet(feed)
    reason, remedy = (quiet, Remedy.RETRY) if quiet else ("No price has arrived yet.", None)
    return ChartedStatus(StateMark.CONNECTING, "Waiting for the first price", name, reason, remedy, True)


def _why_feed_is_quiet(feed: FeedRow) -> str:
    """Return why the whole feed delivers nothing; empty if it does."""
    return sanitize_text(feed.state.reason, _REASON_LENGTH) if feed.mark is FeedMark.QUIET else ""


def _why_symbol_is_quiet(state: SymbolState, now_ns: int) -> str:
    """Return that the market may be closed; empty if its trading hours are known."""
    return _HOURS_UNKNOWN if are_hours_unknown(state.day.calendar, state.trading_period, now_ns) else ""


def _closed_word(state: SymbolState, now_ns: int) -> str:
    """Return that the market is closed, and when it opens in the user's time zone, if that is known."""
    opens_ns = market_opens_ns(state.day.calendar, state.trading_period, now_ns)
    if opens_ns is None:
        return MARK_WORDS[StateMark.CLOSED]
    now, opens = (local_time(time_ns / SECOND_NS, None) for time_ns in (now_ns, opens_ns))
    if now.date() == opens.date():
        return f"Closed, opens {opens:%H:%M}"
    is_soon = opens - now < timedelta(days=6)
    return f"Closed, opens {opens:%a %H:%M}" if is_soon else f"Closed, opens {opens.day} {opens:%b %H:%M}"


def _refused(state: SymbolState, feed: FeedRow) -> ChartedStatus:
    """Return the status of a symbol that the provider does not accept; the demo market has no others to find."""
    symbol = sanitize_text(state.symbol, _NAME_LENGTH)
    if feed.is_simulated and not feed.is_relayed:
        reason = f"{symbol} is not in the demo market. Connect a feed that has it."
        return ChartedStatus(
            StateMark.REFUSED, "Not in the demo market", feed.display_name, reason, Remedy.CONNECT, True
        )
    reason = _why_failed(state)
    return ChartedStatus(StateMark.REFUSED, _title(SymbolStatus.REFUSED), feed.display_name, reason, Remedy.FIND, True)


def _why_failed(state: SymbolState) -> str:
    failure = symbol_failure(state)
    return "" if failure is None else sanitize_text(describe_no_data(failure), _REASON_LENGTH)


def _title(status: SymbolStatus) -> str:
    return SYMBOL_WORDS[status].capitalize()
