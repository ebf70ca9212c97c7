from __future__ import annotations

from tests.console.frames import frame
from ticker_gui.console.rejections import Rejections


def test_the_reason_is_found_by_the_frame_even_if_it_was_reported_cut() -> None:
    rejections = Rejections()
    whole, cut = frame("x" * 1000), frame("x" * 512)
    rejections.add("desk", cut, "no price")
    assert rejections.reason("desk", whole) == "no price"
    assert rejections.reason("other", whole) == ""
    assert rejections.reason("desk", frame("x" * 1000, at_ms=1)) == ""
    rejections.clear()
    assert rejections.reason("desk", whole) == ""


def test_the_number_of_reasons_is_limited() -> None:
    rejections = Rejections()
    for number in range(3000):
        rejections.add("desk", frame(str(number)), "no price")
    assert rejections.reason("desk", frame("0")) == ""
    assert rejections.reason("desk", frame("2999")) == "no price"
