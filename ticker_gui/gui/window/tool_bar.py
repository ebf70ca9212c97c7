"""The toolbar: adding symbols, the feeds, the search, and switches for the parts of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from ticker_gui.gui.watchlist.add_field import AddField
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.key_hint import KeyHint
from ticker_gui.gui.widgets.labeled_button import BESIDE_TEXT, ICON_ONLY, set_icon_beside_text, show_label
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT, GAP, ICON_SIZE
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.gui.window.actions import COMMAND_PALETTE_KEY
from ticker_gui.gui.window.alert_bell import AlertBell

_FIELD_WIDTH: Final = 268
_MIN_FIELD_WIDTH: Final = 140
_AUTOMATIC: Final = "Automatic"
_SEARCH_TEXT: Final = "Search or run a command"
_ICON_ONLY: Final = Qt.ToolButtonStyle.ToolButtonIconOnly
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


class ToolBar(QToolBar):
    """Shrinks the search to its icon where the window is narrow.

    Signals:
        search_requested: open the command palette.
        bottom_toggled: show or hide the panels at the bottom.
        full_screen_toggled: enter or leave full screen.
        settings_requested: open the settings.
    """

    search_requested = Signal()
    bottom_toggled = Signal(bool)
    full_screen_toggled = Signal(bool)
    settings_requested = Signal()

    def __init__(
        self, add_field: AddField, feeds_menu: QMenu, list_action: QAction, alerts_action: QAction, parent: QWidget
    ) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))  # also that of its buttons
        self.add_field = add_field
        add_field.addAction(icon("plus"), AddField.ActionPosition.LeadingPosition).setText("Add symbols")
        KeyHint(add_field, QKeySequence(QKeySequence.StandardKey.New))
        self.addWidget(add_field)
        self._feed_names: Sequence[str] = ()
        self._feed: QComboBox | None = None  # while there was never more than one feed
        self._feeds = _feeds_button(feeds_menu)
        self._feeds.ensurePolished()
        self._feeds_width = self._feeds.sizeHint().width()  # with its text
        self._feeds_action = self.addWidget(self._feeds)
        self.addWidget(_spacer())
        self.addWidget(self._make_search())
        self.addSeparator()
        self.bell = AlertBell(alerts_action)
        self.bell.resized.connect(lambda: self._fit(self.width()))
        self.addWidget(self.bell)
        self._list, self._bottom, self._full_screen = (
            _switch("dock_left", "toggle_list", "Watchlist", list_action.shortcut().toString(_NATIVE)),
            _switch("dock_bottom", "toggle_bottom", "Panels at the bottom"),
            _switch("full", "toggle_full_screen", "Full screen", "F11"),
        )
        for button in (self._list, self._bottom, self._full_screen):
            self.addWidget(button)
        self._list.setChecked(list_action.isChecked())
        self._list.clicked.connect(list_action.trigger)
        list_action.toggled.connect(self._list.setChecked)
        self._bottom.clicked.connect(self.bottom_toggled)
        self._full_screen.clicked.connect(self.full_screen_toggled)
        self._add_settings_button()
        for more in self.findChildren(QToolButton, "qt_toolbar_ext_button"):
            more.setAccessibleName("More tools")  # opens the rest; Qt leaves it without a name
            set_tooltip(more, "More tools")

    @property
    def feed(self) -> str:
        """The feed to which new symbols are added; empty for the one that has the symbol."""
        return self._feed.currentText() if self._feed is not None and self._feed.currentIndex() > 0 else ""

    @property
    def first_feed(self) -> str:
        """The first feed; empty without feeds."""
        return next(iter(self._feed_names), "")

    def set_feeds(self, feeds: Sequence[str]) -> None:
        """Set the feeds to which symbols can be added; with only one there is nothing to choose."""
        chosen, self._feed_names = self.feed, feeds
        if self._feed is None:
            if len(feeds) <= 1:
                return
            self._feed = _feed_box()
            self._feed_action = self.insertWidget(self._feeds_action, self._feed)
            self.setTabOrder(self.add_field, self._feed)
        self._feed.clear()
        self._feed.addItems([_AUTOMATIC, *feeds])
        self._feed.setCurrentIndex(feeds.index(chosen) + 1 if chosen in feeds else 0)
        self._feed_action.setVisible(len(feeds) > 1)

    def show_parts(self, *, is_bottom_open: bool, is_full_screen: bool) -> None:
        """Show which parts of the window are open."""
        with QSignalBlocker(self._bottom), QSignalBlocker(self._full_screen):
            self._bottom.setChecked(is_bottom_open)
            self._full_screen.setChecked(is_full_screen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(event.size().width())
        super().resizeEvent(event)

    def _fit(self, width: int) -> None:
        flexible = (self._search, self.add_field)
        widgets = (self.widgetForAction(action) for action in self.actions() if action.isVisible())
        widths = [max(one.sizeHint().width(), one.minimumWidth()) + GAP for one in widgets if one not in flexible]
        room = width - sum(widths) - 4 * GAP  # beside these two and at the edges
        if self._feeds.toolButtonStyle() is _ICON_ONLY:
            room += self._feeds.sizeHint().width() - self._feeds_width
        is_wide = room >= 2 * _FIELD_WIDTH
        field = room - (_FIELD_WIDTH if is_wide else CONTROL_HEIGHT)
        show_label(self._feeds, has_label=field >= _MIN_FIELD_WIDTH)
        self.add_field.setFixedWidth(min(_FIELD_WIDTH, max(_MIN_FIELD_WIDTH, field)))
        self._search.setText(_SEARCH_TEXT if is_wide else "")
        self._search.setIconSize(BESIDE_TEXT if is_wide else ICON_ONLY)
        self._search.setFixedWidth(_FIELD_WIDTH if is_wide else CONTROL_HEIGHT)
        self._search_hint.is_needed = is_wide
        self._search_hint.update()

    def _make_search(self) -> QPushButton:
        key = QKeySequence(COMMAND_PALETTE_KEY)
        self._search = button = QPushButton(_SEARCH_TEXT)
        set_icon_beside_text(button, "search")
        button.setObjectName("search_button")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("Search or run a command")
        set_tooltip(button, f"Search symbols, commands, lists and settings  {key.toString(_NATIVE)}")
        button.clicked.connect(self.search_requested)
        self._search_hint = KeyHint(button, key)
        return button

    def _add_settings_button(self) -> None:
        button = IconButton("gear", "settings_button")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("Settings")
        set_tooltip(button, f"Settings  {QKeySequence('Ctrl+,').toString(_NATIVE)}")
        button.clicked.connect(self.settings_requested)
        self.addWidget(button)


def _feed_box() -> QComboBox:
    box = QComboBox()
    box.setObjectName("add_to_feed")
    box.setAccessibleName("Feed for new symbols")
    set_tooltip(box, f"Feed for new symbols. {_AUTOMATIC} chooses the feed that has the symbol.")
    return box


def _feeds_button(menu: QMenu) -> QToolButton:
    button = QToolButton()
    button.setObjectName("feeds_button")
    button.setText("Feeds")
    set_icon_beside_text(button, "plug")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName("Feeds")
    set_tooltip(button, "Connect a feed, or see the state of each feed")
    return button


def _switch(icon_name: str, name: str, title: str, key: str = "") -> IconButton:
    button = IconButton(icon_name, name)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(title)
    set_tooltip(button, f"{title}  {key}".rstrip())
    return button


def _spacer() -> QWidget:
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
