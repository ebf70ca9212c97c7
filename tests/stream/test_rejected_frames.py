import pytest

from ticker_gui.domain.errors import TradeHeld
from ticker_gui.domain.frame import Frame
from ticker_gui.stream.rejected_frames import RejectedFrames


def test_the_last_frames_are_kept_with_their_reasons_and_all_are_counted() -> None:
    reported: list[tuple[Frame, str]] = []
    rejected_frames = RejectedFrames(lambda frame, reason: reported.append((frame, reason)))
    for number in range(500):
        rejected_frames.add(b"frame %d" % number, number, "no JSON", str)
    assert rejected_frames.count == len(reported) == 500
    assert len(rejected_frames.frames) == 200
    assert rejected_frames.frames[-1] == (Frame(b"frame 499", "in", 499), "no JSON")


def test_a_frame_is_truncated_and_keys_in_it_are_redacted() -> None:
    rejected_frames = RejectedFrames()
    payload = b"x" * 508 + b"s3cret" + b"y" * 5_000
    rejected_frames.add(payload, 1, "s3cret is wrong", lambda text: text.replace("s3cret", "*"))
    ((frame, reason),) = rejected_frames.frames
    assert len(frame.payload) == 512
    assert b"s3" not in frame.payload
    assert reason == "* is wrong"


def test_bytes_that_are_not_text_are_kept_unchanged() -> None:
    rejected_frames = RejectedFrames()
    rejected_frames.add(b"\xff\xfe\x00", 1, "no JSON", str)
    assert rejected_frames.frames[0][0].payload == b"\xff\xfe\x00"


@pytest.mark.parametrize("is_discarded", [True, False])
def test_a_frame_with_a_held_trade_counts_only_once_the_trade_is_discarded(is_discarded: bool) -> None:
    outcome: list[bool | None] = [None]
    reported: list[tuple[Frame, str]] = []
    rejected_frames = RejectedFrames(lambda frame, reason: reported.append((frame, reason)))
    rejected_frames.hold(b"s3cret", 1, TradeHeld("held", lambda: outcome[0]), lambda text: text.replace("s3cret", "*"))
    rejected_frames.settle()
    assert (rejected_frames.held, rejected_frames.count, reported) == (1, 0, [])
    outcome[0] = is_discarded
    for _ in range(2):
        rejected_frames.settle()
        assert (rejected_frames.held, rejected_frames.count) == (0, int(is_discarded))
        assert reported == [(Frame(b"*", "in", 1), "held")] * is_discarded


def test_frames_that_wait_since_a_time_are_settled_by_the_times_of_arrival() -> None:
    rejected_frames = RejectedFrames()
    rejected_frames.settle_before(1)
    for time_ns in (3, 4):
        rejected_frames.hold(b"%d" % time_ns, time_ns, TradeHeld("held", lambda: True), str)
    rejected_frames.settle_before(2)
    assert (rejected_frames.held, rejected_frames.count) == (2, 0)
    rejected_frames.settle_before(3)
    assert (rejected_frames.held, rejected_frames.count) == (0, 2)


def test_a_frame_with_several_held_trades_counts_once() -> None:
    rejected_frames = RejectedFrames()
    for payload in (b"two", b"two", b"one"):
        rejected_frames.hold(payload, 1, TradeHeld("held", lambda: True), str)
    rejected_frames.settle()
    assert [frame.payload for frame, _ in rejected_frames.frames] == [b"two", b"one"]


def test_too_many_held_frames_count_as_rejected_the_oldest_first() -> None:
    rejected_frames = RejectedFrames()
    for number in range(10_000):
        rejected_frames.hold(b"%d" % number, number, TradeHeld("held", lambda: None), str)
        assert rejected_frames.held <= 1_000
    assert rejected_frames.held + rejected_frames.count == 10_000
    assert rejected_frames.held >= 500
    assert rejected_frames.frames[-1][0].time_ns == rejected_frames.count - 1
