from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPicture

from tests.gui.chart.painted import COLORS, DARK, RED, Pixel, Pixels, block, contrast, ink, painted, pixels_of
from ticker_gui.gui.chart.axes.axis import Axis, Label, Tag, _draw_box, draw_box, text_color_on
from ticker_gui.gui.widgets.theme import mix

Side = Literal["right", "bottom"]

SIDES: list[Side] = ["right", "bottom"]
BLUE = QColor("#0000ff")
LONG = 200  # pixels along the axis
MARGIN = 20
THICK = {"right": 80, "bottom": 24}
HOSTILE = ("<b>1</b>", "&amp;", "<img src='x'>", "a & b", "%1 {0}", "&nbsp;")


def axis(side: Side) -> Axis:
    made = Axis(side)
    made.setGeometry(QRectF(0, 0, *size(side)))
    return made


def size(side: Side) -> tuple[int, int]:
    return (THICK[side], LONG) if side == "right" else (LONG, THICK[side])


def shown(made: Axis, side: Side, labels: Sequence[Label] = (), tags: Sequence[Tag] = ()) -> Pixels:
    """Return the axis as drawn, with a margin that shows drawing outside of it."""
    made.show_labels(labels, tags, DARK)
    width, height = size(side)

    def draw(painter: QPainter) -> None:
        painter.translate(MARGIN, MARGIN)
        made.paint(painter, None, None)

    return painted(draw, DARK, width + 2 * MARGIN, height + 2 * MARGIN)


def tagged(made: Axis, side: Side, at: float, *lines: str) -> set[Pixel]:
    """Return the pixels of a tag's background."""
    return pixels_of(shown(made, side, [], [Tag(at, lines, RED)]), RED)


def along(side: Side, where: set[Pixel]) -> list[int]:
    """Return the coordinates of pixels along the axis."""
    return sorted({(y if side == "right" else x) - MARGIN for x, y in where})


def is_inside(side: Side, where: set[Pixel]) -> bool:
    width, height = size(side)
    return all(0 <= x - MARGIN < width and 0 <= y - MARGIN < height for x, y in where)


def written(side: Side, pixels: Pixels) -> set[Pixel]:
    """Return the pixels of labels, which are all except the border."""
    return {(x, y) for x, y in ink(pixels) if (x if side == "right" else y) != MARGIN}


def test_an_axis_without_labels_draws_nothing(qapp: object) -> None:
    made = axis("right")
    assert ink(painted(lambda painter: made.paint(painter, None, None))) == set()


def test_the_border_is_at_the_edge_of_the_canvas(qapp: object) -> None:
    for side in SIDES:
        found = pixels_of(shown(axis(side), side), DARK.border)
        assert along(side, found)[:LONG] == list(range(LONG))
        assert {x if side == "right" else y for x, y in found} == {MARGIN}


def test_labels_are_centered_at_their_positions(qapp: object) -> None:
    for side in SIDES:
        found = along(side, written(side, shown(axis(side), side, [Label(100.0, "00000")])))
        assert found
        assert abs((found[0] + found[-1]) / 2 - 100) <= 4


def test_labels_have_a_margin_to_the_border(qapp: object) -> None:
    made = axis("right")
    label = written("right", shown(made, "right", [Label(100.0, "00000")]))
    assert 4 <= min(x for x, _ in label) - MARGIN <= 10
    tag = shown(made, "right", [], [Tag(100.0, ("00000",), RED)])
    assert block(MARGIN + 1, 118, MARGIN + 4, 122) <= pixels_of(tag, RED)


