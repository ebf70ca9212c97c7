"""The row that connects to any WebSocket: its address, options, and the state of the connection."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.console.connection_request import ConnectionRequest
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.gui.widgets.dialog_parts import action_button, rule
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.mark_view import MarkView
from ticker_gui.gui.widgets.measures import GAP, GRID, PANEL_MARGIN
from ticker_gui.gui.widgets.parameter_form import add_field
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_HEADER_LINES: Final = 3
_NOT_CONNECTED: Final = "Not connected."


class ConnectionBar(QWidget):
    """Lets the user connect to an address; it is hidden while the console shows a feed.

    Signals:
        connection_requested: a `ConnectionRequest`, which is not checked yet.
        disconnection_requested: close the connection.
        changed: the address has changed.
    """

    connection_requested = Signal(object)
    disconnection_requested = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connection_bar")
        self._is_connected = False
        self.address = _field("websocket_address", "Address", "wss://host/path")
        self.connect_button = action_button("Connect", "connect_websocket", "Connect to this address")
        self.options_button = action_button("Options", "websocket_options", "Subprotocol, headers, origin, certificate")
        self.options_button.setCheckable(True)
        self.mark = MarkView("websocket_mark")
        self.state = ElidedLabel("websocket_state")
        self.options = QWidget()
        self.subprotocols = _field("subprotocols", "Subprotocols", "Names, the preferred one first")
        self.origin = _field("origin", "Origin", "https://host")
        self.cafile = _field("cafile", "Certificate file", "PEM file of additional certificate authorities to trust")
        self.headers = QPlainTextEdit()
        self.headers.setObjectName("websocket_headers")
        self.headers.setAccessibleName("Headers")
        self.headers.setPlaceholderText("Name: value")
        self.headers.setTabChangesFocus(True)
        set_tooltip(self.headers, "One header per line; they are not saved")
        self._lay_out()
        self._connect()
        self.show_state("", is_connected=False, mark=StateMark.CLOSED)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(GAP)
        for widget, stretch in ((self.address, 2), (self.connect_button, 0), (self.options_button, 0), (self.mark, 0)):
            line.addWidget(widget, stretch)
        line.addWidget(self.state, 2)
        self.headers.setFixedHeight(_HEADER_LINES * self.headers.fontMetrics().lineSpacing() + 2 * GAP)
        left, right = QFormLayout(), QFormLayout()
        add_field(left, "Subprotocols", self.subprotocols)
        add_field(left, "Origin", self.origin)
        add_field(left, "Certificate file", self.cafile)
        right.addRow(plain_label("Headers"), self.headers)
        columns = QHBoxLayout(self.options)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(2 * GAP)
        for form in (left, right):
            form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            form.setSpacing(GRID)
            columns.addLayout(form, 1)
            columns.setAlignment(form, Qt.AlignmentFlag.AlignTop)
        rows = QVBoxLayout()
        rows.setContentsMargins(PANEL_MARGIN, GAP, PANEL_MARGIN, GAP)
        rows.setSpacing(GAP)
        rows.addLayout(line)
        rows.addWidget(self.options)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(rows)
        layout.addWidget(rule())
        self.options.hide()

    def _connect(self) -> None:
        self.connect_button.clicked.connect(self._press)
        self.address.returnPressed.connect(self._press_to_connect)
        self.address.textChanged.connect(self.changed)
        self.options_button.toggled.connect(self.options.setVisible)

    @property
    def request(self) -> ConnectionRequest:
        """What is typed."""
        return ConnectionRequest(
            self.address.text(),
            self.subprotocols.text(),
            self.headers.toPlainText(),
            self.origin.text(),
            self.cafile.text(),
        )

    def show_state(self, text: str, *, is_connected: bool, mark: StateMark) -> None:
        """Show the state of the connection in words; while connected or connecting, the button disconnects."""
        self._is_connected = is_connected
        self.state.setText(text or _NOT_CONNECTED)
        set_tooltip(self.state, text)
        self.mark.show_mark(mark)
        _rename(self.connect_button, "Disconnect" if is_connected else "Connect")
        set_tooltip(self.connect_button, "Close the connection" if is_connected else "Connect to this address")
        for field in (self.address, self.subprotocols, self.origin, self.cafile, self.headers):
            field.setReadOnly(is_connected)

    def _press(self) -> None:
        if self._is_connected:
            self.disconnection_requested.emit()
        else:
            self.connection_requested.emit(self.request)

    def _press_to_connect(self) -> None:
        if not self._is_connected:
            self._press()


def _field(name: str, title: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(title)
    field.setPlaceholderText(hint)
    return field


def _rename(button: QPushButton, text: str) -> None:
    if button.text() != text:
        button.setText(text)
