"""The rows of the table of alerts and of its history: texts without a view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ticker_gui.alerts.alert import Alert, AlertStatus, Repeat
from ticker_gui.alerts.condition_words import condition_words
from ticker_gui.alerts.firing import Firing, Outcome
from ticker_gui.alerts.firing_text import describe_firing
from ticker_gui.alerts.saved_alerts import AlertRecord
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.alerting import AlertView
from ticker_gui.formatting import numbers
from ticker_gui.formatting.past_times import past_time

STATUS_WORDS: Final = {
    AlertStatus.ARMED: "Armed",
    AlertStatus.WAITING: "Waiting for the first price",
    AlertStatus.FIRED: "Fired",
    AlertStatus.PAUSED: "Paused",
    AlertStatus.OUTSIDE_HOURS: "Outside its hours",
    AlertStatus.DONE: "Done",
    AlertStatus.EXPIRED: "Expired",
    AlertStatus.NOT_MONITORED: "Cannot be monitored",
}
_TEXT_LENGTH: Final = 200
_FIRST: Final = (AlertStatus.FIRED, AlertStatus.NOT_MONITORED)
_MAX_DECIMALS: Final = 8
_FAR: Final = float("inf")


class AlertRow(NamedTuple):
    """An alert as it is shown. ``distance`` is signed, in percent of the price; ``text`` is the whole condition."""

    id: str
    status: AlertStatus
    reason: str
    is_true: bool
    symbol: str
    condition: str
    last: float | None
    last_text: str
    distance: float | None
    repeat: str
    last_fired_ns: int | None
    last_fired: str
    note: str
    text: str = ""

    @property
    def state_text(self) -> str:
        """The state in words."""
        return STATUS_WORDS[self.status]

    @property
    def distance_text(self) -> str:
        """How far the price is from the level."""
        return numbers.on_screen(numbers.signed_percent(self.distance))

    @property
    def details(self) -> str:
        """What does not fit into the row, as lines."""
        return "\n".join(filter(None, (self.reason, self.note, self.text)))


class HistoryRow(NamedTuple):
    """A firing as it is displayed. ``is_notable`` marks what was not observed, and alerts that paused themselves."""

    number: int
    time: str
    symbol: str
    text: str
    price: str
    is_notable: bool
    details: str


def alert_row(record: AlertRecord, view: AlertView, now_ns: int) -> AlertRow:
    """Return the row of an alert."""
    alert = record.alert
    state = view.states[0] if len(view.states) == 1 else None
    last, decimals = (None, 0) if state is None else (state.last, state.price_decimals)
    fired_ns = record.last_fired_ns
    return AlertRow(
        alert.id,
        view.status,
        view.reason,
        view.is_true,
        sanitize_text(alert.target),
        describe_condition(alert, decimals),
        last,
        shown_price(last, decimals),
        view.distance_percent,
        describe_repeat(alert),
        fired_ns,
        numbers.NONE if fired_ns is None else _time(fired_ns, now_ns),
        sanitize_text(alert.note, _TEXT_LENGTH),
        sanitize_text(alert.condition if alert.symbol else f"{alert.target}: {alert.condition}", _TEXT_LENGTH),
    )


def history_row(firing: Firing, now_ns: int, decimals: int = 0) -> HistoryRow:
    """Return the row of a firing, with prices of at least this many decimals."""
    gap = firing.gap
    price = firing.observation.price
    decimals = decimals if price is None else max(decimals, numbers.decimals(price))
    text = sanitize_text(condition_words(firing.condition, decimals), _TEXT_LENGTH)
    if firing.outcome is Outcome.PAUSED:
        text = "Paused: it fired too often"
    elif firing.outcome is Outcome.CROSSED_IN_GAP and gap is not None:
        why = "trades were missed" if gap.missed else "disconnected"
        period = f"{numbers.clock_time(gap.start_ns)} and {numbers.clock_time(gap.end_ns)}"
        text = f"{text}: between {period}, while {why}"
    marks = [mark for mark, is_set in (("replay", firing.is_replay), ("muted", firing.is_muted)) if is_set]
    return HistoryRow(
        firing.number,
        _time(firing.fired_ns, now_ns),
        sanitize_text(firing.symbol),
        f"{text} ({', '.join(marks)})" if marks else text,
        shown_price(price, decimals),
        firing.outcome is not Outcome.FIRED,
        "\n".join(
            (
                sanitize_text(describe_firing(firing), 500),
                _describe_observation(firing),
                *(sanitize_text(one, 300) for one in firing.results),
            )
        ),
    )


def _describe_observation(firing: Firing) -> str:
    """Return what is known of the trade that caused a firing, as a line."""
    observation = firing.observation
    times = (
        ("" if observation.is_of_bar else "traded", observation.time_ns),
        ("received", observation.received_ns),
        ("confirmed", firing.confirmed_ns),
    )
    parts = [f"{word} {_time_ms(time_ns)}" for word, time_ns in times if word and time_ns is not None]
    if observation.size is not None:
        parts.insert(0, f"size {numbers.amount(observation.size)}")
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _time_ms(time_ns: int) -> str:
    return f"{numbers.clock_time(time_ns)}.{time_ns // 1_000_000 % 1_000:03}"


def shown_price(price: float | None, decimals: int) -> str:
    """Return a price with at least this many decimals."""
    return numbers.price(price, min(max(decimals, 0 if price is None else numbers.decimals(price)), _MAX_DECIMALS))


def describe_condition(alert: Alert, decimals: int = 0) -> str:
    """Return the condition in words, with prices of at least this many decimals."""
    return sanitize_text(condition_words(alert.condition, decimals), _TEXT_LENGTH)


def line_sentence(alert: Alert, decimals: int) -> str:
    """Return what is written on the line of an alert on the chart."""
    return f"{describe_condition(alert, decimals)} · {alert.repeat}"


def describe_repeat(alert: Alert) -> str:
    """Return how often an alert fires."""
    return f"once per {alert.timeframe} bar" if alert.repeat is Repeat.PER_BAR else str(alert.repeat)


def _time(time_ns: int, now_ns: int) -> str:
    """Return a time of today with seconds, and another one with its day."""
    here, now = (local_time(one // SECOND_NS, None) for one in (time_ns, now_ns))
    is_today = here.date() == now.date()
    return numbers.clock_time(time_ns) if is_today else past_time(time_ns, now_ns, is_short=True)


# By column; None is unknown.
SORT_KEYS: Final[Sequence[Callable[[AlertRow], object]]] = (
    lambda row: (list(AlertStatus).index(row.status),),
    lambda row: row.symbol.casefold(),
    lambda row: row.condition.casefold(),
    lambda row: row.last,
    lambda row: None if row.distance is None else abs(row.distance),
    lambda row: row.repeat,
    lambda row: row.last_fired_ns,
)


def by_urgency(row: AlertRow) -> tuple[int, float]:
    """Order alerts that need attention first, then by the distance from their levels."""
    rank = _FIRST.index(row.status) if row.status in _FIRST else len(_FIRST)
    return rank, _FAR if row.distance is None else abs(row.distance)
