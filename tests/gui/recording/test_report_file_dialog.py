from __future__ import annotations

from pytestqt.qtbot import QtBot

from ticker_gui.engine.report_file import ReportEntry
from ticker_gui.gui.recording.report_file_dialog import ReportFileDialog


def test_every_file_is_listed_with_its_description_and_its_size(qtbot: QtBot) -> None:
    dialog = ReportFileDialog("Save", [ReportEntry("a.txt", "The <b>report", 812), ReportEntry("b", "Messages", 2048)])
    qtbot.addWidget(dialog)
    rows = [dialog.files.topLevelItem(row) for row in range(dialog.files.topLevelItemCount())]
    texts = [[row.text(column) for column in range(3)] for row in rows if row is not None]
    assert texts == [["a.txt", "The <b>report", "812 B"], ["b", "Messages", "2.0 KB"]]
    assert dialog.message.text() == "2 files, 2.8 KB"


def test_it_is_saved_once_at_a_time_and_a_failure_can_be_tried_again(qtbot: QtBot) -> None:
    dialog = ReportFileDialog("Save", [])
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.save_requested):
        dialog.save_button.click()
    dialog.show_saving(True, "Saving…")
    with qtbot.assertNotEmitted(dialog.save_requested):
        dialog.save_button.click()
    dialog.show_saving(False, "The disk is full.")
    assert dialog.message.text() == "The disk is full."
    with qtbot.waitSignal(dialog.save_requested):
        dialog.save_button.click()
