from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QFont

from tests.gui.chart.painted import DARK, HEIGHT, VIEWPORT, WIDTH, Pixel, Pixels, block, contrast, ink, painted
from tests.gui.market_of import NOW_NS, Desk
from ticker_gui.bars.gaps import NOT_RUNNING, Gap
from ticker_gui.chart.chart_data import TICKS, ChartData
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations.gaps import GapShading, draw_gaps, gap_shading
from ticker_gui.gui.chart.view.viewport import Viewport
from ticker_gui.gui.widgets.text_painter import TextPainter

FAR = 1e9  # pixels
SECOND = NOW_NS / SECOND_NS


def chart_data(timeframe: str = TICKS) -> ChartData:
    desk = Desk("A")
    for _ in range(10):
        desk.now_ns += SECOND_NS
        desk.trade("A", 100.0)
    made = ChartData(desk.market.states[0], timeframe)
    made.update()
    return made


def shown(
    *shadings: GapShading, texts: TextPainter | None = None, viewport: Viewport = VIEWPORT, width: int = WIDTH
) -> Pixels:
    return painted(lambda painter: draw_gaps(painter, viewport, shadings, DARK.warning, texts), width=width)


def drawn(*stretches: tuple[float, float]) -> set[Pixel]:
    return ink(shown(*(GapShading(left, right, "") for left, right in stretches)))


def columns(where: set[Pixel]) -> set[int]:
    return {x for x, _ in where}


def written(text: str, texts: TextPainter, right: float = WIDTH) -> set[Pixel]:
    """Return the pixels of a label in a shading at the left edge."""
    without_text = shown(GapShading(0, right, ""), texts=texts)
    differs = shown(GapShading(0, right, text), texts=texts) != without_text
    return {(int(x), int(y)) for y, x in zip(*differs.nonzero(), strict=True)}


@pytest.mark.parametrize(
    ("gap", "text", "short_text"),
    [
        (Gap(NOW_NS, NOW_NS + 90 * SECOND_NS), "no data for 1 min 30 s (disconnected)", "no data for 1 min 30 s"),
        (Gap(NOW_NS, NOW_NS + 4 * SECOND_NS), "no data for 4 s (disconnected)", "no data for 4 s"),
        (Gap(NOW_NS, NOW_NS + 4 * SECOND_NS, reason=NOT_RUNNING), f"no data for 4 s: {NOT_RUNNING}", "no data for 4 s"),
        (Gap(NOW_NS, NOW_NS + SECOND_NS, 1_234), "1,234 trades missed", "1,234 missed"),
        (Gap(NOW_NS, NOW_NS + SECOND_NS, 1), "1 trade missed", "1 missed"),
    ],
)
def test_gap_labels_show_duration_or_missed_trades(gap: Gap, text: str, short_text: str) -> None:
    assert gap.end_ns is not None
    assert gap_shading(gap, chart_data()) == GapShading(SECOND, gap.end_ns / SECOND_NS, text, short_text)


def test_gaps_between_tick_bars_are_at_the_positions_of_their_bars() -> None:
    by_trades = chart_data("1t")
    shading = gap_shading(Gap(NOW_NS + 3 * SECOND_NS, NOW_NS + 5 * SECOND_NS), by_trades)
    assert by_trades.time_scale.x_at(by_trades.series, NOW_NS + 3 * SECOND_NS) == shading.left
    assert 0 <= shading.left < shading.right <= 10
    assert shading.text == "no data for 2 s (disconnected)"


def test_shadings_cover_the_full_height() -> None:
    assert drawn((20, 50)) == block(20, 0, 50, HEIGHT)
    assert drawn((20, 50), (80, 90)) == block(20, 0, 50, HEIGHT) | block(80, 0, 90, HEIGHT)
    assert drawn() == set()


def test_shadings_are_transparent() -> None:
    pixels = shown(GapShading(20, 50, ""))
    (color,) = set(pixels[:, 20:50].ravel().tolist())
    assert color not in (DARK.base.rgb(), DARK.warning.rgb())


