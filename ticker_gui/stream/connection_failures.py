"""The errors with which the program itself ends or gives up a connection."""

from __future__ import annotations

from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.formatting.numbers import age


def login_timed_out(title: str) -> ConnectionLost:
    """Return the error for a login that the server did not answer."""
    return ConnectionLost(f"{title} did not answer the login.", slow_backoff=True)


def pings_unanswered(host: str) -> ConnectionLost:
    """Return the error for a server from which nothing is received any more, pongs included."""
    return ConnectionLost(f"{host} stopped responding, even to pings.")


def peer_not_reading(peer: str) -> ConnectionLost:
    """Return the error for a server, named by its host or the provider's title, that does not read what it is sent."""
    return ConnectionLost(f"{peer} stopped reading data, so the connection was closed.", slow_backoff=True)


def ping_flood(host: str) -> ConnectionLost:
    """Return the error for a server that sends pings without pause."""
    return ConnectionLost(f"{host} sent too many pings, so the connection was closed.", slow_backoff=True)


def no_data_timeout(seconds: float, reason: str) -> ConnectionLost:
    """Return the error for an idle connection; ``reason`` describes what was received instead of market data."""
    return ConnectionLost(f"No market data for {age(round(seconds))}. {reason}")


def resumed_after_suspend(seconds: float) -> ConnectionLost:
    """Return the error for a connection that was not read for a while."""
    return ConnectionLost(
        f"Resumed after {age(round(seconds))} in which the computer was suspended or this program was blocked. "
        "Data in between was missed.",
        immediate=True,
    )


def rejected_after_data(rejection: FeedRejected) -> ConnectionLost:
    """Return the error for a connection that was rejected after it had received market data."""
    return ConnectionLost(rejection.for_user, immediate=True)
