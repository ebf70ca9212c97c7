from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.doubles import StillClock
from tests.gui.market_of import Desk
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.watchlist import table as module
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.limits import Limits
from ticker_gui.watchlist.columns import COLUMN_INDEX

LEFT = Qt.MouseButton.LeftButton
_ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
_NO_KEYS = Qt.KeyboardModifier.NoModifier


class OwnMove(QDragMoveEvent):
    """A drag-move event whose source is the table."""

    table: QWidget

    def source(self) -> QWidget:
        return self.table


class OwnDrop(QDropEvent):
    """A drop event whose source is the table."""

    table: QWidget

    def source(self) -> QWidget:
        return self.table


class Handled:
    """A visible table, and all requests that it has emitted."""

    def __init__(self, qtbot: QtBot, *symbols: str) -> None:
        self.desk = Desk(*symbols, limits=Limits(symbols=len(symbols)))
        self.model = WatchlistModel(self.desk.clock)
        self.table = WatchlistTable(self.model, load_theme("dark"), flash_enabled=False)
        self.states = self.desk.market.states
        self.model.show(self.states)
        self.emitted: list[tuple[Any, ...]] = []
        self._mime = QMimeData()
        for name in (
            "removal_requested", "diagnosis_requested", "move_requested", "shift_requested", "pin_requested", "text_dropped", "files_dropped",
            "import_requested", "export_requested", "sorting_requested", "sort_requested", "columns_requested",
        ):  # fmt: skip
            emitter = self.table if hasattr(self.table, name) else self.table.header
            getattr(emitter, name).connect(lambda *what, name=name: self.emitted.append((name, *what)))
        qtbot.addWidget(self.table)
        self.table.resize(900, 300)
        self.table.show()
        self.table.setFocus()
        qtbot.waitUntil(lambda: self.table.viewport().height() > 0)
        self._qtbot = qtbot

    def select(self, *rows: int) -> None:
        """Select rows and make the first one current."""
        self.table.setCurrentIndex(self.model.index(rows[0], 0))
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in rows:
            self.table.selectionModel().select(self.model.index(row, 0), flags)

    @property
    def selected(self) -> str:
        return " ".join(state.symbol for state in self.table.selected_states())

    def middle(self, row: int, key: str = "symbol") -> QPoint:
        return self.table.visualRect(self.model.index(row, COLUMN_INDEX[key])).center()

    def menu_at(self, at: QPoint) -> dict[str, QAction]:
        """Open the context menu and return its actions by text."""
        viewport = self.table.viewport()
        self._qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=at)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
        QApplication.sendEvent(viewport, event)
        return self._actions()

    def header_menu(self, key: str) -> dict[str, QAction]:
        header = self.table.horizontalHeader()
        at = QPoint(header.width() - 2, 5)
        if key:
            at = QPoint(header.sectionViewportPosition(COLUMN_INDEX[key]) + 5, 5)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, header.viewport().mapToGlobal(at))
        QApplication.sendEvent(header.viewport(), event)
        return self._actions()

    def _actions(self) -> dict[str, QAction]:
        menus = [menu for menu in self.table.findChildren(QMenu) if not isinstance(menu.parent(), QMenu)]
        self.menu = menus[-1]
        return {action.text().replace("&", ""): action for action in self.menu.actions() if action.text()}

    def drag_own(self, y: int) -> None:
        self._mime.setText(self.selected)
        enter = QDragEnterEvent(QPoint(20, 20), _ACTIONS, self._mime, LEFT, _NO_KEYS)
        QApplication.sendEvent(self.table.viewport(), enter)
        event = OwnMove(QPoint(20, y), _ACTIONS, self._mime, LEFT, _NO_KEYS)
        event.table = self.table
        QApplication.sendEvent(self.table.viewport(), event)
        assert event.isAccepted()

    def drop_own(self, y: int) -> QDropEvent:
        event = OwnDrop(QPointF(20, y), _ACTIONS, self._mime, LEFT, _NO_KEYS)
        event.table = self.table
        QApplication.sendEvent(self.table.viewport(), event)
        return event

    def drop(self, mime: QMimeData) -> bool:
        """Drag data over the table and drop it; return whether it was accepted."""
        viewport = self.table.viewport()
        enter = QDragEnterEvent(QPoint(20, 20), _ACTIONS, mime, LEFT, _NO_KEYS)
        QApplication.sendEvent(viewport, enter)
        move = QDragMoveEvent(QPoint(20, 25), _ACTIONS, mime, LEFT, _NO_KEYS)
        QApplication.sendEvent(viewport, move)
        if not (enter.isAccepted() and move.isAccepted()):
            QApplication.sendEvent(viewport, QDragLeaveEvent())
            return False
        drop = QDropEvent(QPointF(20, 25), _ACTIONS, mime, LEFT, _NO_KEYS)
        QApplication.sendEvent(viewport, drop)
        return drop.isAccepted()


