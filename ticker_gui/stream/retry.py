"""Decides about reconnects: when to reconnect, or whether to ask the user first."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from ticker_gui.domain.errors import (
    ConnectionLost,
    FeedRejected,
    InternalError,
    KeyRejected,
    ProtocolViolation,
    SettingsError,
    TickerError,
    WrongServer,
)
from ticker_gui.stream.connection_failures import no_data_timeout, rejected_after_data, resumed_after_suspend
from ticker_gui.stream.timeouts import Timeouts

MAX_PERSISTENT_FAILURES: Final = 3  # of one kind in a row; then the user is asked
_MIN_JITTER: Final = 0.1  # of the base
_INTERNAL_JITTER: Final = 0.1
_MAX_DOUBLINGS: Final = 16


class Wait(msgspec.Struct, frozen=True):
    """Reconnect after ``delay_s`` seconds.

    ``attempt`` is the number of the next attempt since the last healthy connection. ``is_limited`` says that the server
    asked for the delay, and ``is_internal`` that an internal error ended the connection.
    """

    delay_s: float
    reason: str
    attempt: int
    is_limited: bool = False
    is_internal: bool = False


class AskUser(msgspec.Struct, frozen=True):
    """Reconnect when the user asks for it; ``wants_key`` says that an API key is missing or wrong."""

    reason: str
    wants_key: bool = False


RetryDecision: TypeAlias = Wait | AskUser


class RetryPolicy:
    """Makes every decision about the reconnects of one feed, and holds all the state for them.

    `idle_error` and `suspend_error` decide whether an open connection is ended. `next_step` decides what happens after
    the end of a connection. It performs no I/O, reads no clock and waits for nothing: the session does that.
    """

    def __init__(self, timeouts: Timeouts | None = None, rng: Callable[[], float] = random.random) -> None:
        self._timeouts = timeouts or Timeouts()
        self._backoff = Backoff(self._timeouts, rng)
        self.idle_timeout_s = self._timeouts.idle_timeout
        self.persistent_failures = 0  # in a row, all of one kind
        self._last_failure: type[ConnectionLost] | None = None
        self._ever_received_data = False
        self._rejection_retried = False  # since the last healthy connection
        self.retries_rejections = True  # in a replay, whether the recorded session did so
        self.recorded_delay_s: float | None = None  # that of the next wait, in a replay

    @property
    def attempts(self) -> int:
        """The number of failed attempts since the last healthy connection."""
        return self._backoff.attempts

    def next_step(self, error: TickerError, *, received_data: bool) -> RetryDecision:
        """Return what to do after a connection ended with an error, or could not be opened.

        ``received_data``: it had received market data.
        """
        self._ever_received_data |= received_data
        loss = self._as_loss(error, received_data)
        if loss is None:
            return self._ask_user(error.for_user, wants_key=isinstance(error, KeyRejected | SettingsError))
        if self._count_persistent(loss) >= MAX_PERSISTENT_FAILURES:
            return self._ask_user(_out_of_attempts(loss))
        delay_s = self._backoff.next_delay(loss)
        if self.recorded_delay_s is not None:
            delay_s, self.recorded_delay_s = self.recorded_delay_s, None
        return Wait(
            delay_s,
            loss.for_user,
            self._backoff.attempts + 1,
            is_limited=loss.retry_after is not None,
            is_internal=isinstance(loss, InternalError),
        )

    def idle_error(self, idle_s: float, reason: str, data_expected: Callable[[], bool]) -> ConnectionLost | None:
        """Return the error that ends a connection without market data for ``idle_s`` seconds, or ``None``.

        The timeout doubles each time, because the market may be closed. If no data is expected, the longest timeout
        applies.
        """
        if idle_s <= self.idle_timeout_s:
            return None
        timeout_s = self.idle_timeout_s if data_expected() else self._timeouts.max_idle_timeout
        if idle_s <= timeout_s:
            return None
        self.idle_timeout_s = min(2 * self.idle_timeout_s, self._timeouts.max_idle_timeout)
        return no_data_timeout(timeout_s, reason)

    def suspend_error(self, suspended_s: float) -> ConnectionLost | None:
        """Return the error that ends a connection that was not read for ``suspended_s`` seconds, or ``None``."""
        return resumed_after_suspend(suspended_s) if suspended_s > self._timeouts.suspend_threshold else None

    def note_data(self, streaming_s: float) -> None:
        """Note for how long the open connection has been receiving market data; after a while it counts as healthy."""
        self.idle_timeout_s = self._timeouts.idle_timeout
        if streaming_s > self._timeouts.healthy_after:
            self._backoff.reset()
            self._reset_persistent()
            self._rejection_retried = False

    def note_user_retry(self) -> None:
        """Note that the user asked to reconnect now."""
        self._backoff.reset()

    def _ask_user(self, reason: str, *, wants_key: bool = False) -> AskUser:
        self._backoff.reset()
        self._reset_persistent()
        return AskUser(reason, wants_key)

    def _as_loss(self, error: TickerError, received_data: bool) -> ConnectionLost | None:
        """Return the error to retry after, or ``None`` if only the user can help.

        A rejection of what has worked is retried once. Some servers close good connections as violations of their
        policy (Binance: code 1008 after a late pong), and a key that expired may have been renewed: it is read again.
        """
        may_retry = self.retries_rejections and received_data and not self._rejection_retried
        if isinstance(error, FeedRejected) and may_retry:
            self._rejection_retried = True
            return rejected_after_data(error)
        if isinstance(error, WrongServer) and self._ever_received_data:
            return ConnectionLost(error.for_user, slow_backoff=True)
        return error if isinstance(error, ConnectionLost) else None

    def _count_persistent(self, loss: ConnectionLost) -> int:
        """Return how many persistent failures of this kind there have been in a row, this one included.

        Market data has proved the URL right, so other failures than protocol violations count as passing then.
        """
        is_violation = isinstance(loss, ProtocolViolation)
        if not loss.is_persistent or (self._ever_received_data and not is_violation):
            self._reset_persistent()
        else:
            self.persistent_failures = self.persistent_failures + 1 if type(loss) is self._last_failure else 1
            self._last_failure = type(loss)
        return self.persistent_failures

    def _reset_persistent(self) -> None:
        self.persistent_failures, self._last_failure = 0, None


def _out_of_attempts(loss: ConnectionLost) -> str:
    if isinstance(loss, ProtocolViolation):
        return f"{loss.for_user} This happened {MAX_PERSISTENT_FAILURES} times in a row. Check the URL, then retry."
    return f"{loss.for_user} Stopped after {MAX_PERSISTENT_FAILURES} attempts. Fix the problem, then retry."


class Backoff:
    """Exponential backoff with full jitter (RFC 6455 section 7.2.3): a base doubled up to a cap, times a random share.

    It is reset only after a connection has received market data for a while, so that a server which accepts
    connections and closes them at once is not sent one attempt after the other.
    """

    def __init__(self, timeouts: Timeouts, rng: Callable[[], float]) -> None:
        self._timeouts = timeouts
        self._rng = rng
        self.attempts = 0
        self._internal_errors = 0

    def next_delay(self, loss: ConnectionLost) -> float:
        """Return the seconds to wait after a loss; the server may ask for more, up to ``max_retry_after``."""
        timeouts = self._timeouts
        if isinstance(loss, InternalError):
            return self._delay_after_internal_error()
        base = timeouts.backoff_slow_base if loss.slow_backoff else timeouts.backoff_base
        ceiling = min(timeouts.backoff_max, base * 2.0 ** min(self.attempts, _MAX_DOUBLINGS))
        is_first = not self.attempts
        self.attempts += 1
        if loss.immediate and is_first:
            return 0.0
        # Never zero: two zero delays in a row would busy-loop.
        delay_s = max(ceiling * self._rng(), timeouts.backoff_base * _MIN_JITTER)
        return max(delay_s, min(loss.retry_after or 0.0, timeouts.max_retry_after))

    def reset(self) -> None:
        """Start again with the shortest delay."""
        self.attempts = self._internal_errors = 0

    def _delay_after_internal_error(self) -> float:
        """Return a long delay that doubles each time: the same bug is likely to happen again."""
        timeouts = self._timeouts
        delay = timeouts.backoff_internal_base * 2.0 ** min(self._internal_errors, _MAX_DOUBLINGS)
        self.attempts += 1
        self._internal_errors += 1
        return min(timeouts.backoff_internal_max, delay) * (1 - _INTERNAL_JITTER * self._rng())
