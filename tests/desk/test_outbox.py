from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.desk.outbox import Outbox, OutboxMessage


def message(number: int) -> OutboxMessage:
    return OutboxMessage(f"s.{number}", b"x", is_trade=True, added_s=float(number))


STEPS = st.lists(st.sampled_from(("add", "add", "add", "take", "confirm", "rewind", "late")), max_size=60)


@given(STEPS, st.integers(1, 20))
def test_every_message_is_confirmed_waits_or_was_lost_and_the_order_is_kept(steps: list[str], room: int) -> None:
    box = Outbox(max_messages=room)
    added, confirmed = 0, list[OutboxMessage]()
    taken: list[list[OutboxMessage]] = []
    rewound: list[list[OutboxMessage]] = []
    for step in steps:
        match step:
            case "add":
                box.add(message(added))
                added += 1
            case "take":
                if batch := box.take(3):
                    taken.append(batch)
            case "confirm" if taken:
                confirmed += taken[0]
                box.confirm(taken.pop(0))
            case "rewind":
                rewound += taken
                taken = []
                box.rewind()
            case "late" if rewound:  # it was sent before, and will be sent again
                box.confirm(rewound.pop())
        assert box.unconfirmed == sum(map(len, taken))
    assert len(box) <= room
    box.rewind()
    rest = box.take(1_000)
    assert added == len(confirmed) + len(rest) + box.lost
    assert [one.added_s for one in confirmed + rest] == sorted(one.added_s for one in confirmed + rest)


def test_large_messages_are_bounded_by_their_bytes() -> None:
    box = Outbox(max_bytes=10_000)
    for number in range(100):
        box.add(OutboxMessage("s", b"x" * 800, is_trade=False, added_s=number))
    assert len(box) == 10
    assert box.lost == 90
    box.confirm(box.take(5))
    for number in range(4):
        box.add(OutboxMessage("s", b"x" * 800, is_trade=False, added_s=number))
    assert box.lost == 90


def test_what_another_publisher_has_sent_is_dropped_without_being_lost() -> None:
    box = Outbox()
    for number in range(10):
        box.add(message(number))
    box.take(4)
    box.drop_before(6.0)
    assert [one.added_s for one in box.take(10)] == [6.0, 7.0, 8.0, 9.0]
    assert box.lost == 0


def test_a_confirmation_of_what_was_put_back_confirms_nothing() -> None:
    box = Outbox()
    for number in range(4):
        box.add(message(number))
    early = box.take(2)
    box.rewind()
    again = box.take(3)
    box.confirm(early)
    assert box.unconfirmed == 3
    box.confirm(again)
    assert box.unconfirmed == 0
    assert [one.added_s for one in box.take(9)] == [3.0]
