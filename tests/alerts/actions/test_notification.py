from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.notification import NotificationMerger, merged_texts
from ticker_gui.alerts.actions.result import ActionError, ActionSuccess


class Notifier:
    """Keeps what it is asked to show; it fails if it has an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.shown: list[tuple[str, str, bool]] = []
        self.error = error

    async def show(self, title: str, text: str, *, has_sound: bool) -> None:
        self.shown.append((title, text, has_sound))
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """There is no connection."""


def message(number: int, *, is_test: bool = False) -> AlertMessage:
    return AlertMessage(f"BTC-USD above {number}", f"Last {number}", is_test=is_test)


def test_one_alert_is_shown_at_once_as_it_is(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier()
        done = await NotificationMerger(notifier, 1000).show(message(1), has_sound=True)
        assert done == ActionSuccess("The notification was shown.")
        assert notifier.shown == [("BTC-USD above 1", "Last 1", True)]

    run(test())


def test_alerts_within_the_second_after_a_notification_are_shown_as_one(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier()
        merger = NotificationMerger(notifier, 0.05)
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await merger.show(message(0), has_sound=False)
        done = await asyncio.gather(*(merger.show(message(number), has_sound=number == 2) for number in range(1, 8)))
        assert loop.time() - begin > 0.04
        assert [title for title, _, _ in notifier.shown] == ["BTC-USD above 0", "7 alerts"]
        assert notifier.shown[1][2]
        assert set(done) == {ActionSuccess("Shown in one notification together with 6 more.")}

    run(test())


def test_a_failure_reaches_everyone_who_waits_and_not_the_next_one(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier(ActionError("There is no service."))
        merger = NotificationMerger(notifier, 0.01)
        results = await asyncio.gather(
            *(merger.show(message(number), has_sound=False) for number in range(2)), return_exceptions=True
        )
        assert [str(result) for result in results] == ["There is no service."] * 2
        notifier.error = None
        await merger.show(message(3), has_sound=False)

    run(test())


def test_closing_discards_what_waits(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier()
        merger = NotificationMerger(notifier, 1000)
        await merger.show(message(1), has_sound=False)
        waiting = asyncio.create_task(merger.show(message(2), has_sound=False))
        await until(lambda: merger._batch is not None)
        merger.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        merger.close()
        assert len(notifier.shown) == 1

    run(test())


def test_a_failure_without_a_waiting_caller_is_not_reported_as_an_unhandled_exception(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier(ActionError("There is no service."))
        merger = NotificationMerger(notifier, 1000)
        waiting = asyncio.create_task(merger.show(message(1), has_sound=False))
        await asyncio.sleep(0)  # it has begun
        waiting.cancel()
        await until(lambda: notifier.shown and not merger._tasks)

    run(test())  # fails if the loop reports a lost exception


def test_closing_ends_a_notification_that_is_being_shown(run: RunQt) -> None:
    async def test() -> None:
        notifier = Notifier()
        begun = asyncio.Event()

        async def hang(title: str, text: str, *, has_sound: bool) -> None:
            begun.set()
            await asyncio.Event().wait()

        notifier.show = hang  # type: ignore[method-assign]
        merger = NotificationMerger(notifier, 1000)
        waiting = asyncio.create_task(merger.show(message(1), has_sound=False))
        await begun.wait()
        merger.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run(test())


def test_the_text_of_many_alerts_is_short() -> None:
    title, text = merged_texts([message(number) for number in range(1000)])
    assert title == "1000 alerts"
    assert text.split("\n") == [*(f"BTC-USD above {number}" for number in range(5)), "and 995 more"]


def test_the_same_alert_is_one_line_with_the_number_of_times() -> None:
    title, text = merged_texts([message(1), message(2), message(1)])
    assert (title, text) == ("3 alerts", "BTC-USD above 1 (2 times)\nBTC-USD above 2")


def test_texts_of_servers_are_one_line_without_control_characters() -> None:
    title, text = merged_texts([AlertMessage("a\x1b[31m\nb" * 500, "‮evil\r\n" * 500)])
    assert title.isprintable()
    assert text.isprintable()
    assert len(title) <= 120
    assert len(text) <= 400


def test_a_test_is_marked() -> None:
    assert merged_texts([message(1, is_test=True)])[0] == "Test: BTC-USD above 1"
