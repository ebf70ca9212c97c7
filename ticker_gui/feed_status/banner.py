"""The banner of the window: the worst problem of the feeds, or that prices are simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple

from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.formatting.numbers import clock_time
from ticker_gui.formatting.status_words import describe_retry

DELAY_S: Final = 3  # a connection that is lost for less does not need the user's attention


class BannerAction(Enum):
    """A button of the banner; the value is its text."""

    CONNECT = "Connect a feed…"
    RETRY = "Retry now"
    ENTER_KEY = "Enter a key…"
    DETAILS = "Details"
    OPEN_FILE = "Open the file"
    SETTINGS = "Settings…"
    UNDO = "Undo"
    DISMISS = "Dismiss"


_CONNECTING: Final = (BannerAction.CONNECT, BannerAction.RETRY, BannerAction.ENTER_KEY)


class Severity(Enum):
    """How bad it is: the background of the banner."""

    WARNING = "warning"
    ERROR = "error"


class Banner(NamedTuple):
    """A problem: ``title`` is emphasized, ``text`` follows it. ``more`` is the number of other problems."""

    severity: Severity
    feed: str
    title: str
    text: str
    actions: tuple[BannerAction, ...] = ()
    primary: BannerAction | None = None
    more: int = 0
    is_demo: bool = False

    @property
    def sentence(self) -> str:
        """Title and text, for screen readers."""
        return f"{self.title} {self.text}"


def choose_banner(feeds: Sequence[FeedRow], now_ns: int, notices: Sequence[Banner] = ()) -> Banner | None:
    """Return the banner to show, if any: the worst problem. Disabled feeds have none.

    ``notices`` are about no feed; errors among them may be the cause of the other problems.
    """
    active = [feed for feed in feeds if not feed.is_disabled]
    errors = [notice for notice in notices if notice.severity is Severity.ERROR]
    others = [notice for notice in notices if notice.severity is not Severity.ERROR]
    problems = [*errors, *_rejected(active), *_disconnected(active, now_ns), *others, *_simulated(active)]
    if not problems:
        return None
    worst = problems[0]._replace(more=len(problems) - 1)
    return _without_connecting(worst) if any(feed.is_replay for feed in feeds) else worst


def _without_connecting(banner: Banner) -> Banner:
    """Return a banner of a replay: nothing can be connected."""
    actions = tuple(action for action in banner.actions if action not in _CONNECTING)
    return banner._replace(actions=actions, primary=None)


def _rejected(feeds: Sequence[FeedRow]) -> Iterator[Banner]:
    """Yield the banners of feeds that wait for the user: stopped ones, and then those without a valid key."""
    for feed in feeds:
        if feed.mark is FeedMark.REJECTED:
            text = f"at {clock_time(feed.state.since_ns)}: {feed.state.reason}"
            yield _problem(feed, "stopped", text, Severity.ERROR, BannerAction.RETRY)
    for feed in feeds:
        if feed.mark is FeedMark.KEY_NEEDED:
            yield _problem(feed, "needs an API key:", feed.state.reason, Severity.WARNING, BannerAction.ENTER_KEY)


def _problem(feed: FeedRow, problem: str, text: str, severity: Severity, action: BannerAction) -> Banner:
    title = f"{feed.display_name} {problem}"
    return Banner(severity, feed.name, title, sanitize_text(text, 300), (action, BannerAction.DETAILS))


def _disconnected(feeds: Sequence[FeedRow], now_ns: int) -> Iterator[Banner]:
    for feed in feeds:
        state = feed.state
        is_lost = state.kind is FeedStatus.WAITING or (state.kind is FeedStatus.CONNECTING and state.attempt > 1)
        since_ns = state.down_since_ns or state.since_ns
        if not is_lost or now_ns - since_ns < DELAY_S * SECOND_NS:
            continue
        attempt = f" (attempt {state.attempt})" if state.attempt > 1 else ""
        is_waiting = state.kind is FeedStatus.WAITING
        next_step = f"{describe_retry(state, now_ns)}{attempt}." if is_waiting else f"Reconnecting{attempt}…"
        reason = f": {state.reason}" if state.reason else "."
        text = sanitize_text(f"since {clock_time(since_ns)}{reason} {next_step}", 300)
        retry = () if state.waits_for_relay else (BannerAction.RETRY,)
        actions = (*retry, BannerAction.DETAILS)
        yield Banner(Severity.ERROR, feed.name, f"{feed.display_name} has been disconnected", text, actions)


def _simulated(feeds: Sequence[FeedRow]) -> Iterator[Banner]:
    """Yield the notice about simulated prices, which never leaves out which feed they are from."""
    simulated = [feed for feed in feeds if feed.is_simulated]
    if not simulated:
        return
    others = [feed for feed in feeds if not feed.is_simulated]
    if not others:
        yield Banner(
            Severity.WARNING,
            "",
            "Demo data:",
            "not real prices.",
            (BannerAction.CONNECT,),
            BannerAction.CONNECT,
            0,
            True,
        )
        return
    live = [feed.display_name for feed in others if feed.mark is FeedMark.LIVE]
    is_or_are = "is" if len(live) == 1 else "are"
    end = f"; {_listed(live)} {is_or_are} live." if live else ", not real prices."
    shows = "shows" if len(simulated) == 1 else "show"
    title = _listed([feed.display_name for feed in simulated])
    yield Banner(Severity.WARNING, "", title, f"{shows} simulated data{end}", is_demo=True)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
