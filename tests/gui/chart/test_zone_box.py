from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
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


def test_what_is_no_zone_changes_nothing(box: ZoneBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(box, "nowhere")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.zone == LOCAL
    qtbot.keyClicks(box, "x")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.currentText().startswith("Local (")


def test_the_completer_offers_all_zones_once(qapp: object, box: ZoneBox) -> None:
    completer = zone_completer(["UTC"], box)
    completer.setCompletionPrefix("")
    names = [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())]
    assert len(names) == len(set(names)) > 400


def test_a_zone_is_found_by_its_name_or_a_part_of_it() -> None:
    assert find_zone(" utc ") == "UTC"
    assert find_zone("kathm") == "Asia/Kathmandu"
    assert find_zone("nowhere") == find_zone(" ") == ""
    assert "Europe/Berlin" in all_zones()
