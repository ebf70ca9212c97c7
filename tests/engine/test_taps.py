from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import UNEXPECTED
from ticker_gui.engine.taps import TapList
from ticker_gui.logs.internal_errors import InternalErrors


class Recorder:
    """Some taps that note their number and the value that they receive."""

    def __init__(self, count: int) -> None:
        self.calls: list[tuple[int, str]] = []
        self.changes = 0
        self.errors = InternalErrors("a test")
        self.list: TapList[[str]] = TapList("testing", self._note_change)
        self.taps: list[Callable[[str], None]] = [self._tap(number) for number in range(count)]

    def _note_change(self) -> None:
        self.changes += 1

    def _tap(self, number: int) -> Callable[[str], None]:
        return lambda value: self.calls.append((number, value))

    def deliver(self, value: str) -> list[tuple[int, str]]:
        """Deliver a value and return the calls that this caused."""
        self.calls.clear()
        self.list.deliver(self.errors, value)
        return list(self.calls)


@given(st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 3))))
def test_taps_are_called_once_each_in_the_order_of_adding(steps: list[tuple[str, int]]) -> None:
    recorder, model, changes = Recorder(4), list[int](), 0
    for step, number in steps:
        changes += (step == "add") != (number in model)
        if step == "add":
            recorder.list.add(recorder.taps[number])
            model = model if number in model else [*model, number]
        else:
            recorder.list.remove(recorder.taps[number])
            model = [other for other in model if other != number]
        assert recorder.deliver("x") == [(number, "x") for number in model]
        assert bool(recorder.list) is bool(model)
        assert recorder.changes == changes


@given(st.permutations(range(4)), st.data())
def test_a_tap_that_is_removed_during_a_delivery_is_not_called_again(order: list[int], data: st.DataObject) -> None:
    recorder = Recorder(4)
    remover, removed = order[data.draw(st.integers(0, 3))], order[data.draw(st.integers(0, 3))]

    def remove(value: str) -> None:
        recorder.calls.append((remover, value))
        recorder.list.remove(recorder.taps[removed])

    recorder.taps[remover] = remove
    for number in order:
        recorder.list.add(recorder.taps[number])
    is_too_late = order.index(removed) <= order.index(remover)
    expected = order if is_too_late else [number for number in order if number != removed]
    assert recorder.deliver("x") == [(number, "x") for number in expected]
    if removed != remover:
        assert recorder.deliver("y") == [(number, "y") for number in order if number != removed]
    else:
        assert recorder.deliver("y") == [(number, "y") for number in order if number != remover]


def test_a_tap_that_is_added_during_a_delivery_is_called_from_the_next_one_on() -> None:
    recorder = Recorder(2)
    recorder.list.add(recorder.taps[0])
    recorder.list.add(lambda value: recorder.list.add(recorder.taps[1]))
    assert recorder.deliver("x") == [(0, "x")]
    assert recorder.deliver("y") == [(0, "y"), (1, "y")]


def test_a_bound_method_can_be_removed() -> None:
    recorder = Recorder(0)
    values: list[str] = []
    recorder.list.add(values.append)
    recorder.list.remove(values.append)
    assert not recorder.list


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: getattr(error, "func", error).__name__)
def test_an_unexpected_exception_is_counted_and_the_other_taps_are_called(error: Callable[[], BaseException]) -> None:
    recorder = Recorder(2)

    def crash(value: str) -> None:
        raise error()

    for tap in (recorder.taps[0], crash, recorder.taps[1]):
        recorder.list.add(tap)
    assert recorder.deliver("x") == [(0, "x"), (1, "x")]
    assert recorder.deliver("y") == [(0, "y"), (1, "y")]
    assert recorder.errors.count == 2
    assert next(iter(recorder.errors.kinds)).endswith("testing")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_exception_that_ends_the_program_is_raised(error: type[BaseException]) -> None:
    recorder = Recorder(0)

    def end(value: str) -> None:
        raise error

    recorder.list.add(end)
    with pytest.raises(error):
        recorder.deliver("x")
    assert not recorder.errors.count
