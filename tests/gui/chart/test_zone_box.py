from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from ticker_gui.gui.chart.options import LOCAL
from ticker_gui.gui.chart.zone_box import ZoneBox, all_zones, find_zone, zone_completer


@pytest.fixture
def box(qtbot: QtBot) -> ZoneBox:
    made = ZoneBox(LOCAL)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus(Qt.FocusReason.TabFocusReason)
    return made


def test_typing_filters_the_zones_by_any_part_of_their_names(box: ZoneBox, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box.chosen.connect(chosen.append)
    qtbot.keyClicks(box, "berl")
    completer = box.completer()
    assert completer is not None
    assert completer.completionCount() >= 1
    assert all(
        "berl" in completer.completionModel().index(row, 0).data().casefold()
        for row in range(completer.completionCount())
    )
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert chosen == ["Europe/Berlin"]
    assert box.zone == "Europe/Berlin"


def test_an_exact_name_precedes_names_that_contain_it(box: ZoneBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(box, "est")  # also in America/Creston
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.zone == find_zone("est") == "EST"


def test_an_unknown_zone_changes_nothing(box: ZoneBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(box, "nowhere")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.zone == LOCAL
    qtbot.keyClicks(box, "x")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.currentText().startswith("Local (")


def test_what_was_typed_and_not_chosen_does_not_stay(box: ZoneBox, qtbot: QtBot) -> None:
    shown = box.currentText()
    qtbot.keyClicks(box, "Berlin")
    assert box.currentText() != shown
    completer = box.completer()
    assert completer is not None
    popup = completer.popup()
    assert popup is not None
    popup.hide()
    assert box.currentText() != shown
    box.clearFocus()
    assert box.currentText() == shown


def popup_of(box: ZoneBox) -> QAbstractItemView:
    completer = box.completer()
    popup = None if completer is None else completer.popup()
    assert popup is not None
    return popup


@pytest.mark.parametrize(("key", "zone"), [(Qt.Key.Key_Return, "Europe/Berlin"), (Qt.Key.Key_Escape, LOCAL)])
def test_a_key_that_ends_typing_closes_the_suggestions(key: Qt.Key, zone: str, box: ZoneBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(box, "berl")
    popup = popup_of(box)
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, key)
    assert not popup.isVisible()
    assert box.zone == zone


def test_closed_suggestions_leave_what_is_typed_unselected(box: ZoneBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(box, "berl")
    popup = popup_of(box)
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClicks(popup, "x")  # no zone has this name
    qtbot.waitUntil(lambda: not popup.isVisible())
    QApplication.sendEvent(box, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.PopupFocusReason))
    qtbot.keyClicks(box, "y")
    assert box.currentText() == "berlxy"


def test_a_click_selects_the_zone_so_that_typing_replaces_it(box: ZoneBox, qtbot: QtBot) -> None:
    field = box.lineEdit()
    assert field is not None
    box.clearFocus()
    QApplication.sendEvent(box, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    qtbot.waitUntil(lambda: field.selectedText() == box.currentText())


def test_a_zone_can_be_chosen_from_the_list(box: ZoneBox, qtbot: QtBot) -> None:
    chosen: list[str] = []
    box.chosen.connect(chosen.append)
    row = box.findData("America/New_York")
    box.setCurrentIndex(row)
    assert not chosen  # only by the user
    box.activated.emit(row)
    assert chosen == [box.zone] == ["America/New_York"]


def test_the_completer_offers_all_zones_once(qapp: object, box: ZoneBox) -> None:
    completer = zone_completer(["UTC"], box)
    completer.setCompletionPrefix("")
    names = [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())]
    assert len(names) == len(set(names)) > 400
    popup = completer.popup()
    assert popup is not None
    assert popup.objectName() == "suggestions"  # it looks like all other lists of suggestions


def test_a_zone_is_found_by_its_name_or_a_part_of_it() -> None:
    assert find_zone(" utc ") == "UTC"
    assert find_zone("kathm") == "Asia/Kathmandu"
    assert find_zone("nowhere") == find_zone(" ") == ""
    assert "Europe/Berlin" in all_zones()


def offered(box: ZoneBox) -> list[str]:
    completer = box.completer()
    assert completer is not None
    completer.setCompletionPrefix("utc")
    return [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())]


@pytest.mark.parametrize(("local_name", "titles"), [("UTC", ["Local (UTC)"]), ("CET", ["Local (CET)", "UTC"])])
def test_utc_is_offered_once_also_where_it_is_the_zone_of_the_computer(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, local_name: str, titles: list[str]
) -> None:
    monkeypatch.setattr("ticker_gui.gui.chart.zone_box.local_zone_name", lambda: local_name)
    box = ZoneBox("UTC")  # as saved on a computer in another zone
    qtbot.addWidget(box)
    box.show()
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    box.setFocus(Qt.FocusReason.TabFocusReason)
    shown = [box.itemText(row) for row in range(box.count())]
    assert [title for title in shown if title in ("UTC", "Local (UTC)", "Local (CET)")] == titles
    assert box.currentText() == titles[-1]
    assert box.zone == "UTC"
    assert [name for name in offered(box) if name in ("UTC", "Local (UTC)")] == titles[-1:]
    chosen: list[str] = []
    box.chosen.connect(chosen.append)
    qtbot.keyClicks(box, "utc")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.currentText() == titles[-1]
    assert chosen == [LOCAL if local_name == "UTC" else "UTC"]
