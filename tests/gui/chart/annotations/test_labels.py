from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.labels import PlacedText, avoid_overlap, moment_text, span_text, value_text
from ticker_gui.gui.widgets.text_painter import TextPainter

WHITE = QColor("#ffffff")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.5, "1.50"), (-1.5, "-1.50"), (float("nan"), "–"), (float("inf"), "–"), (2.5e9, "2.50 B"), (-3e6, "-3.00 M")],
)
def test_large_values_are_abbreviated(value: float, text: str) -> None:
    assert value_text(value, 2) == text


def test_moments_include_the_date() -> None:
    moment = 1_700_000_000 * SECOND_NS
    assert moment_text(moment, UTC) == "Tue 14 Nov 2023 22:13:20"
    assert moment_text(moment, ZoneInfo("America/New_York"), is_day=True) == "Tue 14 Nov 2023"


SPANS = {
    0: "0 s",
    0.4: "0 s",
    -0.4: "0 s",
    1: "1 s",
    59.6: "1 min",
    60: "1 min",
    61: "1 min 1 s",
    3599: "59 min 59 s",
    3600: "1 h",
    3661: "1 h 1 min",
    3605: "1 h",
    86_399: "23 h 59 min",
    86_400: "1 d",
    90_061: "1 d 1 h",
    86_460: "1 d",
    -75: "-1 min 15 s",
    1e9: "11574 d 1 h",
}


def test_durations_are_written_in_their_two_largest_units() -> None:
    assert {seconds: span_text(seconds) for seconds in SPANS} == SPANS


@given(st.floats(-1e10, 1e10))
def test_durations_are_accurate_to_their_smaller_unit(seconds: float) -> None:
    sizes = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
    words = span_text(seconds).removeprefix("-").split()
    counts = {unit: int(count) for count, unit in zip(words[::2], words[1::2], strict=True)}
    shown_s = sum(count * sizes[unit] for unit, count in counts.items())
    larger = next(iter(counts))
    lesser = list(sizes.values())[min(list(sizes).index(larger) + 1, 3)]
    assert shown_s <= round(abs(seconds)) < shown_s + lesser
    assert span_text(seconds).startswith("-") == (round(seconds) < 0)
    assert all(count > 0 for count in counts.values()) or counts == {"s": 0}


def test_avoid_overlap_finds_the_next_free_line(qapp: QApplication) -> None:
    pixels = TextPainter(qapp.font())
    height = round(pixels.metrics.height())
    text = pixels.get("words")
    wide = round(text.width)
    words = [PlacedText(10, top, text, WHITE) for top in (0, height, 5 * height)]
    assert avoid_overlap(words, pixels, 12, 20, 0) == 2 * height
    assert avoid_overlap(words, pixels, 12, 20, height + 3) == 2 * height
    assert avoid_overlap(words, pixels, 12, 20, 3 * height) == 3 * height
    assert avoid_overlap(words, pixels, 12, 20, 5 * height - 1) == 6 * height
    assert avoid_overlap(words, pixels, 10 + wide + 12, 20, 0) == 0
    assert avoid_overlap(words, pixels, 10 + wide + 8, 20, 0) == 2 * height  # too close to be distinguished
    assert avoid_overlap(words, pixels, -30, 20, 0) == 0
    assert avoid_overlap([], pixels, 12, 20, 7) == 7
