from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.test_evaluator import alert
from ticker_gui.alerts.condition_language import parse_condition
from ticker_gui.alerts.drawing_link import alert_at, condition_at, drawing_at, expiry_at
from ticker_gui.alerts.levels import Direction
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.domain.timeframe import HOUR_NS, SECOND_NS

NOW_NS = 1_700_000_000 * SECOND_NS
ANCHORS = st.builds(
    Anchor, st.integers(-10_000_000, 10_000_000).map(lambda ms: NOW_NS + ms * 1_000_000), st.floats(0.01, 1e6)
)


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    kind, begin, end = draw(st.sampled_from(DrawingKind)), draw(ANCHORS), draw(ANCHORS)
    if begin.time_ns == end.time_ns:
        end = Anchor(begin.time_ns + SECOND_NS, end.price)
    is_line = kind is not DrawingKind.HORIZONTAL
    return Drawing("d", kind, begin, end if is_line else None, is_log=is_line and draw(st.booleans()))


@given(
    drawings(), st.sampled_from([one for one in Direction if one.is_crossing]), st.sampled_from(["", " and bid > 1"])
)
def test_an_alert_goes_where_its_drawing_goes_and_back(drawing: Drawing, direction: Direction, guard: str) -> None:
    own = alert(condition_at(drawing, direction).text + guard, expires_ns=expiry_at(drawing, NOW_NS))
    assert alert_at(own, drawing, NOW_NS) is own
    assert drawing_at(drawing, own.condition) == drawing


@given(drawings(), drawings(), st.sampled_from([one for one in Direction if one.is_crossing]))
def test_a_moved_drawing_takes_its_alert_along(before: Drawing, after: Drawing, direction: Direction) -> None:
    own = alert(condition_at(before, direction).text + " and bid > 1", note="Sell")
    there = alert_at(own, after, NOW_NS)
    if (before.end is None) is not (after.end is None):
        assert there is None
        return
    assert there is not None
    assert there.note == "Sell"
    assert there.condition == condition_at(after, direction).text + " and bid > 1"
    assert alert_at(there, before, NOW_NS) == own


def test_an_alert_that_ends_with_its_trend_line_still_does() -> None:
    begin, end = Anchor(NOW_NS, 100.0), Anchor(NOW_NS + HOUR_NS, 110.0)
    line = Drawing("d", DrawingKind.TREND, begin, end)
    longer = Drawing("d", DrawingKind.TREND, begin, Anchor(NOW_NS + 2 * HOUR_NS, 110.0))
    condition = condition_at(line).text
    for expires_ns, expected in ((end.time_ns, longer.anchors[1].time_ns), (None, None), (5, 5)):
        there = alert_at(alert(condition, expires_ns=expires_ns), longer, NOW_NS)
        assert there is not None
        assert there.expires_ns == expected
    assert expiry_at(line, NOW_NS + 2 * HOUR_NS) is None
    assert expiry_at(Drawing("d", DrawingKind.RAY, begin, end), NOW_NS) is None


@pytest.mark.parametrize("text", ["moves 2% in 5m", "nonsense", "bid crosses 100"])
def test_other_conditions_have_no_place(text: str) -> None:
    line = Drawing("d", DrawingKind.HORIZONTAL, Anchor(NOW_NS, 100.0))
    assert drawing_at(line, text) is None
    assert alert_at(alert(text), line, NOW_NS) is None


def test_a_vertical_line_and_impossible_prices_leave_the_alert_where_it_is() -> None:
    vertical = Drawing("d", DrawingKind.TREND, Anchor(NOW_NS, 1.0), Anchor(NOW_NS, 2.0))
    line = Drawing("d", DrawingKind.TREND, Anchor(NOW_NS, 1.0), Anchor(NOW_NS + HOUR_NS, 2.0))
    own = alert(condition_at(line).text)
    assert alert_at(own, vertical, NOW_NS) is None
    assert drawing_at(line, "last crosses line 1800-01-01T00:00:00Z 1 1801-01-01T00:00:00Z 2") is None
    assert parse_condition(own.condition) == condition_at(line)
