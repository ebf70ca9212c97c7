"""The diagnosis of a feed or a symbol for the user: what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.formatting import numbers
from ticker_gui.formatting.no_data_words import describe_no_data

_CHECK_SPELLING: Final = "Check the spelling of the symbols."
_REJECTED: Final = "Impossible values are not displayed. They may be IDs or times, or incorrectly decoded."
_HELD: Final = (
    "A price this far from the last one may be an error. A second trade on the same side confirms it, and both count; "
    "a trade near the last price discards it."
)


class Diagnosis(NamedTuple):
    """What happened, why, and what the user can do, a sentence or two each. ``why`` and ``next_step`` may be empty."""

    answer: str
    why: str = ""
    next_step: str = ""


def diagnose(no_data: NoData) -> Diagnosis:
    """Return why no market data arrives, and what the user can do about it."""
    why, next_step = _EXPLANATIONS[no_data.cause](no_data)
    return Diagnosis(describe_no_data(no_data), why, next_step)


def _nothing_received(it: NoData) -> tuple[str, str]:
    activity = f"Last activity from the server: {numbers.age(it.quiet_s)} ago. The market may be closed."
    return it.closed or activity, it.hint or _CHECK_SPELLING


def _other_symbols(it: NoData) -> tuple[str, str]:
    return f"Data is arriving for {', '.join(it.others)}." if it.others else it.reason, _CHECK_SPELLING


def _not_received(it: NoData) -> tuple[str, str]:
    request = f"This one was requested from {it.provider} as {it.wire_symbol}."
    return (
        f"Data is arriving for other symbols of this feed. {request}",
        "Check the spelling. The symbol may also trade rarely.",
    )


def _longest_gap(it: NoData) -> str:
    return f"Longest recent gap between updates: {numbers.age(it.longest_gap_s)}."


# For each cause, why data is missing and what the user can do.
_EXPLANATIONS: Final[Mapping[NoDataCause, Callable[[NoData], tuple[str, str]]]] = {
    NoDataCause.CONNECTING: lambda it: (f"This is attempt {it.attempt}. {it.reason}".rstrip(), ""),
    NoDataCause.DISCONNECTED: lambda it: (it.reason, _describe_retry(it)),
    NoDataCause.INTERNAL_ERROR: lambda it: (it.reason, _describe_retry(it)),
    NoDataCause.REJECTED: lambda it: (it.reason, it.hint or "Fix the problem, then choose Retry now."),
    NoDataCause.STOPPED: lambda it: ("", ""),
    NoDataCause.NO_SYMBOLS: lambda it: (
        "The feed is connected, but it has no symbols.",
        "Add a symbol.",
    ),
    NoDataCause.NOTHING_RECEIVED: _nothing_received,
    NoDataCause.NOT_DECODED: lambda it: (
        f"One of them: {it.sample}",
        "Check its provider and address: choose Edit in the Feeds panel, then test the connection.",
    ),
    NoDataCause.QUIET_AT_RELAY: lambda it: (it.closed, "" if it.closed else "The market may be closed."),
    NoDataCause.NO_MARKET_DATA: lambda it: (
        it.closed or it.reason,
        it.hint or f"{_CHECK_SPELLING} The market may be closed.",
    ),
    NoDataCause.OTHER_SYMBOLS: _other_symbols,
    NoDataCause.SYMBOL_REFUSED: lambda it: ("", "Check the spelling, and which symbols the API key covers."),
    NoDataCause.DATA_REJECTED: lambda it: (_REJECTED, "Check the provider and the unit of the prices."),
    NoDataCause.PRICE_HELD: lambda it: (_HELD, ""),
    NoDataCause.NO_ANSWER: lambda it: (
        f"{it.provider} confirms every subscription, but not this one.",
        "",
    ),
    NoDataCause.NOT_REQUESTED: lambda it: ("", ""),
    NoDataCause.NOT_RECEIVED: _not_received,
    NoDataCause.MARKET_CLOSED: lambda it: (it.closed, ""),
    NoDataCause.STALE: lambda it: (
        _longest_gap(it),
        "The market may be closed or halted. To request the symbol again, remove it, then choose Undo.",
    ),
    NoDataCause.INFREQUENT: lambda it: (_longest_gap(it), ""),
    NoDataCause.RECEIVING: lambda it: (
        f"The last message arrived {numbers.age(it.quiet_s)} ago. {_longest_gap(it)}" if it.symbol else "",
        "",
    ),
}


def _describe_retry(it: NoData) -> str:
    return f"Reconnecting in {it.retry_s} s. Choose Retry now to reconnect at once."