@pytest.fixture
def handled(qtbot: QtBot) -> Handled:
    return Handled(qtbot, "AAPL", "META", "MSFT", "SPY")


# Choosing


def test_selected_states_are_ordered_from_top_to_bottom(handled: Handled) -> None:
    assert handled.selected == ""
    handled.select(3, 0, 1)
    assert handled.selected == "AAPL META SPY"
    assert handled.table.current_state is handled.states[3]


def test_selecting_states_scrolls_to_them(qtbot: QtBot) -> None:
    handled = Handled(qtbot, *(f"S{number:03d}" for number in range(200)))
    handled.select(0)
    handled.table.select_states([handled.states[150], handled.states[3], handled.states[151]])
    assert handled.selected == "S003 S150 S151"
    assert 151 in handled.table.visible_rows()
    stranger = Desk("X").market.states
    handled.table.select_states(stranger)
    assert handled.selected == "S003 S150 S151"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=5))
def test_any_states_can_be_selected(handled: Handled, choices: list[set[int]]) -> None:
    for choice in filter(None, choices):
        handled.table.select_states([handled.states[number] for number in choice])
        assert handled.table.selected_states() == [handled.states[number] for number in sorted(choice)]


def test_selecting_hundreds_of_rows_is_faster_than_qt(qtbot: QtBot) -> None:
    """Qt's own selection takes so long that frames are lost."""
    handled = Handled(qtbot, *(f"S{number:04d}" for number in range(1_000)))
    times = [time.thread_time()]
    handled.table.select_states(handled.states[::2])
    assert handled.table.selected_states() == handled.states[::2]
    times.append(time.thread_time())
    assert len(handled.table.selectionModel().selectedRows()) == 500
    times.append(time.thread_time())
    assert times[1] - times[0] < (times[2] - times[1]) / 2
    handled.table.selectAll()
    assert handled.table.selected_states() == handled.states


@pytest.fixture(autouse=True)
def typing_clock(monkeypatch: pytest.MonkeyPatch) -> StillClock:
    """Return the clock of typed letters, which a busy machine would make too slow."""
    clock = StillClock()
    monkeypatch.setattr(module, "monotonic_ns", clock)
    return clock


def test_typing_goes_to_the_symbol_with_that_prefix(handled: Handled, qtbot: QtBot) -> None:
    handled.select(0)
    qtbot.keyClicks(handled.table, "ms")
    assert handled.selected == "MSFT"


@pytest.mark.parametrize("typed", ["ьы", "μσ", "צד", "ㅡㄴ"])
def test_type_ahead_works_in_other_keyboard_layouts(handled: Handled, typed: str) -> None:
    handled.select(0)
    for character in typed:
        handled.table.keyboardSearch(character)
    assert handled.selected == "MSFT"


def test_repeating_a_letter_cycles_through_matches(handled: Handled, qtbot: QtBot, typing_clock: StillClock) -> None:
    handled.select(0)
    gone_to = []
    for _ in range(3):
        qtbot.keyClicks(handled.table, "m")
        gone_to.append(handled.selected)
        typing_clock.advance(2)
    assert gone_to == ["META", "MSFT", "META"]


def test_letters_typed_after_a_pause_begin_another_search_although_the_time_of_a_replay_stands_still(
    handled: Handled, qtbot: QtBot, typing_clock: StillClock
) -> None:
    handled.select(0)
    qtbot.keyClicks(handled.table, "ms")
    typing_clock.advance(2)
    qtbot.keyClicks(handled.table, "s")
    assert handled.selected == "SPY"


def test_an_unknown_prefix_does_not_move_the_current_row(handled: Handled, qtbot: QtBot) -> None:
    handled.select(0)
    qtbot.keyClicks(handled.table, "mx")
    assert handled.selected == "META"
    handled.model.show([])
    qtbot.keyClicks(handled.table, "m")


