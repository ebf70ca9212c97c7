from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.connect.frame_view import FrameView

TICK = {"kind": "tick", "ticks": [{"code": "EURUSD", "rate": 1.085, "lots": 3}]}
BEAT = {"kind": "heartbeat"}


def a_view(qtbot: QtBot, frames: list[Any], mapping: FieldMapping | None = None) -> FrameView:
    view = FrameView()
    qtbot.addWidget(view)
    view.show()
    view.show_frames(frames, mapping, ["EURUSD"])
    return view


def row(view: FrameView, name: str) -> QTreeWidgetItem:
    return view.tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]


def click(qtbot: QtBot, view: FrameView, name: str, command: str) -> None:
    """Click a value, and a command of the menu that opens."""
    place = view.tree.visualItemRect(row(view, name)).center()
    qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    menu = view.tree.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == command).trigger()
    menu.close()


def test_clicking_values_makes_a_mapping_that_is_shown_as_toml(qtbot: QtBot) -> None:
    view = a_view(qtbot, [TICK])
    assert view.reads.text() == "No price is assigned yet."
    with qtbot.waitSignal(view.mapping_changed):
        click(qtbot, view, "rate", "Use as price")
    with qtbot.waitSignal(view.symbol_assigned) as assigned:
        click(qtbot, view, "code", "Use as symbol")
    assert assigned.args == ["EURUSD"]
    assert 'items = "ticks[]"' in view.toml.toPlainText()
    assert 'price = "rate"' in view.toml.toPlainText()
    assert view.reads.text() == "Reads: EURUSD 1.085"
    assert row(view, "rate").text(2) == "Price"
    click(qtbot, view, "rate", "Do not use as price")
    assert row(view, "rate").text(2) == ""


def test_enter_opens_the_same_menu(qtbot: QtBot) -> None:
    view = a_view(qtbot, [TICK])
    view.tree.setCurrentItem(row(view, "rate"))
    qtbot.keyClick(view.tree, Qt.Key.Key_Return)
    assert view.tree.findChildren(QMenu)
    view.tree.findChildren(QMenu)[-1].close()


def test_the_frame_that_the_detected_mapping_reads_is_shown_first(qtbot: QtBot) -> None:
    view = a_view(qtbot, [BEAT, TICK], FieldMapping(items="ticks[]", symbol="code", price="rate"))
    assert view.choice.currentIndex() == 1
    assert row(view, "code").text(2) == "Symbol"


def test_a_chosen_frame_stays_while_more_kinds_arrive(qtbot: QtBot) -> None:
    view = a_view(qtbot, [BEAT, TICK])
    view.choice.setCurrentIndex(1)
    view.show_frames([BEAT, TICK, {"more": 1}], None, ["EURUSD"])
    assert view.choice.currentIndex() == 1
    assert row(view, "rate").text(1) == "1.085"


def test_text_of_the_server_is_shown_literally_and_cut(qtbot: QtBot) -> None:
    view = a_view(qtbot, [{"<b>x</b>\n": "y" * 5000 + "\u202e"}])
    item = view.tree.topLevelItem(0)
    assert item is not None
    assert item.text(0).startswith("<b>x</b>")
    assert len(item.text(1)) <= 121
    assert "\n" not in item.text(0)


def test_deep_and_long_frames_are_bounded(qtbot: QtBot) -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    view = a_view(qtbot, [{"deep": deep, "long": list(range(100_000))}])
    assert row(view, "long").childCount() == 50


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(_VALUES, max_size=3), st.builds(FieldMapping, price=st.text("ab.[]$'", max_size=4)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_frame_and_any_mapping_can_be_shown(qtbot: QtBot, frames: list[Any], mapping: FieldMapping) -> None:
    view = FrameView()
    view.show_frames([*frames, {"ext": msgspec.msgpack.Ext(5, b"x")}], mapping, ["A"])
    for index in range(view.choice.count()):
        view.choice.setCurrentIndex(index)
    assert view.tree.topLevelItem(0).text(1) == "(Ext)"  # type: ignore[union-attr]
    view.deleteLater()


def test_the_message_is_named_by_its_fields_and_stays_chosen_while_it_is_read(qtbot: QtBot) -> None:
    other = {"kind": "tick", "ticks": [{"code": "EURUSD", "rate": 2.0}], "late": True}
    view = a_view(qtbot, [BEAT, TICK, other])
    assert [view.choice.itemText(index) for index in range(3)] == [
        "Message 1 of 3: kind", "Message 2 of 3: kind, ticks", "Message 3 of 3: kind, ticks, late",
    ]  # fmt: skip
    view.choice.setCurrentIndex(2)
    mapping = FieldMapping(items="ticks[]", symbol="code", price="rate")
    view.show_frames([BEAT, TICK, other], mapping, ["EURUSD"])
    assert view.choice.currentIndex() == 2
