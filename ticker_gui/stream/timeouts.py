"""How long each wait of a feed lasts. All of them stand here; tests of faults use shorter ones."""

from __future__ import annotations

import msgspec


class Timeouts(msgspec.Struct, frozen=True):
    """Waits in seconds."""

    # to come through
    dns_timeout: float = 10.0  # for the resolver
    open_timeout: float = 10.0  # for TCP, TLS and the handshake together
    login_timeout: float = 10.0
    answer_timeout: float = 5.0  # to a subscription
    # to notice that a line is dead
    ping_interval: float = 10.0  # a ping as often, and as long for its answer
    idle_warning: float = 10.0  # without market data it is said that there is none
    idle_timeout: float = 60.0  # then reconnect; the next time after twice as long
    max_idle_timeout: float = 1800.0
    suspend_threshold: float = 5.0  # the clock went on by so much more than it should have
    # to reconnect
    backoff_base: float = 0.5
    backoff_slow_base: float = 5.0
    backoff_max: float = 30.0
    backoff_internal_base: float = 30.0  # after an internal error
    backoff_internal_max: float = 600.0
    max_retry_after: float = 900.0
    healthy_after: float = 30.0  # with market data for so long, a connection was a good one
    # to take over from a line that is about to end
    rollover_lead: float = 60.0
    rollover_timeout: float = 30.0
    # to look at all this
    check_interval: float = 1.0
    # to write
    send_timeout: float = 10.0  # for a message, where the other side does not read
    close_timeout: float = 1.0
