import pytest

from ticker_gui.domain.frame import Frame


def test_a_frame_is_what_it_was() -> None:
    frame = Frame(b"{}", "in", 5)
    with pytest.raises(AttributeError):
        frame.payload = b"other"  # type: ignore[misc]
    assert (frame.payload, frame.direction, frame.time_ns) == (b"{}", "in", 5)
