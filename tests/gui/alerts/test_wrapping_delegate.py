from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTreeView

from ticker_gui.gui.alerts.wrapping_delegate import WrappingDelegate


def test_a_row_is_as_high_as_its_text_needs(qapp: QApplication) -> None:
    tree, model = QTreeView(), QStandardItemModel(2, 1)
    model.setItem(0, QStandardItem("short"))
    model.setItem(1, QStandardItem("crossed while disconnected " * 8))
    tree.setModel(model)
    tree.setWordWrap(True)
    tree.setUniformRowHeights(False)
    tree.header().setStretchLastSection(False)
    tree.setItemDelegateForColumn(0, WrappingDelegate(tree))
    tree.resize(300, 400)
    tree.show()

    def heights() -> list[int]:
        return [tree.visualRect(model.index(row, 0)).height() for row in range(2)]

    tree.setColumnWidth(0, 2_000)
    tree.doItemsLayout()
    assert heights()[0] == heights()[1]
    tree.setColumnWidth(0, 200)
    tree.doItemsLayout()
    assert heights()[1] >= 3 * tree.fontMetrics().lineSpacing()
    assert heights()[0] < heights()[1]
    assert model.item(0).data(Qt.ItemDataRole.SizeHintRole) is None
