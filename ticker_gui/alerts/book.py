"""All alerts and their states: changes by the user with undo, firings, and the history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from secrets import token_hex
from typing import Final

from msgspec.structs import replace

from ticker_gui.alerts.alert import MAX_NOTE_LENGTH, Alert, Repeat
from ticker_gui.alerts.book_steps import BookStep, BookValues, reverted
from ticker_gui.alerts.condition import Condition
from ticker_gui.alerts.condition_language import ConditionError, parse_condition
from ticker_gui.alerts.firing import Crossing, Firing, Outcome
from ticker_gui.alerts.saved_alerts import MAX_ALERTS, MAX_HISTORY, AlertRecord, SavedAlerts
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import MINUTE_NS
from ticker_gui.domain.undo_steps import UndoSteps

MAX_FIRINGS: Final = 15  # within the period; one more pauses the alert
FIRINGS_PERIOD_NS: Final = 3 * MINUTE_NS
_MAX_UNDO: Final = 50
FIRED_TOO_OFTEN: Final = (
    f"It fired more than {MAX_FIRINGS} times in 3 minutes, so it was paused. Choose Arm again to resume it."
)


def new_alert_id() -> str:
    """Return an id that no other alert has."""
    return token_hex(6)


class AlertBook:
    """All alerts by id, in the order in which they were added.

    The ``observers`` are called after each change; ``saved`` is what to save then. Changes by the user are steps that
    can be undone; ``on_step`` is called after each. ``revision`` counts the changes by
    the user, after which alerts have to be armed. Alerts whose condition is not valid are kept, but not monitored: see
    `condition_of`.
    """

    def __init__(self, saved: SavedAlerts | None = None) -> None:
        self.observers: Final[list[Callable[[], object]]] = []
        self.on_step: Callable[[], object] = lambda: None
        self.revision = 0
        self._records: dict[str, AlertRecord] = {}
        self._conditions: dict[str, tuple[str, Condition | ConditionError]] = {}
        self._recent: dict[str, deque[int]] = {}  # the times of the last firings
        self.steps: Final = UndoSteps[BookStep](_MAX_UNDO)
        self.load(saved or SavedAlerts())

    def load(self, saved: SavedAlerts) -> None:
        """Replace everything by what was saved, without a change to be saved."""
        self._records = {record.alert.id: record for record in saved.records}
        self._history = deque(saved.history, MAX_HISTORY)
        self._number = max((firing.number for firing in saved.history), default=0)
        self.do_not_disturb_until_ns = saved.do_not_disturb_until_ns
        self.muted_feeds = frozenset(saved.muted_feeds)

    @property
    def saved(self) -> SavedAlerts:
        """Everything, to be saved."""
        return SavedAlerts(
            records=tuple(self._records.values()),
            history=tuple(self._history),
            do_not_disturb_until_ns=self.do_not_disturb_until_ns,
            muted_feeds=tuple(sorted(self.muted_feeds)),
        )

    # Reading

    @property
    def records(self) -> Sequence[AlertRecord]:
        """All alerts with their states."""
        return tuple(self._records.values())

    def find(self, alert_id: str) -> AlertRecord | None:
        """Return an alert by its id."""
        return self._records.get(alert_id)

    @property
    def history(self) -> Sequence[Firing]:
        """The last firings, oldest first."""
        return tuple(self._history)

    @property
    def unacknowledged(self) -> int:
        """The number of alerts that have fired and are not acknowledged."""
        return sum(record.is_fired for record in self._records.values())

    def condition_of(self, alert_id: str) -> Condition:
        """Return the condition of an alert.

        Raises:
            ConditionError: it is not valid.
            KeyError: there is no such alert.
        """
        text = self._records[alert_id].alert.condition
        known, parsed = self._conditions.get(alert_id, ("", ConditionError("")))
        if known != text:
            parsed = _parse(text)
            self._conditions[alert_id] = text, parsed
        if isinstance(parsed, ConditionError):
            raise parsed
        return parsed

    # Changes by the user; those without an error return whether anything has changed

    def add(self, alerts: Iterable[Alert], description: str = "add an alert") -> None:
        """Add alerts, and arm them.

        Raises:
            ConditionError: a condition is not valid.
            SettingsError: there are too many alerts.
        """
        added = {alert.id: AlertRecord(_checked(alert)) for alert in alerts}
        if len(self._records | added) > MAX_ALERTS:
            raise SettingsError(f"The limit of {MAX_ALERTS:,} alerts is reached. Delete some first.")
        self._do(description, self._values._replace(records=self._records | added))

    def edit(self, alert: Alert, description: str = "change an alert") -> None:
        """Replace an alert by another one with the same id, and arm it with the current price as its baseline.

        Raises:
            ConditionError: the condition is not valid.
        """
        record = replace(self._records[alert.id], alert=_checked(alert), is_done=False, is_fired=False)
        self._do(description, self._values._replace(records=self._records | {alert.id: record}))

    def follow(self, alert: Alert) -> None:
        """Replace an alert, like `edit`, because its drawing has moved; undo of that step moves it back."""
        record = self._records[alert.id]
        self._records[alert.id] = replace(record, alert=alert, is_done=False, is_fired=False)
        self._note_change()

    def remove(self, alert_ids: Iterable[str], description: str = "delete an alert") -> None:
        """Delete alerts. Their firings stay in the history."""
        removed = set(alert_ids)
        kept = {key: record for key, record in self._records.items() if key not in removed}
        self._do(description, self._values._replace(records=kept))

    def undo(self) -> None:
        """Undo the last step. Alerts that fired in the meantime stay fired."""
        step = self.steps.last
        if step is not None:
            self.steps.note_undone(step)
            self._set(reverted(self._values, step.after, step.before))

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        step = self.steps.next
        if step is not None:
            self.steps.note_redone(step)
            self._set(reverted(self._values, step.before, step.after))

    def pause(self, alert_ids: Iterable[str]) -> bool:
        """Pause alerts until `resume`."""
        return self._update("pause", alert_ids, is_paused=True, pause_reason="")

    def resume(self, alert_ids: Iterable[str]) -> bool:
        """Arm alerts that are paused or done again, with the current price as their baseline."""
        chosen = list(alert_ids)
        for alert_id in chosen:
            self._recent.pop(alert_id, None)
        return self._update("arm", chosen, is_paused=False, pause_reason="", is_done=False, is_fired=False)

    def acknowledge(self, alert_ids: Iterable[str] | None = None) -> bool:
        """Note that the user has seen the firings of alerts, or of all alerts."""
        chosen = set(self._records if alert_ids is None else alert_ids)
        history = [
            replace(firing, is_acknowledged=True) if firing.alert_id in chosen else firing for firing in self._history
        ]
        return self._update("acknowledge", chosen, history, is_fired=False)

    def set_do_not_disturb(self, until_ns: int | None) -> bool:
        """Pause all actions until a time; None ends the pause. Alerts still fire."""
        return self._do("do not disturb", self._values._replace(do_not_disturb_until_ns=until_ns))

    def set_muted(self, feed: str, *, is_muted: bool) -> bool:
        """Run no actions for the symbols of a feed, or run them again."""
        muted = self.muted_feeds | {feed} if is_muted else self.muted_feeds - {feed}
        description = "mute the alerts for a feed" if is_muted else "unmute the alerts for a feed"
        return self._do(description, self._values._replace(muted_feeds=muted))

    def clear_history(self) -> bool:
        """Forget all firings."""
        return self._do("clear the alert history", self._values._replace(history=()))

    # Firings

    def is_muted(self, feed: str, now_ns: int) -> bool:
        """Return whether actions are paused or muted."""
        return feed in self.muted_feeds or now_ns < (self.do_not_disturb_until_ns or 0)

    def note_crossing(
        self,
        alert_id: str,
        feed: str,
        symbol: str,
        crossing: Crossing,
        now_ns: int,
        *,
        is_replay: bool = False,
        is_backfilled: bool = False,
    ) -> Firing:
        """Add a crossing to the history, and return the entry; an alert that fires too often is paused instead."""
        record = self._records[alert_id]
        recent = self._recent.setdefault(alert_id, deque(maxlen=MAX_FIRINGS))
        at_ns = crossing.observation.time_ns if is_backfilled else now_ns
        is_too_often = len(recent) == MAX_FIRINGS and 0 <= at_ns - recent[0] <= FIRINGS_PERIOD_NS
        if is_too_often:
            record = replace(record, is_paused=True, pause_reason=FIRED_TOO_OFTEN)
            recent.clear()
        else:
            recent.append(at_ns)
        self._records[alert_id] = replace(
            record,
            is_fired=True,
            is_done=record.alert.repeat is Repeat.ONCE,
            last_fired_ns=record.last_fired_ns if is_too_often else now_ns,
            firings=record.firings + (not is_too_often),
        )
        self._number += 1
        firing = Firing(
            number=self._number,
            alert_id=alert_id,
            feed=feed,
            symbol=symbol,
            condition=record.alert.condition,
            outcome=Outcome.PAUSED if is_too_often else crossing.outcome,
            fired_ns=now_ns,
            observation=crossing.observation,
            confirmed_ns=crossing.confirmed_ns,
            gap=crossing.gap,
            suppressed=crossing.suppressed,
            is_replay=is_replay,
            is_muted=self.is_muted(feed, now_ns),
            is_backfilled=is_backfilled,
        )
        self._history.append(firing)
        self._note_change(is_by_user=False)
        return firing

    def find_gap_firing(self, alert_id: str, feed: str, symbol: str, gap_start_ns: int) -> Firing | None:
        """Return the firing of an alert for a crossing in the gap that began at a time."""
        for firing in reversed(self._history):
            key = firing.alert_id, firing.feed, firing.symbol
            if key == (alert_id, feed, symbol) and firing.gap is not None and firing.gap.start_ns == gap_start_ns:
                return firing
        return None

    def amend(self, firing: Firing) -> None:
        """Replace an entry of the history by one with the same number: its trade was found, or actions have run."""
        for index, entry in enumerate(self._history):
            if entry.number == firing.number:
                self._history[index] = firing
                self._note_change(is_by_user=False)
                return

    def note_found(self, firing: Firing, crossing: Crossing) -> Firing:
        """Note what was found for a firing when its gap was backfilled; return the new entry."""
        amended = replace(
            firing,
            outcome=crossing.outcome,
            observation=crossing.observation,
            gap=crossing.gap,
            is_backfilled=True,
        )
        self.amend(amended)
        return amended

    # Changing

    def _note_change(self, *, is_by_user: bool = True) -> None:
        self.revision += is_by_user
        for observer in tuple(self.observers):
            observer()

    @property
    def _values(self) -> BookValues:
        return BookValues(dict(self._records), tuple(self._history), self.do_not_disturb_until_ns, self.muted_feeds)

    def _set(self, values: BookValues) -> None:
        self._records, self._history = dict(values.records), deque(values.history, MAX_HISTORY)
        self.do_not_disturb_until_ns, self.muted_feeds = values.do_not_disturb_until_ns, values.muted_feeds
        self._note_change()

    def _do(self, description: str, values: BookValues) -> bool:
        """Do a step; return False if nothing would change."""
        before = self._values
        if values == before:
            return False
        self.steps.add(BookStep(description, before, values))
        self._set(values)
        self.on_step()
        return True

    def _update(
        self, verb: str, alert_ids: Iterable[str], history: Sequence[Firing] | None = None, **changes: bool | str
    ) -> bool:
        """Change the same values of several alerts."""
        chosen = [key for key in alert_ids if key in self._records]
        updated = {key: replace(self._records[key], **changes) for key in chosen}
        number = sum(record != self._records[key] for key, record in updated.items())
        values = self._values._replace(records=self._records | updated)
        if history is not None:
            values = values._replace(history=tuple(history))
        return self._do(f"{verb} {'an alert' if number == 1 else f'{number:,} alerts'}", values)


def _parse(text: str) -> Condition | ConditionError:
    try:
        return parse_condition(text)
    except ConditionError as error:
        return error


def _checked(alert: Alert) -> Alert:
    parse_condition(alert.condition)
    return replace(alert, note=sanitize_text(alert.note, MAX_NOTE_LENGTH))
