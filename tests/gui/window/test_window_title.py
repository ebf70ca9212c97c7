from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from ticker_gui.gui.window.window_title import WindowTitle


def test_the_title_counts_fired_alerts_before_everything_else(qapp: QApplication) -> None:
    window = QWidget()
    title = WindowTitle(window)
    title.set_simulated(False)
    assert window.windowTitle() == "Ticker GUI"
    title.set_simulated(True)
    assert window.windowTitle() == "Ticker GUI – demo data"
    title.set_prefix("REPLAY")
    title.set_fired_alerts(1_200)
    assert window.windowTitle() == "(1,200) REPLAY – Ticker GUI – demo data"
    title.set_fired_alerts(0)
    title.set_prefix("")
    assert window.windowTitle() == "Ticker GUI – demo data"