def test_the_arrow_keys_select_one_or_several_rows(handled: Handled, qtbot: QtBot) -> None:
    handled.select(0)
    qtbot.keyClick(handled.table, Qt.Key.Key_Down)
    assert handled.selected == "META"
    qtbot.keyClick(handled.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert handled.selected == "META MSFT"


# Requests


def test_commands_apply_to_the_selected_rows(handled: Handled) -> None:
    handled.select(2, 1)
    chosen = [handled.states[1], handled.states[2]]
    handled.table.request_removal()
    handled.table.request_pin()
    handled.table.request_shift(-1)
    handled.table.request_diagnosis()
    assert handled.emitted == [
        ("removal_requested", chosen), ("pin_requested", chosen, True), ("shift_requested", chosen, -1),
        ("diagnosis_requested", handled.states[2]),
    ]  # fmt: skip


def test_rows_are_unpinned_only_if_all_are_pinned(handled: Handled) -> None:
    handled.table.pinned = frozenset(handled.states[:2])
    handled.select(0, 1)
    handled.table.request_pin()
    handled.select(2)
    handled.table.request_pin()
    assert [is_pinned for _, _, is_pinned in handled.emitted] == [False, True]


def test_an_empty_table_requests_nothing(handled: Handled) -> None:
    handled.model.show([])
    assert handled.table.current_state is None
    handled.table.request_removal()
    handled.table.request_pin()
    handled.table.request_shift(1)
    handled.table.request_diagnosis()
    handled.table.edit_alias()
    handled.table.copy_cell()
    assert handled.emitted == []


def test_an_alias_is_edited_in_the_cell(handled: Handled, qtbot: QtBot) -> None:
    handled.select(1)
    handled.table.resize(200, 300)
    handled.table.horizontalScrollBar().setValue(handled.table.horizontalScrollBar().maximum())
    with qtbot.waitSignal(handled.model.alias_requested) as requested:
        handled.table.edit_alias()
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        assert handled.table.viewport().rect().intersects(editor.geometry())
        handled.table.edit_alias()  # F2 once more
        assert QApplication.focusWidget() is editor
        qtbot.keyClicks(editor, "Zuck")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert requested.args == [handled.states[1], "Zuck"]
    assert handled.table.columns[:2] == ("symbol", "alias")


@pytest.mark.parametrize("width", [330, 400, 440, 480, 540, 600])
def test_the_first_alias_does_not_make_the_list_wider_than_its_view(handled: Handled, width: int) -> None:
    handled.table.resize(width, 300)
    before = handled.table.columns_in_room
    handled.select(1)
    handled.table.edit_alias()
    assert "alias" in handled.table.columns_in_room
    assert handled.table.horizontalScrollBar().maximum() == 0
    if "line" in handled.table.columns_in_room:
        line, alias = COLUMN_INDEX["line"], COLUMN_INDEX["alias"]
        is_complete = handled.table.columnWidth(alias) == handled.table._cells.default_width(alias)
        assert is_complete or handled.table.columnWidth(line) == handled.table._cells.least_width(line)
    handled.table.toggle_column("alias")
    assert handled.table.columns_in_room == before


def test_escape_cancels_editing_an_alias(handled: Handled, qtbot: QtBot) -> None:
    handled.select(1)
    with qtbot.assertNotEmitted(handled.model.alias_requested, wait=50):
        handled.table.edit_alias()
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        qtbot.keyClicks(editor, "Zuck")
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_the_chart_is_requested_only_for_the_users_current_row(handled: Handled, qtbot: QtBot) -> None:
    requested: list[str] = []
    handled.table.chart_requested.connect(lambda state: requested.append(state.symbol))
    qtbot.mouseClick(handled.table.viewport(), LEFT, pos=handled.middle(1))
    qtbot.keyClick(handled.table, Qt.Key.Key_Down)
    assert requested == ["META", "MSFT"]
    order = RowSorter(handled.table)
    order.set_states(handled.states, ())
    order.set_filter(lambda state, now_ns: state.symbol in ("AAPL", "SPY"))
    assert handled.table.current_state is not None
    assert requested == ["META", "MSFT"]  # the current row has changed, but not by the user
    handled.menu_at(handled.middle(0))["Open chart"].trigger()
    assert requested[-1] == "AAPL"
    handled.menu.close()


def test_the_current_row_can_be_selected_again(handled: Handled) -> None:
    handled.select(1, 2)
    handled.table.select_current()
    assert handled.selected == "META"


# Copying


def test_visible_columns_of_rows_are_copied(handled: Handled) -> None:
    handled.table.set_columns(["last", "symbol", "feed", "line", "volume"])
    handled.desk.trade("META", 1234.5)
    handled.select(1, 0)
    handled.table.copy_rows()
    assert QGuiApplication.clipboard().text() == "\tAAPL\t\n1234.5\tMETA\t1"
    handled.table.set_feed_column_visible(True)
    handled.table.copy_rows()
    assert QGuiApplication.clipboard().text() == "\tAAPL\tdesk\t\n1234.5\tMETA\tdesk\t1"


def test_a_cell_is_copied(handled: Handled, qtbot: QtBot) -> None:
    handled.desk.trade("META", 1234.5)
    qtbot.mouseClick(handled.table.viewport(), LEFT, pos=handled.middle(1, "last"))
    handled.table.copy_cell()
    assert QGuiApplication.clipboard().text() == "1234.5"


def test_text_that_could_be_a_formula_is_copied_as_text(qtbot: QtBot) -> None:
    handled = Handled(qtbot, "=cmd()", "-A")
    handled.table.set_columns(["symbol"])
    handled.select(0, 1)
    handled.table.copy_rows()
    assert QGuiApplication.clipboard().text() == "'=cmd()\n'-A"


def test_copying_without_a_selection_keeps_the_clipboard(handled: Handled) -> None:
    QGuiApplication.clipboard().setText("kept")
    handled.table.copy_rows()
    assert QGuiApplication.clipboard().text() == "kept"


def test_the_table_is_copied_as_an_image(handled: Handled) -> None:
    handled.table.copy_image()
    ratio = handled.table.devicePixelRatio()
    assert QGuiApplication.clipboard().image().size() == handled.table.size() * ratio


def test_symbols_are_pasted(handled: Handled) -> None:
    QGuiApplication.clipboard().setText("AAPL, MSFT; TSLA\nSPY")
    handled.table.paste()
    QGuiApplication.clipboard().clear()
    handled.table.paste()
    assert handled.emitted == [("text_dropped", "AAPL, MSFT; TSLA\nSPY")]


# The menu


def test_the_context_menu_of_a_row_runs_its_commands(handled: Handled) -> None:
    handled.desk.trade("META", 2.0)
    actions = handled.menu_at(handled.middle(1))
    assert handled.selected == "META"
    for text in ("Pin to top", "Symbol diagnostics", "Export visible rows to CSV…", "Remove from list"):
        actions[text].trigger()
    state = handled.states[1]
    assert handled.emitted == [
        ("pin_requested", [state], True), ("diagnosis_requested", state), ("export_requested", False), ("removal_requested", [state]),
    ]  # fmt: skip
    actions["Copy rows"].trigger()
    assert QGuiApplication.clipboard().text().startswith("META\t")
    actions["Copy cell"].trigger()
    assert QGuiApplication.clipboard().text() == "META"
    actions["Paste symbols"].trigger()
    assert handled.emitted[-1] == ("text_dropped", "META")
    actions["Copy table as image"].trigger()
    assert not QGuiApplication.clipboard().image().isNull()
    actions["Edit alias"].trigger()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    handled.menu.close()


def test_a_click_on_one_of_several_keeps_them_selected(handled: Handled) -> None:
    handled.select(0, 2)
    handled.table.pinned = frozenset({handled.states[0], handled.states[2]})
    assert "Unpin" in handled.menu_at(handled.middle(2))
    assert handled.selected == "AAPL MSFT"
    handled.menu.close()


def test_the_menu_below_the_rows_has_only_table_commands(handled: Handled) -> None:
    handled.select(1)
    actions = handled.menu_at(QPoint(20, handled.table.viewport().height() - 5))
    assert list(actions) == ["Copy table as image", "Paste symbols", "Export visible rows to CSV…"]
    handled.menu.close()


def test_the_menu_is_deleted_when_closed(handled: Handled, qtbot: QtBot) -> None:
    handled.menu_at(handled.middle(0))
    handled.menu.close()
    qtbot.waitUntil(lambda: not handled.table.findChildren(QMenu))


# Dragging


@pytest.mark.parametrize(("row", "part", "before"), [(0, 0.2, "AAPL"), (0, 0.8, "META"), (3, 0.2, "SPY")])
def test_rows_dropped_on_a_row_move_before_or_after_it(handled: Handled, row: int, part: float, before: str) -> None:
    handled.select(1, 2)
    y = handled.table.row_top(row) + round(part * handled.table.rowHeight(row))
    handled.drag_own(y)
    place = [state.symbol for state in handled.states].index(before)
    assert handled.table.drop_row == place
    drop = handled.drop_own(y)
    assert handled.emitted == [("move_requested", [handled.states[1], handled.states[2]], handled.states[place])]
    assert handled.table.drop_row is None
    assert drop.dropAction() == Qt.DropAction.CopyAction  # after a move Qt would remove them


@pytest.mark.parametrize("below", [-3, 60])
def test_rows_dropped_at_the_end_or_below_move_to_the_end(handled: Handled, below: int) -> None:
    handled.select(0)
    y = handled.table.row_top(4) + below
    handled.drag_own(y)
    assert handled.table.drop_row == 4
    handled.drop_own(y)
    assert handled.emitted == [("move_requested", [handled.states[0]], None)]


def test_a_line_shows_the_drop_position_until_the_pointer_leaves(handled: Handled, qtbot: QtBot) -> None:
    handled.table.clearFocus()
    plain = handled.table.viewport().grab().toImage()
    handled.drag_own(handled.table.row_top(2) + 2)
    assert handled.table.viewport().grab().toImage() != plain
    QApplication.sendEvent(handled.table.viewport(), QDragLeaveEvent())
    assert handled.table.drop_row is None
    qtbot.waitUntil(lambda: handled.table.viewport().grab().toImage() == plain)


def test_a_drag_near_an_edge_scrolls_until_it_leaves(qtbot: QtBot) -> None:
    handled = Handled(qtbot, *(f"S{number:03d}" for number in range(200)))
    bar = handled.table.verticalScrollBar()
    handled.drag_own(handled.table.viewport().height() - 3)
    qtbot.waitUntil(lambda: bar.value() > 0)
    QApplication.sendEvent(handled.table.viewport(), QDragLeaveEvent())
    before = bar.value()
    qtbot.wait(200)  # several of Qt's steps
    assert bar.value() == before


def test_dropped_text_is_emitted(handled: Handled) -> None:
    mime = QMimeData()
    mime.setText("AAPL TSLA")
    assert handled.drop(mime)
    assert handled.emitted == [("text_dropped", "AAPL TSLA")]


def test_paths_of_dropped_files_are_emitted(handled: Handled, tmp_path: Path) -> None:
    mime = QMimeData()
    paths = [str(tmp_path / name) for name in ("one.txt", "two symbols.txt")]
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    mime.setText("\n".join(paths))  # as file managers do
    assert handled.drop(mime)
    assert handled.emitted == [("files_dropped", paths)]


def test_drops_without_text_or_files_are_ignored(handled: Handled) -> None:
    mime = QMimeData()
    mime.setData("application/x-color", b"\0")
    assert not handled.drop(mime)
    assert handled.emitted == []
    assert handled.table.drop_row is None


def test_rows_dragged_to_other_programs_are_text(handled: Handled) -> None:
    indexes = [handled.model.index(row, column) for row in (2, 0) for column in range(3)]
    assert handled.model.mimeData(indexes).text() == "AAPL\nMSFT"
    assert handled.table.dragEnabled()


def test_a_symbol_that_no_feed_has_leads_to_the_dialog_that_connects_one(handled: Handled, qtbot: QtBot) -> None:
    handled.model.set_feed_marks({"desk": StateMark.DEMO})
    title = f"Connect a feed for {handled.states[1].symbol}…"
    assert title not in handled.menu_at(handled.middle(1))
    handled.menu.close()
    handled.states[1].refusal = "not listed"
    handled.states[1].version += 1
    tip = handled.model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert f"No connected feed has {handled.states[1].symbol}. Connect " in tip
    with qtbot.waitSignal(handled.table.connection_requested) as requested:
        handled.menu_at(handled.middle(1))[title].trigger()
    assert requested.args == [handled.states[1].symbol]
    handled.menu.close()
    handled.select(0, 1)
    assert title not in handled.menu_at(handled.middle(1))  # of several rows


def test_the_lists_to_which_rows_can_be_added_open_as_a_menu(handled: Handled, qtbot: QtBot) -> None:
    handled.table.other_lists = lambda: ["Coins"]
    handled.table.select_states(handled.states[:1])
    handled.table.choose_list()
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == ["Coins", "&New list"]
    menu.close()
