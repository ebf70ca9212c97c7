from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QDate, QDateTime, QPoint, QRect, QSize, QTime, QTimeZone
from PySide6.QtWidgets import QApplication, QDateTimeEdit, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot

from tests.chart.test_drawings import T0, lines
from ticker_gui.chart.drawing_geometry import NO_LINES
from ticker_gui.chart.drawings import Anchor, Drawing, DrawingKind
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.drawing_dialog import DrawingDialog, free_corner
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme

LINE = Drawing("line", DrawingKind.TREND, Anchor(T0 + 7, 1.234567), Anchor(T0 + 3600 * SECOND_NS, 2.0))


def opened(qtbot: QtBot, drawing: Drawing = LINE, zone: ZoneInfo | None = None, decimals: int = 2) -> DrawingDialog:
    dialog = DrawingDialog(drawing, zone or ZoneInfo("UTC"), decimals)
    qtbot.addWidget(dialog)
    return dialog


def test_each_point_has_labeled_fields(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    fields = [*dialog.findChildren(QDoubleSpinBox), *dialog.findChildren(QDateTimeEdit)]
    assert [field.accessibleName() for field in fields] == [
        "First price",
        "Second price",
        "First time (UTC)",
        "Second time (UTC)",
    ]
    assert dialog.findChildren(QDateTimeEdit)[0].text() == "2023-11-14 22:13:20"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_labels_are_at_the_height_of_their_fields(qapp: QApplication, qtbot: QtBot, theme: str) -> None:
    apply_theme(qapp, load_theme(theme))
    dialog = opened(qtbot)
    dialog.show()
    labels = {label: label.buddy() for label in dialog.findChildren(QLabel) if label.buddy() is not None}
    assert len(labels) == 4
    for label, field in labels.items():
        assert label.geometry().center().y() == field.geometry().center().y()


def test_a_horizontal_line_has_a_price_only(qtbot: QtBot) -> None:
    dialog = opened(qtbot, Drawing("line", DrawingKind.HORIZONTAL, Anchor(T0, 5.0)))
    assert [field.accessibleName() for field in dialog.findChildren(QDoubleSpinBox)] == ["Price"]
    assert not dialog.findChildren(QDateTimeEdit)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawing=lines())
def test_what_is_not_edited_stays_exact(qtbot: QtBot, drawing: Drawing) -> None:
    dialog = opened(qtbot, drawing)
    dialog._save()
    assert dialog.drawing == drawing


def test_a_time_is_that_of_the_charts_zone(qtbot: QtBot) -> None:
    dialog = opened(qtbot, zone=ZoneInfo("America/New_York"))
    field = dialog.findChildren(QDateTimeEdit)[0]
    assert field.accessibleName() == "First time (EST)"
    field.setDateTime(QDateTime(QDate(2023, 7, 1), QTime(9, 30), QTimeZone(QTimeZone.Initialization.UTC)))
    dialog._save()
    expected = datetime(2023, 7, 1, 13, 30, tzinfo=UTC).timestamp()
    assert dialog.drawing.begin.time_ns == expected * SECOND_NS
    assert dialog.drawing.end == LINE.end
    in_summer = opened(qtbot, dialog.drawing, ZoneInfo("America/New_York"))
    assert in_summer.findChildren(QDateTimeEdit)[0].accessibleName() == "First time (EDT)"


def test_an_impossible_line_is_refused_with_the_reason(qtbot: QtBot) -> None:
    dialog = opened(qtbot, msgspec.structs.replace(LINE, is_log=True))
    dialog.findChildren(QDoubleSpinBox)[0].setValue(-5.0)
    dialog._save()
    error = dialog.findChild(QLabel, "drawing_error")
    assert error is not None
    assert error.text().startswith("The line cannot be drawn: a line that is straight on a logarithmic scale")
    assert not dialog.result()


@pytest.mark.parametrize("decimals", [0, 8])
def test_prices_have_the_decimals_they_need(qtbot: QtBot, decimals: int) -> None:
    dialog = opened(qtbot, decimals=decimals)
    fields = dialog.findChildren(QDoubleSpinBox)
    assert [field.decimals() for field in fields] == [max(6, decimals), decimals]


@pytest.mark.parametrize(
    ("line", "corner"),
    [
        ((0, 50, 900, 50), (8, 392)),
        ((0, 550, 900, 550), (8, 8)),
        ((0, 0, 400, 600), (592, 8)),
        ((500, 0, 900, 300), (8, 8)),
    ],
)
def test_the_dialog_opens_where_it_does_not_cover_the_line(line: tuple[int, ...], corner: tuple[int, int]) -> None:
    found = free_corner(QRect(100, 200, 900, 600), QSize(300, 200), np.array([line], float))
    assert (found - QPoint(100, 200)).toTuple() == corner
    assert free_corner(QRect(100, 200, 900, 600), QSize(300, 200), NO_LINES).toTuple() == (108, 208)
