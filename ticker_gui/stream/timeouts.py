"""The timeouts, intervals and delays of a feed; tests use shorter ones."""

from __future__ import annotations

import msgspec


class Timeouts(msgspec.Struct, frozen=True):
    """Timeouts, intervals and delays in seconds."""

    # connecting
    dns_timeout: float = 10.0
    open_timeout: float = 10.0  # for TCP, TLS and the WebSocket handshake together
    login_timeout: float = 10.0
    answer_timeout: float = 5.0  # to a subscription
    # detecting dead and idle connections
    ping_interval: float = 10.0  # also the time allowed for the pong
    idle_warning: float = 10.0  # without market data, the feed is reported as quiet
    idle_timeout: float = 60.0  # without market data, the feed reconnects; doubles each time
    max_idle_timeout: float = 1800.0
    suspend_threshold: float = 5.0  # a check that is this much late means that the computer was suspended
    # reconnecting
    backoff_base: float = 0.5
    backoff_slow_base: float = 5.0
    backoff_max: float = 30.0
    backoff_internal_base: float = 30.0  # after an internal error
    backoff_internal_max: float = 600.0
    max_retry_after: float = 900.0
    healthy_after: float = 30.0  # of receiving market data
    # rolling over to a new connection
    rollover_lead: float = 60.0  # before the server closes the old one
    rollover_timeout: float = 30.0
    # how often all of this is checked
    check_interval: float = 1.0
    # sending and closing
    send_timeout: float = 10.0  # for a message that the server does not read
    close_timeout: float = 1.0