def test_short_gaps_are_visible() -> None:
    assert drawn((20, 20)) == drawn((20, 20.5)) == block(20, 0, 23, HEIGHT)


@given(st.floats(-2 * WIDTH, 2 * WIDTH), st.floats(0, 2 * WIDTH))
def test_shadings_are_at_the_positions_of_their_gaps(left: float, length: float) -> None:
    found = columns(drawn((left, left + length)))
    assert all(left - 1 <= x <= left + max(length, 3) for x in found)
    assert all(x in found for x in range(WIDTH) if left + 1 <= x <= left + length - 1)


def test_shadings_are_clipped_to_the_view() -> None:
    for far in (2.0 * WIDTH, 1e6, FAR):
        assert drawn((-far, 30)) == block(0, 0, 30, HEIGHT)
        assert drawn((30, far)) == block(30, 0, WIDTH, HEIGHT)
        assert drawn((-far, far)) == block(0, 0, WIDTH, HEIGHT)
        assert drawn((far, far + 10)) == drawn((-far - 10, -far)) == set()


def test_gaps_out_of_view_are_not_drawn() -> None:
    pixels = shown(GapShading(10, FAR, ""), width=WIDTH + 50)
    assert max(columns(ink(pixels))) <= WIDTH


def test_labels_are_at_the_lower_edge(qapp: object) -> None:
    found = written("4 s", TextPainter(QFont()))
    assert found
    assert min(columns(found)) >= 3
    assert all(HEIGHT / 2 < y < HEIGHT for _, y in found)


def test_labels_have_the_opaque_color(qapp: object) -> None:
    pixels = shown(GapShading(0, WIDTH, "8888"), texts=TextPainter(QFont()))
    best = max(contrast(QColor(color), DARK.base) for color in set(pixels.ravel().tolist()))
    assert best > 0.8 * contrast(DARK.warning, DARK.base)


def test_labels_that_do_not_fit_are_left_out(qapp: object) -> None:
    texts = TextPainter(QFont())
    fitting_width = texts.get("4 s").width + 8
    assert written("4 s", texts, right=fitting_width)
    assert not written("4 s", texts, right=fitting_width - 1)
    assert not written("no data for a very long time indeed", texts)


def test_narrow_gaps_have_the_shorter_label(qapp: object) -> None:
    texts = TextPainter(QFont())
    short_text = shown(GapShading(0, 100, "4 s"), texts=texts)
    for text in ("no data for a very long time indeed", "4 s"):
        assert (shown(GapShading(0, 100, text, "4 s"), texts=texts) == short_text).all()
    assert (shown(GapShading(0, 100, "5 s", "4 s"), texts=texts) != short_text).any()


def test_without_a_text_painter_there_are_no_labels() -> None:
    assert np.array_equal(shown(GapShading(0, WIDTH, "4 s")), shown(GapShading(0, WIDTH, "")))


def test_labels_of_gaps_that_begin_out_of_view_are_in_view(qapp: object) -> None:
    texts = TextPainter(QFont())
    within = written("4 s", texts)
    pixels = shown(GapShading(-500, WIDTH, "4 s"), texts=texts) != shown(GapShading(-500, WIDTH, ""), texts=texts)
    assert int(pixels.sum()) == len(within)
    assert not written("4 s", texts, right=5.0)


def test_labels_are_drawn_as_plain_text(qapp: object) -> None:
    texts = TextPainter(QFont())
    for text in ("<b>4 s</b>", "&amp;", "%n", "<img src=x>", "a & b"):
        first, *others = (written(text, texts) for _ in range(3))
        assert first
        assert all(other == first for other in others)


@given(st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, 40)), min_size=1, max_size=12))
def test_shadings_that_overlap_are_no_darker_than_one(gaps: list[tuple[float, float]]) -> None:
    shadings = [GapShading(left, left + length, "") for left, length in gaps]
    one = shown(GapShading(-FAR, FAR, ""))
    together = shown(*shadings)
    differs = together != shown()
    assert (together[differs] == one[differs]).all()
