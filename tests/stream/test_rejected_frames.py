import pytest

from ticker_gui.domain.errors import TradeHeld
from ticker_gui.domain.frame import Frame
from ticker_gui.stream.rejected_frames import Quarantine


def test_the_last_frames_are_kept_with_their_reasons_and_all_are_counted() -> None:
    heard: list[tuple[Frame, str]] = []
    quarantine = Quarantine(lambda frame, reason: heard.append((frame, reason)))
    for number in range(500):
        quarantine.put(b"frame %d" % number, number, "no JSON", str)
    assert quarantine.count == len(heard) == 500
    assert len(quarantine.frames) == 200
    assert quarantine.frames[-1] == (Frame(b"frame 499", "in", 499), "no JSON")


def test_a_frame_is_cut_and_what_it_holds_of_a_key_is_hidden() -> None:
    quarantine = Quarantine()
    payload = b"x" * 508 + b"s3cret" + b"y" * 5_000
    quarantine.put(payload, 1, "s3cret is wrong", lambda text: text.replace("s3cret", "*"))
    ((frame, reason),) = quarantine.frames
    assert len(frame.payload) == 512
    assert b"s3" not in frame.payload
    assert reason == "* is wrong"


def test_bytes_that_are_no_text_are_kept_as_they_are() -> None:
    quarantine = Quarantine()
    quarantine.put(b"\xff\xfe\x00", 1, "no JSON", str)
    assert quarantine.frames[0][0].payload == b"\xff\xfe\x00"


@pytest.mark.parametrize("is_discarded", [True, False])
def test_a_frame_with_a_held_trade_counts_only_once_the_trade_is_discarded(is_discarded: bool) -> None:
    outcome: list[bool | None] = [None]
    heard: list[tuple[Frame, str]] = []
    quarantine = Quarantine(lambda frame, reason: heard.append((frame, reason)))
    quarantine.hold(b"s3cret", 1, TradeHeld("held", lambda: outcome[0]), lambda text: text.replace("s3cret", "*"))
    quarantine.settle()
    assert (quarantine.held, quarantine.count, heard) == (1, 0, [])
    outcome[0] = is_discarded
    for _ in range(2):
        quarantine.settle()
        assert (quarantine.held, quarantine.count) == (0, int(is_discarded))
        assert heard == [(Frame(b"*", "in", 1), "held")] * is_discarded


def test_a_frame_with_several_held_trades_counts_once() -> None:
    quarantine = Quarantine()
    for payload in (b"two", b"two", b"one"):
        quarantine.hold(payload, 1, TradeHeld("held", lambda: True), str)
    quarantine.settle()
    assert [frame.payload for frame, _ in quarantine.frames] == [b"two", b"one"]


def test_too_many_held_frames_count_as_rejected_the_oldest_first() -> None:
    quarantine = Quarantine()
    for number in range(10_000):
        quarantine.hold(b"%d" % number, number, TradeHeld("held", lambda: None), str)
        assert quarantine.held <= 1_000
    assert quarantine.held + quarantine.count == 10_000
    assert quarantine.held >= 500
    assert quarantine.frames[-1][0].received_ns == quarantine.count - 1
