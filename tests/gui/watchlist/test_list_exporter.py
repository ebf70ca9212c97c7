from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.gui.watchlist.list_exporter import ListExporter


@pytest.mark.parametrize(
    ("is_for_tradingview", "content"),
    [(True, b"A,B,C,COINBASE:BTCUSD"), (False, b"A\nB\nC\nBTC-USD\n")],
)
def test_the_symbols_of_the_list_are_exported(
    qtbot: QtBot, tmp_path: Path, is_for_tradingview: bool, content: bytes
) -> None:
    setup = Setup()
    setup.show(qtbot)
    ListExporter(setup.engine, setup.list_controller, setup.panel, setup.messages.append)
    setup.table.list_export_requested.emit(is_for_tradingview)
    (dialog,) = setup.panel.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "mine.txt"))
    dialog.reject()
    assert (tmp_path / "mine.txt").read_bytes() == content
    assert setup.messages == [f"Saved mine.txt in {tmp_path}."]


def test_rows_are_exported_as_a_table(qtbot: QtBot, tmp_path: Path) -> None:
    setup = Setup()
    setup.show(qtbot)
    ListExporter(setup.engine, setup.list_controller, setup.panel, setup.messages.append)
    setup.list_controller.sections.add([setup.panel.model.state(0)])
    setup.table.export_requested.emit(False)
    (dialog,) = setup.panel.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    dialog.reject()
    lines = (tmp_path / "mine.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Symbol", "B", "C", "BTC-USD", "A"]