@pytest.mark.parametrize("side", SIDES)
@given(st.floats(-300, 500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_labels_are_never_cut(qapp: object, side: Side, at: float) -> None:
    made = axis(side)
    found = written(side, shown(made, side, [Label(at, "00000")]))
    whole = written(side, shown(made, side, [Label(100.0, "00000")]))
    assert len(found) in (0, len(whole))
    assert is_inside(side, found)
    if 40 <= at <= LONG - 40:
        assert found


def test_labels_far_out_of_view_are_ignored(qapp: object) -> None:
    for side, at in product(SIDES, (-1e9, 1e9, 1e300)):
        assert not written(side, shown(axis(side), side, [Label(at, "00000")]))


def test_labels_and_tags_are_readable_properties(qapp: object) -> None:
    made = axis("right")
    assert made.labels == made.tags == []
    shown(made, "right", [Label(50, "1"), Label(-50, "2")], [Tag(60, ("3", "4"), RED)])
    assert made.labels == ["1", "2"]
    assert made.tags == [("3", "4")]


def test_tags_are_drawn_over_labels(qapp: object) -> None:
    for side in SIDES:
        made = axis(side)
        tag = Tag(100.0, ("000",), RED)
        alone = shown(made, side, [], [tag])
        both = shown(made, side, [Label(100.0, "88888")], [tag])
        background = pixels_of(alone, RED)
        (left, top), (right, bottom) = min(background), max(background)
        assert np.array_equal(alone[top : bottom + 1, left : right + 1], both[top : bottom + 1, left : right + 1])
        assert np.array_equal(alone, both)  # on a horizontal axis, no part of a label is left beside the tag
        beside = shown(made, side, [Label(20.0, "8")], [tag])
        assert not np.array_equal(alone, beside)


def test_the_last_tag_is_on_top(qapp: object) -> None:
    for side in SIDES:
        made = axis(side)
        red, blue = Tag(100.0, ("000",), RED), Tag(105.0, ("000",), BLUE)
        blue_on_red = pixels_of(shown(made, side, [], [red, blue]), BLUE)
        assert blue_on_red == pixels_of(shown(made, side, [], [blue]), BLUE)
        red_on_blue = shown(made, side, [], [blue, red])
        assert pixels_of(red_on_blue, RED) == pixels_of(shown(made, side, [], [red]), RED)
        assert len(pixels_of(red_on_blue, BLUE)) < len(blue_on_red)


@pytest.mark.parametrize("side", SIDES)
@given(st.floats(-1e9, 1e9) | st.floats(-50, 250), st.sampled_from([("000",), ("0,000.00", "00:59")]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_tags_stay_within_the_axis(qapp: object, side: Side, at: float, lines: tuple[str, ...]) -> None:
    made = axis(side)
    lines = lines if side == "right" else lines[:1]
    drawn, whole = (tagged(made, side, place, *lines) for place in (at, 100.0))
    assert len(drawn) == len(whole)
    assert is_inside(side, drawn)


def test_further_lines_of_a_tag_are_below_its_position(qapp: object) -> None:
    for side in SIDES:
        found = along(side, tagged(axis(side), side, 100.0, "00"))
        assert abs((found[0] + found[-1]) / 2 - 100) <= 1
    made = axis("right")
    one, two = along("right", tagged(made, "right", 100.0, "0")), along("right", tagged(made, "right", 100.0, "0", "0"))
    assert one[0] == two[0]
    assert (len(one), len(two)) == (made.tag_height(), made.tag_height(2))


def test_every_line_of_a_tag_is_drawn(qapp: object) -> None:
    made = axis("right")
    full = tagged(made, "right", 100.0, "000", "000")
    for lines in (("000", ""), ("", "000")):
        assert full < tagged(made, "right", 100.0, *lines)


def test_labels_are_drawn_as_plain_text(qapp: object) -> None:
    for side, text in product(SIDES, HOSTILE):
        made = axis(side)
        first, *others = (shown(made, side, [Label(60.0, text)], [Tag(140.0, (text,), RED)]) for _ in range(4))
        assert written(side, first)
        assert all(np.array_equal(other, first) for other in others)
    made = axis("bottom")
    marked, plain = (written("bottom", shown(made, "bottom", [Label(100.0, text)])) for text in ("<b>1</b>", "1"))
    assert len(along("bottom", marked)) > 2 * len(along("bottom", plain))


def test_the_required_width_is_that_of_the_widest_text(qapp: object) -> None:
    made = axis("right")
    assert made.required_width < 20
    shown(made, "right", [Label(50, "0")])
    narrow = made.required_width
    shown(made, "right", [Label(50, "0"), Label(80, "0,000.00")])
    wide = made.required_width
    shown(made, "right", [Label(50, "0")], [Tag(80, ("0", "0,000.00"), RED)])
    assert narrow < wide == made.required_width


def test_the_required_width_fits_all_texts(qapp: object) -> None:
    made = axis("right")
    shown(made, "right", [Label(100, "0,000.00")])
    found = written("right", shown(made, "right", [Label(100, "0,000.00")]))
    assert max(x for x, _ in found) - 20 <= made.required_width


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_text_is_black_or_white_whichever_has_more_contrast(parts: tuple[int, int, int]) -> None:
    background, black, white = QColor(*parts), QColor("#000000"), QColor("#ffffff")
    assert contrast(text_color_on(background), background) == pytest.approx(
        max(contrast(black, background), contrast(white, background)), rel=0.02
    )
    assert contrast(text_color_on(background), background) > 4.5


def test_text_is_readable_on_every_color_of_all_palettes() -> None:
    for palette in COLORS.values():
        colors = [
            palette.up,
            palette.down,
            palette.muted,
            palette.raised,
            palette.warning,
            palette.line,
            palette.accent,
        ]
        colors += [palette.series(number) for number in range(8)]
        for color, share in product(colors, (1.0, 0.55)):  # tags of price lines are paler
            background = mix(color, palette.base, share)
            assert contrast(text_color_on(background), background) >= 3


def test_tags_have_the_text_color_of_their_background(qapp: object) -> None:
    for background in (DARK.raised, DARK.up):
        pixels = shown(axis("right"), "right", [], [Tag(100.0, ("888",), background)])
        inside = set(np.unique(pixels[110:130, 21:100]).tolist())
        best = max(contrast(QColor(color), background) for color in inside)
        assert best > 0.8 * contrast(text_color_on(background), background)


@given(st.integers(8, 60), st.integers(8, 30), st.sampled_from([0.0, 0.5]), st.booleans())
def test_a_box_that_is_copied_looks_like_one_that_is_drawn(
    qapp: object, width: int, height: int, shift: float, has_edge: bool
) -> None:
    area, edge = QRectF(3 + shift, 2, width, height), DARK.text if has_edge else None
    copied, drawn = (
        painted(lambda painter, draw=draw: draw(painter, area, RED, edge))  # type: ignore[misc]
        for draw in (draw_box, _draw_box)
    )
    channels = [pixels.reshape(-1, 1).view(np.uint8).astype(int) for pixels in (copied, drawn)]
    assert np.abs(channels[0] - channels[1]).max() <= 1


def test_boxes_in_a_vector_file_are_drawn(qapp: object) -> None:
    """Copied boxes would be blurred there."""
    sizes = []
    for draw in (draw_box, _draw_box):
        picture = QPicture()
        painter = QPainter(picture)
        draw(painter, QRectF(3, 2, 40, 18), RED, None)
        painter.end()
        sizes.append(picture.size())
    assert sizes[0] == sizes[1] > 0


def test_labels_leave_a_gap_to_the_note_at_the_end(qapp: object) -> None:
    made = axis("bottom")
    note_width = made._texts.get("UTC").width

    def is_drawn(at: float) -> bool:
        made.show_labels([Label(at, "17:00")], [], DARK, "UTC")
        with_label = _drawn(made)
        made.show_labels([], [], DARK, "UTC")
        return not np.array_equal(with_label, _drawn(made))

    half, end = made._texts.get("17:00").width / 2, LONG - note_width
    assert is_drawn(end - half - 20)
    assert not is_drawn(end - half - 10)


def _drawn(made: Axis) -> Pixels:
    return painted(lambda painter: made.paint(painter, None, None), DARK, *size("bottom"))
