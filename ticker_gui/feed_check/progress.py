"""The steps of a running check as texts for the user: status, detail, time and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.probe import CheckStep
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.formatting.numbers import counted
from ticker_gui.market.symbol_state import SymbolState

_TITLES: Final = {
    "dns": "Server name",
    "tcp": "Connection",
    "tls": "Encryption",
    "handshake": "WebSocket",
    "login": "Login",
    "subscription": "Symbols",
    "first data": "First price",
    "connection": "After connecting",
}
_RUNNING: Final = {
    "dns": "looking up the server…",
    "tcp": "connecting…",
    "tls": "negotiating encryption…",
    "handshake": "waiting for a response…",
    "login": "waiting for a response…",
    "subscription": "waiting for a response…",
    "first data": "waiting for the first price…",
}
_DONE: Final = {"handshake": "open", "login": "accepted", "subscription": "requested"}
_PROBED: Final = ("dns", "tcp", "tls")
_MAX_NAMED: Final = 3
_CHECK_KEY: Final = "Check the key and what your account's plan includes, then test again."
KEY_STEP: Final = "API key"
_DETECTING: Final = "detecting the format of the messages…"
_ASSIGN: Final = "Click the price and the symbol in a message below, or enter a symbol that the feed sends."
_FIRST_SENTENCE_END: Final = ". "


class StepStatus(Enum):
    """The status of a step; the value is its name for screen readers."""

    PENDING = "not started"
    RUNNING = "running"
    DONE = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class ProgressStep(NamedTuple):
    """One step of a check. ``ms`` is how long it took, or how long it has been running; ``remedy`` may be empty."""

    name: str
    title: str
    status: StepStatus
    detail: str = ""
    ms: float | None = None
    remedy: str = ""


def progress(check: FeedCheck, *, is_running: bool) -> list[ProgressStep]:
    """Return the steps of a check: those completed, and until its end the one that is running and those to come."""
    steps = check.steps()
    found = [_as_progress(step, is_running and step is steps[-1] and step.name not in _PROBED) for step in steps]
    found = [_with_symbols(step, check, is_running) for step in found]
    if check.feed.settings.provider == AutoDetect.name:
        found = [_with_detection(step, check) for step in found]
    if check.wants_key:
        found = [
            step._replace(title=KEY_STEP, remedy=_CHECK_KEY) if step.status is StepStatus.FAILED else step
            for step in found
        ]
    names = [step.name for step in found]
    has_failed = any(step.status is StepStatus.FAILED for step in found)
    for name in planned_steps(check):
        if name in names or has_failed or check.has_ended:
            continue  # after the end, what has not happened is not going to happen
        is_next = is_running and not any(step.status is StepStatus.RUNNING for step in found)
        status = StepStatus.RUNNING if is_next else StepStatus.PENDING
        found.append(ProgressStep(name, _TITLES[name], status, _RUNNING[name] if is_next else ""))
    if not is_running and not has_failed and check.feed.errors.kinds:
        detail = "An internal error ended the test."
        found.append(
            ProgressStep("connection", "Connection", StepStatus.FAILED, detail, remedy="Details are in the log.")
        )
    return found


def planned_steps(check: FeedCheck) -> list[str]:
    """Return the names of the steps that a check goes through."""
    settings = check.feed.settings
    is_secure, has_login = settings.url.startswith("wss:"), check.has_protocol_login
    return [name for name in _RUNNING if (name != "tls" or is_secure) and (name != "login" or has_login)]


def _as_progress(step: CheckStep, is_running: bool) -> ProgressStep:
    title = _TITLES.get(step.name, step.name)
    if is_running and step.ok is None:
        return ProgressStep(step.name, title, StepStatus.RUNNING, _RUNNING.get(step.name, ""), step.ms)
    status = {True: StepStatus.DONE, False: StepStatus.FAILED, None: StepStatus.SKIPPED}[step.ok]
    detail, remedy = step.detail, ""
    if step.ok:
        detail = _DONE.get(step.name, detail)
    if step.ok is False:
        first, end, rest = step.detail.partition(_FIRST_SENTENCE_END)
        detail, remedy = first + end.strip(), rest
    return ProgressStep(step.name, title, status, sanitize_text(detail, 400), step.ms, sanitize_text(remedy, 800))


def _with_symbols(step: ProgressStep, check: FeedCheck, is_running: bool) -> ProgressStep:
    """Return a step with the number of its symbols, and the symbols that have no price yet."""
    states = check.feed.market.states
    if step.name == "subscription" and step.status is StepStatus.DONE and states:
        confirmed = sum(state.is_acknowledged or state.has_data for state in states)
        if confirmed and check.feed.settings.protocol.acknowledges:
            return step._replace(detail=f"{confirmed} of {counted(len(states), 'symbol')}")
    if step.name != "first data" or step.status is not StepStatus.DONE or not states:
        return step
    missing = [state for state in states if not state.has_data]
    if not missing:
        return step._replace(detail=f"{len(states):,} of {counted(len(states), 'symbol')}")
    names = _names(missing)
    count = f"{len(states) - len(missing):,} of {len(states):,}"
    refused = [state for state in missing if state.refusal is not None]
    if is_running and len(refused) < len(missing):
        return step._replace(
            status=StepStatus.RUNNING, detail=f"{count}: waiting for {names}", ms=None, remedy=_closed(check)
        )
    reason = f"{refused[0].symbol}: {refused[0].refusal}" if refused else ""
    remedy = " ".join(filter(None, (sanitize_text(reason), _closed(check) or "Check the spelling of these symbols.")))
    return step._replace(detail=f"{count}: no price for {names}", remedy=remedy)


def _with_detection(step: ProgressStep, check: FeedCheck) -> ProgressStep:
    """Return a step of an unknown feed: nothing answers a subscription, the format of its messages is detected."""
    if step.name != "subscription" or check.detected_settings:
        return step
    if step.status is StepStatus.RUNNING:
        return step._replace(detail=_DETECTING)
    has_frames = step.status is StepStatus.FAILED and check.feed.session.frames
    return step._replace(remedy=_ASSIGN) if has_frames else step


def _closed(check: FeedCheck) -> str:
    """Return why the market of the symbols is closed; empty if it is not, or not for all of them."""
    feed = check.feed
    is_up = feed.state.kind in (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)
    return feed.market.why_closed(check.now_ns) if is_up else ""


def _names(states: Sequence[SymbolState]) -> str:
    named = ", ".join(sanitize_text(state.symbol) for state in states[:_MAX_NAMED])
    more = len(states) - _MAX_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
