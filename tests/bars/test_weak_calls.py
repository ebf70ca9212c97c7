from __future__ import annotations

from weakref import ref

from ticker_gui.bars.weak_calls import weak_call


class Counter:
    def __init__(self) -> None:
        self.count = 0
        self.call = weak_call(self.next, -1)

    def next(self) -> int:
        self.count += 1
        return self.count


def test_the_method_is_called_as_long_as_something_else_holds_its_object() -> None:
    counter = Counter()
    call, held = counter.call, ref(counter)
    assert [call(), call()] == [1, 2]
    del counter
    assert held() is None
    assert call() == -1
