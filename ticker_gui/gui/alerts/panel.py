"""The alerts panel: a table of the alerts, and beside it the history of what has fired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import counted
from ticker_gui.gui.alerts.alert_model import CONDITION, STATE, WHAT, AlertModel, HistoryModel
from ticker_gui.gui.alerts.alert_requests import AlertRequests, do_not_disturb_items
from ticker_gui.gui.alerts.alert_rows import STATUS_WORDS, AlertRow, HistoryRow
from ticker_gui.gui.alerts.wrapping_delegate import WrappingDelegate
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.empty_view import EmptyText, EmptyView
from ticker_gui.gui.widgets.labeled_button import set_icon_beside_text
from ticker_gui.gui.widgets.measures import GAP, PANEL_MARGIN
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import Theme

_NO_ALERTS: Final = EmptyText(
    "No alerts yet",
    "An alert notifies you when a price reaches a level, moves, or stops updating. Every trade is checked.",
    "New alert…",
)
_UNREADABLE: Final = "The saved alerts could not be read"
_NO_HISTORY: Final = EmptyText(
    "Nothing has fired yet", "Alerts that fire are listed here, with the trades that caused them."
)
_SIZE: Final = QSize(900, 300)
_MIN_SIZE: Final = QSize(320, 120)
_SHARES: Final = (3, 2)
_WIDTHS: Final = (156, 96, 220, 92, 88, 108, 88)
_BESIDE_STATE: Final = 29  # pixels of the mark and of the margins
_LEFT_OUT_ORDER: Final = (6, 5, 4)  # when it was fired last, which the history has, too, repeat and distance
_MIN_CONDITION_WIDTH: Final = 150
_HISTORY_WIDTHS: Final = (90, 90, 260)
_MAX_NAMES: Final = 5  # of feeds in a text


class AlertsPanel(QWidget):
    """What the user requests is emitted by ``requests``."""

    def __init__(self, theme: Theme, requests: AlertRequests, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alerts_panel")
        self.setAccessibleName("Alerts")
        self.requests: Final = requests
        self.model: Final = AlertModel(theme, self)
        self.history_model: Final = HistoryModel(theme, self)
        self.table: Final = _Table("alerts_table", "Alerts", _WIDTHS, _LEFT_OUT_ORDER)
        self.history: Final = _Table("alerts_history", "Alert history", _HISTORY_WIDTHS)
        self.empty: Final = EmptyView("alerts_empty", "bell")
        self.empty_history: Final = EmptyView("alerts_history_empty", "clock")
        self.header: Final = QWidget()
        self.title: Final = plain_label("Alerts", "alerts_title")
        self.new_button: Final = action_button("New alert…", "new_alert", "Create an alert for a symbol or a list")
        self.acknowledge_button: Final = action_button(
            "Acknowledge all", "acknowledge_alerts", "Mark all fired alerts as seen"
        )
        self.quiet_button: Final = QToolButton()
        self._stack, self._history_stack = QStackedWidget(), QStackedWidget()
        self.splitter: Final = QSplitter(Qt.Orientation.Horizontal)
        self.table.setModel(self.model)
        self.history.setModel(self.history_model)
        self._lay_out()
        self._connect()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_rows((), 0)
        self.show_history(())

    def _lay_out(self) -> None:
        set_icon_beside_text(self.new_button, "bell_plus", "text")
        self.quiet_button.setObjectName("do_not_disturb")
        self.quiet_button.setAutoRaise(True)
        self.quiet_button.setText("Do not disturb")
        self.quiet_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.quiet_button.setMenu(QMenu(self.quiet_button))
        head = QHBoxLayout(self.header)
        head.setContentsMargins(PANEL_MARGIN, 0, 0, 0)
        head.setSpacing(GAP)
        head.addWidget(self.title)
        head.addStretch(1)
        for button in (self.new_button, self.acknowledge_button, self.quiet_button):
            head.addWidget(button)
        for stack, view, empty in (
            (self._stack, self.table, self.empty),
            (self._history_stack, self.history, self.empty_history),
        ):
            stack.addWidget(view)
            stack.addWidget(empty)
            self.splitter.addWidget(stack)
        self.splitter.setHandleWidth(1)
        for index, share in enumerate(_SHARES):
            self.splitter.setStretchFactor(index, share)
        self.splitter.setSizes([share * _SIZE.width() // sum(_SHARES) for share in _SHARES])
        widest_state = max(map(self.table.fontMetrics().horizontalAdvance, STATUS_WORDS.values()))
        self.table.header().resizeSection(STATE, widest_state + _BESIDE_STATE)
        self.table.header().setSectionResizeMode(CONDITION, QHeaderView.ResizeMode.Stretch)
        self.history.header().setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self.history.header().setSectionsClickable(False)
        self.history.setUniformRowHeights(False)
        self.history.setWordWrap(True)
        self.history.setItemDelegateForColumn(WHAT, WrappingDelegate(self.history))
        self.history.header().sectionResized.connect(lambda column: self._wrap_again(column))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def _connect(self) -> None:
        requests = self.requests
        self.new_button.clicked.connect(lambda: requests.new_requested.emit())
        self.empty.action_requested.connect(requests.new_requested)
        self.acknowledge_button.clicked.connect(lambda: requests.acknowledgement_requested.emit(None))
        self.quiet_button.menu().aboutToShow.connect(self._fill_quiet_menu)
        self.table.activated.connect(lambda index: self._request_edit())
        self.table.removal_requested.connect(self._request_removal)
        self.table.pause_requested.connect(self._toggle_pause)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.header().sortIndicatorChanged.connect(self._sort)
        self.history.activated.connect(self._show_fired_symbol)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.table.isVisible():  # otherwise there are no alerts
            self.table.setFocus(event.reason())

    def sizeHint(self) -> QSize:
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        return _MIN_SIZE  # a small window cuts parts off

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self.model.set_theme(theme)
        self.history_model.set_theme(theme)
        self.empty.refresh_icon()
        self.empty_history.refresh_icon()

    # What is shown

    def show_rows(self, rows: Sequence[AlertRow], fired: int, problem: str = "") -> None:
        """Show the alerts, of which some have fired and are not acknowledged; the selection stays.

        The order stays while the pointer is over the rows, so that the user clicks the intended one. Without alerts,
        the problem is shown why there are none, if there is one.
        """
        selected = self.selected_ids
        self.model.is_order_held = self.table.viewport().underMouse()
        self.model.set_rows(rows)
        if self.selected_ids != selected:
            self._select(selected)
        self.title.setText(f"Alerts {len(rows):,}" if rows else "Alerts")
        self.acknowledge_button.setEnabled(bool(fired))
        self.empty.show_text(EmptyText(_UNREADABLE, problem, _NO_ALERTS.action) if problem else _NO_ALERTS)
        self._stack.setCurrentIndex(0 if rows else 1)

    def show_history(self, rows: Sequence[HistoryRow]) -> None:
        """Show what has fired, the newest first."""
        self.history_model.set_rows(rows)
        self.empty_history.show_text(_NO_HISTORY)
        self._history_stack.setCurrentIndex(0 if rows else 1)

    def show_muting(self, until: str, muted_feeds: Sequence[str]) -> None:
        """Show until when no actions run, or an empty text if they do, and for which feeds none run."""
        count = len(muted_feeds)
        parts = [f"Do not disturb {until}"] if until else []
        parts += [f"{counted(count, 'feed')} muted"] if count else []
        self.quiet_button.setText(" · ".join(parts) or "Do not disturb")
        names = ", ".join(sanitize_text(name, 40) for name in muted_feeds[:_MAX_NAMES])
        tip = "Choose how long, or for which feeds, alert actions are paused"
        if until:
            tip = "Alerts still fire, but their actions do not run"
        elif count:
            tip = f"Alerts still fire, but their actions do not run for {names}{', …' if count > _MAX_NAMES else ''}"
        set_tooltip(self.quiet_button, tip)

    @property
    def selected_ids(self) -> list[str]:
        """The ids of the selected alerts."""
        selection = self.table.selectionModel()
        return [] if selection is None else [self.model.rows[index.row()].id for index in selection.selectedRows()]

    def select(self, alert_id: str) -> None:
        """Select an alert and scroll to it."""
        self._select([alert_id])
        if indexes := self.table.selectionModel().selectedRows():
            self.table.scrollTo(indexes[0])

    def _select(self, ids: Sequence[str]) -> None:
        selection = self.table.selectionModel()
        selection.clearSelection()
        for number, row in enumerate(self.model.rows):
            if row.id in ids:
                index = self.model.index(number, 0)
                selection.select(index, selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
                selection.setCurrentIndex(index, selection.SelectionFlag.NoUpdate)

    # What the user does

    def _selected_rows(self) -> list[AlertRow]:
        ids = set(self.selected_ids)
        return [row for row in self.model.rows if row.id in ids]

    def _request_edit(self) -> None:
        if len(ids := self.selected_ids) == 1:
            self.requests.edit_requested.emit(ids[0])

    def _request_removal(self) -> None:
        if ids := self.selected_ids:
            self.requests.removal_requested.emit(ids)

    def _toggle_pause(self) -> None:
        if rows := self._selected_rows():
            is_paused = all(row.status is AlertStatus.PAUSED for row in rows)
            signal = self.requests.resumption_requested if is_paused else self.requests.pause_requested
            signal.emit([row.id for row in rows])

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self.model.sort(column, order)

    def _show_fired_symbol(self, index: QModelIndex) -> None:
        self.requests.firing_chosen.emit(self.history_model.rows[index.row()].number)

    def _wrap_again(self, column: int) -> None:
        if column == WHAT:
            self.history.scheduleDelayedItemsLayout()

    def _fill_quiet_menu(self) -> None:
        menu = self.quiet_button.menu()
        menu.clear()
        menus.fill_menu(menu, do_not_disturb_items(self.requests))

    def _open_menu(self, at: QPoint) -> None:
        if rows := self._selected_rows():
            menus.popup(self.table, self.table.viewport().mapToGlobal(at), self.requests.row_items(rows))


class _Table(QTreeView):
    """A table of rows.

    Signals:
        removal_requested: the user has pressed Delete.
        pause_requested: the user has pressed the space bar.
    """

    removal_requested = Signal()
    pause_requested = Signal()

    def __init__(self, name: str, title: str, widths: Sequence[int], left_out_order: Sequence[int] = ()) -> None:
        super().__init__()
        self._widths: Final = widths
        self._left_out_order: Final = left_out_order
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setItemsExpandable(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.header()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setStretchLastSection(False)
        header.setContentsMargins(PANEL_MARGIN, 0, PANEL_MARGIN, 0)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        for column, width in enumerate(self._widths):
            self.header().resizeSection(column, width)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Leave out columns of a narrow table, so that there is room for the conditions."""
        header, room = self.header(), self.viewport().width()
        if self._left_out_order and header.count():
            others = (column for column in range(header.count()) if column != CONDITION)
            needed = _MIN_CONDITION_WIDTH + sum(self._section_width(column) for column in others)
            for column in self._left_out_order:
                is_left_out = needed > room
                needed -= self._section_width(column) if is_left_out else 0
                self.setColumnHidden(column, is_left_out)

    def _section_width(self, column: int) -> int:
        return self.header().sectionSize(column) or self._widths[column]  # 0 while it is hidden

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.removal_requested.emit()
        elif event.key() == Qt.Key.Key_Space:
            self.pause_requested.emit()
        else:
            super().keyPressEvent(event)
