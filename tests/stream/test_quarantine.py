from ticker_gui.domain.frame import Frame
from ticker_gui.stream.quarantine import Quarantine


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
