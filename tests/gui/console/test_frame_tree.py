from __future__ import annotations

from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from ticker_gui.domain.events import Trade
from ticker_gui.gui.console.frame_tree import FrameTree
from ticker_gui.gui.widgets.theme import load_theme


def rows(item: QTreeWidgetItem, depth: int = 0) -> list[str]:
    found = []
    for index in range(item.childCount()):
        child = item.child(index)
        assert child is not None
        found.append("  " * depth + " | ".join(filter(None, (child.text(column) for column in range(3)))))
        found += rows(child, depth + 1)
    return found


def make(qtbot: QtBot) -> FrameTree:
    tree = FrameTree(load_theme("dark"))
    qtbot.addWidget(tree)
    return tree


def test_values_have_names_and_the_fields_that_were_read_from_them(qtbot: QtBot) -> None:
    tree = make(qtbot)
    message = {"type": "match", "data": [{"price": "97412.55", "ok": True}], "none": None}
    tree.show_messages([message], [Trade("BTC-USD", 97412.55)])
    assert rows(tree.invisibleRootItem()) == [
        "object, 3 values",
        '  type | "match"',
        "  data | list, 1 value",
        "    0 | object, 2 values",
        '      price | "97412.55" | price',
        "      ok | true",
        "  none | null",
    ]
    top = tree.topLevelItem(0)
    assert top is not None
    assert top.isExpanded()


def test_a_huge_or_deep_frame_is_cut(qtbot: QtBot) -> None:
    tree = make(qtbot)
    tree.show_messages([list(range(100_000))], ())
    assert len(rows(tree.invisibleRootItem())) == 1001
    assert rows(tree.invisibleRootItem())[-1].endswith("100,000 values, not all shown")
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    tree.show_messages([deep], ())
    assert len(rows(tree.invisibleRootItem())) == 17


def test_text_of_the_server_is_not_interpreted(qtbot: QtBot) -> None:
    tree = make(qtbot)
    tree.show_messages([{"a\u202eb\n": "<b>x</b>\n"}], ())
    assert rows(tree.invisibleRootItem())[1] == '  ab | "<b>x</b>\\n"'
